//! `GET /tickets/{id}/history`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use projections::{CommentAccess, HistoryRow};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::view::seen;
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, page_params};
use crate::permissions::Capability;
use crate::render::{ListBody, UserRef};

/// Something that happened to a ticket, its clocks or a task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryEntry {
    /// Position in the log.
    position: i64,
    /// Id of the event.
    event_id: Uuid,
    /// Version of the ticket, of its clocks or of the task after it; the type says of which.
    version: i32,
    /// Type of the event, such as `ticket.assigned`.
    #[serde(rename = "type")]
    event_type: String,
    /// What happened, in words.
    summary: String,
    /// `user`, `token`, `open`, `system` or `anonymous`.
    actor: &'static str,
    /// The user behind it.
    user: Option<UserRef>,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// Joins everything that one request caused.
    correlation_id: String,
    /// Network address it came from; for those who work on tickets.
    address: Option<String>,
    /// Program it came from; for those who work on tickets.
    agent: Option<String>,
    /// The event's data; erased values are null.
    #[schema(value_type = Object)]
    data: Value,
}

/// See what happened to a ticket
///
/// Every event in words and in data, the oldest first: of the ticket, of its service levels and, for those who work on
/// tickets, of its tasks. So it tells why Docket changed something by itself.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/history", tag = "Tickets",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("limit" = Option<u32>, Query, description = "Items of a page, 1 to 200"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of the history.", body = ListBody<HistoryEntry>)))]
pub(crate) async fn view_history(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<HistoryEntry>>, Problem> {
    let page = page_params(&mut params);
    params.finish()?;
    let ticket = seen(&api, &caller, Capability::ViewHistory, &headers, &id).await?;
    let access = comment_access(&caller);
    let found = api.queries.history(ticket.id, access, page.after().as_ref(), page.end()).await?;
    let total = page.count.then(|| i64::try_from(found.total).unwrap_or(i64::MAX));
    Ok(Json(page.list(found.page, total, |row| history_entry(row, &caller))))
}

/// Which comments the caller may read.
pub(crate) fn comment_access(caller: &Caller) -> CommentAccess {
    if caller.sees_internal() { CommentAccess::All } else { CommentAccess::PublicOnly }
}

/// What happened, as far as the caller may know where from.
pub(crate) fn history_entry(row: HistoryRow, caller: &Caller) -> HistoryEntry {
    // Where colleagues work from is nothing for customers.
    let client = row.client.filter(|_| caller.sees_internal()).unwrap_or_default();
    HistoryEntry {
        position: row.position,
        event_id: row.event_id,
        version: row.version,
        event_type: row.event_type,
        summary: row.summary,
        actor: row.actor,
        user: row.user.map(UserRef::from),
        occurred_at: row.occurred_at,
        recorded_at: row.recorded_at,
        correlation_id: row.correlation_id,
        address: client.address,
        agent: client.agent,
        data: row.data,
    }
}
