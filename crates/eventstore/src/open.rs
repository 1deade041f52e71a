//! Opening stored events: personal values decrypted where their keys still exist.

use std::collections::HashSet;

use serde_json::Value;
use uuid::Uuid;

use crate::prepare::StoredMetadata;
use crate::{Client, EventStore, Metadata, OpenedEvent, StoreError, StoredEvent, erase, personal};

impl EventStore {
    /// Opens events, in their order, with at most one query for the keys that are not cached.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] names the first event that is not what was written.
    pub async fn open_events(
        &self,
        events: Vec<StoredEvent>,
    ) -> Result<Vec<OpenedEvent>, StoreError> {
        let mut parsed = Vec::with_capacity(events.len());
        let mut ids = HashSet::new();
        if events.iter().any(|event| event.event_type == erase::ERASED) {
            self.inner.keys.refresh_epoch().await?;
        }
        for event in events {
            let unreadable = |error: serde_json::Error| StoreError::Unreadable {
                position: event.position,
                reason: error.to_string(),
            };
            let data: Value = serde_json::from_slice(&event.data).map_err(unreadable)?;
            let metadata: StoredMetadata =
                serde_json::from_slice(&event.metadata).map_err(unreadable)?;
            personal::key_ids(&data, &mut |id| {
                ids.insert(id);
            });
            if let Some(client) = &metadata.client {
                personal::key_ids(client, &mut |id| {
                    ids.insert(id);
                });
            }
            parsed.push((event, data, metadata));
        }
        let keys = self.inner.keys.by_ids(&ids).await?;
        let key = |id: Uuid| keys.get(&id).copied();
        parsed
            .into_iter()
            .map(|(event, data, metadata)| open(event, data, metadata, &key))
            .collect()
    }
}

/// Makes stored events readable without a key: every sealed value counts as erased. For those who ask for nothing
/// personal, and need not wait for keys.
///
/// # Errors
/// [`StoreError::Unreadable`] where the bytes are no JSON.
pub fn open_without_personal(events: Vec<StoredEvent>) -> Result<Vec<OpenedEvent>, StoreError> {
    let parsed = events.into_iter().map(|event| {
        let unreadable = |error: serde_json::Error| StoreError::Unreadable {
            position: event.position,
            reason: error.to_string(),
        };
        let data = serde_json::from_slice(&event.data).map_err(unreadable)?;
        let metadata = serde_json::from_slice(&event.metadata).map_err(unreadable)?;
        open(event, data, metadata, &|_| None)
    });
    parsed.collect()
}

fn open(
    event: StoredEvent,
    mut data: Value,
    metadata: StoredMetadata,
    key: &impl Fn(Uuid) -> Option<[u8; 32]>,
) -> Result<OpenedEvent, StoreError> {
    let position = event.position;
    let unreadable = |reason| StoreError::Unreadable { position, reason };
    personal::open(&mut data, key).map_err(unreadable)?;
    let client = metadata.client.map(|client| open_client(client, key)).transpose();
    let client = client.map_err(unreadable)?.flatten();
    Ok(OpenedEvent {
        position,
        event_id: event.event_id,
        stream_id: event.stream_id,
        kind: event.kind,
        version: event.version,
        event_type: event.event_type,
        schema_version: event.schema_version,
        data,
        metadata: Metadata {
            actor: metadata.actor,
            correlation_id: metadata.correlation_id,
            causation_id: metadata.causation_id,
            traceparent: metadata.traceparent,
            client,
        },
        occurred_at: metadata.occurred_at.unwrap_or(event.recorded_at),
        recorded_at: event.recorded_at,
    })
}

fn open_client(
    mut client: Value,
    key: &impl Fn(Uuid) -> Option<[u8; 32]>,
) -> Result<Option<Client>, String> {
    personal::open(&mut client, key)?;
    serde_json::from_value(client["$personal"].take()).map_err(|error| error.to_string())
}
