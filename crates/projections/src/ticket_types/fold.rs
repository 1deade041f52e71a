//! Folding ticket types.

use chrono::{DateTime, Utc};
use domain::ticket_type::{self, Definition, TicketType, TicketTypeEvent, TicketTypeState};
use sqlx::PgConnection;

use crate::ProjectionError;
use crate::decoded::{Decoded, Happened};
use crate::defined::{self, Defined};

impl Defined for TicketType {
    const TABLE: &'static str = "ticket_types";
    type Event = TicketTypeEvent;

    fn happened(what: &Happened) -> Option<&TicketTypeEvent> {
        let Happened::TicketType(event) = what else { return None };
        Some(event)
    }

    fn after(before: Option<Self>, event: &TicketTypeEvent, at: DateTime<Utc>) -> Option<Self> {
        let before = before
            .map_or(TicketTypeState::Undefined, |known| TicketTypeState::Defined(Box::new(known)));
        match ticket_type::evolve(before, event, at) {
            TicketTypeState::Undefined => None,
            TicketTypeState::Defined(known) => Some(*known),
        }
    }

    fn name(&self) -> &str {
        self.name.as_str()
    }

    fn status(&self) -> &'static str {
        self.status.as_str()
    }

    fn defined_at(&self) -> DateTime<Utc> {
        self.defined_at
    }
}

/// Folds a batch.
pub(crate) async fn fold(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), ProjectionError> {
    defined::fold::<TicketType>(connection, events).await?;
    let mut fields = Vec::new();
    for (event, what) in defined::events_of::<TicketType>(events) {
        fields.extend(defined_by(what).into_iter().flat_map(|definition| {
            definition.filterable().map(|field| (field.id.as_str(), event.stream_id, field.kind()))
        }));
    }
    if fields.is_empty() {
        return Ok(());
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
