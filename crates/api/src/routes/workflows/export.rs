//! `GET /workflows/{id}/export`

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::answer::{missing, refused, workflow_id};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag};
use crate::permissions::Capability;
use crate::render::WorkflowFormBody;

/// See a workflow as a form
///
/// What another Docket takes as it is: work roles go by name, unless several have the same.
#[utoipa::path(get, path = "/api/v1/workflows/{id}/export", tag = "Workflows",
    params(("id" = uuid::Uuid, Path, description = "Id of the workflow")),
    responses((status = 200, description = "The form.", body = WorkflowFormBody)))]
pub(crate) async fn export_workflow(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Response, Problem> {
    caller.may(Capability::ExportWorkflow)?;
    params.finish()?;
    let form = api.commands.workflow_form(workflow_id(&id)?).await.map_err(refused)?;
    let (form, version) = form.ok_or_else(missing)?;
    Ok((AppendHeaders([etag(version)]), Json(form)).into_response())
}
