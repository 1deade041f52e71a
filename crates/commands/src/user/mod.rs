//! Accounts, passwords, API tokens, and the facts other commands ask of a user.

mod admins;
mod api_token;
mod away;
mod create_api_token;
mod edit_user;
mod facts;
mod handle;
mod password;
mod readable_password;
mod register_user;
mod revoke_api_token;
mod set_password;

pub(crate) use api_token::ApiTokenOwners;
pub use api_token::{API_TOKEN_PREFIX, TokenFacts};
pub use away::AwayInput;
pub use create_api_token::{ApiTokenCreated, CreateApiTokenInput};
pub use edit_user::UserEdit;
pub use facts::UserFacts;
pub(crate) use password::{PASSWORD, Passwords, Verdict};
pub use password::{PasswordCost, check_password};
pub use readable_password::readable_password;
pub use register_user::RegisterUserInput;

use domain::UserId;

use crate::CommandError;
use crate::core::{Aggregate, Commands};

/// How often a change of a user is tried anew because a claim beside it was lost to somebody else.
const CLAIM_ATTEMPTS: u32 = 8;

/// Whether to try again: only what lost a race, and not for ever.
fn lost_a_race<T>(result: &Result<T, CommandError>, attempt: u32) -> bool {
    attempt + 1 < CLAIM_ATTEMPTS && matches!(result, Err(CommandError::Contended))
}

/// The state after events that are about to be appended; when they happen does not matter to whom
/// asks.
fn after<A: Aggregate>(commands: &Commands, state: &A, events: &[A::Event]) -> A {
    let now = commands.ambient().now();
    events.iter().fold(state.clone(), |state, event| state.evolve(event, now))
}

/// The streams of one user.
fn stream(user: UserId) -> [uuid::Uuid; 1] {
    [user.uuid()]
}
