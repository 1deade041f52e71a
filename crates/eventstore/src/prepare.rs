//! From an append request to what the database is sent: sealed, serialised, hashed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::error::MAX_EVENT_BYTES;
use crate::keys::{Freshness, KeyRing, Mapping, SubjectKey};
use crate::leaf::{LeafFields, leaf};
use crate::{
    Actor, Ambient, AppendRequest, Claim, Credential, Expected, Metadata, NewEvent, StoreError,
    StreamAppend, Subject, personal,
};

/// A request that is ready to be sent.
pub(crate) struct Prepared {
    pub(crate) command_id: Uuid,
    pub(crate) body_hash: [u8; 32],
    pub(crate) streams: Vec<PreparedStream>,
    pub(crate) events: Vec<PreparedEvent>,
    pub(crate) claims: Vec<(Claim, Uuid)>,
    pub(crate) releases: Vec<Claim>,
    pub(crate) credentials: Vec<Credential>,
    /// The keys that sealed something.
    pub(crate) keys: Vec<Arc<SubjectKey>>,
    /// The identifiers those keys' subjects were found by.
    pub(crate) mappings: Vec<Arc<Mapping>>,
    /// Erasure epoch from before the keys were read.
    pub(crate) epoch: i64,
    pub(crate) bytes: usize,
}

pub(crate) struct PreparedStream {
    pub(crate) stream_id: Uuid,
    pub(crate) expected: Expected,
    pub(crate) events: i32,
}

pub(crate) struct PreparedEvent {
    /// Index into the request's streams, from 0.
    pub(crate) stream: usize,
    /// From 1 within the stream of this request.
    pub(crate) ordinal: i32,
    pub(crate) event_id: Uuid,
    pub(crate) kind: &'static str,
    pub(crate) event_type: String,
    pub(crate) schema_version: i16,
    pub(crate) data: Vec<u8>,
    pub(crate) metadata: Vec<u8>,
    pub(crate) leaf: [u8; 32],
}

/// Metadata as it is stored.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredMetadata {
    pub(crate) actor: Actor,
    pub(crate) correlation_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) causation_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) traceparent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) occurred_at: Option<DateTime<Utc>>,
}

/// Seals, serialises and hashes a request.
pub(crate) async fn prepare(
    request: &AppendRequest,
    keys: &KeyRing,
    ambient: &Ambient,
) -> Result<Prepared, StoreError> {
    let epoch = keys.epoch();
    let mut prepared = Prepared {
        command_id: request.command_id,
        body_hash: request.body_hash,
        streams: Vec::with_capacity(request.streams.len()),
        events: Vec::new(),
        claims: request.claims.clone(),
        releases: request.releases.clone(),
        credentials: request.credentials.clone(),
        keys: Vec::new(),
        mappings: Vec::new(),
        epoch,
        bytes: 0,
    };
    for (index, stream) in request.streams.iter().enumerate() {
        let key = if stream.events.iter().any(|event| personal::has_personal(&event.data)) {
            Some(subject_key(stream, keys, &mut prepared).await?)
        } else {
            None
        };
        let client = seal_client(&request.metadata, stream, keys, ambient, &mut prepared).await?;
        let mut ordinal = 0;
        for event in &stream.events {
            ordinal += 1;
            let metadata = metadata_bytes(&request.metadata, client.clone(), event)?;
            let event =
                prepare_event(index, ordinal, stream, event, metadata, key.as_deref(), ambient)?;
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
            let Some(first) = mappings.first() else {
                return keys.of_subject(stream.stream_id, Freshness::Looked).await;
            };
            let key = keys.of_subject(first.subject_id, Freshness::Looked).await?;
            prepared.mappings.extend(mappings);
            key
        }
    };
    if prepared.keys.iter().all(|known| known.key_id != key.key_id) {
        prepared.keys.push(Arc::clone(&key));
    }
    Ok(key)
}

/// The client is sealed under the actor, or under the stream's own subject where the actor is nobody we know.
async fn seal_client(
    metadata: &Metadata,
    stream: &StreamAppend,
    keys: &KeyRing,
    ambient: &Ambient,
    prepared: &mut Prepared,
) -> Result<Option<Value>, StoreError> {
    let Some(client) = &metadata.client else { return Ok(None) };
    if stream.events.is_empty() {
        return Ok(None);
    }
    let key = match metadata.actor.user() {
        Some(user) => {
            let key = keys.of_subject(user, Freshness::Looked).await?;
            if prepared.keys.iter().all(|known| known.key_id != key.key_id) {
                prepared.keys.push(Arc::clone(&key));
            }
            key
        }
        None => subject_key(stream, keys, prepared).await?,
    };
    let clear = serde_json::to_value(client).map_err(|_| StoreError::Sealing)?;
    let mut value = serde_json::json!({ "$personal": clear });
    personal::seal(&mut value, key.key_id, &key.key, ambient)?;
    Ok(Some(value))
}

fn metadata_bytes(
    metadata: &Metadata,
    client: Option<Value>,
    event: &NewEvent,
) -> Result<Vec<u8>, StoreError> {
    let stored = StoredMetadata {
        actor: metadata.actor,
        correlation_id: metadata.correlation_id.clone(),
        causation_id: metadata.causation_id,
        traceparent: metadata.traceparent.clone(),
        client,
        occurred_at: event.occurred_at,
    };
    serde_json::to_vec(&stored).map_err(|_| StoreError::Sealing)
}

fn prepare_event(
    stream_index: usize,
    ordinal: i32,
    stream: &StreamAppend,
    event: &NewEvent,
    metadata: Vec<u8>,
    key: Option<&SubjectKey>,
    ambient: &Ambient,
) -> Result<PreparedEvent, StoreError> {
    let mut data = event.data.clone();
    if let Some(key) = key {
        personal::seal(&mut data, key.key_id, &key.key, ambient)?;
    }
    let data = serde_json::to_vec(&data).map_err(|_| StoreError::Sealing)?;
    let bytes = data.len() + metadata.len();
    let event_type = event.event_type.to_string();
    if bytes > MAX_EVENT_BYTES {
        return Err(StoreError::EventTooLarge { event_type, bytes });
    }
    let event_id = ambient.uuid_v7();
    let leaf = leaf(&LeafFields {
        event_id,
        stream_id: stream.stream_id,
        kind: stream.kind.0,
        event_type: &event_type,
        schema_version: event.schema_version,
        data: &data,
        metadata: &metadata,
    });
    Ok(PreparedEvent {
        stream: stream_index,
        ordinal,
        event_id,
        kind: stream.kind.0,
        event_type,
        schema_version: event.schema_version,
        data,
        metadata,
        leaf,
    })
}
