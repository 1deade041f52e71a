//! One try of a request, and what it means.

use std::error::Error;
use std::time::Instant;

use domain::{RequestId, Timestamp};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};

use super::{Admission, External, Known};

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The system has the request.
    Taken {
        /// Its answer, 2xx.
        status: u16,
    },
    /// It does not want it, and will not another time either.
    Refused {
        /// In words.
        detail: String,
    },
    /// It could not be reached, or asks for patience.
    Unreached {
        /// In words.
        detail: String,
    },
}

impl External {
    /// Whether a system may be asked at `now`. Whoever may has to [`send`](Self::send).
    pub(crate) fn admit(&self, known: &Known, now: Timestamp) -> Admission {
        let admission = known.breaker.admit(now);
        self.0.metrics.breaker(&known.system.name, known.breaker.state());
        admission
    }

    /// Sends a request at `now`, and tells the breaker how it went.
    pub(crate) async fn send(
        &self,
        known: &Known,
        request: RequestId,
        body: Vec<u8>,
        now: Timestamp,
    ) -> Sent {
        let began = Instant::now();
        let sent = self.post(known, request, body, now).await;
        let took = began.elapsed();
        match sent {
            // Whoever refuses is well.
            Sent::Taken { .. } | Sent::Refused { .. } => known.breaker.succeeded(),
            Sent::Unreached { .. } => {
                let passed = chrono::TimeDelta::from_std(took).unwrap_or_default();
                known.breaker.failed(now + passed);
            }
        }
        self.0.metrics.sent(&known.system.name, &sent, took);
        self.0.metrics.breaker(&known.system.name, known.breaker.state());
        sent
    }

    async fn post(&self, known: &Known, request: RequestId, body: Vec<u8>, now: Timestamp) -> Sent {
        let (system, id, timestamp) = (&known.system, request.to_string(), now.timestamp());
        let answer = self
            .0
            .http
            .post(system.url.clone())
            .timeout(system.timeout)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", system.secret.sign(&id, timestamp, &body))
            .body(body)
            .send()
            .await;
        match answer {
            Ok(response) => meaning(&response),
            Err(error) => {
                Sent::Unreached { detail: in_words(&error, system.timeout.as_secs_f32()) }
            }
        }
    }
}

/// What the status of an answer means. Its body is not read: what counts comes to the callback URL.
fn meaning(response: &Response) -> Sent {
    let status = response.status();
    let detail = format!("It answered {status}.");
    match status {
        _ if status.is_success() => Sent::Taken { status: status.as_u16() },
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Sent::Unreached { detail },
        _ if status.is_server_error() => Sent::Unreached { detail },
        _ => Sent::Refused { detail },
    }
}

/// Why there was no answer. Without the URL, which may hold a secret of the system's.
fn in_words(error: &reqwest::Error, seconds: f32) -> String {
    if error.is_timeout() {
        return format!("It did not answer within {seconds} seconds.");
    }
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let what = if error.is_connect() { "It could not be reached" } else { "The request broke off" };
    let is_own_words = std::ptr::addr_eq(cause, error);
    if is_own_words { format!("{what}.") } else { format!("{what}: {cause}.") }
}
