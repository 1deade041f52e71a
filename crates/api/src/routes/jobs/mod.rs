//! Jobs: what was asked for and is done later.

mod answer;
mod cancel;
mod list;
mod retry;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

pub(crate) use answer::job_answer;

/// The routes of jobs.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list_jobs))
        .routes(routes!(view::view_job))
        .routes(routes!(cancel::cancel_job))
        .routes(routes!(retry::retry_job))
}
