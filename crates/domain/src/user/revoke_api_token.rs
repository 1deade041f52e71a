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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::Role;
    use crate::user::samples::{given, handler, then, token_created, token_id};

    #[test]
    fn given_a_token_then_it_goes_and_another_stays() {
        let state = given(Role::Handler, &[token_created(1, None), token_created(2, None)]);
        let command = RevokeApiToken { token_id: token_id(1) };
        let user = then(&state, revoke_api_token(&state, command));
        assert_eq!(user.api_tokens.iter().map(|token| token.id).collect::<Vec<_>>(), [token_id(2)]);
    }

    #[test]
    fn given_no_such_token_or_user_then_it_is_refused() {
        let command = RevokeApiToken { token_id: token_id(1) };
        assert_eq!(revoke_api_token(&handler(), command), Err(Refusal::TokenUnknown));
        let unknown = revoke_api_token(&UserState::Unregistered, command);
        assert_eq!(unknown, Err(Refusal::UserUnknown));
    }
}
