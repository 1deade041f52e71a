//! Revoking an API token.

use domain::user::{RevokeApiToken, UserState, revoke_api_token};
use domain::{TokenId, UserId};
use eventstore::Credential;

use super::{api_token, stream};
use crate::core::{Commands, Decision, Target};
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Revokes an API token of a user, for good.
    ///
    /// # Errors
    /// [`CommandError::NotFound`] when the user has no such token.
    pub async fn revoke_api_token(
        &self,
        ctx: &Context,
        user: UserId,
        token_id: TokenId,
    ) -> Result<Committed<UserState>, CommandError> {
        self.execute(ctx, Target::Existing(&stream(user)), |states| {
            let events = revoke_api_token(&states[0].state, RevokeApiToken { token_id })?;
            let mut decision = Decision::of(events);
            decision.releases.push(api_token::claim(token_id));
            decision.credentials.push(Credential {
                owner: token_id.uuid(),
                kind: api_token::API_TOKEN,
                secret: None,
            });
            Ok(decision)
        })
        .await
    }
}
