//! A version of a ticket type's form, out of the log.

use domain::ticket_type::{Definition, TicketTypeEvent, form_of_version};
use domain::{DomainEvent, TicketTypeId};
use eventstore::EventStore;

use crate::QueryError;
use crate::ticket_history::decode;

/// The form in this version; none when there is no such one.
pub(crate) async fn version(
    store: &EventStore,
    id: TicketTypeId,
    version: u32,
) -> Result<Option<Definition>, QueryError> {
    let stored = store.read_stream(id.uuid(), 0).await?;
    let opened = store.open_events(stored).await?;
    let of_types = opened.iter().filter(|event| event.kind == TicketTypeEvent::KIND);
    let events: Vec<TicketTypeEvent> = of_types.map(decode).collect::<Result<_, _>>()?;
    Ok(form_of_version(&events, version).cloned())
}
