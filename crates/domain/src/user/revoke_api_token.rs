//! Revoking an API token.

use super::events::{ApiTokenRevoked, UserEvent};
use super::state::UserState;
use crate::ids::TokenId;
use crate::refusal::Refusal;

/// Revokes an API token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevokeApiToken {
    /// The token.
    pub token_id: TokenId,
}

/// Revokes an API token, for good; also one that has expired, and one of a deactivated user.
///
/// # Errors
/// There is no such user or no such token.
pub fn revoke_api_token(
    state: &UserState,
    command: RevokeApiToken,
) -> Result<Vec<UserEvent>, Refusal> {
    let token_id = command.token_id;
    if !state.known()?.api_tokens.iter().any(|token| token.id == token_id) {
        return Err(Refusal::TokenUnknown);
    }
    Ok(vec![UserEvent::ApiTokenRevoked(ApiTokenRevoked { token_id })])
}
