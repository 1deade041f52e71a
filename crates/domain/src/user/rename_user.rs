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
