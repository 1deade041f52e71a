//! Giving a user another permission role.

use super::events::{RoleChanged, UserEvent};
use super::state::UserState;
use super::values::Role;
use crate::refusal::Refusal;

/// How many active admins there are besides the user in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherActiveAdmins(pub usize);

/// Gives a user another permission role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeRole {
    /// The new role.
    pub role: Role,
    /// Who else could administer.
    pub other_admins: OtherActiveAdmins,
}

/// Gives a user another permission role; the same one is no change.
///
/// # Errors
/// There is no such user, or no active admin would be left.
pub fn change_role(state: &UserState, command: ChangeRole) -> Result<Vec<UserEvent>, Refusal> {
    let user = state.known()?;
    let (from, to) = (user.role, command.role);
    if from == to {
        return Ok(vec![]);
    }
    if user.is_active_admin() && command.other_admins == OtherActiveAdmins(0) {
        return Err(Refusal::LastActiveAdmin);
    }
    Ok(vec![UserEvent::RoleChanged(RoleChanged { from, to })])
}
