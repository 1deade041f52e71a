//! Dead letters: messages that cannot become tickets, as they came, with the reason.

use std::time::Duration;

use chrono::SecondsFormat;
use eventstore::Ambient;
use eventstore::kafka::KafkaSettings;
use rdkafka::Message;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{Header, Headers, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::util::Timeout;
use serde_json::Value;

use super::record::Fault;

/// What we add to the headers begins with this.
const OURS: &str = "docket_";
/// How long one attempt may take.
const DELIVERY: Duration = Duration::from_secs(30);

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
    /// A letter that is too large with its headers goes without its value, and says so.
    pub(super) async fn deliver(&self, message: &OwnedMessage, fault: &Fault) -> KafkaResult<()> {
        let headers = self.headers(message, fault);
        let too_large = match self.send(message, message.payload(), headers.clone()).await {
            Err(error) if is_too_large(&error) => error,
            result => return result,
        };
        let Some(value) = message.payload() else { return Err(too_large) };
        let omitted = header("docket_value_omitted", value.len().to_string().as_bytes(), headers);
        self.send(message, None, omitted).await
    }

    async fn send(
        &self,
        message: &OwnedMessage,
        value: Option<&[u8]>,
        headers: OwnedHeaders,
    ) -> KafkaResult<()> {
        let record = FutureRecord::<[u8], [u8]> {
            topic: &self.topic,
            partition: None,
            payload: value,
            key: message.key(),
            timestamp: None,
            headers: Some(headers),
        };
        let sent = self.producer.send(record, Timeout::After(DELIVERY)).await;
        sent.map(|_delivery| ()).map_err(|(error, _message)| error)
    }

    /// Those of the message, and ours; what an earlier death left is replaced.
    fn headers(&self, message: &OwnedMessage, fault: &Fault) -> OwnedHeaders {
        let mut headers = OwnedHeaders::new();
        for header in message.headers().into_iter().flat_map(Headers::iter) {
            if !header.key.starts_with(OURS) {
                headers = headers.insert(Header { key: header.key, value: header.value });
            }
        }
        let at = self.ambient.now().to_rfc3339_opts(SecondsFormat::Micros, true);
        for (name, value) in [
            ("docket_reason", fault.reason.clone()),
            ("docket_errors", Value::Array(fault.errors.clone()).to_string()),
            ("docket_topic", message.topic().to_owned()),
            ("docket_partition", message.partition().to_string()),
            ("docket_offset", message.offset().to_string()),
            ("docket_at", at),
        ] {
            headers = header(name, value.as_bytes(), headers);
        }
        headers
    }
}

fn header(name: &str, value: &[u8], headers: OwnedHeaders) -> OwnedHeaders {
    headers.insert(Header { key: name, value: Some(value) })
}

fn is_too_large(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::MessageSizeTooLarge | RDKafkaErrorCode::InvalidMessageSize)
    )
}
