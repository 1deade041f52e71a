//! Changing a password.

use super::events::{PasswordChanged, UserEvent};
use super::state::UserState;
use crate::refusal::Refusal;

/// Changes a password. Its hash goes to the vault, never here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangePassword;

/// Records that a password was changed; always a change, for nobody can tell whether it differs.
///
/// # Errors
/// There is no such user, or the user is deactivated.
pub fn change_password(
    state: &UserState,
    ChangePassword: ChangePassword,
) -> Result<Vec<UserEvent>, Refusal> {
    state.active()?;
    Ok(vec![UserEvent::PasswordChanged(PasswordChanged {})])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::at;
    use crate::user::Role;
    use crate::user::samples::{deactivated, handler, then};

    #[test]
    fn given_an_active_user_then_the_moment_is_kept() {
        let user = then(&handler(), change_password(&handler(), ChangePassword));
        assert_eq!(user.password_changed_at, Some(at(60)));
    }

    #[test]
    fn given_nobody_or_a_deactivated_user_then_it_is_refused() {
        let unknown = change_password(&UserState::Unregistered, ChangePassword);
        assert_eq!(unknown, Err(Refusal::UserUnknown));
        let refused = change_password(&deactivated(Role::Handler), ChangePassword);
        assert_eq!(refused, Err(Refusal::UserDeactivated));
    }
}
