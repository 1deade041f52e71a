//! What the master key is used for: wrapping the keys of subjects, and keyed hashes.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::{Claim, Identifier};

const NONCE: usize = 12;

/// Keys derived from the master key. The master key itself never enters the database.
#[derive(Clone)]
pub struct Secrets {
    hashing: [u8; 32],
    wrapping: [u8; 32],
}

impl Secrets {
    /// Derives the working keys from the 32-byte master key.
    pub fn from_master(master: &[u8; 32]) -> Self {
        Self {
            hashing: hmac(master, &[b"docket/hashing/v1"]),
            wrapping: hmac(master, &[b"docket/wrapping/v1"]),
        }
    }

    /// HMAC-SHA-256 over the parts, each with its length, under a key of its own for every `label`.
    pub fn mac(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let key = hmac(&self.hashing, &[label.as_bytes()]);
        let lengths: Vec<[u8; 8]> =
            parts.iter().map(|part| (part.len() as u64).to_be_bytes()).collect();
        let mut all: Vec<&[u8]> = Vec::with_capacity(parts.len() * 2);
        for (length, part) in lengths.iter().zip(parts) {
            all.push(length);
            all.push(part);
        }
        hmac(&key, &all)
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

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so this cannot fail; an empty key is its identity.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
