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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::Role;
    use crate::user::samples::{admin, deactivated, handler, then};

    fn with(others: usize) -> DeactivateUser {
        DeactivateUser { other_admins: OtherActiveAdmins(others) }
    }

    #[test]
    fn given_an_active_user_then_they_are_deactivated() {
        assert!(!then(&handler(), deactivate_user(&handler(), with(0))).is_active());
        assert!(!then(&admin(), deactivate_user(&admin(), with(1))).is_active());
    }

    #[test]
    fn given_the_last_active_admin_then_it_is_refused() {
        assert_eq!(deactivate_user(&admin(), with(0)), Err(Refusal::LastActiveAdmin));
    }

    #[test]
    fn given_a_deactivated_user_then_nothing_happens() {
        assert_eq!(deactivate_user(&deactivated(Role::Admin), with(0)), Ok(vec![]));
    }

    #[test]
    fn given_nobody_then_it_is_refused() {
        let refused = deactivate_user(&UserState::Unregistered, with(1));
        assert_eq!(refused, Err(Refusal::UserUnknown));
    }
}
