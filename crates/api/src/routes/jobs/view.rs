//! `GET /jobs/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::{job_answer, job_id, visible};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem};
use crate::permissions::Capability;
use crate::render::JobBody;

/// See a job: how it stands with it, and what came of it
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "Jobs",
    params(("id" = uuid::Uuid, Path, description = "Id of the job")),
    responses((status = 200, description = "The job.", body = JobBody)))]
pub(crate) async fn view_job(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Response, Problem> {
    let reach = caller.may(Capability::ViewJob)?;
    params.finish()?;
    let job = visible(&api, &caller, reach, job_id(&id)?).await?;
    Ok(job_answer(StatusCode::OK, Vec::new(), job))
}
