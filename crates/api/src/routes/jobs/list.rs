//! `GET /jobs`

use axum::Json;
use axum::extract::State;
use commands::jobs::{JobFilter, JobStatus};
use domain::FieldErrorKind;
use projections::QueryError;
use uuid::Uuid;

use crate::Api;
use crate::auth::{Caller, Reach};
use crate::conventions::{Params, Problem, page_params};
use crate::permissions::Capability;
use crate::render::{JobBody, ListBody};

/// Matching jobs are counted to here.
const MAX_COUNT: i64 = 10_000;

/// List jobs
///
/// The newest first. Publishers see those they asked for.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "Jobs",
    params(
        ("status" = Option<Vec<String>>, Query, description = "`queued`, `running`, `succeeded`, `failed`, `dead`, `cancelled`"),
        ("queue" = Option<Vec<String>>, Query, description = "Name of the queue"),
        ("job_type" = Option<Vec<String>>, Query, description = "What is to be done, such as `import`"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of jobs.", body = ListBody<JobBody>)))]
pub(crate) async fn list_jobs(
    State(api): State<Api>,
    caller: Caller,
    mut params: Params,
) -> Result<Json<ListBody<JobBody>>, Problem> {
    let reach = caller.may(Capability::ListJobs)?;
    let page = page_params(&mut params);
    let mut filter = JobFilter {
        status: params.parse_all(&["status"], |text| {
            let expected = "`queued`, `running`, `succeeded`, `failed`, `dead` or `cancelled`";
            JobStatus::parse(text).ok_or(FieldErrorKind::Malformed { expected })
        }),
        queue: params.all(&["queue"]),
        job_type: params.all(&["job_type", "type"]),
        created_by: None,
    };
    params.finish()?;
    match reach {
        Reach::All => {}
        Reach::Own => filter.created_by = Some(caller.require_user()?),
    }
    let before = page.cursor.as_deref().map(str::parse::<Uuid>).transpose();
    let before = before.map_err(|_| Problem::from(QueryError::BadCursor))?;
    // One more says whether there are more.
    let mut jobs = api.commands.jobs(&filter, before, page.end() + 1).await?;
    let next = if jobs.len() > page.end() {
        jobs.truncate(page.end());
        jobs.last().map(|job| job.id.to_string())
    } else {
        None
    };
    let total = match page.count {
        true => Some(api.commands.count_jobs(&filter, MAX_COUNT).await?),
        false => None,
    };
    let items = jobs.into_iter().skip(page.offset as usize).map(JobBody::from).collect();
    Ok(Json(ListBody { items, next_cursor: next, total }))
}
