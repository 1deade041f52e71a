//! Access tokens: JWTs of 15 minutes, HS256 or EdDSA, with rotation by key id.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// How long an access token is good for.
pub(crate) const ACCESS_SECONDS: i64 = 15 * 60;
const ISSUER: &str = "docket";

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwtAlgorithm {
    /// HMAC with SHA-256 under a shared secret.
    Hs256,
    /// Ed25519: others can verify with the public key.
    EdDsa,
}

/// One key, named by its id in the tokens' headers.
#[derive(Clone)]
pub struct JwtKey {
    id: String,
    algorithm: JwtAlgorithm,
    signing: Option<EncodingKey>,
    verifying: DecodingKey,
}

impl JwtKey {
    /// A shared secret of at least 32 bytes.
    pub fn hs256(id: impl Into<String>, secret: &[u8]) -> Result<Self, JwtKeysError> {
        if secret.len() < 32 {
            return Err(JwtKeysError::ShortSecret);
        }
        Ok(Self {
            id: id.into(),
            algorithm: JwtAlgorithm::Hs256,
            signing: Some(EncodingKey::from_secret(secret)),
            verifying: DecodingKey::from_secret(secret),
        })
    }

    /// An Ed25519 key pair in PEM (PKCS #8 and SPKI). Without the private half it verifies only.
    pub fn eddsa(
        id: impl Into<String>,
        private_pem: Option<&str>,
        public_pem: &str,
    ) -> Result<Self, JwtKeysError> {
        let signing =
            private_pem.map(|pem| EncodingKey::from_ed_pem(pem.as_bytes())).transpose()?;
        let verifying = DecodingKey::from_ed_pem(public_pem.as_bytes())?;
        Ok(Self { id: id.into(), algorithm: JwtAlgorithm::EdDsa, signing, verifying })
    }
}

impl std::fmt::Debug for JwtKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JwtKey({}, {:?})", self.id, self.algorithm)
    }
}

/// What is wrong with the configured keys.
#[derive(Debug, Error)]
pub enum JwtKeysError {
    /// There is no key, or the first one cannot sign.
    #[error("the first JWT key must be able to sign")]
    NoSigningKey,
    /// Two keys have one id.
    #[error("two JWT keys have the id {0}")]
    DuplicateId(String),
    /// An HS256 secret is too short to be safe.
    #[error("an HS256 secret needs at least 32 bytes")]
    ShortSecret,
    /// A PEM cannot be read.
    #[error("a JWT key cannot be read")]
    Unreadable(#[from] jsonwebtoken::errors::Error),
}

/// The keys, the signing one first.
#[derive(Debug, Clone)]
pub struct JwtKeys(Vec<JwtKey>);

impl JwtKeys {
    /// Checks that the first key signs and that ids differ.
    pub fn new(keys: Vec<JwtKey>) -> Result<Self, JwtKeysError> {
        if keys.first().is_none_or(|key| key.signing.is_none()) {
            return Err(JwtKeysError::NoSigningKey);
        }
        for (index, key) in keys.iter().enumerate() {
            if keys[..index].iter().any(|other| other.id == key.id) {
                return Err(JwtKeysError::DuplicateId(key.id.clone()));
            }
        }
        Ok(Self(keys))
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    /// The user, as RFC 7519 has it.
    pub(crate) sub: Uuid,
    /// The user again, as the clients of the replaced systems read it.
    pub(crate) user_id: Uuid,
    pub(crate) role: String,
    /// Makes two tokens of one second differ.
    pub(crate) jti: Uuid,
    /// The log-in it belongs to.
    pub(crate) sid: Uuid,
    /// Seconds since 1970.
    pub(crate) iat: i64,
    /// Seconds since 1970.
    pub(crate) exp: i64,
}

/// Signs and verifies. Verified tokens are remembered: an Ed25519 check costs more than the rest of a request.
pub(crate) struct AccessTokens {
    keys: JwtKeys,
    verified: Cache<String, Claims>,
}

impl AccessTokens {
    pub(crate) fn new(keys: JwtKeys) -> Self {
        Self { keys, verified: Cache::new(10_000) }
    }

