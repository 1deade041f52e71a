//! Lists narrowed to the declared values of forms, and ordered by them.

use std::cmp::Ordering;

use domain::TicketId;
use domain::ticket::events::Deleted;
use domain::ticket::{Priority, TicketEvent};
use domain::ticket_type::FieldId;
use projections::{
    Count, Cursor, DataFilter, DataMatch, DataOrder, DataValue, Direction, QueryError, SortKey,
    TicketFilter, TicketQuery,
};
use serde_json::{Map, Value, json};

use crate::papers::{data_changed, filled, map, some_declared, ticket_type};
use crate::support::{Desk, Dice};

/// A ticket as a test knows it.
struct Known {
    id: TicketId,
    created: u32,
    priority: Priority,
    external: bool,
    data: Map<String, Value>,
}

fn field(id: &str) -> FieldId {
    FieldId::parse(id).unwrap()
}

fn any_of(id: &str, texts: &[&str]) -> DataFilter {
    let texts = texts.iter().map(ToString::to_string).collect();
    DataFilter { field: field(id), is: DataMatch::AnyOf(texts) }
}

fn at_least(id: &str, value: DataValue) -> DataFilter {
    DataFilter { field: field(id), is: DataMatch::AtLeast(value) }
}

fn below(id: &str, value: DataValue) -> DataFilter {
    DataFilter { field: field(id), is: DataMatch::Below(value) }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => {
            let moment = chrono::DateTime::parse_from_rfc3339(text).ok()?;
            Some(moment.timestamp_micros() as f64)
        }
        other => other.as_f64(),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Array(items) => text(&items[0]),
        _ => None,
    }
}

impl Known {
    fn matches(&self, filter: &TicketFilter) -> bool {
        let holds = |data: &DataFilter| {
            let Some(value) = self.data.get(data.field.as_str()) else { return false };
            let compare = |bound: &DataValue| match bound {
                DataValue::Text(bound) => text(value).map(|text| text.cmp(bound)),
                DataValue::Number(bound) => number(value).map(|n| n.total_cmp(bound)),
            };
            match &data.is {
                DataMatch::AnyOf(texts) => {
                    let all = match value {
                        Value::Array(items) => items.iter().filter_map(text).collect(),
                        Value::Number(number) => vec![number.to_string()],
                        other => text(other).into_iter().collect::<Vec<_>>(),
                    };
                    texts.iter().any(|text| all.contains(text))
                }
                DataMatch::AtLeast(bound) => compare(bound).is_some_and(Ordering::is_ge),
                DataMatch::Below(bound) => compare(bound).is_some_and(Ordering::is_lt),
            }
        };
        filter.data.iter().all(holds)
            && (filter.priority.is_empty() || filter.priority.contains(&self.priority))
            && (filter.external_id.is_empty() || self.external)
    }
}

/// The ids in the order they should have.
fn expected(known: &[Known], query: &TicketQuery) -> Vec<TicketId> {
    let mut found: Vec<&Known> = known.iter().filter(|one| one.matches(&query.filter)).collect();
    let way = |ordering: Ordering| match query.direction {
        Direction::Ascending => ordering,
        Direction::Descending => ordering.reverse(),
    };
    found.sort_by(|a, b| {
        let by_age = way(a.created.cmp(&b.created));
        let by = |a: Option<Ordering>, b: bool, c: bool| match (a, b, c) {
            (Some(ordering), ..) => way(ordering),
            (None, true, false) => Ordering::Less,
            (None, false, true) => Ordering::Greater,
            (None, ..) => by_age,
        };
        match &query.sort {
            SortKey::Data(field, order) => {
                let value = |one: &Known| one.data.get(field.as_str()).cloned();
                let (x, y) = (value(a), value(b));
                let (ordering, is_a, is_b) = match order {
                    DataOrder::Text => {
                        let (x, y) = (x.as_ref().and_then(text), y.as_ref().and_then(text));
                        let both = x.as_ref().zip(y.as_ref()).map(|(x, y)| x.cmp(y));
                        (both, x.is_some(), y.is_some())
                    }
                    DataOrder::Number => {
                        let (x, y) = (x.as_ref().and_then(number), y.as_ref().and_then(number));
                        (x.zip(y).map(|(x, y)| x.total_cmp(&y)), x.is_some(), y.is_some())
                    }
                };
                let ordering = ordering.map(|ordering| ordering.then(a.id.cmp(&b.id)));
                by(ordering, is_a, is_b)
            }
            _ => by_age,
        }
    });
    found.iter().map(|one| one.id).collect()
}

async fn desk_of(tickets: u32) -> (Desk, Vec<Known>) {
    let desk = Desk::new().await;
    let mut dice = Dice(5);
    let mut known = Vec::new();
    for n in 1..=tickets {
        let declared = if dice.roll(4) > 0 { some_declared(&mut dice) } else { json!({}) };
        let priority = *dice.pick(Priority::ALL);
        let external = dice.roll(2) == 0;
        let form = filled(ticket_type(1), declared.clone());
        let id = desk
            .open(n, |opened| {
                opened.priority = priority;
                opened.external_id = external.then(|| domain::ExternalId::parse("same").unwrap());
                opened.form = Some(form);
            })
            .await;
        known.push(Known { id, created: n, priority, external, data: map(declared) });
    }
    // These have no values any more, one way or the other.
    let gone = known.swap_remove(0);
    desk.then(gone.id, TicketEvent::Deleted(Deleted { reason: None }), 9_000).await;
    let (of, first) = (ticket_type(1), &mut known[0]);
    desk.then(first.id, data_changed("x", Some(filled(of, json!({}))), json!({})), 9_001).await;
    first.data.clear();
    let free = &mut known[1];
    desk.then(free.id, data_changed("x", None, json!({ "level": 3, "site_id": "BJ-0001" })), 9_002)
        .await;
    free.data.clear();
    desk.project().await;
    (desk, known)
}

