//! Import of tickets from files.
//!
//! The file streams through: `body` takes it out of the request, `upload` hands it over to the reader, which may
//! block, and counts it; `answer` tells what became of it. A large file takes another way: `job` keeps it and puts
//! its import off.

mod answer;
mod body;
mod file;
mod job;
mod upload;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of imports.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(file::import_csv))
        .routes(routes!(file::import_json))
        .routes(routes!(file::import_xml))
}
