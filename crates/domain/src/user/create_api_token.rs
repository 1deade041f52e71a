//! Creating an API token.

use super::events::{ApiTokenCreated, UserEvent};
use super::state::UserState;
use super::values::Scope;
use crate::Timestamp;
use crate::ids::TokenId;
use crate::list::each_once;
use crate::refusal::Refusal;
use crate::text::Text;

/// The greatest number of API tokens of a user that have not expired.
pub const MAX_API_TOKENS: usize = 50;

/// Creates an API token. The hash of its secret goes to the vault, never here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateApiToken {
    /// The token, new.
    pub token_id: TokenId,
    /// What its user calls it.
    pub name: Text,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it stops working; none for never.
    pub expires_at: Option<Timestamp>,
    /// The present moment.
    pub now: Timestamp,
}

/// Creates an API token.
///
/// # Errors
/// There is no such user, the user is deactivated or has too many tokens, the id is taken, or the
/// token would have no scope or be expired at once.
pub fn create_api_token(
    state: &UserState,
    command: CreateApiToken,
) -> Result<Vec<UserEvent>, Refusal> {
    let user = state.active()?;
    if user.api_tokens.iter().any(|token| token.id == command.token_id) {
        return Err(Refusal::TokenAlreadyCreated);
    }
    if user.api_tokens.iter().filter(|t| !t.is_expired(command.now)).count() >= MAX_API_TOKENS {
        return Err(Refusal::TooManyTokens { max: MAX_API_TOKENS });
    }
    if command.expires_at.is_some_and(|at| at <= command.now) {
        return Err(Refusal::TokenExpired);
    }
    let scopes = each_once(command.scopes);
    if scopes.is_empty() {
        return Err(Refusal::TokenWithoutScopes);
    }
    Ok(vec![UserEvent::ApiTokenCreated(ApiTokenCreated {
        token_id: command.token_id,
        name: command.name.into_personal(),
        scopes,
        expires_at: command.expires_at,
    })])
}
