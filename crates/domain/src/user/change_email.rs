//! Giving a user another e-mail address.

use super::events::{EmailChanged, UserEvent};
use super::state::UserState;
use crate::email::EmailAddress;
use crate::refusal::Refusal;

/// Gives a user another e-mail address. That it is unique is claimed at append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeEmail {
    /// The new address.
    pub email: EmailAddress,
}

/// Gives a user another e-mail address; the same spelling is no change.
///
/// # Errors
/// There is no such user.
pub fn change_email(state: &UserState, command: ChangeEmail) -> Result<Vec<UserEvent>, Refusal> {
    if state.known()?.email.is(command.email.as_str()) {
        return Ok(vec![]);
    }
    let email = command.email.into_personal();
    Ok(vec![UserEvent::EmailChanged(EmailChanged { email })])
}
