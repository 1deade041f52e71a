//! Keeping a user from signing in.

use super::change_role::OtherActiveAdmins;
use super::events::{UserDeactivated, UserEvent};
use super::state::UserState;
use crate::refusal::Refusal;

/// Keeps a user from signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeactivateUser {
    /// Who else could administer.
    pub other_admins: OtherActiveAdmins,
}

/// Keeps a user from signing in; who cannot already is no change.
///
/// # Errors
/// There is no such user, or no active admin would be left.
pub fn deactivate_user(
    state: &UserState,
    command: DeactivateUser,
) -> Result<Vec<UserEvent>, Refusal> {
    let user = state.known()?;
    if !user.is_active() {
        return Ok(vec![]);
    }
    if user.is_active_admin() && command.other_admins == OtherActiveAdmins(0) {
        return Err(Refusal::LastActiveAdmin);
    }
    Ok(vec![UserEvent::Deactivated(UserDeactivated {})])
}
