//! How events become JSON and come back.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use serde_json::{Map, Value};

/// An enum of all events of one kind of stream, serialised as `{"type": …, "data": {…}}`.
pub trait DomainEvent: Serialize + DeserializeOwned + JsonSchema {
    /// The kind of stream these events stand in, such as `ticket`.
    const KIND: &'static str;

    /// Every event type with its newest schema version.
    const TYPES: &'static [(&'static str, i16)];

    /// The type of this event, such as `ticket.opened`.
    fn event_type(&self) -> &'static str;

    /// The schema version that [`DomainEvent::to_data`] writes.
    fn schema_version(&self) -> i16 {
        let event_type = self.event_type();
        Self::TYPES.iter().find(|(name, _)| *name == event_type).map_or(1, |(_, version)| *version)
    }

    /// The data of this event as the log stores it: an object, personal values under their marker.
    fn to_data(&self) -> Value {
        match serde_json::to_value(self) {
            Ok(Value::Object(mut tagged)) => {
                tagged.remove("data").unwrap_or_else(|| Value::Object(Map::new()))
            }
            // Our events hold no map with keys other than strings, the only thing JSON refuses.
            Ok(_) | Err(_) => unreachable!("an event is a tagged JSON object"),
        }
    }

    /// Makes an event out of what the log stores; data of an old version is brought up to date.
    ///
    /// # Errors
    /// A type or version this binary does not know, or data that does not fit its type.
    fn from_parts(event_type: &str, version: i16, data: Value) -> Result<Self, DecodeError> {
        let newest = Self::TYPES.iter().find(|(name, _)| *name == event_type);
        let Some((_, newest)) = newest else {
            return Err(DecodeError::UnknownType { event_type: event_type.to_owned() });
        };
        if version < 1 || version > *newest {
            return Err(DecodeError::UnknownVersion { event_type: event_type.to_owned(), version });
        }
        let data = Self::upcast(event_type, version, data);
        // The tag goes first, so that serde reads the data straight into its type, unbuffered.
        let tagged = [("type", Value::String(event_type.to_owned())), ("data", data)];
        Self::deserialize(MapDeserializer::new(tagged.into_iter()))
            .map_err(|source| DecodeError::Malformed { event_type: event_type.to_owned(), source })
    }

    /// Brings data of an older version of a type up to the newest. The one place for it.
    fn upcast(_event_type: &str, _version: i16, data: Value) -> Value {
        data
    }
}

/// Why stored data is no event.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// A type that this binary does not know: perhaps a newer one wrote it.
    #[error("event type {event_type} is not known to this version of Docket")]
    UnknownType {
        /// The type.
        event_type: String,
    },
    /// A version that this binary does not know: perhaps a newer one wrote it.
    #[error("version {version} of event type {event_type} is not known to this version of Docket")]
    UnknownVersion {
        /// The type.
        event_type: String,
        /// The version.
        version: i16,
    },
    /// The data does not fit the type.
    #[error("the data of an event of type {event_type} does not fit its type")]
    Malformed {
        /// The type.
        event_type: String,
        /// What did not fit.
        source: serde_json::Error,
    },
}
