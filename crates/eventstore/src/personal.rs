//! Sealing and opening the personal values inside an event's JSON.
//!
//! A writer marks a personal value as `{"$personal": value}`; what is written is
//! `{"$sealed": {"key": "<uuid>", "box": "<base64 of nonce ‖ ciphertext ‖ tag>"}}`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::secrets;
use crate::{Ambient, StoreError};

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

/// Replaces every known personal value by its sealed form. An erased one stays `{"$personal": null}`.
pub(crate) fn seal(
    value: &mut Value,
    key_id: Uuid,
    key: &[u8; 32],
    ambient: &Ambient,
) -> Result<(), StoreError> {
    match value {
        Value::Object(map) => {
            let Some(inner) = marked(map, PERSONAL) else {
                return map.values_mut().try_for_each(|v| seal(v, key_id, key, ambient));
            };
            if inner.is_null() {
                return Ok(());
            }
            let clear = serde_json::to_vec(inner).map_err(|_| StoreError::Sealing)?;
            let boxed =
                secrets::seal(key, key_id, ambient.bytes(), &clear).ok_or(StoreError::Sealing)?;
            let mut sealed = Map::with_capacity(2);
            sealed.insert("key".into(), Value::String(key_id.to_string()));
            sealed.insert("box".into(), Value::String(BASE64.encode(boxed)));
            map.clear();
            map.insert(SEALED.into(), Value::Object(sealed));
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|v| seal(v, key_id, key, ambient)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
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
