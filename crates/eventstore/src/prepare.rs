//! From an append request to what the database is sent: sealed, serialised, hashed.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::error::MAX_EVENT_BYTES;
use crate::keys::{Freshness, KeyRing, Mapping, SubjectKey};
use crate::leaf::{LeafFields, leaf};
use crate::personal::{self, SealedValue, Sealer, Sealing};
use crate::{
    Actor, Ambient, AppendRequest, Expected, Metadata, NewEvent, StoreError, StreamAppend, Subject,
};

/// A request that is ready to be sent.
pub(crate) struct Prepared {
    pub(crate) request: Arc<AppendRequest>,
    /// One for each stream of the request.
    pub(crate) streams: Vec<PreparedStream>,
    pub(crate) events: Vec<PreparedEvent>,
    /// The keys that sealed something.
    pub(crate) keys: Vec<Arc<SubjectKey>>,
    /// The identifiers those keys' subjects were found by.
    pub(crate) mappings: Vec<Arc<Mapping>>,
    /// The erasure epoch from before it was seen that keys, which seal nothing of this, are there.
    pub(crate) relied_on: Option<i64>,
    pub(crate) bytes: usize,
}

impl Prepared {
    /// The erasure epoch from before the oldest of its keys was read; `None` when nothing was sealed.
    pub(crate) fn epoch(&self) -> Option<i64> {
        let keys = self.keys.iter().map(|key| key.epoch).chain(self.relied_on);
        keys.chain(self.mappings.iter().map(|mapping| mapping.epoch)).min()
    }

    fn add_key(&mut self, key: &Arc<SubjectKey>) {
        if self.keys.iter().all(|known| known.key_id != key.key_id) {
            self.keys.push(Arc::clone(key));
        }
    }
}

pub(crate) struct PreparedStream {
    pub(crate) stream_id: Uuid,
    pub(crate) expected: Expected,
    /// Events of the request for this stream up to here (a request may name a stream twice).
    pub(crate) events: i32,
}

pub(crate) struct PreparedEvent {
    /// Index into the request's streams, from 0.
    pub(crate) stream: usize,
    /// From 1 within the stream of this request.
    pub(crate) ordinal: i32,
    pub(crate) event_id: Uuid,
    pub(crate) kind: &'static str,
    pub(crate) event_type: Cow<'static, str>,
    pub(crate) schema_version: i16,
    pub(crate) data: Vec<u8>,
    pub(crate) metadata: Vec<u8>,
    pub(crate) leaf: [u8; 32],
}

/// Metadata as it is read back.
#[derive(Deserialize)]
pub(crate) struct StoredMetadata {
    pub(crate) actor: Actor,
    pub(crate) correlation_id: String,
    #[serde(default)]
    pub(crate) causation_id: Option<Uuid>,
    #[serde(default)]
    pub(crate) traceparent: Option<String>,
    #[serde(default)]
    pub(crate) client: Option<Value>,
    #[serde(default)]
    pub(crate) occurred_at: Option<DateTime<Utc>>,
}

/// Metadata as it is written.
#[derive(Serialize)]
struct WrittenMetadata<'a> {
    actor: Actor,
    correlation_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    causation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a SealedValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<DateTime<Utc>>,
}

/// Seals, serialises and hashes a request.
pub(crate) async fn prepare(
    request: Arc<AppendRequest>,
    keys: &KeyRing,
    ambient: &Ambient,
) -> Result<Prepared, StoreError> {
    let mut prepared = Prepared {
        request: Arc::clone(&request),
        streams: Vec::with_capacity(request.streams.len()),
        events: Vec::with_capacity(request.streams.iter().map(|s| s.events.len()).sum()),
        keys: Vec::new(),
        mappings: Vec::new(),
        relied_on: None,
        bytes: 0,
    };
    for (index, stream) in request.streams.iter().enumerate() {
        let key = if stream.events.iter().any(|event| personal::has_personal(&event.data)) {
            Some(subject_key(stream, keys, &mut prepared).await?)
        } else {
            None
        };
        let client = seal_client(&request.metadata, stream, keys, ambient, &mut prepared).await?;
        let sealer = key.map(|key| Sealer::new(key.key_id, &key.key, ambient));
        let before = prepared.streams.iter().rev().find(|s| s.stream_id == stream.stream_id);
        let mut ordinal = before.map_or(0, |same| same.events);
        for event in &stream.events {
            ordinal += 1;
            let data = match &sealer {
                Some(sealer) => serde_json::to_vec(&Sealing(&event.data, sealer)),
                None => serde_json::to_vec(&event.data),
            };
            let data = data.map_err(|_| StoreError::Sealing)?;
            let metadata = metadata_bytes(&request.metadata, client.as_ref(), event)?;
            let place = Place { index, ordinal, event_id: ambient.uuid_v7() };
            let event = prepared_event(place, stream, event, data, metadata)?;
            prepared.bytes += event.data.len() + event.metadata.len();
            prepared.events.push(event);
        }
        prepared.streams.push(PreparedStream {
            stream_id: stream.stream_id,
            expected: stream.expected,
            events: ordinal,
        });
    }
    Ok(prepared)
}

