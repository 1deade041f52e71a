//! Creating an API token.

use domain::field::FieldErrors;
use domain::user::{
    CreateApiToken, Scope, UserState, create_api_token, parse_scopes, parse_token_name,
};
use domain::{FieldErrorKind, Text, Timestamp, TokenId, UserId};
use eventstore::Credential;

use super::{api_token, stream};
use crate::core::{Commands, Decision, Target, derived};
use crate::{CommandError, Committed, Context};

/// An API token as a client asks for it.
#[derive(Debug, Clone, Default)]
pub struct CreateApiTokenInput {
    /// What its user calls it. Required.
    pub name: Option<String>,
    /// What it may be used for; at least one.
    pub scopes: Vec<String>,
    /// When it stops working; none for never.
    pub expires_at: Option<Timestamp>,
}

/// An API token just created.
#[derive(Clone)]
pub struct ApiTokenCreated {
    /// The user, with the token.
    pub committed: Committed<UserState>,
    /// The token's id.
    pub token_id: TokenId,
    /// The token itself; nobody can show it again.
    pub token: String,
}

impl std::fmt::Debug for ApiTokenCreated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiTokenCreated({}, …)", self.token_id)
    }
}

impl CreateApiTokenInput {
    fn parse(&self) -> Result<(Text, Vec<Scope>), CommandError> {
        let mut errors = FieldErrors::new();
        let name = match self.name.as_deref() {
            Some(name) => errors.take("name", parse_token_name(name)),
            None => errors.take("name", Err(FieldErrorKind::Missing)),
        };
        let scopes = errors.take("scopes", parse_scopes(&self.scopes));
        name.zip(scopes).ok_or_else(|| CommandError::Invalid(errors.into_vec()))
    }
}

impl Commands {
    /// Creates an API token for a user.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::Invalid`], or a refusal: too many tokens, an
    /// expiry in the past, a deactivated user.
    pub async fn create_api_token(
        &self,
        ctx: &Context,
        user: UserId,
        input: CreateApiTokenInput,
    ) -> Result<ApiTokenCreated, CommandError> {
        let (name, scopes) = input.parse()?;
        let secrets = self.store.secrets();
        // Follows from the command, so that a repeat shows the same token.
        let salt = user.uuid();
        let token_id = TokenId(derived(secrets, ctx.command_id, "api-token", salt.as_bytes()));
        let token = api_token::reveal(secrets, token_id);
        let command = CreateApiToken {
            token_id,
            name,
            scopes,
            expires_at: input.expires_at,
            now: self.ambient().now(),
        };
        let streams = stream(user);
        let decide = |state: &UserState| {
            let mut decision = Decision::of(create_api_token(state, command.clone())?);
            decision.claims.push((api_token::claim(token_id), user.uuid()));
            decision.credentials.push(Credential {
                owner: token_id.uuid(),
                kind: api_token::API_TOKEN,
                secret: Some(api_token::hash(&token).to_vec()),
            });
            Ok(decision)
        };
        let target = Target::Existing(&streams);
        let committed = self.execute(ctx, target, |states| decide(&states[0].state)).await?;
        Ok(ApiTokenCreated { committed, token_id, token })
    }
}
