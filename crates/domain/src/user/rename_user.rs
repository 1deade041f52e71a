//! Giving a user another name.

use super::events::{UserEvent, UserRenamed};
use super::state::UserState;
use crate::refusal::Refusal;
use crate::text::Text;

/// Gives a user another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameUser {
    /// The new name, perhaps empty.
    pub full_name: Text,
}

/// Gives a user another name; the same one is no change.
///
/// # Errors
/// There is no such user.
pub fn rename_user(state: &UserState, command: RenameUser) -> Result<Vec<UserEvent>, Refusal> {
    if state.known()?.full_name.is(command.full_name.as_str()) {
        return Ok(vec![]);
    }
    let full_name = command.full_name.into_personal();
    Ok(vec![UserEvent::Renamed(UserRenamed { full_name })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::text;
    use crate::user::samples::{handler, then};

    #[test]
    fn given_another_name_then_it_changes() {
        let command = RenameUser { full_name: text("Ada L") };
        assert!(then(&handler(), rename_user(&handler(), command)).full_name.is("Ada L"));
    }

    #[test]
    fn given_the_same_name_then_nothing_happens() {
        assert_eq!(rename_user(&handler(), RenameUser { full_name: text("Ada") }), Ok(vec![]));
    }

    #[test]
    fn given_nobody_then_it_is_refused() {
        let refused = rename_user(&UserState::Unregistered, RenameUser { full_name: text("Ada") });
        assert_eq!(refused, Err(Refusal::UserUnknown));
    }
}
