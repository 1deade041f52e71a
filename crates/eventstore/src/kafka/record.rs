//! An event as a Kafka record, and back: CloudEvents 1.0 in binary mode, with extensions for what the log knows
//! beyond it. The bytes of data, metadata and leaf are those of the log.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, SecondsFormat};
use rdkafka::Message;
use rdkafka::message::{Header, OwnedHeaders};
use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

use crate::StoredEvent;
use crate::kafka::{KafkaSettings, headers_of};

/// As many headers as a record has at most.
const HEADERS: usize = 16;

/// Writes the headers of records. Keeps what they have in common.
#[derive(Debug)]
pub struct RecordWriter {
    source: String,
    schemas: Schemas,
    /// Room to write a value in, so that each need not be allocated.
    text: String,
}

#[derive(Debug)]
enum Schemas {
    /// Served by the desk: everything before the type.
    Served(String),
    Named,
}

impl RecordWriter {
    /// Writes records that say what the settings say of the desk.
    pub fn new(settings: &KafkaSettings) -> Self {
        let schemas = match &settings.public_url {
            Some(url) => Schemas::Served(format!("{}/api/schemas/", url.trim_end_matches('/'))),
            None => Schemas::Named,
        };
        Self { source: settings.source.clone(), schemas, text: String::new() }
    }

    /// The headers of an event's record. `previous` is the position of the record before it in the same partition of
    /// the topic, 0 for the first. The record's key is the text of the stream id, its value `data`.
    pub fn headers(&mut self, event: &StoredEvent, previous: i64) -> OwnedHeaders {
        let (name, schema_version) = (&event.event_type, event.schema_version);
        let text = std::mem::take(&mut self.text);
        let mut written = Written { headers: OwnedHeaders::new_with_capacity(HEADERS), text }
            .bytes("ce_specversion", b"1.0")
            .text("ce_id", event.event_id)
            .bytes("ce_type", name.as_bytes())
            .bytes("ce_source", self.source.as_bytes())
            .text("ce_subject", event.stream_id)
            .text("ce_time", event.recorded_at.to_rfc3339_opts(SecondsFormat::Micros, true));
        written = match &self.schemas {
            Schemas::Served(url) => {
                written.text("ce_dataschema", format_args!("{url}{name}.v{schema_version}.json"))
            }
            Schemas::Named => written
                .text("ce_dataschema", format_args!("urn:docket:schema:{name}:{schema_version}")),
        };
        written = written
            .bytes("content-type", b"application/json")
            .text("ce_position", event.position)
            .text("ce_version", event.version)
            .bytes("ce_kind", event.kind.as_bytes())
            .text("ce_schemaversion", schema_version)
            .text("ce_previous", previous)
            .text("ce_leaf", Hex(&event.leaf))
            .bytes("ce_metadata", &event.metadata);
        if let Some(parent) = traceparent(&event.metadata) {
            written = written.bytes("ce_traceparent", parent.as_bytes());
        }
        self.text = written.text;
        written.headers
    }
}

/// Headers being written, and room to write a value in.
struct Written {
    headers: OwnedHeaders,
    text: String,
}

impl Written {
    fn bytes(self, key: &str, value: &[u8]) -> Self {
        Self { headers: self.headers.insert(Header { key, value: Some(value) }), text: self.text }
    }

    fn text(mut self, key: &str, value: impl Display) -> Self {
        self.text.clear();
        // Writing to a String does not fail.
        let _ = write!(self.text, "{value}");
        let value = Some(self.text.as_str());
        Self { headers: self.headers.insert(Header { key, value }), text: self.text }
    }
}

/// Lower-case hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A leaf is a SHA-256; whatever is longer is written piece by piece.
        let mut digits = [0; 64];
        for piece in self.0.chunks(digits.len() / 2) {
            let digits = &mut digits[..piece.len() * 2];
            hex::encode_to_slice(piece, digits).map_err(|_| fmt::Error)?;
            f.write_str(std::str::from_utf8(digits).map_err(|_| fmt::Error)?)?;
        }
        Ok(())
    }
}

/// The trace context in the metadata, where it has one.
fn traceparent(metadata: &[u8]) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Traced<'a> {
        #[serde(borrow, default)]
        traceparent: Option<Cow<'a, str>>,
    }
    serde_json::from_slice::<Traced<'_>>(metadata).ok()?.traceparent
}

/// An event that came over Kafka.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// As the log holds it.
    pub event: StoredEvent,
    /// Position of the record before it in the same partition of the topic, 0 for the first.
    pub previous: i64,
}

