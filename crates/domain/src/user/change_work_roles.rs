//! Giving a user other work roles.

use super::events::{UserEvent, WorkRolesChanged};
use super::state::UserState;
use crate::ids::RoleId;
use crate::list::each_once;
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
    let work_roles = each_once(command.work_roles);
    if state.known()?.work_roles == work_roles {
        return Ok(vec![]);
    }
    Ok(vec![UserEvent::WorkRolesChanged(WorkRolesChanged { work_roles })])
}
