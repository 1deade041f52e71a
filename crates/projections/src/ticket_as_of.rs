//! A ticket as it was: its own stream, folded no further than asked.

use chrono::{DateTime, Utc};
use domain::ticket::{TicketEvent, TicketState, evolve};
use domain::{DomainEvent, TicketId};
use eventstore::EventStore;
use sqlx::PgPool;

use crate::{QueryError, TicketItem, ticket_detail};

/// Which past is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// As it was in this version of its stream.
    Version(i32),
    /// As it was at this time: after all that had happened by then. What happened counts, not when it was recorded,
    /// so history that was moved in is where it belongs.
    Time(DateTime<Utc>),
}

/// The ticket as it was; none when it did not exist then.
pub(crate) async fn read(
    pool: &PgPool,
    store: &EventStore,
    id: TicketId,
    as_of: AsOf,
) -> Result<Option<TicketItem>, QueryError> {
    let mut state = TicketState::Unopened;
    let mut version = 0;
    for event in store.open_events(store.read_stream(id.uuid(), 0).await?).await? {
        let past = match as_of {
            AsOf::Version(last) => event.version <= last,
            AsOf::Time(last) => event.occurred_at <= last,
        };
        if !past || event.kind != TicketEvent::KIND {
            continue;
        }
        let position = event.position;
        let decoded = TicketEvent::from_parts(&event.event_type, event.schema_version, event.data)
            .map_err(|source| QueryError::Event { position, source })?;
        state = evolve(state, &decoded, event.occurred_at);
        version = event.version;
    }
    if matches!(as_of, AsOf::Version(wanted) if wanted > version) {
        return Ok(None);
    }
    Ok(ticket_detail::items(pool, vec![(id, (version, state))]).await?.pop())
}
