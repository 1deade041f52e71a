//! From a Kafka message to a ticket.

use commands::inbound::{BadField, InboundTicket, ReadInbound, RepeatName, UnknownFields};
use commands::{Commands, Context};
use eventstore::kafka::headers_of;
use rdkafka::Message;
use rdkafka::message::{Header, OwnedMessage};
use serde_json::{Map, Value, json};

use super::failure::Failure;

/// The largest value that is looked at, in bytes: as much as an ordinary request may have.
pub const MAX_VALUE_BYTES: usize = 1 << 20;

/// Headers that may name what a message belongs to, the first one found counts.
const CORRELATION: [&str; 3] = ["correlation_id", "x-correlation-id", "ce_id"];
const TRACEPARENT: [&str; 2] = ["traceparent", "ce_traceparent"];

/// What is wrong with a message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    /// A sentence.
    pub(super) reason: String,
    /// `{loc, msg, type}` of each bad field, `loc` beginning with `value`.
    pub(super) errors: Vec<Value>,
}

impl Fault {
    pub(super) fn of(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), errors: Vec::new() }
    }

    pub(super) fn fields(fields: &[BadField]) -> Self {
        let reason = match fields {
            [one] => format!("The field {} is not valid: {}", one.field, one.msg),
            several => format!("{} fields are not valid.", several.len()),
        };
        let error = |field: &BadField| {
            let mut loc = vec!["value"];
            loc.extend(field.field.split('.'));
            json!({ "loc": loc, "msg": field.msg, "type": field.kind })
        };
        Self { reason, errors: fields.iter().map(error).collect() }
    }
}

/// Reads the ticket of a message, and holds it against the settings.
pub(super) async fn ticket(
    commands: &Commands,
    message: &OwnedMessage,
) -> Result<InboundTicket, Failure> {
    let fields = object(message).map_err(Failure::Message)?;
    let ReadInbound { ticket, .. } =
        commands.read_inbound_ticket(fields, UnknownFields::Refused).await?;
    Ok(ticket)
}

fn object(message: &OwnedMessage) -> Result<Map<String, Value>, Fault> {
    let bytes = message.payload().unwrap_or_default();
    if bytes.is_empty() {
        return Err(Fault::of("The message has no value."));
    }
    if bytes.len() > MAX_VALUE_BYTES {
        let (is, may) = (bytes.len(), MAX_VALUE_BYTES);
        return Err(Fault::of(format!("The value has {is} bytes, more than {may}.")));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::of("The value is not UTF-8."))?;
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Fault::of("The value is not a JSON object.")),
        Err(error) => Err(Fault::of(format!("The value is not JSON: {error}."))),
    }
}

/// Docket itself opens the ticket, in the name of the message.
pub(super) fn context(commands: &Commands, message: &OwnedMessage) -> Context {
    let place = place(message);
    let correlation = sent(message, &CORRELATION, is_sound).unwrap_or(place);
    let traceparent = sent(message, &TRACEPARENT, is_traceparent);
    Context { traceparent, ..Context::system(commands.store().ambient(), correlation) }
}

/// What tells a repeat of the message when it has no external id. Without a key, its place and
/// time do: then a second delivery is told from the first, not a second sending.
pub(super) fn repeat_name<'a>(message: &'a OwnedMessage, place: &'a str) -> RepeatName<'a> {
    match message.key().filter(|key| !key.is_empty()) {
        Some(key) => RepeatName::Key(key),
        None => RepeatName::Place(place),
    }
}

/// Topic, partition and offset; and the time, as a topic that is made anew begins at 0 again.
pub(super) fn place(message: &OwnedMessage) -> String {
    let time = message.timestamp().to_millis().unwrap_or_default();
    format!("{}-{}-{}-{time}", message.topic(), message.partition(), message.offset())
}

/// The first of these headers that is there and sound.
fn sent(message: &OwnedMessage, names: &[&str], is_good: fn(&str) -> bool) -> Option<String> {
    // Headers are optional: ones that cannot be read are none.
    let headers = headers_of(message).ok()?;
    let good = |header: &Header<'_, &[u8]>, name: &str| {
        let text = std::str::from_utf8(header.value?).ok()?;
        (header.key.eq_ignore_ascii_case(name) && is_good(text)).then(|| text.to_owned())
    };
    names.iter().find_map(|name| headers.iter().find_map(|header| good(header, name)))
}

/// As in the header `X-Correlation-Id` of a request: nothing that could be a sentence or an
/// address.
fn is_sound(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// `00-<32 hex>-<16 hex>-<2 hex>` (W3C Trace Context).
fn is_traceparent(text: &str) -> bool {
    let is_hex = |part: &str, length: usize| {
        part.len() == length
            && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts.as_slice(), ["00", trace, parent, flags]
        if is_hex(trace, 32) && is_hex(parent, 16) && is_hex(flags, 2))
}

#[cfg(test)]
mod tests {
    use rdkafka::Timestamp;
    use rdkafka::message::OwnedHeaders;

    use super::*;

    fn message(value: Option<&[u8]>, headers: Option<OwnedHeaders>) -> OwnedMessage {
        let time = Timestamp::CreateTime(7);
        let value = value.map(<[u8]>::to_vec);
        OwnedMessage::new(value, None, "t.inbound.tickets".into(), time, 1, 5, headers)
    }

    #[test]
    fn what_is_no_object_is_told_from_what_is() {
        for (value, reason) in [
            (None, "The message has no value."),
            (Some(&b""[..]), "The message has no value."),
            (Some(b"\xff"), "The value is not UTF-8."),
            (Some(b"[]"), "The value is not a JSON object."),
            (Some(b"{"), "The value is not JSON: EOF while parsing an object at line 1 column 1."),
        ] {
            assert_eq!(object(&message(value, None)).unwrap_err().reason, reason);
        }
        let large = vec![b' '; MAX_VALUE_BYTES + 1];
        assert!(object(&message(Some(&large), None)).unwrap_err().reason.contains("1048577"));
        assert!(object(&message(Some(b"{}"), None)).unwrap().is_empty());
    }

    #[test]
    fn a_sound_header_names_what_a_message_belongs_to() {
        let header = |key, value| Header { key, value: Some(value) };
        let headers = OwnedHeaders::new()
            .insert(header("correlation_id", "ada@example.com"))
            .insert(header("ce_id", "e-1"))
            .insert(header("traceparent", "not one"));
        let message = message(None, Some(headers));
        assert_eq!(sent(&message, &CORRELATION, is_sound).as_deref(), Some("e-1"));
        assert_eq!(sent(&message, &TRACEPARENT, is_traceparent), None);
        assert_eq!(place(&message), "t.inbound.tickets-1-5-7");
    }
}
