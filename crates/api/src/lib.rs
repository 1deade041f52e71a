//! Docket over HTTP: routes, log-in, permissions, problem documents, OpenAPI.
//!
//! | module | what it holds |
//! |---|---|
//! | [`router()`] | everything put together, outermost layer first |
//! | `conventions` | what all routes share: paths old and new, problems, bodies, parameters, ETags, idempotency, correlation |
//! | `auth` | who is calling: access tokens, API tokens, open mode, rate limits |
//! | [`Monitoring`] | health, metrics and status, in processes of all roles |
//! | [`permissions`] | the one table of who may do what |
//! | `render` | the shapes that clients see |
//! | `routes` | one file per endpoint: extract, authorise, call, map |
//! | [`openapi()`] | the document of the routes, generated from the handlers |
//! | [`asyncapi_document()`] | the document of the topics, generated from the events' schemas |
//! | [`schema_documents()`] | the JSON Schemas of all events, as stored, and of inbound tickets |

mod asyncapi;
mod auth;
mod config;
mod conventions;
mod files;
mod monitoring;
mod openapi;
pub mod permissions;
mod render;
mod router;
mod routes;
mod schemas;
mod state;

pub use asyncapi::{AsyncApiOptions, asyncapi_document};
pub use auth::{JwtAlgorithm, JwtKey, JwtKeys, JwtKeysError};
pub use config::{ApiConfig, RateLimits};
pub use files::Files;
pub use monitoring::{
    Attention, ConsumerStatus, JobsStatus, LeaseStatus, LogStatus, Monitoring, MonitoringOptions,
    ParkedStatus, ProcessStatus, RelayProgress, Status, StatusError,
};
pub use openapi::openapi;
pub use router::{operations_router, router};
pub use schemas::schema_documents;
pub use state::Api;
