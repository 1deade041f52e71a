//! Sealing and opening the personal values inside an event's JSON.
//!
//! A writer marks a personal value as `{"$personal": value}`; what is written is
//! `{"$sealed": {"key": "<uuid>", "box": "<base64 of nonce ‖ ciphertext ‖ tag>"}}`.

use aes_gcm::Aes256Gcm;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::ser::{Error, Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Ambient, secrets};

const PERSONAL: &str = "$personal";
const SEALED: &str = "$sealed";

/// Does the value hold anything personal that is known?
pub(crate) fn has_personal(value: &Value) -> bool {
    match value {
        Value::Object(map) => match marked(map, PERSONAL) {
            Some(inner) => !inner.is_null(),
            None => map.values().any(has_personal),
        },
        Value::Array(items) => items.iter().any(has_personal),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// What seals personal values: a key with its id, and randomness for the nonces.
pub(crate) struct Sealer<'a> {
    cipher: Aes256Gcm,
    key_id: Uuid,
    ambient: &'a Ambient,
}

impl<'a> Sealer<'a> {
    pub(crate) fn new(key_id: Uuid, key: &[u8; 32], ambient: &'a Ambient) -> Self {
        Self { cipher: secrets::cipher(key), key_id, ambient }
    }

    /// The sealed form of a value.
    pub(crate) fn seal<T: Serialize>(&self, clear: &T) -> Option<SealedValue> {
        let clear = serde_json::to_vec(clear).ok()?;
        let boxed = secrets::seal(&self.cipher, self.key_id, self.ambient.bytes(), &clear)?;
        let content = SealedContent { key: self.key_id, boxed: BASE64.encode(boxed) };
        Some(SealedValue { content })
    }
}

/// A sealed value as it is written.
#[derive(serde::Serialize)]
pub(crate) struct SealedValue {
    #[serde(rename = "$sealed")]
    content: SealedContent,
}

#[derive(serde::Serialize)]
struct SealedContent {
    key: Uuid,
    #[serde(rename = "box")]
    boxed: String,
}

/// Serialises a value, on the way replacing every known personal value by its sealed form.
/// An erased one stays `{"$personal": null}`.
pub(crate) struct Sealing<'a>(pub(crate) &'a Value, pub(crate) &'a Sealer<'a>);

impl Serialize for Sealing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(value, sealer) = *self;
        match value {
            Value::Object(map) => match marked(map, PERSONAL) {
                Some(Value::Null) => value.serialize(serializer),
                Some(inner) => {
                    let sealed = sealer.seal(inner);
                    sealed.ok_or_else(|| S::Error::custom("not sealed"))?.serialize(serializer)
                }
                None => serializer.collect_map(map.iter().map(|(k, v)| (k, Sealing(v, sealer)))),
            },
            Value::Array(items) => serializer.collect_seq(items.iter().map(|v| Sealing(v, sealer))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                value.serialize(serializer)
            }
        }
    }
}

/// Calls `found` with the key id of every sealed value.
pub(crate) fn key_ids(value: &Value, found: &mut impl FnMut(Uuid)) {
    match value {
        Value::Object(map) => match marked(map, SEALED) {
            Some(sealed) => {
                if let Some(id) = sealed["key"].as_str().and_then(|id| id.parse().ok()) {
                    found(id);
                }
            }
            None => map.values().for_each(|v| key_ids(v, found)),
        },
        Value::Array(items) => items.iter().for_each(|v| key_ids(v, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Replaces every sealed value by `{"$personal": value}`, or `{"$personal": null}` when its key is gone.
/// A box that its key does not open is an error: it was tampered with.
pub(crate) fn open(
    value: &mut Value,
    key: &impl Fn(Uuid) -> Option<[u8; 32]>,
) -> Result<(), String> {
    match value {
        Value::Object(map) => {
            let Some(sealed) = marked(map, SEALED) else {
                return map.values_mut().try_for_each(|v| open(v, key));
            };
            let clear = open_one(sealed, key)?;
            map.clear();
            map.insert(PERSONAL.into(), clear);
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|v| open(v, key)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn open_one(sealed: &Value, key: &impl Fn(Uuid) -> Option<[u8; 32]>) -> Result<Value, String> {
    let key_id: Uuid = sealed["key"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .ok_or("a sealed value names no key")?;
    let boxed = sealed["box"]
        .as_str()
        .and_then(|text| BASE64.decode(text).ok())
        .ok_or("a sealed value is not base64")?;
    let Some(key) = key(key_id) else { return Ok(Value::Null) };
    let clear = secrets::open(&key, key_id, &boxed).ok_or("a sealed value does not open")?;
    serde_json::from_slice(&clear).map_err(|_| "a sealed value is not JSON".to_owned())
}

fn marked<'a>(map: &'a Map<String, Value>, marker: &str) -> Option<&'a Value> {
    if map.len() == 1 { map.get(marker) } else { None }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{Clock, Entropy};

    struct Fixed;

    impl Clock for Fixed {
        fn now(&self) -> chrono::DateTime<chrono::Utc> {
            chrono::DateTime::UNIX_EPOCH
        }
    }

    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(5);
        }
    }

    const KEY: [u8; 32] = [9; 32];
    const KEY_ID: Uuid = Uuid::from_u128(77);

    fn sealed(value: &Value) -> Value {
        let ambient = Ambient::new(Arc::new(Fixed), Arc::new(Fixed));
        let sealer = Sealer::new(KEY_ID, &KEY, &ambient);
        serde_json::to_value(Sealing(value, &sealer)).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_to_what_it_was() {
        let value = json!({
            "category": "other",
            "subject": { "$personal": "leak" },
            "form": { "$personal": { "$personal": "a field of this name", "n": [1, null] } },
            "list": [{ "deep": { "$personal": 7 } }, true],
            "erased": { "$personal": null },
        });
        assert!(has_personal(&value));
        let mut stored = sealed(&value);
        assert!(!stored.to_string().contains("leak"));
        assert!(!has_personal(&stored));
        let mut ids = Vec::new();
        key_ids(&stored, &mut |id| ids.push(id));
        assert_eq!(ids, [KEY_ID; 3]);
        open(&mut stored, &|id| (id == KEY_ID).then_some(KEY)).unwrap();
        assert_eq!(stored, value);
    }

    #[test]
    fn without_its_key_a_value_is_erased_and_with_another_an_error() {
        let value = json!({ "subject": { "$personal": "leak" } });
        let mut gone = sealed(&value);
        open(&mut gone, &|_| None).unwrap();
        assert_eq!(gone, json!({ "subject": { "$personal": null } }));
        assert!(open(&mut sealed(&value), &|_| Some([0; 32])).is_err());
    }

    #[test]
    fn a_marker_beside_other_fields_is_data() {
        let value = json!({ "$personal": "x", "y": 1 });
        assert!(!has_personal(&value));
        assert_eq!(sealed(&value), value);
    }
}
