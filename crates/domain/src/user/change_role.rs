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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::samples::{admin, deactivated, handler, then};

    fn to(role: Role, others: usize) -> ChangeRole {
        ChangeRole { role, other_admins: OtherActiveAdmins(others) }
    }

    #[test]
    fn given_another_role_then_both_are_told() {
        let events = change_role(&handler(), to(Role::Admin, 0));
        let changed = RoleChanged { from: Role::Handler, to: Role::Admin };
        assert_eq!(events, Ok(vec![UserEvent::RoleChanged(changed)]));
        assert_eq!(then(&handler(), events).role, Role::Admin);
    }

    #[test]
    fn given_the_last_active_admin_then_it_is_refused() {
        assert_eq!(change_role(&admin(), to(Role::Viewer, 0)), Err(Refusal::LastActiveAdmin));
        assert_eq!(change_role(&admin(), to(Role::Viewer, 1)).unwrap().len(), 1);
    }

    #[test]
    fn given_a_deactivated_admin_then_nobody_is_lost() {
        let state = deactivated(Role::Admin);
        assert_eq!(change_role(&state, to(Role::Viewer, 0)).unwrap().len(), 1);
    }

    #[test]
    fn given_the_same_role_then_nothing_happens() {
        assert_eq!(change_role(&admin(), to(Role::Admin, 0)), Ok(vec![]));
    }

    #[test]
    fn given_nobody_then_it_is_refused() {
        let refused = change_role(&UserState::Unregistered, to(Role::Admin, 1));
        assert_eq!(refused, Err(Refusal::UserUnknown));
    }
}
