//! Registering a user.

use super::events::{UserEvent, UserRegistered};
use super::state::UserState;
use super::values::{Role, UserStatus};
use crate::email::EmailAddress;
use crate::ids::RoleId;
use crate::list::each_once;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::vocabulary::Department;

/// Registers a user. That the address is unique is claimed at append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterUser {
    /// The e-mail address to sign in with.
    pub email: EmailAddress,
    /// The name, perhaps empty.
    pub full_name: Text,
    /// The permission role.
    pub role: Role,
    /// The departments.
    pub departments: Vec<Department>,
    /// The work roles, which exist.
    pub work_roles: Vec<RoleId>,
    /// Whether the user may sign in.
    pub status: UserStatus,
}

/// Registers a user in an empty stream.
///
/// # Errors
/// The stream has a user already.
pub fn register_user(state: &UserState, command: RegisterUser) -> Result<Vec<UserEvent>, Refusal> {
    if state.user().is_some() {
        return Err(Refusal::UserAlreadyRegistered);
    }
    Ok(vec![UserEvent::Registered(UserRegistered {
        email: command.email.into_personal(),
        full_name: command.full_name.into_personal(),
        role: command.role,
        departments: each_once(command.departments),
        work_roles: each_once(command.work_roles),
        status: command.status,
    })])
}