/// A record that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the record at offset {offset} of {topic}/{partition} is no event: {reason}")]
pub struct BadRecord {
    /// Topic it was read from.
    pub topic: String,
    /// Partition of the topic.
    pub partition: i32,
    /// Offset in the partition.
    pub offset: i64,
    /// What is missing or wrong.
    pub reason: String,
}

/// Reads a record as the event it was made of.
///
/// # Errors
/// [`BadRecord`] names the record and the header that is missing or wrong.
pub fn parse(message: &impl Message) -> Result<Received, BadRecord> {
    read(message).map_err(|reason| BadRecord {
        topic: message.topic().to_owned(),
        partition: message.partition(),
        offset: message.offset(),
        reason,
    })
}

fn read(message: &impl Message) -> Result<Received, String> {
    let headers = headers_of(message).map_err(|error| error.to_string())?;
    if headers.is_empty() {
        return Err("it has no headers".to_owned());
    }
    let found = Found::among(headers);
    let stream_id = value::<Uuid>("ce_subject", found.subject)?;
    let time = value::<DateTime<FixedOffset>>("ce_time", found.time)?;
    let leaf = present("ce_leaf", found.leaf)?;
    let event = StoredEvent {
        position: value("ce_position", found.position)?,
        event_id: value("ce_id", found.id)?,
        stream_id,
        kind: value("ce_kind", found.kind)?,
        version: value("ce_version", found.version)?,
        event_type: value("ce_type", found.event_type)?,
        schema_version: value("ce_schemaversion", found.schema_version)?,
        data: message.payload().ok_or("it has no value")?.to_vec(),
        metadata: present("ce_metadata", found.metadata)?.to_vec(),
        leaf: hex::decode(leaf).map_err(|error| format!("ce_leaf: {error}"))?,
        recorded_at: time.to_utc(),
    };
    Ok(Received { event, previous: value("ce_previous", found.previous)? })
}

/// The headers that an event is made of.
#[derive(Default)]
struct Found<'a> {
    id: Option<&'a [u8]>,
    event_type: Option<&'a [u8]>,
    subject: Option<&'a [u8]>,
    time: Option<&'a [u8]>,
    position: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    kind: Option<&'a [u8]>,
    schema_version: Option<&'a [u8]>,
    previous: Option<&'a [u8]>,
    leaf: Option<&'a [u8]>,
    metadata: Option<&'a [u8]>,
}

impl<'a> Found<'a> {
    fn among(headers: Vec<Header<'a, &'a [u8]>>) -> Self {
        let mut found = Self::default();
        for header in headers {
            let slot = match header.key {
                "ce_id" => &mut found.id,
                "ce_type" => &mut found.event_type,
                "ce_subject" => &mut found.subject,
                "ce_time" => &mut found.time,
                "ce_position" => &mut found.position,
                "ce_version" => &mut found.version,
                "ce_kind" => &mut found.kind,
                "ce_schemaversion" => &mut found.schema_version,
                "ce_previous" => &mut found.previous,
                "ce_leaf" => &mut found.leaf,
                "ce_metadata" => &mut found.metadata,
                _ => continue,
            };
            *slot = header.value;
        }
        found
    }
}

fn present<'a>(name: &str, value: Option<&'a [u8]>) -> Result<&'a [u8], String> {
    value.ok_or_else(|| format!("{name} is missing"))
}

