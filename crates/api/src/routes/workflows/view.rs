//! `GET /workflows/{id}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use projections::Freshness;

use super::answer::{missing, workflow_id};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag, wait_for_views};
use crate::permissions::Capability;
use crate::render::WorkflowBody;

/// See a workflow
#[utoipa::path(get, path = "/api/v1/workflows/{id}", tag = "Workflows",
    params(("id" = uuid::Uuid, Path, description = "Id of the workflow")),
    responses((status = 200, description = "The workflow.", body = WorkflowBody)))]
pub(crate) async fn view_workflow(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    caller.may(Capability::ViewWorkflow)?;
    params.finish()?;
    let id = workflow_id(&id)?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let row = api.queries.workflow(id).await?.ok_or_else(missing)?;
    let tag = etag(row.version);
    let body = WorkflowBody::of_row(row, &api.commands.role_facts().await?);
    Ok((AppendHeaders([tag]), Json(body)).into_response())
}
