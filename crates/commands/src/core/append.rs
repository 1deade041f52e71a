//! From a decision to a request of the log.

use domain::event::DomainEvent;
use eventstore::{AppendRequest, Expected, NewEvent, StreamAppend, StreamKind};
use uuid::Uuid;

use super::execute::Decision;
use super::{Aggregate, Versioned};
use crate::Context;

/// The request that appends a decision on these states.
pub(crate) fn request<A: Aggregate>(
    ctx: &Context,
    streams: &[Uuid],
    states: &[Versioned<A>],
    decision: &Decision<A::Event>,
) -> AppendRequest {
    let per_stream = streams.iter().zip(states).zip(&decision.events);
    AppendRequest {
        command_id: ctx.command_id,
        body_hash: ctx.body_hash,
        streams: per_stream
            .map(|((stream, seen), events)| StreamAppend {
                stream_id: *stream,
                kind: StreamKind(A::Event::KIND),
                expected: Expected::Exactly(seen.head),
                subject: seen.state.subject(events),
                events: events.iter().map(|event| new_event(ctx, event)).collect(),
            })
            .collect(),
        claims: decision.claims.clone(),
        releases: decision.releases.clone(),
        credentials: decision.credentials.clone(),
        metadata: ctx.metadata(),
    }
}

/// The event as the log takes it.
pub(crate) fn new_event<E: DomainEvent>(ctx: &Context, event: &E) -> NewEvent {
    NewEvent {
        event_type: event.event_type().into(),
        schema_version: event.schema_version(),
        data: event.to_data(),
        occurred_at: ctx.occurred_at,
    }
}
