//! Lists by the values of forms.

use domain::ticket::{Priority, Source, Status};
use domain::ticket_type::FieldId;
use projections::{
    Count, DataFilter, DataMatch, DataOrder, DataValue, Direction, SortKey, TicketFilter,
    TicketQuery,
};

pub(super) fn cases() -> Vec<(&'static str, TicketQuery)> {
    let list = |filter| TicketQuery { filter, ..TicketQuery::default() };
    let counted = |filter| TicketQuery { count: Count::Wanted, ..list(filter) };
    let by = |id, order, direction, filter| TicketQuery {
        sort: field(id).map_or(SortKey::CreatedAt, |field| SortKey::Data(field, order)),
        direction,
        ..list(filter)
    };
    let highest = |filter| by("level", DataOrder::Number, Direction::Descending, filter);
    let site = || data([is("site_id", "BJ-0042")]);
    let severe = || data([is("severity", "critical")]);
    let many = |data| TicketFilter {
        status: vec![Status::Closed],
        priority: vec![Priority::Low],
        category: vec!["category_3".to_owned()],
        department: vec!["department_4".to_owned()],
        source: vec![Source::Email],
        ..data
    };
    let open = |data| TicketFilter { status: vec![Status::Open], ..data };
    let legacy = |data| TicketFilter { tag: vec!["legacy".to_owned()], ..data };
    // A day early in the first year, where a list of the newest never comes.
    let early = || data([at_least("began_at", 1.704_672e15), below("began_at", 1.704_758_4e15)]);
    vec![
        ("data: one site", list(site())),
        ("data: one site, counted", counted(site())),
        ("data: one site, highest level first", highest(site())),
        ("data: a common severity", list(severe())),
        ("data: a common severity, counted", counted(severe())),
        ("data: a common severity, status open", list(open(severe()))),
        ("data: a common severity, five filters", list(many(severe()))),
        (
            "data: one site and severity",
            list(data([is("site_id", "BJ-0042"), is("severity", "critical")])),
        ),
        ("data: level of at least 995", list(data([at_least("level", 995.0)]))),
        ("data: level of at least 900", list(data([at_least("level", 900.0)]))),
        ("data: level of at least 900, counted", counted(data([at_least("level", 900.0)]))),
        ("data: level of at least 900, five filters", list(many(data([at_least("level", 900.0)])))),
        ("data: a day long ago", list(early())),
        ("data: before last year", list(data([below("began_at", 1.735_689_6e15)]))),
        ("data: no match", list(data([is("site_id", "nothing")]))),
        ("highest level first", highest(TicketFilter::default())),
        (
            "first site first",
            by("site_id", DataOrder::Text, Direction::Ascending, TicketFilter::default()),
        ),
        ("highest level first, status open", highest(open(data([])))),
        ("highest level first, five filters", highest(many(data([])))),
        ("highest level first, a common severity", highest(severe())),
        ("highest level first, below 500", highest(data([below("level", 500.0)]))),
        ("highest level first, below 500, open", highest(open(data([below("level", 500.0)])))),
        ("highest level first, open and legacy", highest(open(legacy(data([]))))),
        (
            "by a field that nobody has",
            by("never", DataOrder::Text, Direction::Ascending, TicketFilter::default()),
        ),
    ]
}

fn data<const N: usize>(data: [Option<DataFilter>; N]) -> TicketFilter {
    TicketFilter { data: data.into_iter().flatten().collect(), ..TicketFilter::default() }
}

fn field(id: &str) -> Option<FieldId> {
    FieldId::parse(id).ok()
}

fn is(id: &str, text: &str) -> Option<DataFilter> {
    Some(DataFilter { field: field(id)?, is: DataMatch::AnyOf(vec![text.to_owned()]) })
}

fn at_least(id: &str, number: f64) -> Option<DataFilter> {
    Some(DataFilter { field: field(id)?, is: DataMatch::AtLeast(DataValue::Number(number)) })
}

fn below(id: &str, number: f64) -> Option<DataFilter> {
    Some(DataFilter { field: field(id)?, is: DataMatch::Below(DataValue::Number(number)) })
}
