//! What the master key is used for: wrapping the keys of subjects, and keyed hashes.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::{Claim, Identifier, StoreError};

const NONCE: usize = 12;

/// Keys derived from the master key. The master key itself never enters the database.
#[derive(Clone)]
pub struct Secrets {
    hashing: [u8; 32],
    wrapping: [u8; 32],
    sealing: [u8; 32],
}

impl Secrets {
    /// Derives the working keys from the 32-byte master key.
    pub fn from_master(master: &[u8; 32]) -> Self {
        Self {
            hashing: hmac(master, &[b"docket/hashing/v1"]),
            wrapping: hmac(master, &[b"docket/wrapping/v1"]),
            sealing: hmac(master, &[b"docket/sealing/v1"]),
        }
    }

    /// HMAC-SHA-256 over the parts, each with its length, under a key of its own for every `label`.
    pub fn mac(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        hmac_of_parts(&hmac(&self.hashing, &[label.as_bytes()]), parts)
    }

    /// Seals bytes that lie in the database for a while (the input of a job, its result) and belong to no one
    /// subject. AES-256-GCM under a key of its own for every context; they open in the same context only. The context
    /// should name what they are and the row they stand in. `nonce` is to be random.
    ///
    /// # Errors
    /// [`StoreError::Sealing`], for no input we know.
    pub fn seal_bytes(
        &self,
        context: &[&[u8]],
        nonce: [u8; NONCE],
        clear: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let key = hmac_of_parts(&self.sealing, context);
        seal(&cipher(&key), Uuid::nil(), nonce, clear).ok_or(StoreError::Sealing)
    }

    /// Reverses [`seal_bytes`](Self::seal_bytes).
    ///
    /// # Errors
    /// [`StoreError::Sealing`] when they were not sealed in this context, or not under this master key.
    pub fn open_bytes(&self, context: &[&[u8]], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let key = hmac_of_parts(&self.sealing, context);
        open(&key, Uuid::nil(), sealed).ok_or(StoreError::Sealing)
    }

    /// A claim on a value that must not be readable in the log.
    pub fn claim(&self, kind: &'static str, value: &str) -> Claim {
        let mac = self.mac("claim", &[kind.as_bytes(), value.as_bytes()]);
        Claim { kind, key: mac[..16].to_vec() }
    }

    pub(crate) fn identifier_hash(&self, identifier: &Identifier) -> [u8; 32] {
        self.mac("identifier", &[identifier.kind.as_str().as_bytes(), identifier.value.as_bytes()])
    }

    pub(crate) fn wrap(&self, key_id: Uuid, key: &[u8; 32], nonce: [u8; NONCE]) -> Option<Vec<u8>> {
        seal(&cipher(&self.wrapping), key_id, nonce, key)
    }

    pub(crate) fn unwrap(&self, key_id: Uuid, wrapped: &[u8]) -> Option<[u8; 32]> {
        open(&self.wrapping, key_id, wrapped)?.try_into().ok()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

pub(crate) fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
}

/// `nonce ‖ ciphertext ‖ tag` under AES-256-GCM with the key id as associated data.
pub(crate) fn seal(
    cipher: &Aes256Gcm,
    key_id: Uuid,
    nonce: [u8; NONCE],
    clear: &[u8],
) -> Option<Vec<u8>> {
    let payload = Payload { msg: clear, aad: key_id.as_bytes() };
    let boxed = cipher.encrypt(&Nonce::from(nonce), payload).ok()?;
    let mut sealed = Vec::with_capacity(NONCE + boxed.len());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&boxed);
    Some(sealed)
}

/// Reverses [`seal`]; `None` when the bytes were not sealed under this key.
pub(crate) fn open(key: &[u8; 32], key_id: Uuid, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, boxed) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: boxed, aad: key_id.as_bytes() };
    cipher(key).decrypt(&Nonce::from(*nonce), payload).ok()
}

/// HMAC over the parts, each with its length, so that they do not run into each other.
fn hmac_of_parts(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let lengths: Vec<[u8; 8]> =
        parts.iter().map(|part| (part.len() as u64).to_be_bytes()).collect();
    let mut all: Vec<&[u8]> = Vec::with_capacity(parts.len() * 2);
    for (length, part) in lengths.iter().zip(parts) {
        all.push(length);
        all.push(part);
    }
    hmac(key, &all)
}

pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so this cannot fail; an empty key is its identity.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::from_master(&std::array::from_fn(|n| u8::try_from(n).unwrap()))
    }

    // Computed with another implementation. A change would part every identifier and claim from who holds it.
    #[test]
    fn keyed_hashes_are_what_they_always_were() {
        let mac = secrets().identifier_hash(&Identifier::email(" A@Example.org"));
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "fd3b93ecef7e89aba690552434a35934564c3e353356dd52ed65248c8fa2b679");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let secrets = secrets();
        assert_ne!(secrets.mac("l", &[b"ab", b"c"]), secrets.mac("l", &[b"a", b"bc"]));
        assert_ne!(secrets.mac("l", &[b"a"]), secrets.mac("m", &[b"a"]));
    }

    #[test]
    fn bytes_open_in_their_own_context_only() {
        let secrets = secrets();
        let sealed = secrets.seal_bytes(&[b"job-input", b"7"], [3; NONCE], b"clear").unwrap();
        assert!(!sealed.windows(5).any(|part| part == b"clear"));
        assert_eq!(secrets.open_bytes(&[b"job-input", b"7"], &sealed).unwrap(), b"clear");
        assert!(secrets.open_bytes(&[b"job-input", b"8"], &sealed).is_err());
        assert!(secrets.open_bytes(&[b"job-input7", b""], &sealed).is_err());
        let other = Secrets::from_master(&[1; 32]);
        assert!(other.open_bytes(&[b"job-input", b"7"], &sealed).is_err());
    }

    #[test]
    fn a_box_opens_under_its_own_key_and_id_only_and_not_when_changed() {
        let (key, other) = ([1; 32], [2; 32]);
        let (id, other_id) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = seal(&cipher(&key), id, [3; NONCE], b"clear").unwrap();
        assert_eq!(open(&key, id, &sealed).as_deref(), Some(b"clear".as_slice()));
        assert_eq!(open(&other, id, &sealed), None);
        assert_eq!(open(&key, other_id, &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(open(&key, id, &changed), None);
        }
        assert_eq!(open(&key, id, &sealed[..NONCE - 1]), None);
    }
}
