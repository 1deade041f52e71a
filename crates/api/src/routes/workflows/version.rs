//! `GET /workflows/{id}/versions/{version}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use projections::Freshness;

use super::answer::{missing, workflow_id};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, wait_for_views};
use crate::permissions::Capability;
use crate::render::WorkflowVersionBody;

/// See the steps and transitions of a workflow in one of its versions
///
/// A task finishes on the version that it began with.
#[utoipa::path(get, path = "/api/v1/workflows/{id}/versions/{version}", tag = "Workflows",
    params(
        ("id" = uuid::Uuid, Path, description = "Id of the workflow"),
        ("version" = u32, Path, description = "Version of the definition, from 1"),
    ),
    responses((status = 200, description = "The steps and transitions.", body = WorkflowVersionBody)))]
pub(crate) async fn view_workflow_version(
    State(api): State<Api>,
    Path((id, version)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Json<WorkflowVersionBody>, Problem> {
    caller.may(Capability::ViewWorkflowVersion)?;
    params.finish()?;
    let id = workflow_id(&id)?;
    let unknown = || Problem::not_found("version of the workflow");
    let version: u32 = version.parse().map_err(|_| unknown())?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let row = api.queries.workflow(id).await?.ok_or_else(missing)?;
    let definition = api.queries.workflow_version(id, version).await?.ok_or_else(unknown)?;
    let roles = api.commands.role_facts().await?;
    Ok(Json(WorkflowVersionBody::new(row, version, definition, &roles)))
}
