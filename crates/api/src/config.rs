//! What can be configured of the API.

use std::time::Duration;

use domain::user::Role;
use ipnet::IpNet;

use crate::AsyncApiOptions;
use crate::auth::JwtKeys;

/// Configuration of the API.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// The role of requests without `Authorization`; `None` refuses them.
    pub open_mode: Option<Role>,
    /// Origins whose pages may call with credentials.
    pub cors_allowed_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Keys of the access tokens; the first signs, all verify.
    pub jwt: JwtKeys,
    /// Requests per time.
    pub rate_limits: RateLimits,
    /// Largest body of an ordinary request, in bytes.
    pub max_body_bytes: usize,
    /// Largest import file, in bytes.
    pub max_import_bytes: usize,
    /// An import file with more bytes is imported by a job.
    pub import_job_bytes: usize,
    /// How long a query with `Docket-Min-Position` waits for the views.
    pub max_view_wait: Duration,
    /// What the AsyncAPI document and the events' schemas say of this Docket.
    pub asyncapi: AsyncApiOptions,
}

/// Requests per time; `None` is no limit.
#[derive(Debug, Clone, Copy)]
pub struct RateLimits {
    /// Log-ins a minute per address.
    pub logins_per_minute: Option<u32>,
    /// New tickets an hour per publisher.
    pub publisher_tickets_per_hour: Option<u32>,
    /// Everything else, a minute per user.
    pub user_requests_per_minute: Option<u32>,
    /// Everything else, a minute per API token.
    pub token_requests_per_minute: Option<u32>,
    /// Requests a second per address without a sign-in.
    pub anonymous_requests_per_second: Option<u32>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            logins_per_minute: Some(5),
            publisher_tickets_per_hour: Some(30),
            user_requests_per_minute: Some(600),
            token_requests_per_minute: Some(6000),
            anonymous_requests_per_second: Some(10),
        }
    }
}

impl RateLimits {
    /// No limits at all: for measuring.
    pub fn off() -> Self {
        Self {
            logins_per_minute: None,
            publisher_tickets_per_hour: None,
            user_requests_per_minute: None,
            token_requests_per_minute: None,
            anonymous_requests_per_second: None,
        }
    }
}
