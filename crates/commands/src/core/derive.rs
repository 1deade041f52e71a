//! Ids that follow from other ids, so that a repeat makes the same ones.

use eventstore::Secrets;
use uuid::Uuid;

/// The id of part `index` of what the command `parent` does. Begins with the parent's time, so that
/// the index of receipts stays local.
pub fn derive_command_id(secrets: &Secrets, parent: Uuid, part: &str, index: u64) -> Uuid {
    derived(secrets, parent, part, &index.to_be_bytes())
}

/// A UUID of version 7 with the time of `parent` that nobody can guess from it.
pub(crate) fn derived(secrets: &Secrets, parent: Uuid, label: &str, salt: &[u8]) -> Uuid {
    const TIME: usize = 6;
    let mac = secrets.mac("derived-id", &[parent.as_bytes(), label.as_bytes(), salt]);
    let mut bytes = [0; 16];
    bytes[..TIME].copy_from_slice(&parent.as_bytes()[..TIME]);
    bytes[TIME..].copy_from_slice(&mac[..16 - TIME]);
    uuid::Builder::from_bytes(bytes)
        .with_version(uuid::Version::SortRand)
        .with_variant(uuid::Variant::RFC4122)
        .into_uuid()
}
