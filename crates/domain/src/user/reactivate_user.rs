//! Letting a user sign in again.

use super::events::{UserEvent, UserReactivated};
use super::state::UserState;
use crate::refusal::Refusal;

/// Lets a user sign in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReactivateUser;

/// Lets a user sign in again; who can already is no change.
///
/// # Errors
/// There is no such user.
pub fn reactivate_user(
    state: &UserState,
    ReactivateUser: ReactivateUser,
) -> Result<Vec<UserEvent>, Refusal> {
    if state.known()?.is_active() {
        return Ok(vec![]);
    }
    Ok(vec![UserEvent::Reactivated(UserReactivated {})])
}
