//! The keys that sign access tokens.

use std::fs;

use anyhow::{Context, Result, bail};
use api::{JwtKey, JwtKeys};
use eventstore::Secrets;
use toml::Value;

use super::{Hidden, Reader};

/// What signs access tokens, as configured.
#[derive(Debug, Clone)]
pub enum JwtSettings {
    /// HS256 under a secret derived from the master key.
    Derived,
    /// These, the signing one first.
    Keys(Vec<JwtKeySettings>),
}

/// One key, as configured.
#[derive(Debug, Clone)]
pub struct JwtKeySettings {
    id: String,
    material: Material,
}

#[derive(Debug, Clone)]
enum Material {
    Shared(Hidden),
    Pair { private_file: Option<String>, public_file: String },
}

impl JwtSettings {
    /// Reads the key files and derives what is to be derived.
    ///
    /// # Errors
    /// A file that cannot be read, a key that is none.
    pub fn keys(&self, secrets: &Secrets) -> Result<JwtKeys> {
        let keys = match self {
            Self::Derived => vec![JwtKey::hs256("derived", &secrets.mac("jwt", &[b"HS256"]))?],
            Self::Keys(keys) => keys.iter().map(JwtKeySettings::key).collect::<Result<_>>()?,
        };
        Ok(JwtKeys::new(keys)?)
    }
}

impl JwtKeySettings {
    fn key(&self) -> Result<JwtKey> {
        let read = |file: &String| {
            fs::read_to_string(file).with_context(|| format!("JWT key {}: reading {file}", self.id))
        };
        let key = match &self.material {
            Material::Shared(secret) => JwtKey::hs256(&self.id, secret.expose().as_bytes()),
            Material::Pair { private_file, public_file } => {
                let private = private_file.as_ref().map(read).transpose()?;
                JwtKey::eddsa(&self.id, private.as_deref(), &read(public_file)?)
            }
        };
        key.with_context(|| format!("JWT key {}", self.id))
    }
}

pub(super) fn read(read: &Reader<'_>) -> Result<JwtSettings> {
    let algorithm = read.text("jwt.algorithm").unwrap_or_default();
    let tables = read.0.get("jwt.keys").and_then(|entry| entry.value.as_array());
    let settings = match (algorithm.as_str(), tables) {
        ("HS256", None) => return Ok(JwtSettings::Derived),
        ("EdDSA", None) => bail!("jwt.algorithm is EdDSA, but there are no jwt.keys to sign with"),
        ("HS256" | "EdDSA", Some(tables)) => {
            tables.iter().map(one_key).collect::<Result<Vec<_>>>()?
        }
        (other, _) => bail!("jwt.algorithm: {other:?} is neither HS256 nor EdDSA"),
    };
    let signs_as = settings.first().map(|key| match key.material {
        Material::Shared(_) => "HS256",
        Material::Pair { .. } => "EdDSA",
    });
    if signs_as != Some(algorithm.as_str()) {
        bail!("jwt.keys: the first key has to sign, and must be one of {algorithm}");
    }
    Ok(JwtSettings::Keys(settings))
}

fn one_key(table: &Value) -> Result<JwtKeySettings> {
    let known = ["id", "secret", "secret_file", "private_key_file", "public_key_file"];
    let table = table.as_table().context("jwt.keys must be an array of tables")?;
    if let Some(name) = table.keys().find(|name| !known.contains(&name.as_str())) {
        bail!("jwt.keys: there is no key `{name}`");
    }
    let text = |name: &str| match table.get(name) {
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => bail!("jwt.keys: `{name}` must be a text"),
        None => Ok(None),
    };
    let Some(id) = text("id")? else { bail!("jwt.keys: a key needs an `id`") };
    let material = match (text("secret")?, text("secret_file")?, text("public_key_file")?) {
        (Some(secret), None, None) => Material::Shared(secret.into()),
        (None, Some(file), None) => {
            let secret = fs::read_to_string(&file)
                .with_context(|| format!("JWT key {id}: reading {file}"))?;
            Material::Shared(secret.trim_end().to_owned().into())
        }
        (None, None, Some(public_file)) => {
            Material::Pair { private_file: text("private_key_file")?, public_file }
        }
        (_, _, _) => bail!(
            "jwt.keys: the key {id} needs one of `secret`, `secret_file`, or `public_key_file` \
                 with `private_key_file`"
        ),
    };
    Ok(JwtKeySettings { id, material })
}
