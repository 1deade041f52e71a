//! An event of the log, as stored.

use chrono::{DateTime, Utc};
use eventstore::StoredEvent;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::hex;

/// An event as the log holds it: personal values sealed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventBody {
    /// Position in the log, from 1, without gaps.
    position: i64,
    /// The event.
    id: Uuid,
    /// Its stream.
    stream_id: Uuid,
    /// Kind of the stream, such as `ticket`.
    kind: String,
    /// Version in its stream, from 1, without gaps.
    version: i32,
    /// Type of the event, such as `ticket.assigned`.
    #[serde(rename = "type")]
    event_type: String,
    /// Version of the type's schema.
    schema_version: i16,
    /// The event's data, byte for byte as it was hashed.
    #[schema(value_type = Object)]
    data: Box<RawValue>,
    /// What is known of the command behind it, byte for byte as it was hashed.
    #[schema(value_type = Object)]
    metadata: Box<RawValue>,
    /// Leaf hash: 64 hexadecimal digits.
    leaf: String,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
}

impl From<StoredEvent> for EventBody {
    fn from(event: StoredEvent) -> Self {
        Self {
            position: event.position,
            id: event.event_id,
            stream_id: event.stream_id,
            kind: event.kind,
            version: event.version,
            event_type: event.event_type,
            schema_version: event.schema_version,
            data: as_stored(event.data),
            metadata: as_stored(event.metadata),
            leaf: hex(&event.leaf),
            recorded_at: event.recorded_at,
        }
    }
}

/// The bytes themselves. Whoever checks hashes needs them as they are, spaces and order of fields included.
fn as_stored(bytes: Vec<u8>) -> Box<RawValue> {
    let json = String::from_utf8(bytes).ok().and_then(|text| RawValue::from_string(text).ok());
    // Somebody tampered with it. `verify` names the place; reading goes on.
    json.unwrap_or_else(|| RawValue::NULL.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_bytes_are_not_rewritten() {
        let stored = r#"{"b": 1.0,  "a": 1}"#;
        assert_eq!(as_stored(stored.into()).get(), stored);
        assert_eq!(as_stored(b"{\"a\"".to_vec()).get(), "null");
        assert_eq!(as_stored(vec![0xff]).get(), "null");
    }
}