fn value<T: FromStr<Err: Display>>(name: &str, value: Option<&[u8]>) -> Result<T, String> {
    let text = std::str::from_utf8(present(name, value)?);
    let text = text.map_err(|error| format!("{name}: {error}"))?;
    text.parse().map_err(|error| format!("{name} is {text:?}: {error}"))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use rdkafka::Timestamp;
    use rdkafka::message::{Headers, OwnedMessage};

    use super::*;

    fn writer(public_url: Option<&str>) -> RecordWriter {
        RecordWriter {
            source: "urn:desk".into(),
            schemas: match public_url {
                Some(url) => Schemas::Served(format!("{url}/api/schemas/")),
                None => Schemas::Named,
            },
            text: String::new(),
        }
    }

    fn event() -> StoredEvent {
        StoredEvent {
            position: 42,
            event_id: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001),
            stream_id: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00ab),
            kind: "ticket".into(),
            version: 3,
            event_type: "ticket.closed".into(),
            schema_version: 2,
            data: br#"{"a":  1}"#.to_vec(),
            metadata: br#"{"actor":{"kind":"system"},"traceparent":"00-01-02-01"}"#.to_vec(),
            leaf: (0..32).collect(),
            recorded_at: DateTime::from_timestamp_micros(1_790_000_000_000_120).unwrap(),
        }
    }

    fn message(event: &StoredEvent, headers: Option<OwnedHeaders>) -> OwnedMessage {
        let (key, at) = (event.stream_id.to_string(), event.recorded_at.timestamp_millis());
        let (value, topic) = (Some(event.data.clone()), "desk.ticket".to_owned());
        let at = Timestamp::CreateTime(at);
        OwnedMessage::new(value, Some(key.into_bytes()), topic, at, 7, 11, headers)
    }

    fn text<'a>(headers: &'a OwnedHeaders, name: &str) -> Option<&'a str> {
        let header = headers.iter().find(|header| header.key == name)?;
        Some(std::str::from_utf8(header.value.unwrap()).unwrap())
    }

    #[test]
    fn a_record_is_a_cloud_event() {
        let headers = writer(None).headers(&event(), 40);
        let served = writer(Some("https://desk.example")).headers(&event(), 40);
        for (name, value) in [
            ("ce_specversion", "1.0"),
            ("ce_id", "01900000-0000-7000-8000-000000000001"),
            ("ce_type", "ticket.closed"),
            ("ce_source", "urn:desk"),
            ("ce_subject", "01900000-0000-7000-8000-0000000000ab"),
            ("ce_time", "2026-09-21T14:13:20.000120Z"),
            ("ce_dataschema", "urn:docket:schema:ticket.closed:2"),
            ("content-type", "application/json"),
            ("ce_position", "42"),
            ("ce_version", "3"),
            ("ce_kind", "ticket"),
            ("ce_schemaversion", "2"),
            ("ce_previous", "40"),
            ("ce_leaf", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
            ("ce_metadata", r#"{"actor":{"kind":"system"},"traceparent":"00-01-02-01"}"#),
            ("ce_traceparent", "00-01-02-01"),
        ] {
            assert_eq!(text(&headers, name), Some(value), "{name}");
        }
        assert_eq!(headers.count(), HEADERS);
        let schema = "https://desk.example/api/schemas/ticket.closed.v2.json";
        assert_eq!(text(&served, "ce_dataschema"), Some(schema));
    }

    #[test]
    fn without_a_trace_there_is_no_header_for_it() {
        let event = StoredEvent { metadata: br#"{"actor":{}}"#.to_vec(), ..event() };
        assert_eq!(text(&writer(None).headers(&event, 0), "ce_traceparent"), None);
    }

    #[test]
    fn what_is_no_event_is_told_with_its_place_and_the_header_at_fault() {
        let headers = OwnedHeaders::new()
            .insert(Header { key: "ce_subject", value: Some("nobody") })
            .insert(Header { key: "unknown", value: None::<&str> });
        for (headers, reason) in [
            (None, "it has no headers"),
            (Some(OwnedHeaders::new()), "it has no headers"),
            (Some(headers), "ce_subject is \"nobody\": invalid"),
        ] {
            let error = parse(&message(&event(), headers)).unwrap_err().to_string();
            assert!(error.contains("offset 11 of desk.ticket/7"), "{error}");
            assert!(error.contains(reason), "{error}");
        }
    }

    prop_compose! {
        fn events()(
            positions in (1..i64::MAX, 1..i32::MAX, i16::MIN..i16::MAX),
            ids in (any::<u128>(), any::<u128>()),
            names in ("[a-z_]{1,20}", "[a-z_]{1,20}\\.[a-z_]{1,20}"),
            data in vec(any::<u8>(), 0..300),
            metadata in vec(any::<u8>(), 0..300),
            leaf in vec(any::<u8>(), 0..70),
            micros in 0..4_000_000_000_000_000_i64,
        ) -> StoredEvent {
            StoredEvent {
                position: positions.0,
                event_id: Uuid::from_u128(ids.0),
                stream_id: Uuid::from_u128(ids.1),
                kind: names.0,
                version: positions.1,
                event_type: names.1,
                schema_version: positions.2,
                data,
                metadata,
                leaf,
                recorded_at: DateTime::from_timestamp_micros(micros).unwrap(),
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(event in events(), previous in 0..i64::MAX) {
            let headers = writer(None).headers(&event, previous);
            let received = parse(&message(&event, Some(headers)));
            prop_assert_eq!(received, Ok(Received { event, previous }));
        }
    }
}
