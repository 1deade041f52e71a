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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::Role;
    use crate::user::samples::{given, handler, role_id, then};

    #[test]
    fn given_roles_then_they_replace_the_ones_before_once_each() {
        let command = ChangeWorkRoles { work_roles: vec![role_id(1), role_id(2), role_id(1)] };
        let state = given(Role::Handler, &change_work_roles(&handler(), command.clone()).unwrap());
        assert_eq!(state.user().unwrap().work_roles, [role_id(1), role_id(2)]);
        assert_eq!(change_work_roles(&state, command), Ok(vec![]));
        let command = ChangeWorkRoles { work_roles: vec![] };
        assert_eq!(then(&state, change_work_roles(&state, command)).work_roles, []);
    }

    #[test]
    fn given_nobody_then_it_is_refused() {
        let command = ChangeWorkRoles { work_roles: vec![] };
        let refused = change_work_roles(&UserState::Unregistered, command);
        assert_eq!(refused, Err(Refusal::UserUnknown));
    }
}