    /// A token for a user's log-in. `now` is seconds since 1970.
    pub(crate) fn sign(
        &self,
        user: Uuid,
        role: &str,
        session: Uuid,
        jti: Uuid,
        now: i64,
    ) -> Result<String, JwtKeysError> {
        let key = self.keys.0.first().ok_or(JwtKeysError::NoSigningKey)?;
        let signing = key.signing.as_ref().ok_or(JwtKeysError::NoSigningKey)?;
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: user,
            user_id: user,
            role: role.to_owned(),
            jti,
            sid: session,
            iat: now,
            exp: now + ACCESS_SECONDS,
        };
        let mut header = Header::new(algorithm(key.algorithm));
        header.kid = Some(key.id.clone());
        Ok(encode(&header, &claims, signing)?)
    }

    /// The claims of a token that one of our keys signed and that has not expired.
    pub(crate) fn verify(&self, token: &str, now: i64) -> Option<Claims> {
        if let Some(claims) = self.verified.get(token) {
            return (claims.exp > now).then_some(claims);
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        let key = match &header.kid {
            Some(kid) => self.keys.0.iter().find(|key| key.id == *kid)?,
            None => return None,
        };
        // The key decides on the algorithm, never the token.
        let mut validation = Validation::new(algorithm(key.algorithm));
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["iss", "sub", "exp"]);
        // The clock is ours to read, not the library's.
        validation.validate_exp = false;
        validation.validate_aud = false;
        let claims = decode::<Claims>(token, &key.verifying, &validation).ok()?.claims;
        if claims.exp <= now || claims.sub != claims.user_id {
            return None;
        }
        self.verified.insert(token.to_owned(), claims.clone());
        Some(claims)
    }
}

fn algorithm(algorithm: JwtAlgorithm) -> Algorithm {
    match algorithm {
        JwtAlgorithm::Hs256 => Algorithm::HS256,
        JwtAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(id: &str) -> JwtKey {
        JwtKey::hs256(id, id.repeat(32).as_bytes()).unwrap()
    }

    fn sign(tokens: &AccessTokens, now: i64) -> String {
        tokens.sign(Uuid::max(), "admin", Uuid::nil(), Uuid::nil(), now).unwrap()
    }

    #[test]
    fn a_token_is_good_for_fifteen_minutes() {
        let tokens = AccessTokens::new(JwtKeys::new(vec![keys("a")]).unwrap());
        let token = sign(&tokens, 1000);
        assert_eq!(tokens.verify(&token, 1000 + ACCESS_SECONDS - 1).unwrap().user_id, Uuid::max());
        assert!(tokens.verify(&token, 1000 + ACCESS_SECONDS).is_none(), "expired, though cached");
    }

    #[test]
    fn a_rotated_key_still_verifies_and_a_removed_one_does_not() {
        let old = AccessTokens::new(JwtKeys::new(vec![keys("a")]).unwrap());
        let token = sign(&old, 1000);
        let rotated = AccessTokens::new(JwtKeys::new(vec![keys("b"), keys("a")]).unwrap());
        assert!(rotated.verify(&token, 1001).is_some());
        let later = AccessTokens::new(JwtKeys::new(vec![keys("b")]).unwrap());
        assert!(later.verify(&token, 1001).is_none());
    }

    #[test]
    fn forged_tokens_are_refused() {
        let tokens = AccessTokens::new(JwtKeys::new(vec![keys("a")]).unwrap());
        let token = sign(&tokens, 1000);
        let parts: Vec<&str> = token.split('.').collect();
        let none = "eyJhbGciOiJub25lIiwia2lkIjoiYSJ9";
        let tampered = format!("{}.{}x.{}", parts[0], parts[1], parts[2]);
        let unsigned = format!("{none}.{}.", parts[1]);
        for forged in [tampered.as_str(), unsigned.as_str(), "", "a.b.c", "...."] {
            assert!(tokens.verify(forged, 1001).is_none(), "{forged}");
        }
    }
}
