//! The declared values of forms, a row for each value of a ticket that is listed: what lists are narrowed to bounds and
//! ordered by. Equality is asked of the facets.

use domain::ticket::{Ticket, TicketState};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::data::{MAX_KEY, cut, moment};
use super::listed;

pub(crate) const TABLES: &str = "
create table ticket_data (
    ticket_id uuid             not null,
    field     text             not null collate \"C\",
    text      text                      collate \"C\", -- cut; the first of several; none of a number
    number    double precision,                        -- of numbers, and of moments in microseconds since 1970
    primary key (ticket_id, field)
);
";

pub(super) const TEXT_INDEX: &str =
    "create index ticket_data_text on ticket_data (field, text, ticket_id) where text is not null";

pub(super) const NUMBER_INDEX: &str = "create index ticket_data_number on ticket_data (field, number, ticket_id) where number is not null";

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DataRow {
    field: String,
    pub(super) text: Option<String>,
    pub(super) number: Option<f64>,
}

impl DataRow {
    /// The rows of a ticket; none of one that is not listed.
    pub(crate) fn all(state: &TicketState) -> Vec<Self> {
        listed(state).map(declared).unwrap_or_default()
    }

    pub(super) fn of(field: &str, value: &Value) -> Self {
        let text = texts(value).into_iter().next().map(|text| cut(&text, MAX_KEY).to_owned());
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => moment(text),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        let text = text.filter(|_| !value.is_number());
        Self { field: field.to_owned(), text, number }
    }
}

fn declared(ticket: &Ticket) -> Vec<DataRow> {
    ticket.declared().map(|(field, value)| DataRow::of(field, value)).collect()
}

/// A value as text, or each of several: numbers and truth values as JSON writes them.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null | Value::Object(_) => Vec::new(),
        Value::Bool(truth) => vec![truth.to_string()],
        Value::Number(number) => vec![number.to_string()],
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
    }
}

/// Exchanges the rows of these tickets.
pub(crate) async fn store(
    connection: &mut PgConnection,
    tickets: &[(Uuid, Vec<DataRow>)],
) -> Result<(), sqlx::Error> {
    if tickets.is_empty() {
        return Ok(());
    }
    sqlx::query("delete from ticket_data where ticket_id = any($1)")
        .bind(tickets.iter().map(|(id, _)| *id).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    let rows: Vec<(Uuid, &DataRow)> =
        tickets.iter().flat_map(|(id, rows)| rows.iter().map(|row| (*id, row))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into ticket_data (ticket_id, field, text, number) \
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::float8[])",
    )
    .bind(rows.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.field.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.text.as_deref()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.number).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_ordered_as_text_or_as_a_number_or_as_both() {
        let of = |value: Value| {
            let row = DataRow::of("x", &value);
            (row.text, row.number)
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(of(json!("BJ-0042")), (text("BJ-0042"), None));
        assert_eq!(of(json!(-101.5)), (None, Some(-101.5)));
        assert_eq!(of(json!(true)), (text("true"), None));
        assert_eq!(of(json!(["n78", "n28"])), (text("n78"), None));
        assert_eq!(of(json!("2026-03-01")), (text("2026-03-01"), None));
        let moment = "2026-03-01T08:30:00.000001Z";
        assert_eq!(of(json!(moment)), (text(moment), Some(1_772_353_800_000_001.0)));
        assert_eq!(of(json!("站".repeat(201))), (text(&"站".repeat(200)), None));
    }
}
