//! Requests per time, told in `RateLimit-*` headers.

use std::net::IpAddr;
use std::num::NonZeroU32;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::user::Role;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

use super::{Caller, ClientAddress};
use crate::conventions::Problem;
use crate::{Api, RateLimits};

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

type Keyed<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// One limiter per kind of request.
pub(crate) struct Limiter {
    clock: DefaultClock,
    logins: Option<Keyed<IpAddr>>,
    publisher_tickets: Option<Keyed<Uuid>>,
    users: Option<Keyed<Uuid>>,
    tokens: Option<Keyed<Uuid>>,
    anonymous: Option<Keyed<IpAddr>>,
    links: Option<Keyed<IpAddr>>,
}

/// What is left after a request.
struct Standing {
    limit: u32,
    remaining: u32,
    /// Seconds until the next request is possible (when none is left) or all of them are again.
    reset: u64,
    exhausted: bool,
}

impl Limiter {
    pub(crate) fn new(limits: RateLimits) -> Self {
        fn keyed<K: std::hash::Hash + Eq + Clone>(
            limit: Option<u32>,
            quota: fn(NonZeroU32) -> Quota,
        ) -> Option<Keyed<K>> {
            let quota = quota(NonZeroU32::new(limit?)?);
            Some(RateLimiter::keyed(quota).with_middleware())
        }
        Self {
            clock: DefaultClock::default(),
            logins: keyed(limits.logins_per_minute, Quota::per_minute),
            publisher_tickets: keyed(limits.publisher_tickets_per_hour, Quota::per_hour),
            users: keyed(limits.user_requests_per_minute, Quota::per_minute),
            tokens: keyed(limits.token_requests_per_minute, Quota::per_minute),
            anonymous: keyed(limits.anonymous_requests_per_second, Quota::per_second),
            // A page shows many pictures at once; whoever gave the links out was counted.
            links: keyed(limits.user_requests_per_minute, Quota::per_minute),
        }
    }

    fn check<K: std::hash::Hash + Eq + Clone>(
        &self,
        limiter: Option<&Keyed<K>>,
        key: &K,
    ) -> Option<Standing> {
        let limiter = limiter?;
        Some(match limiter.check_key(key) {
            Ok(state) => {
                let quota = state.quota();
                let limit = quota.burst_size().get();
                let remaining = state.remaining_burst_capacity();
                let missing = limit.saturating_sub(remaining);
                let reset = quota.replenish_interval().saturating_mul(missing).as_secs_f64();
                Standing { limit, remaining, reset: ceil(reset), exhausted: false }
            }
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.clock.now()).as_secs_f64();
                let limit = not_until.quota().burst_size().get();
                Standing { limit, remaining: 0, reset: ceil(wait).max(1), exhausted: true }
            }
        })
    }

    /// Forgets callers that have all their requests again, so that memory does not grow with the visitors.
    pub(crate) fn forget_idle(&self) {
        for limiter in [&self.logins, &self.anonymous, &self.links].into_iter().flatten() {
            limiter.retain_recent();
        }
        for limiter in [&self.publisher_tickets, &self.users, &self.tokens].into_iter().flatten() {
            limiter.retain_recent();
        }
    }
}

fn ceil(seconds: f64) -> u64 {
    // Never negative, never beyond an hour.
    seconds.ceil() as u64
}

/// Counts the request against its limit. Stands inside of authentication.
pub(crate) async fn limit_rate(State(api): State<Api>, request: Request, next: Next) -> Response {
    let Some(standing) = standing(&api, &request) else { return next.run(request).await };
    if standing.exhausted {
        let detail = format!("Too many requests. Try again in {} s.", standing.reset);
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail)
            .with_header(header::RETRY_AFTER, &standing.reset.to_string());
        return tell(problem.into_response(), &standing);
    }
    tell(next.run(request).await, &standing)
}

fn standing(api: &Api, request: &Request) -> Option<Standing> {
    let limiter = &api.limiter;
    let address = request.extensions().get::<ClientAddress>()?.0;
    let path = request.uri().path();
    if request.method() == Method::POST && path == "/api/v1/users/token" {
        return limiter.check(limiter.logins.as_ref(), &address);
    }
    if matches!(path, "/" | "/healthz" | "/readyz" | "/metrics" | "/api/openapi.json") {
        return None;
    }
    if path.starts_with("/api/docs") {
        // A page is a dozen requests.
        return None;
    }
    let Some(caller) = request.extensions().get::<Caller>() else {
        if api.files.is_link(&api.ambient, path, request.uri().query().unwrap_or_default()) {
            return limiter.check(limiter.links.as_ref(), &address);
        }
        return limiter.check(limiter.anonymous.as_ref(), &address);
    };
    let Some(user) = caller.user else {
        // Open mode is for the machine's own tools; they share no user to count by.
        return None;
    };
    if let Some(token) = caller.token {
        return limiter.check(limiter.tokens.as_ref(), &token);
    }
    let opens = request.method() == Method::POST && path == "/api/v1/tickets";
    if opens && caller.role == Role::Publisher {
        return limiter.check(limiter.publisher_tickets.as_ref(), &user.uuid());
    }
    limiter.check(limiter.users.as_ref(), &user.uuid())
}

fn tell(mut response: Response, standing: &Standing) -> Response {
    let headers = response.headers_mut();
    headers.insert(LIMIT, HeaderValue::from(standing.limit));
    headers.insert(REMAINING, HeaderValue::from(standing.remaining));
    headers.insert(RESET, HeaderValue::from(standing.reset));
    response
}
