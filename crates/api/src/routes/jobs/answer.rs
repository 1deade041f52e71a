//! Finding a job, and answering with it.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::CommandError;
use commands::jobs::Job;
use serde_json::Value;
use uuid::Uuid;

use crate::auth::Reach;
use crate::conventions::{Problem, docket_position, etag};
use crate::render::JobBody;
use crate::{Api, auth::Caller};

/// The id in a path; what is none belongs to no job.
pub(super) fn job_id(path: &str) -> Result<Uuid, Problem> {
    path.parse().map_err(|_| missing())
}

pub(super) fn missing() -> Problem {
    Problem::not_found("job")
}

/// What kept a command from doing something with a job.
pub(super) fn refused(error: CommandError) -> Problem {
    match error {
        CommandError::NotFound => missing(),
        error => error.into(),
    }
}

/// A job that the caller may see.
pub(super) async fn visible(
    api: &Api,
    caller: &Caller,
    reach: Reach,
    id: Uuid,
) -> Result<Job, Problem> {
    let job = api.commands.job(id).await?.ok_or_else(missing)?;
    let visible = match reach {
        Reach::All => true,
        Reach::Own => job.created_by.is_some() && job.created_by == caller.user,
    };
    if visible { Ok(job) } else { Err(missing()) }
}

/// A job with its `ETag`, and how far the log was at its end, where it wrote something.
pub(crate) fn job_answer(
    status: StatusCode,
    more: Vec<(HeaderName, HeaderValue)>,
    job: Job,
) -> Response {
    let mut headers = more;
    headers.push(etag(job.version));
    let position = job.result.as_ref().and_then(|result| result.get("position"));
    headers.extend(position.and_then(Value::as_i64).map(docket_position));
    (status, AppendHeaders(headers), Json(JobBody::from(job))).into_response()
}
