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
