//! API tokens: `dkt_` and, in base64url, the token's id and a secret that follows from it.
//!
//! The secret can be made again from the id and the master key, so that a repeat of the command
//! that created it shows it again; kept of it is only a hash. The hash leads to the token's id, a
//! claim from there to its user, and the user's record says whether it still works.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::user::{Scope, UserState};
use domain::{Timestamp, TokenId, UserId};
use eventstore::{Claim, Secrets};
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::UserFacts;
use crate::CommandError;
use crate::core::{Commands, MaxAge};

/// The kind of credential and of claim.
pub(crate) const API_TOKEN: &str = "api_token";
/// What every API token begins with.
pub const API_TOKEN_PREFIX: &str = "dkt_";
const SECRET: usize = 24;
/// The length of a token; others are not looked up.
const LENGTH: usize = API_TOKEN_PREFIX.len() + (16 + SECRET) * 4 / 3 + 1;

/// Which token a hash belongs to, and whose it is. That never changes, so it is kept as long as
/// there is room; whether the token still works is asked of the user's record.
pub(crate) type ApiTokenOwners = Cache<[u8; 32], (UserId, TokenId)>;

/// A token that works, and what it may be used for.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenFacts {
    /// Whose it is; active.
    pub user: UserFacts,
    /// The token.
    pub token_id: TokenId,
    /// What it may be used for, within the user's role.
    pub scopes: Vec<Scope>,
    /// When it stops working; none for never.
    pub expires_at: Option<Timestamp>,
}

/// The token itself.
pub(crate) fn reveal(secrets: &Secrets, token_id: TokenId) -> String {
    let mac = secrets.mac("api-token", &[token_id.uuid().as_bytes()]);
    let mut bytes = token_id.uuid().as_bytes().to_vec();
    bytes.extend_from_slice(&mac[..SECRET]);
    format!("{API_TOKEN_PREFIX}{}", BASE64.encode(bytes))
}

/// What is kept of a token.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Leads from a token to its user.
pub(crate) fn claim(token_id: TokenId) -> Claim {
    Claim::plain(API_TOKEN, *token_id.uuid().as_bytes())
}

impl Commands {
    /// Whose API token this is, and what for; none when it does not work, or no longer.
    ///
    /// # Errors
    /// The store's.
    pub async fn authenticate_api_token(
        &self,
        token: &str,
    ) -> Result<Option<TokenFacts>, CommandError> {
        if token.len() != LENGTH || !token.starts_with(API_TOKEN_PREFIX) {
            return Ok(None);
        }
        let hash = hash(token);
        let (user, token_id) = match self.api_token_owners.get(&hash) {
            Some(known) => known,
            None => match self.owner_of(&hash).await? {
                Some(found) => {
                    self.api_token_owners.insert(hash, found);
                    found
                }
                None => return Ok(None),
            },
        };
        self.forget_erased().await?;
        let max_age = MaxAge::Of(self.config.max_fact_age);
        let loaded = self.load::<UserState>(user.uuid(), max_age).await?;
        let Ok(record) = loaded.state.active() else { return Ok(None) };
        let now = self.ambient().now();
        let found = record.api_tokens.iter().find(|token| token.id == token_id);
        Ok(found.filter(|token| !token.is_expired(now)).map(|token| TokenFacts {
            user: UserFacts::new(user, loaded.version, record),
            token_id,
            scopes: token.scopes.clone(),
            expires_at: token.expires_at,
        }))
    }

    async fn owner_of(&self, hash: &[u8; 32]) -> Result<Option<(UserId, TokenId)>, CommandError> {
        let Some(token) = self.store.api_token_owner(hash).await? else { return Ok(None) };
        let token = TokenId(token);
        let user = self.store.claim_owner(&claim(token)).await?;
        Ok(user.map(|user| (UserId(user), token)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_follows_from_its_id_and_the_master_key() {
        let id = TokenId(uuid::Uuid::from_u128(7));
        let token = reveal(&Secrets::from_master(&[1; 32]), id);
        assert_eq!(token.len(), LENGTH);
        assert_eq!(token, reveal(&Secrets::from_master(&[1; 32]), id));
        assert_ne!(token, reveal(&Secrets::from_master(&[2; 32]), id));
    }
}
