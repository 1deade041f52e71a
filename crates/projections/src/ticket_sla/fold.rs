//! Folding clocks.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::sla::{SlaEvent, ticket_of};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::VIEW;
use super::clocks::Clocks;
use super::counters::Counted;
use crate::ProjectionError;
use crate::decoded::{Decoded, Happened};

/// Folds a batch.
pub(crate) async fn fold(
    connection: &mut PgConnection,
    events: &[Decoded],
    counted: &mut Counted,
) -> Result<(), ProjectionError> {
    let changes: Vec<(Uuid, &Decoded, &SlaEvent)> = events
        .iter()
        .filter_map(|event| {
            let Happened::Sla(what) = &event.what else { return None };
            Some((ticket_of(event.stream_id).uuid(), event, what))
        })
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    let mut seen = HashSet::new();
    let mut touched = Vec::new();
    let mut known = Vec::new();
    for (ticket, event, _) in &changes {
        if seen.insert(*ticket) {
            touched.push(*ticket);
            if event.version > 1 {
                known.push(*ticket);
            }
        }
    }
    let mut folded = load(connection, &known).await?;
    folded.values().for_each(|(_, clocks)| counted.take(&clocks.sla()));
    for (ticket, event, what) in changes {
        let (version, clocks) = folded.entry(ticket).or_default();
        event.follows(*version)?;
        *version = event.version;
        clocks.apply(what);
    }
    let mut rows = Vec::with_capacity(touched.len());
    for ticket in touched {
        let Some((version, clocks)) = folded.get(&ticket) else { continue };
        let sla = clocks.sla();
        counted.add(&sla);
        let json = serde_json::to_string(clocks)
            .map_err(|source| ProjectionError::Row { view: VIEW, source })?;
        let (state, due_at) = (sla.state.as_str(), sla.due_at);
        rows.push(Folded { ticket, version: *version, state, due_at, clocks: json });
    }
    store(connection, &rows).await?;
    Ok(())
}

/// The clocks of these tickets, as far as they are there.
async fn load(
    connection: &mut PgConnection,
    tickets: &[Uuid],
) -> Result<HashMap<Uuid, (i32, Clocks)>, ProjectionError> {
    if tickets.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(
        "select ticket_id, version, clocks from ticket_clocks where ticket_id = any($1)",
    )
    .bind(tickets)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let clocks = serde_json::from_str(row.get(2))
                .map_err(|source| ProjectionError::Row { view: VIEW, source })?;
            Ok((row.get(0), (row.get(1), clocks)))
        })
        .collect()
}

/// The clocks of a ticket, ready to be stored.
struct Folded {
    ticket: Uuid,
    version: i32,
    state: &'static str,
    due_at: Option<DateTime<Utc>>,
    clocks: String,
}

async fn store(connection: &mut PgConnection, rows: &[Folded]) -> Result<(), sqlx::Error> {
    fn column<'a, T>(rows: &'a [Folded], field: impl Fn(&'a Folded) -> T) -> Vec<T> {
        rows.iter().map(field).collect()
    }
    // A row that is as it was is left alone: most events move no due time.
    sqlx::query(
        "insert into ticket_sla as s (ticket_id, state, due_at) \
         select * from unnest($1::uuid[], $2::text[], $3::timestamptz[]) \
         on conflict (ticket_id) do update set state = excluded.state, due_at = excluded.due_at \
         where (s.state, s.due_at) is distinct from (excluded.state, excluded.due_at)",
    )
    .bind(column(rows, |row| row.ticket))
    .bind(column(rows, |row| row.state))
    .bind(column(rows, |row| row.due_at))
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into ticket_clocks (ticket_id, version, clocks) \
         select * from unnest($1::uuid[], $2::int[], $3::text[]) \
         on conflict (ticket_id) do update set version = excluded.version, clocks = excluded.clocks",
    )
    .bind(column(rows, |row| row.ticket))
    .bind(column(rows, |row| row.version))
    .bind(column(rows, |row| row.clocks.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}
