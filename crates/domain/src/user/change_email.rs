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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::samples::{handler, then};

    fn to(address: &str) -> ChangeEmail {
        ChangeEmail { email: EmailAddress::parse(address).unwrap() }
    }

    #[test]
    fn given_another_address_or_spelling_then_it_changes() {
        for address in ["bo@example.com", "Ada@Example.com"] {
            assert!(then(&handler(), change_email(&handler(), to(address))).email.is(address));
        }
    }

    #[test]
    fn given_the_same_address_then_nothing_happens() {
        assert_eq!(change_email(&handler(), to("ada@example.com")), Ok(vec![]));
    }

    #[test]
    fn given_nobody_then_it_is_refused() {
        let refused = change_email(&UserState::Unregistered, to("ada@example.com"));
        assert_eq!(refused, Err(Refusal::UserUnknown));
    }
}
