//! Giving a user other work roles.

use super::events::{UserEvent, WorkRolesChanged};
use super::state::UserState;
use crate::ids::RoleId;
use crate::refusal::Refusal;

/// Gives a user other work roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeWorkRoles {
    /// All work roles from now on, which exist.
    pub work_roles: Vec<RoleId>,
}

/// Gives a user other work roles; the same ones in the same order are no change.
///
/// # Errors
/// There is no such user.
pub fn change_work_roles(
    state: &UserState,
    command: ChangeWorkRoles,
) -> Result<Vec<UserEvent>, Refusal> {
    let mut work_roles = Vec::with_capacity(command.work_roles.len());
    for role in command.work_roles {
        if !work_roles.contains(&role) {
            work_roles.push(role);
        }
    }
    if state.known()?.work_roles == work_roles {
        return Ok(vec![]);
    }
    Ok(vec![UserEvent::WorkRolesChanged(WorkRolesChanged { work_roles })])
}
