//! Filters as conditions of SQL.

use chrono::{DateTime, Utc};
use domain::TicketTypeId;
use sqlx::{Postgres, QueryBuilder};

use super::data::DataMatch;
use super::facets;
use super::filter::{Assignment, TicketFilter};

/// A bound of a time.
pub(super) struct Range {
    /// Of the table of tickets.
    pub(super) column: &'static str,
    operator: &'static str,
    at: DateTime<Utc>,
}

impl Range {
    pub(super) fn push(&self, sql: &mut QueryBuilder<Postgres>, table: &str) {
        sql.push(format!(" and {table}.{} {} ", self.column, self.operator)).push_bind(self.at);
    }
}

/// The filters by time.
pub(super) fn ranges(filter: &TicketFilter) -> Vec<Range> {
    let bounds = [
        ("created_at", ">=", filter.created_from),
        ("created_at", "<", filter.created_to),
        ("updated_at", ">=", filter.updated_from),
        ("updated_at", "<", filter.updated_to),
    ];
    bounds
        .into_iter()
        .filter_map(|(column, operator, at)| Some(Range { column, operator, at: at? }))
        .collect()
}

/// The filters as groups of facets; `types` are those that are called as the filter says.
pub(super) fn groups(filter: &TicketFilter, types: &[TicketTypeId]) -> Vec<Vec<String>> {
    fn group<T>(values: &[T], facet: impl Fn(&T) -> String) -> Vec<String> {
        values.iter().map(facet).collect()
    }
    let mut groups = vec![
        group(&filter.status, |status| facets::status(status.as_str())),
        group(&filter.priority, |priority| facets::priority(priority.as_str())),
        group(&filter.category, |word| facets::category(word)),
        group(&filter.subcategory, |word| facets::subcategory(word)),
        group(&filter.department, |word| facets::department(word)),
        // Those whose types are names and no more, and those of the types that go by these names.
        [
            group(&filter.ticket_type, |word| facets::ticket_type(word)),
            group(types, |ticket_type| facets::form(*ticket_type)),
        ]
        .concat(),
        group(&filter.source, |source| facets::source(source.as_str())),
        group(&filter.assigned, |assignment| match assignment {
            Assignment::To(user) => facets::assignee(Some(*user)),
            Assignment::Nobody => facets::assignee(None),
        }),
        group(&filter.tag, |word| facets::tag(word)),
        group(&filter.external_id, |id| facets::external_id(id)),
        group(&filter.opened_by, |user| facets::owner(*user)),
        group(&filter.watcher, |user| facets::watcher(*user)),
    ];
    let customers = filter.customer.iter().flat_map(|name| {
        [facets::customer(name.trim()), facets::customer(&name.trim().to_lowercase())]
    });
    groups.push(customers.collect());
    groups.extend(filter.data.iter().filter_map(|data| match &data.is {
        DataMatch::AnyOf(texts) => {
            Some(group(texts, |text| facets::data_value(data.field.as_str(), text)))
        }
        DataMatch::AtLeast(_) | DataMatch::Below(_) => None,
    }));
    for group in &mut groups {
        group.sort_unstable();
        group.dedup();
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// One facet of each group must be there.
pub(super) fn push_facets(sql: &mut QueryBuilder<Postgres>, table: &str, groups: &[&[String]]) {
    let mut all = Vec::new();
    for group in groups {
        if let [only] = group {
            all.push(only.clone());
        } else {
            sql.push(format!(" and {table}.facets && ")).push_bind(group.to_vec());
        }
    }
    if !all.is_empty() {
        sql.push(format!(" and {table}.facets @> ")).push_bind(all);
    }
}

/// A look into the search table for each row: never a join, which would begin at the wrong end.
pub(super) fn push_search(sql: &mut QueryBuilder<Postgres>, words: &str, table: &str) {
    sql.push(" and (select s.doc @@ ").push_bind(words.to_owned());
    sql.push(format!("::text::tsquery from views.search s where s.ticket_id = {table}.id)"));
}
