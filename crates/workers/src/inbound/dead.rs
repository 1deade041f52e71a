//! Dead letters: messages that cannot become tickets, as they came, with the reason.

use std::time::Duration;

use chrono::SecondsFormat;
use eventstore::Ambient;
use eventstore::kafka::{KafkaSettings, headers_of};
use rdkafka::Message;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::util::Timeout;
use serde_json::Value;

use super::record::Fault;

/// What we add to the headers begins with this.
const OURS: &str = "docket_";
/// How long one attempt may take.
const DELIVERY: Duration = Duration::from_secs(30);
/// The longest reason, in characters.
const MAX_REASON: usize = 1000;
/// Most bytes of errors; whoever has more of them begins with these.
const MAX_ERRORS: usize = 100_000;

/// Writes dead letters.
pub(super) struct DeadLetters {
    producer: FutureProducer,
    topic: String,
    ambient: Ambient,
}

impl DeadLetters {
    pub(super) fn new(settings: &KafkaSettings, ambient: Ambient) -> KafkaResult<Self> {
        let mut config = settings.client_config();
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("message.timeout.ms", DELIVERY.as_millis().to_string())
            // What the broker took from somebody else it takes from us, compressed as it may have
            // come.
            .set("message.max.bytes", (64 << 20).to_string())
            .set("compression.type", "zstd");
        Ok(Self { producer: config.create()?, topic: settings.dead_topic(), ambient })
    }

    /// Returns once the brokers have it.
    ///
    /// A letter that is too large goes without its value, and if need be without all that came with it, and says so:
    /// one that never went would hold up its partition for ever.
    pub(super) async fn deliver(&self, message: &OwnedMessage, fault: &Fault) -> KafkaResult<()> {
        for kept in [Kept::All, Kept::AllButValue] {
            match self.send(message, fault, kept).await {
                Err(error) if is_too_large(&error) => {}
                result => return result,
            }
        }
        self.send(message, fault, Kept::Place).await
    }

    async fn send(&self, message: &OwnedMessage, fault: &Fault, kept: Kept) -> KafkaResult<()> {
        let (key, value) = match kept {
            Kept::All => (message.key(), message.payload()),
            Kept::AllButValue => (message.key(), None),
            Kept::Place => (None, None),
        };
        let record = FutureRecord::<[u8], [u8]> {
            topic: &self.topic,
            partition: None,
            payload: value,
            key,
            timestamp: None,
            headers: Some(self.headers(message, fault, kept)),
        };
        let sent = self.producer.send(record, Timeout::After(DELIVERY)).await;
        sent.map(|_delivery| ()).map_err(|(error, _message)| error)
    }

    /// Those of the message, and ours; what an earlier death left is replaced.
    fn headers(&self, message: &OwnedMessage, fault: &Fault, kept: Kept) -> OwnedHeaders {
        let mut headers = OwnedHeaders::new();
        let sent = match kept {
            Kept::All | Kept::AllButValue => headers_of(message).ok(),
            Kept::Place => None,
        };
        for header in sent.iter().flatten().filter(|header| !header.key.starts_with(OURS)) {
            headers = headers.insert(Header { key: header.key, value: header.value });
        }
        let at = self.ambient.now().to_rfc3339_opts(SecondsFormat::Micros, true);
        for (name, value) in [
            ("docket_reason", clipped(&fault.reason)),
            ("docket_errors", errors(fault)),
            ("docket_topic", message.topic().to_owned()),
            ("docket_partition", message.partition().to_string()),
            ("docket_offset", message.offset().to_string()),
            ("docket_at", at),
        ] {
            headers = header(name, &value, headers);
        }
        if sent.is_none() {
            headers = header("docket_headers_omitted", "true", headers);
        }
        let omitted = |part: Option<&[u8]>| part.map(|part| part.len().to_string());
        match kept {
            Kept::All => headers,
            Kept::AllButValue => said("docket_value_omitted", omitted(message.payload()), headers),
            Kept::Place => {
                let headers = said("docket_value_omitted", omitted(message.payload()), headers);
                said("docket_key_omitted", omitted(message.key()), headers)
            }
        }
    }
}

/// What of a message its letter keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    All,
    AllButValue,
    Place,
}

/// A reason names fields, which may be called anything.
fn clipped(reason: &str) -> String {
    match reason.char_indices().nth(MAX_REASON) {
        Some((end, _)) => format!("{}…", &reason[..end]),
        None => reason.to_owned(),
    }
}

/// As many of the errors as there is room for.
fn errors(fault: &Fault) -> String {
    let mut left = MAX_ERRORS;
    let fitting = fault.errors.iter().map(Value::to_string).take_while(|error| {
        let fits = error.len() <= left;
        left = left.saturating_sub(error.len());
        fits
    });
    format!("[{}]", fitting.collect::<Vec<_>>().join(","))
}

fn said(name: &str, value: Option<String>, headers: OwnedHeaders) -> OwnedHeaders {
    match value {
        Some(value) => header(name, &value, headers),
        None => headers,
    }
}

fn header(name: &str, value: &str, headers: OwnedHeaders) -> OwnedHeaders {
    headers.insert(Header { key: name, value: Some(value) })
}

fn is_too_large(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::MessageSizeTooLarge | RDKafkaErrorCode::InvalidMessageSize)
    )
}
