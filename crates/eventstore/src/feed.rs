//! Reading the log of another Docket over HTTP.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{AUTHORIZATION, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::{Instant, sleep};
use tracing::warn;
use uuid::Uuid;

use crate::{
    Checkpoint, EventSource, MAX_EVENT_BYTES, Partition, Reading, SourcedBatch, StoreError,
    StoredEvent, Stretch,
};

/// Most events of a page, as the API has it.
const MAX_PAGE: usize = 200;
/// Most bytes of an answer: a page of the largest events, and room for what is beside their data.
const MAX_ANSWER: usize = MAX_PAGE * (MAX_EVENT_BYTES + 4096);
/// How long the other Docket is asked to wait for an event when there is none, in seconds.
const WAIT: u64 = 20;
/// How long an answer may take, above what it was asked to wait.
const PATIENCE: Duration = Duration::from_secs(30);
/// The pauses between looks where the other side does not wait by itself.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that the other side can ask for.
const LONGEST_RETRY: Duration = Duration::from_secs(60);

/// Where the feed is, and who reads it.
#[derive(Clone)]
pub struct FeedSettings {
    /// Address of the other Docket, with whatever path stands before `/api/v1`.
    pub url: String,
    /// API token of somebody who may read the log there.
    pub token: String,
}

impl fmt::Debug for FeedSettings {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FeedSettings").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The log of another Docket, in order of position: `GET /api/v1/events`.
///
/// Events are sealed as stored. Their leaves are recomputed, so an event that was changed on its way, or does not
/// follow on the one before, is [`StoreError::Unreadable`].
pub struct FeedSource {
    http: Client,
    events: Url,
    head: Url,
    token: HeaderValue,
    position: i64,
    told: Told,
}

/// Whether the consumer knows that the log is all its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    NotYet,
    Yes,
}

impl FeedSource {
    /// Begins at the beginning. Asks nothing yet.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for an address that is none, or a token that no header can carry.
    pub fn new(settings: &FeedSettings) -> Result<Self, StoreError> {
        let base = settings.url.trim_end_matches('/');
        let address = |path: &str| {
            Url::parse(&format!("{base}/api/v1/{path}"))
                .ok()
                .filter(|url| ["http", "https"].contains(&url.scheme()))
                .ok_or_else(|| refused(format!("{base:?} is no address of a Docket")))
        };
        let mut token = HeaderValue::try_from(format!("Bearer {}", settings.token.trim()))
            .map_err(|_| refused("the token has characters that no token has".to_owned()))?;
        token.set_sensitive(true);
        let http = Client::builder()
            .timeout(Duration::from_secs(WAIT) + PATIENCE)
            .connect_timeout(PATIENCE)
            // The token is for this address. Another one is for the operator to write down.
            .redirect(Policy::none())
            .build()
            .map_err(unreachable)?;
        let (events, head) = (address("events")?, address("events/head")?);
        Ok(Self { http, events, head, token, position: 0, told: Told::NotYet })
    }

    /// Position of the last event there is; 0 when there is none.
    ///
    /// # Errors
    /// As [`next`](EventSource::next).
    pub async fn head(&self) -> Result<i64, StoreError> {
        let head: Head = read(&self.ask(self.http.get(self.head.clone())).await?)?;
        Ok(head.position)
    }

    /// Nothing would ever come after a position that the other log does not have. It was there once, so that log came
    /// back from a backup, or it is another one.
    async fn expect_on_log(&self) -> Result<(), StoreError> {
        let (ours, theirs) = (self.position, self.head().await?);
        if ours <= theirs {
            return Ok(());
        }
        let address = &self.events;
        Err(refused(format!("the log of {address} ends at {theirs}, but was read up to {ours}")))
    }

    /// A page; empty when nothing came in time.
    async fn page(&self, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let request = self.http.get(self.events.clone()).query(&[
            ("after", self.position.to_string()),
            ("limit", limit.clamp(1, MAX_PAGE).to_string()),
            ("wait", WAIT.to_string()),
        ]);
        let body = self.ask(request).await?;
        let page: Page<'_> = read(&body)?;
        let events = page.items.into_iter().zip(self.position + 1..);
        events.map(|(item, expected)| item.checked(expected)).collect()
    }

    /// The body of an answer that is one. Comes back later where it is told to.
    async fn ask(&self, request: RequestBuilder) -> Result<Vec<u8>, StoreError> {
        let request =
            request.header(AUTHORIZATION, self.token.clone()).build().map_err(unreachable)?;
        let mut pause = FIRST_PAUSE;
        loop {
            let again = request.try_clone().ok_or_else(|| refused("no request".to_owned()))?;
            let response = self.http.execute(again).await.map_err(unreachable)?;
            let status = response.status();
            match status {
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                    let wait = retry_after(&response).unwrap_or(pause);
                    warn!(%status, seconds = wait.as_secs_f32(), "the feed asks to come back later");
                    sleep(wait).await;
                    pause = longer(pause);
                }
                status if status.is_success() => {
                    return body(response).await;
                }
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                    let who = "the token must be of somebody who may read the log there";
                    return Err(refused(format!("{} says {status}; {who}", self.events)));
                }
                status if status.is_redirection() => {
                    let told = response.headers().get(LOCATION);
                    let to = told.and_then(|to| to.to_str().ok()).unwrap_or("nowhere");
                    return Err(refused(format!(
                        "{} says {status} to {to}; the address must be the one itself",
                        self.events
                    )));
                }
                StatusCode::REQUEST_TIMEOUT => return Err(absent(status.to_string())),
                status if status.is_client_error() => {
                    return Err(refused(format!("{} says {status}", self.events)));
                }
                status => return Err(absent(format!("{} says {status}", self.events))),
            }
        }
    }
}