async fn subject_key(
    stream: &StreamAppend,
    keys: &KeyRing,
    prepared: &mut Prepared,
) -> Result<Arc<SubjectKey>, StoreError> {
    let key = match &stream.subject {
        Subject::Stream => {
            let freshness = match stream.expected {
                Expected::Exactly(0) => Freshness::New,
                Expected::Exactly(_) | Expected::Any => Freshness::Looked,
            };
            keys.of_subject(stream.stream_id, freshness).await?
        }
        Subject::Id(id) => keys.of_subject(*id, Freshness::Looked).await?,
        Subject::Identified(identifiers) => {
            let mappings = keys.mappings(identifiers).await?;
            let (subject_id, freshness) = match mappings.first() {
                // A subject that was made here and is stored nowhere has no key yet.
                Some(first) if !first.stored.load(Ordering::Acquire) => {
                    (first.subject_id, Freshness::New)
                }
                Some(first) => (first.subject_id, Freshness::Looked),
                None => (stream.stream_id, Freshness::Looked),
            };
            prepared.mappings.extend(mappings);
            keys.of_subject(subject_id, freshness).await?
        }
    };
    prepared.add_key(&key);
    Ok(key)
}

/// The client is sealed under the actor, or under the stream's own subject where the actor is nobody we know.
async fn seal_client(
    metadata: &Metadata,
    stream: &StreamAppend,
    keys: &KeyRing,
    ambient: &Ambient,
    prepared: &mut Prepared,
) -> Result<Option<SealedValue>, StoreError> {
    let Some(client) = &metadata.client else { return Ok(None) };
    if stream.events.is_empty() {
        return Ok(None);
    }
    let key = match metadata.actor.user() {
        Some(user) => {
            let key = keys.of_subject(user, Freshness::Looked).await?;
            prepared.add_key(&key);
            key
        }
        None => subject_key(stream, keys, prepared).await?,
    };
    let sealed = Sealer::new(key.key_id, &key.key, ambient).seal(client);
    sealed.ok_or(StoreError::Sealing).map(Some)
}

fn metadata_bytes(
    metadata: &Metadata,
    client: Option<&SealedValue>,
    event: &NewEvent,
) -> Result<Vec<u8>, StoreError> {
    let written = WrittenMetadata {
        actor: metadata.actor,
        correlation_id: &metadata.correlation_id,
        causation_id: metadata.causation_id,
        traceparent: metadata.traceparent.as_deref(),
        client,
        occurred_at: event.occurred_at,
    };
    serde_json::to_vec(&written).map_err(|_| StoreError::Sealing)
}

/// Where an event stands in its request, and what it is called.
#[derive(Clone, Copy)]
struct Place {
    index: usize,
    ordinal: i32,
    event_id: Uuid,
}

fn prepared_event(
    place: Place,
    stream: &StreamAppend,
    event: &NewEvent,
    data: Vec<u8>,
    metadata: Vec<u8>,
) -> Result<PreparedEvent, StoreError> {
    let bytes = data.len() + metadata.len();
    if bytes > MAX_EVENT_BYTES {
        return Err(StoreError::EventTooLarge { event_type: event.event_type.to_string(), bytes });
    }
    let leaf = leaf(&LeafFields {
        event_id: place.event_id,
        stream_id: stream.stream_id,
        kind: stream.kind.0,
        event_type: &event.event_type,
        schema_version: event.schema_version,
        data: &data,
        metadata: &metadata,
    });
    Ok(PreparedEvent {
        stream: place.index,
        ordinal: place.ordinal,
        event_id: place.event_id,
        kind: stream.kind.0,
        event_type: event.event_type.clone(),
        schema_version: event.schema_version,
        data,
        metadata,
        leaf,
    })
}