#[tokio::test]
async fn lists_by_the_values_of_forms_are_what_looking_at_each_ticket_gives() {
    let (desk, known) = desk_of(150).await;
    let moment = DataValue::Number(1_772_354_400_000_000.0);
    let texts = |text: &str| DataValue::Text(text.to_owned());
    let data = |data: Vec<DataFilter>| TicketFilter { data, ..TicketFilter::default() };
    let filters = [
        data(vec![]),
        data(vec![any_of("site_id", &["BJ-0003"])]),
        data(vec![any_of("site_id", &["BJ-0003", "BJ-0004"]), any_of("bands", &["n28"])]),
        data(vec![any_of("level", &["-1", "2"])]),
        data(vec![any_of("down", &["true"])]),
        data(vec![at_least("level", DataValue::Number(-1.0))]),
        data(vec![
            at_least("level", DataValue::Number(0.0)),
            below("level", DataValue::Number(2.5)),
            at_least("site_id", texts("BJ-0004")),
        ]),
        data(vec![at_least("at", moment.clone())]),
        data(vec![below("at", moment), any_of("down", &["false"])]),
        data(vec![below("site_id", texts("BJ-0002"))]),
        // A number is no text.
        data(vec![at_least("level", texts(""))]),
        data(vec![any_of("note", &["private"])]),
        TicketFilter {
            priority: vec![Priority::High],
            ..data(vec![at_least("level", DataValue::Number(1.0))])
        },
        // Gathered, for nobody counts external ids.
        TicketFilter { external_id: vec!["same".to_owned()], ..data(vec![]) },
        TicketFilter {
            external_id: vec!["same".to_owned()],
            ..data(vec![at_least("level", DataValue::Number(-1.0))])
        },
    ];
    let sorts = [
        SortKey::CreatedAt,
        SortKey::Data(field("level"), DataOrder::Number),
        SortKey::Data(field("site_id"), DataOrder::Text),
        SortKey::Data(field("at"), DataOrder::Number),
        SortKey::Data(field("down"), DataOrder::Text),
        SortKey::Data(field("level"), DataOrder::Text),
        SortKey::Data(field("never"), DataOrder::Text),
    ];
    let mut matched = 0;
    for filter in &filters {
        for sort in &sorts {
            for direction in [Direction::Ascending, Direction::Descending] {
                let query = TicketQuery {
                    filter: filter.clone(),
                    sort: sort.clone(),
                    direction,
                    limit: 7,
                    count: Count::Wanted,
                    cursor: None,
                };
                let expected = expected(&known, &query);
                let (found, total) = all_pages(&desk, query.clone()).await;
                assert_eq!(found, expected, "{query:?}");
                assert_eq!(total, expected.len() as i64, "{query:?}");
                matched += expected.len();
            }
        }
    }
    assert!(matched > 5_000, "{matched}");
}

async fn all_pages(desk: &Desk, mut query: TicketQuery) -> (Vec<TicketId>, i64) {
    let (mut found, mut total) = (Vec::new(), 0);
    loop {
        let page = desk.queries.list_tickets(&query).await.unwrap();
        found.extend(page.items.iter().map(|item| item.id));
        total = page.total.map_or(total, |total| total.value);
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return (found, total),
        }
    }
}

#[tokio::test]
async fn a_cursor_of_one_field_is_none_of_another() {
    let (desk, _) = desk_of(20).await;
    let by = |id: &str, order| TicketQuery {
        sort: SortKey::Data(field(id), order),
        limit: 2,
        ..TicketQuery::default()
    };
    let page = desk.queries.list_tickets(&by("level", DataOrder::Number)).await.unwrap();
    let cursor: Cursor = page.next_cursor.unwrap();
    for other in [by("level", DataOrder::Text), by("site_id", DataOrder::Number)] {
        let other = TicketQuery { cursor: Some(cursor.clone()), ..other };
        let refused = desk.queries.list_tickets(&other).await;
        assert!(matches!(refused, Err(QueryError::BadCursor)), "{refused:?}");
    }
}

#[tokio::test]
async fn long_values_are_found_whole_only() {
    let desk = Desk::new().await;
    let long = |end: &str| format!("{}{end}", "站".repeat(300));
    for (n, end) in [(1, "a"), (2, "b")] {
        let form = filled(ticket_type(1), json!({ "site_id": long(end) }));
        desk.open(n, |opened| opened.form = Some(form)).await;
    }
    desk.project().await;
    let mut query = TicketQuery::default();
    query.filter.data = vec![any_of("site_id", &[&long("b")])];
    assert_eq!(desk.queries.list_tickets(&query).await.unwrap().items.len(), 1);
    query.filter.data = vec![any_of("site_id", &["站"])];
    assert_eq!(desk.queries.list_tickets(&query).await.unwrap().items.len(), 0);
}
