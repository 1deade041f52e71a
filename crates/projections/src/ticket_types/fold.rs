//! Folding ticket types.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::ticket_type::{self, Definition, TicketType, TicketTypeEvent, TicketTypeState};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::ProjectionError;
use crate::decoded::{Decoded, Happened};

/// Folds a batch.
pub(crate) async fn fold(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), ProjectionError> {
    let changes: Vec<(&Decoded, &TicketTypeEvent)> = events
        .iter()
        .filter_map(|event| {
            let Happened::TicketType(what) = &event.what else { return None };
            Some((event, what))
        })
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = changes.iter().map(|(event, _)| event.stream_id).collect();
    let mut folded = load(connection, &ids).await?;
    let mut fields = Vec::new();
    for (event, what) in changes {
        let (version, state) = match folded.entry(event.stream_id) {
            Entry::Occupied(entry) => {
                let (version, ticket_type) = entry.remove();
                (version, TicketTypeState::Defined(Box::new(ticket_type)))
            }
            Entry::Vacant(_) => (0, TicketTypeState::Undefined),
        };
        event.follows(version)?;
        fields.extend(defined_by(what).into_iter().flat_map(|definition| {
            definition.filterable().map(|field| (field.id.as_str(), event.stream_id, field.kind()))
        }));
        match ticket_type::evolve(state, what, event.at) {
            TicketTypeState::Undefined => {}
            TicketTypeState::Defined(ticket_type) => {
                folded.insert(event.stream_id, (event.version, *ticket_type));
            }
        }
    }
    for (id, (version, ticket_type)) in folded {
        // Ticket types change a few times a month: one statement each will do.
        let state = serde_json::to_string(&ticket_type)
            .map_err(|source| ProjectionError::Row { view: "ticket_types", source })?;
        sqlx::query(
            "insert into ticket_types (id, version, name, status, created_at, state) \
             values ($1, $2, $3, $4, $5, $6) \
             on conflict (id) do update set version = excluded.version, name = excluded.name, \
                 status = excluded.status, state = excluded.state",
        )
        .bind(id)
        .bind(version)
        .bind(ticket_type.name.as_str())
        .bind(ticket_type.status.as_str())
        .bind(ticket_type.defined_at)
        .bind(state)
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query(
        "insert into ticket_type_fields (field, ticket_type_id, kind) \
         select * from unnest($1::text[], $2::uuid[], $3::text[]) on conflict do nothing",
    )
    .bind(fields.iter().map(|(field, ..)| *field).collect::<Vec<_>>())
    .bind(fields.iter().map(|(_, id, _)| *id).collect::<Vec<_>>())
    .bind(fields.iter().map(|(.., kind)| kind.as_str()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// The form an event brings.
fn defined_by(event: &TicketTypeEvent) -> Option<&Definition> {
    match event {
        TicketTypeEvent::Defined(e) => Some(&e.definition),
        TicketTypeEvent::Revised(e) => Some(&e.definition),
        TicketTypeEvent::Renamed(_)
        | TicketTypeEvent::Described(_)
        | TicketTypeEvent::Retired(_)
        | TicketTypeEvent::Reinstated(_) => None,
    }
}

async fn load(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (i32, TicketType)>, ProjectionError> {
    let rows = sqlx::query("select id, version, state from ticket_types where id = any($1)")
        .bind(ids)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let ticket_type = serde_json::from_str(row.get(2))
                .map_err(|source| ProjectionError::Row { view: "ticket_types", source })?;
            Ok((row.get(0), (row.get(1), ticket_type)))
        })
        .collect()
}