impl EventSource for FeedSource {
    async fn next(&mut self, limit: usize) -> Result<Reading, StoreError> {
        if self.told == Told::NotYet {
            self.told = Told::Yes;
            return Ok(Reading::Assigned(vec![Partition::Log]));
        }
        let mut pause = FIRST_PAUSE;
        loop {
            let asked = Instant::now();
            let events = self.page(limit).await?;
            if let Some(last) = events.last() {
                let (after, through) = (self.position, last.position);
                self.position = through;
                let partition = Partition::Log;
                let stretch = Stretch { partition, after, through, events, hint: None };
                return Ok(Reading::Batch(SourcedBatch { stretches: vec![stretch] }));
            }
            self.expect_on_log().await?;
            if asked.elapsed() < LONGEST_PAUSE {
                sleep(pause).await;
                pause = longer(pause);
            }
        }
    }

    fn seek(&mut self, _partition: &Partition, to: Checkpoint) {
        self.position = to.position;
    }
}

impl fmt::Debug for FeedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FeedSource({} after {})", self.events, self.position)
    }
}

#[derive(Deserialize)]
struct Head {
    position: i64,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    items: Vec<Item<'a>>,
}

/// An event as the API renders it.
#[derive(Deserialize)]
struct Item<'a> {
    position: i64,
    id: Uuid,
    stream_id: Uuid,
    kind: String,
    version: i32,
    #[serde(rename = "type")]
    event_type: String,
    schema_version: i16,
    // Read as text: the leaf is over these bytes, spaces and order of fields included.
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(borrow)]
    metadata: &'a RawValue,
    leaf: String,
    recorded_at: DateTime<Utc>,
}

impl Item<'_> {
    fn checked(self, expected: i64) -> Result<StoredEvent, StoreError> {
        if self.position != expected {
            let reason = format!("the feed has position {} in its place", self.position);
            return Err(StoreError::Unreadable { position: expected, reason });
        }
        let event = StoredEvent {
            position: self.position,
            event_id: self.id,
            stream_id: self.stream_id,
            kind: self.kind,
            version: self.version,
            event_type: self.event_type,
            schema_version: self.schema_version,
            data: self.data.get().as_bytes().to_vec(),
            metadata: self.metadata.get().as_bytes().to_vec(),
            leaf: hex::decode(&self.leaf).unwrap_or_default(),
            recorded_at: self.recorded_at,
        };
        if event.leaf_holds() {
            Ok(event)
        } else {
            let reason = "the hash of the event does not hold".to_owned();
            Err(StoreError::Unreadable { position: expected, reason })
        }
    }
}

/// The body, as far as it is none that no Docket would send.
async fn body(mut response: Response) -> Result<Vec<u8>, StoreError> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(unreachable)? {
        if body.len() + piece.len() > MAX_ANSWER {
            return Err(absent(format!("an answer of more than {MAX_ANSWER} bytes")));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, StoreError> {
    serde_json::from_slice(body).map_err(|error| absent(format!("no answer of a Docket: {error}")))
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).clamp(FIRST_PAUSE, LONGEST_RETRY))
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}

fn unreachable(error: reqwest::Error) -> StoreError {
    let error = error.without_url();
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        reason = format!("{reason}: {error}");
        cause = error.source();
    }
    absent(reason)
}

fn absent(reason: String) -> StoreError {
    StoreError::Source { reason }
}

fn refused(reason: String) -> StoreError {
    StoreError::Refused { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(url: &str, token: &str) -> Result<FeedSource, StoreError> {
        FeedSource::new(&FeedSettings { url: url.to_owned(), token: token.to_owned() })
    }

    #[test]
    fn an_address_may_have_a_path_and_must_be_one() {
        let source = new("https://desk.example/inner/", "t\n").unwrap();
        assert_eq!(source.events.as_str(), "https://desk.example/inner/api/v1/events");
        for bad in ["desk.example", "ftp://desk.example", ""] {
            assert!(matches!(new(bad, "t"), Err(StoreError::Refused { .. })), "{bad}");
        }
        assert!(matches!(new("http://desk.example", "a\nb"), Err(StoreError::Refused { .. })));
    }

    #[test]
    fn the_token_is_not_printed() {
        let settings = FeedSettings { url: "http://x".to_owned(), token: "sesame".to_owned() };
        let source = FeedSource::new(&settings).unwrap();
        assert!(!format!("{settings:?} {source:?} {:?}", source.token).contains("sesame"));
    }
}
