//! Whose a file is. Everything of an owner lies under one prefix, named and sealed under one key; without the key
//! neither a name nor a content tells anything.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// Where all files lie.
pub(crate) const FILES: &str = "files";

/// The key of a subject as files use it. Two owners never share a stored file, even if their contents are the same.
#[derive(Clone)]
pub struct Owner {
    key_id: Uuid,
    naming: [u8; 32],
    sealing: [u8; 32],
}

impl Owner {
    /// The owner whose key this is. `key_id` names the key and is no secret; the keys used here are derived.
    pub fn new(key_id: Uuid, key: &[u8; 32]) -> Self {
        let derive = |purpose: &[u8]| mac(key, &[b"docket/files/1/", purpose]);
        Self { key_id, naming: derive(b"name"), sealing: derive(b"seal") }
    }

    /// Names the key.
    pub fn key_id(&self) -> Uuid {
        self.key_id
    }

    /// Where a content of this hash lies. Who has the content but not the key cannot tell its address.
    pub(crate) fn address(&self, sha256: &[u8; 32], at_rest: AtRest) -> Address {
        Address { owner: self.key_id, name: mac(&self.naming, &[sha256]), at_rest }
    }

    /// The key of one sealed file, by its header.
    pub(crate) fn file_key(&self, header: &[u8]) -> [u8; 32] {
        mac(&self.sealing, &[header])
    }
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Owner({})", self.key_id)
    }
}

/// How a file lies in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AtRest {
    /// Sealed under its owner's key: gone with the key, from every backup too. Only Docket can deliver it.
    Sealed,
    /// As it came, guarded by the store alone; the store can deliver it by presigned link.
    Plain,
}

/// Where a file lies: a name that tells nothing. Stands in events as text, `{key id}/{64 hex digits}.sealed` or
/// `.plain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    owner: Uuid,
    name: [u8; 32],
    at_rest: AtRest,
}

impl Address {
    /// The key id of its owner.
    pub fn owner(&self) -> Uuid {
        self.owner
    }

    /// How it lies there.
    pub fn at_rest(&self) -> AtRest {
        self.at_rest
    }

    pub(crate) fn path(&self) -> object_store::path::Path {
        format!("{FILES}/{self}").into()
    }

    pub(crate) fn of_path(path: &object_store::path::Path) -> Option<Self> {
        path.as_ref().strip_prefix(FILES)?.strip_prefix('/')?.parse().ok()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ending = match self.at_rest {
            AtRest::Sealed => "sealed",
            AtRest::Plain => "plain",
        };
        write!(f, "{}/{}.{ending}", self.owner, hex::encode(self.name))
    }
}

/// A text that is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the address of a file")]
pub struct AddressError;

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (owner, name) = text.split_once('/').ok_or(AddressError)?;
        let (name, ending) = name.split_once('.').ok_or(AddressError)?;
        let at_rest = match ending {
            "sealed" => AtRest::Sealed,
            "plain" => AtRest::Plain,
            _ => return Err(AddressError),
        };
        let mut bytes = [0; 32];
        hex::decode_to_slice(name, &mut bytes).map_err(|_| AddressError)?;
        let owner = owner.parse().map_err(|_| AddressError)?;
        let address = Self { owner, name: bytes, at_rest };
        // One address has one spelling: no capitals, no braces.
        if address.to_string() == text { Ok(address) } else { Err(AddressError) }
    }
}

pub(crate) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_lies_elsewhere_for_each_owner_and_key() {
        let id = Uuid::from_u128(7);
        let owner = Owner::new(id, &[1; 32]);
        let address = owner.address(&[9; 32], AtRest::Sealed);
        assert_eq!(address, Owner::new(id, &[1; 32]).address(&[9; 32], AtRest::Sealed));
        assert_ne!(address.name, Owner::new(id, &[2; 32]).address(&[9; 32], AtRest::Sealed).name);
        assert_ne!(address, owner.address(&[8; 32], AtRest::Sealed));
    }

    #[test]
    fn an_address_has_one_spelling() {
        let address = Owner::new(Uuid::from_u128(7), &[1; 32]).address(&[9; 32], AtRest::Plain);
        let text = address.to_string();
        assert_eq!(text.parse(), Ok(address));
        assert_eq!(Address::of_path(&address.path()), Some(address));
        for wrong in [
            text.to_uppercase(),
            format!("../{text}"),
            format!("{text}/x"),
            text.replace(".plain", ".other"),
            text[..text.len() - 7].to_owned(),
            String::new(),
        ] {
            assert_eq!(wrong.parse::<Address>(), Err(AddressError), "{wrong}");
        }
    }
}
