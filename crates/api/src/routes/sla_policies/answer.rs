//! Finding an SLA policy, and answering with it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::{CommandError, Committed};
use domain::SlaPolicyId;
use domain::sla::SlaPolicyState;

use crate::conventions::{Problem, committed_headers, location};
use crate::render::SlaPolicyBody;

/// The id in a path; what is none belongs to no policy.
pub(super) fn sla_policy_id(path: &str) -> Result<SlaPolicyId, Problem> {
    path.parse().map_err(|_| missing())
}

pub(super) fn missing() -> Problem {
    Problem::not_found("SLA policy")
}

/// What kept a command from doing something with an SLA policy.
pub(super) fn refused(error: CommandError) -> Problem {
    match error {
        CommandError::NotFound => missing(),
        error => error.into(),
    }
}

/// The policy after a command.
pub(super) fn sla_policy_answer(
    status: StatusCode,
    committed: &Committed<SlaPolicyState>,
) -> Result<Response, Problem> {
    let (definition, revision) = committed.state.latest().ok_or_else(missing)?;
    let body = SlaPolicyBody::new(committed.id, committed.version, revision, definition);
    let mut headers = committed_headers(committed);
    if status == StatusCode::CREATED {
        headers.extend(location(&format!("/api/v1/sla-policies/{}", committed.id)));
    }
    Ok((status, AppendHeaders(headers), Json(body)).into_response())
}
