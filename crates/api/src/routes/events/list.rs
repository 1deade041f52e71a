//! `GET /events`

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use eventstore::{EventFilter, StoredEvent};
use projections::{Freshness, QueryError};
use tokio::time::Instant;

use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Page, Params, Problem, Shape, page_params};
use crate::permissions::Capability;
use crate::render::{EventBody, ListBody};

/// Longest wait for news, in seconds.
const MAX_WAIT: u32 = 30;
/// Most events of a page where a legacy client asks for all.
const MAX_LEGACY: u32 = 1000;
/// Matching events are counted to here.
const MAX_COUNT: i64 = 10_000;

/// Read the log
///
/// In its order, sealed as stored. Go on with `after` being the position of the last event, or with `cursor`.
#[utoipa::path(get, path = "/api/v1/events", tag = "Log",
    params(
        ("after" = Option<i64>, Query, minimum = 0, description = "Only events after this position"),
        ("type" = Option<Vec<String>>, Query, description = "Types of events, such as `ticket.opened`"),
        ("stream_id" = Option<uuid::Uuid>, Query, description = "Only events of this stream: of a ticket, a user …"),
        ("wait" = Option<u32>, Query, maximum = 30, description = "Seconds to wait for an event when there is none"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of events.", body = ListBody<EventBody>)))]
pub(crate) async fn read_events(
    State(api): State<Api>,
    caller: Caller,
    mut params: Params,
) -> Result<Json<ListBody<EventBody>>, Problem> {
    caller.may(Capability::ReadEvents)?;
    let page = page_params(&mut params);
    let after = params.number(&["after"], 0, i64::MAX);
    let wait = params.number(&["wait"], 0, MAX_WAIT).unwrap_or(0);
    let types = params.all(&["type"]);
    let stream_id = params.parse_one(&["stream_id"], |text| text.parse().map_err(|_| not_a_uuid()));
    let shape = params.shape();
    params.finish()?;
    let after = begin(after, &page)?;
    let limit = match shape {
        Shape::V1 => page.limit,
        // An event may take a quarter of a megabyte.
        Shape::Legacy => page.limit.min(MAX_LEGACY),
    };
    let filter = EventFilter { types, stream_id };
    let until = Instant::now() + Duration::from_secs(wait.into());
    let mut events = read(&api, after, i64::from(limit) + 1, &filter, until).await?;
    let total = match page.count {
        true => Some(api.store.count_events(&filter, MAX_COUNT).await?),
        false => None,
    };
    let more = events.len() > limit as usize;
    events.truncate(limit as usize);
    let last = events.last().filter(|_| more);
    Ok(Json(ListBody {
        next_cursor: last.map(|event| event.position.to_string()),
        items: events.into_iter().map(EventBody::from).collect(),
        total,
    }))
}

fn not_a_uuid() -> domain::FieldErrorKind {
    domain::FieldErrorKind::Malformed { expected: "a UUID" }
}

/// The position to go on after; a cursor is one too.
fn begin(after: Option<i64>, page: &Page) -> Result<i64, Problem> {
    let Some(cursor) = &page.cursor else { return Ok(after.unwrap_or(0)) };
    let position: Option<i64> = cursor.parse().ok().filter(|position| *position >= 0);
    position.ok_or_else(|| QueryError::BadCursor.into())
}

/// The events after a position; when there are none, those that come before the time is up.
async fn read(
    api: &Api,
    after: i64,
    limit: i64,
    filter: &EventFilter,
    until: Instant,
) -> Result<Vec<StoredEvent>, Problem> {
    let mut seen = after;
    loop {
        let head = api.store.head().await?.position;
        let events = api.store.read_after(seen, limit, filter).await?;
        let left = until.saturating_duration_since(Instant::now());
        if !events.is_empty() || left.is_zero() {
            return Ok(events);
        }
        seen = seen.max(head);
        // The projectors hear of every event, so this process need not ask the database all the time.
        match api.queries.wait_for(seen.saturating_add(1), Freshness::Views, left).await {
            Ok(()) => {}
            Err(QueryError::Behind { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_position() {
        let page = |cursor: Option<&str>| {
            let cursor = cursor.map(str::to_owned);
            Page { limit: 1, cursor, offset: 0, count: false }
        };
        assert_eq!(begin(None, &page(None)).unwrap(), 0);
        assert_eq!(begin(Some(3), &page(None)).unwrap(), 3);
        assert_eq!(begin(Some(3), &page(Some("7"))).unwrap(), 7);
        for bad in ["-1", "x", "99999999999999999999"] {
            assert_eq!(begin(None, &page(Some(bad))).unwrap_err().status, 422, "{bad}");
        }
    }
}
