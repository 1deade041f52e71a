//! `GET /tasks/{id}/history`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;

use super::view::seen;
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, page_params};
use crate::permissions::Capability;
use crate::render::ListBody;
use crate::routes::tickets::{HistoryEntry, history_entry};

/// See what happened to a task
///
/// Every event in words and in data, the oldest first: who, when, why.
#[utoipa::path(get, path = "/api/v1/tasks/{id}/history", tag = "Tasks",
    params(
        ("id" = uuid::Uuid, Path, description = "Id of the task"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of the history.", body = ListBody<HistoryEntry>)))]
pub(crate) async fn view_task_history(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<HistoryEntry>>, Problem> {
    let page = page_params(&mut params);
    params.finish()?;
    let task = seen(&api, &caller, Capability::ViewTaskHistory, &headers, &id).await?;
    let rows = api.queries.task_history(task.id, page.after().as_ref(), page.end()).await?;
    let total = page.count.then(|| i64::from(task.version));
    Ok(Json(page.list(rows, total, |row| history_entry(row, &caller))))
}
