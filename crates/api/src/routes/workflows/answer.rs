//! Finding a workflow, and answering with it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::{CommandError, Committed};
use domain::WorkflowId;
use domain::workflow::WorkflowState;

use crate::Api;
use crate::conventions::{Problem, committed_headers, location};
use crate::render::WorkflowBody;

/// The id in a path; what is none belongs to no workflow.
pub(super) fn workflow_id(path: &str) -> Result<WorkflowId, Problem> {
    path.parse().map_err(|_| missing())
}

pub(super) fn missing() -> Problem {
    Problem::not_found("workflow")
}

/// What kept a command from doing something with a workflow.
pub(super) fn refused(error: CommandError) -> Problem {
    match error {
        CommandError::NotFound => missing(),
        error => error.into(),
    }
}

/// The workflow after a command.
pub(super) async fn workflow_answer(
    api: &Api,
    status: StatusCode,
    committed: Committed<WorkflowState>,
) -> Result<Response, Problem> {
    let roles = api.commands.role_facts().await?;
    let workflow = committed.state.workflow().ok_or_else(missing)?;
    let id = WorkflowId(committed.id);
    let body = WorkflowBody::of_workflow(id, committed.version, workflow, &roles);
    let mut headers = committed_headers(&committed);
    if status == StatusCode::CREATED {
        headers.extend(location(&format!("/api/v1/workflows/{id}")));
    }
    Ok((status, AppendHeaders(headers), Json(body)).into_response())
}
