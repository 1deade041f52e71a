//! The canonical encoding of an event and the hashes over it.
//!
//! A leaf covers what a writer decides (id, stream, type, data, metadata); position, version and time are given by
//! the append and covered by the seal of the batch.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::StoredEvent;

/// The fields of an event that its leaf covers.
pub(crate) struct LeafFields<'a> {
    pub(crate) event_id: Uuid,
    pub(crate) stream_id: Uuid,
    pub(crate) kind: &'a str,
    pub(crate) event_type: &'a str,
    pub(crate) schema_version: i16,
    pub(crate) data: &'a [u8],
    pub(crate) metadata: &'a [u8],
}

/// SHA-256 over `0x00 ‖ event id ‖ stream id ‖ schema version ‖ (length ‖ bytes of kind, type, data, metadata)`,
/// integers big-endian, lengths of four bytes. The leading zero is RFC 6962's mark of a leaf.
pub(crate) fn leaf(fields: &LeafFields<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(fields.event_id.as_bytes());
    hash.update(fields.stream_id.as_bytes());
    hash.update(fields.schema_version.to_be_bytes());
    for part in [fields.kind.as_bytes(), fields.event_type.as_bytes(), fields.data, fields.metadata]
    {
        // An event is capped far below 4 GiB, so the length fits.
        hash.update((part.len() as u32).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl StoredEvent {
    /// Whether the event is the one that its leaf was computed over.
    pub fn leaf_holds(&self) -> bool {
        let computed = leaf(&LeafFields {
            event_id: self.event_id,
            stream_id: self.stream_id,
            kind: &self.kind,
            event_type: &self.event_type,
            schema_version: self.schema_version,
            data: &self.data,
            metadata: &self.metadata,
        });
        computed.as_slice() == self.leaf
    }
}

/// The seal of a batch as `log.append` computes it.
pub(crate) struct SealBuilder(Sha256);

impl SealBuilder {
    /// Begins a batch after `previous` (empty for the first).
    pub(crate) fn new(previous: &[u8], first_position: i64, recorded_at: DateTime<Utc>) -> Self {
        let mut hash = Sha256::new();
        hash.update(previous);
        hash.update(first_position.to_be_bytes());
        hash.update(postgres_micros(recorded_at).to_be_bytes());
        Self(hash)
    }

    /// Adds the next event of the batch.
    pub(crate) fn event(&mut self, version: i32, leaf: &[u8]) {
        self.0.update(version.to_be_bytes());
        self.0.update(leaf);
    }

    /// The seal.
    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// Microseconds since 2000-01-01 UTC: Postgres's own representation (`timestamptz_send`).
fn postgres_micros(at: DateTime<Utc>) -> i64 {
    const EPOCH_2000: i64 = 946_684_800_000_000;
    at.timestamp_micros() - EPOCH_2000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    // Computed with another implementation. A change would make every log that exists fail its verification.
    #[test]
    fn leaf_and_seal_are_what_they_always_were() {
        let leaf = leaf(&LeafFields {
            event_id: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001),
            stream_id: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002),
            kind: "ticket",
            event_type: "ticket.opened",
            schema_version: 3,
            data: br#"{"a":1}"#,
            metadata: b"{}",
        });
        assert_eq!(hex(&leaf), "9bc3dc4218f2eb07a324f95d583f48ec99ac51c16d8feccc226555f4bad9a36d");
        let at = DateTime::from_timestamp(946_684_800, 0).unwrap();
        let mut seal = SealBuilder::new(&[], 1, at);
        seal.event(1, &leaf);
        let seal = seal.finish();
        assert_eq!(hex(&seal), "6fe61f01f21bcd7c770fc9d947b046a90a68dc6c80ee5cc8b923d8f031421b6a");
    }
}
