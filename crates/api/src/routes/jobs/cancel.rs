//! `POST /jobs/{id}/cancel`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::{job_answer, job_id, refused};
use crate::Api;
use crate::conventions::{CommandContext, Problem};
use crate::permissions::Capability;
use crate::render::JobBody;

/// Call a job off
///
/// One that waits ends at once; one that is running ends soon. What it has done by then stays done.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/cancel", tag = "Jobs",
    params(("id" = uuid::Uuid, Path, description = "Id of the job")),
    responses((status = 200, description = "The job.", body = JobBody)))]
pub(crate) async fn cancel_job(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::CancelJob)?;
    let id = job_id(&id)?;
    command.body.fields().finish()?;
    let done = api.commands.cancel_job(id, command.context.if_match).await;
    let job = done.map_err(refused)?;
    Ok(job_answer(StatusCode::OK, Vec::new(), job))
}
