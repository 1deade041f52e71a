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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::Role;
    use crate::user::samples::{deactivated, handler, then};

    #[test]
    fn given_a_deactivated_user_then_they_are_active() {
        let state = deactivated(Role::Handler);
        assert!(then(&state, reactivate_user(&state, ReactivateUser)).is_active());
    }

    #[test]
    fn given_an_active_user_then_nothing_happens() {
        assert_eq!(reactivate_user(&handler(), ReactivateUser), Ok(vec![]));
    }

    #[test]
    fn given_nobody_then_it_is_refused() {
        let refused = reactivate_user(&UserState::Unregistered, ReactivateUser);
        assert_eq!(refused, Err(Refusal::UserUnknown));
    }
}
