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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{at, text};
    use crate::user::Role;
    use crate::user::samples::{deactivated, given, handler, then, token_created, token_id};

    fn token(n: u128) -> CreateApiToken {
        CreateApiToken {
            token_id: token_id(n),
            name: text("laptop"),
            scopes: vec![Scope::Read, Scope::Write, Scope::Read],
            expires_at: Some(at(100)),
            now: at(10),
        }
    }

    #[test]
    fn given_a_token_then_it_is_there_with_each_scope_once() {
        let user = then(&handler(), create_api_token(&handler(), token(1)));
        assert_eq!(user.api_tokens.len(), 1);
        assert_eq!(user.api_tokens[0].scopes, [Scope::Read, Scope::Write]);
        assert!(!user.api_tokens[0].is_expired(at(99)) && user.api_tokens[0].is_expired(at(100)));
    }

    #[test]
    fn given_a_token_with_this_id_then_it_is_refused() {
        let state = given(Role::Handler, &[token_created(1, None)]);
        assert_eq!(create_api_token(&state, token(1)), Err(Refusal::TokenAlreadyCreated));
    }

    #[test]
    fn given_as_many_tokens_as_allowed_then_one_more_is_refused_until_some_expire() {
        let full = |expires| {
            let tokens = (0..MAX_API_TOKENS as u128).map(|n| token_created(n, expires));
            given(Role::Handler, &tokens.collect::<Vec<_>>())
        };
        let refused = create_api_token(&full(Some(11)), token(99));
        assert_eq!(refused, Err(Refusal::TooManyTokens { max: 50 }));
        assert!(create_api_token(&full(Some(10)), token(99)).is_ok());
    }

    #[test]
    fn given_no_scope_or_no_time_left_then_it_is_refused() {
        let without = CreateApiToken { scopes: vec![], ..token(1) };
        assert_eq!(create_api_token(&handler(), without), Err(Refusal::TokenWithoutScopes));
        let expired = CreateApiToken { expires_at: Some(at(10)), ..token(1) };
        assert_eq!(create_api_token(&handler(), expired), Err(Refusal::TokenExpired));
    }

    #[test]
    fn given_nobody_or_a_deactivated_user_then_it_is_refused() {
        let unknown = create_api_token(&UserState::Unregistered, token(1));
        assert_eq!(unknown, Err(Refusal::UserUnknown));
        let refused = create_api_token(&deactivated(Role::Handler), token(1));
        assert_eq!(refused, Err(Refusal::UserDeactivated));
    }
}
