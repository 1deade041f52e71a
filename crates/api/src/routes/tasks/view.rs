//! `GET /tasks/{id}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use projections::{Freshness, TaskRow};

use super::answer::{concerns, missing, task_id};
use crate::Api;
use crate::auth::{Caller, Reach};
use crate::conventions::{Params, Problem, etag, wait_for_views};
use crate::permissions::Capability;
use crate::render::{TaskBody, known};

/// See a task
///
/// With what is to be done at its step.
#[utoipa::path(get, path = "/api/v1/tasks/{id}", tag = "Tasks",
    params(("id" = uuid::Uuid, Path, description = "Id of the task")),
    responses((status = 200, description = "The task.", body = TaskBody)))]
pub(crate) async fn view_task(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.finish()?;
    let row = seen(&api, &caller, Capability::ViewTask, &headers, &id).await?;
    let definition = api.queries.workflow_version(row.workflow.id, row.workflow.version).await?;
    let step = definition.as_ref().and_then(|definition| definition.step(&row.step.id));
    let instructions = step.and_then(|step| step.instructions.as_ref()).and_then(known);
    let tag = etag(row.version);
    let mut body = TaskBody::of_row(row);
    body.step.instructions = instructions;
    Ok((AppendHeaders([tag]), Json(body)).into_response())
}

/// The task that a query is about, if the caller may see it.
pub(super) async fn seen(
    api: &Api,
    caller: &Caller,
    capability: Capability,
    headers: &HeaderMap,
    path: &str,
) -> Result<TaskRow, Problem> {
    let reach = caller.may(capability)?;
    let id = task_id(path)?;
    wait_for_views(api, headers, Freshness::Views).await?;
    let row = api.queries.task(id).await?.ok_or_else(missing)?;
    let assignee = row.assignee.as_ref().map(|user| user.id);
    match reach {
        Reach::All => Ok(row),
        Reach::Own if concerns(api, caller, assignee, row.step.role).await? => Ok(row),
        Reach::Own => Err(missing()),
    }
}
