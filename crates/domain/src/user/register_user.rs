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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{at, text};
    use crate::user::samples::{department, handler, role_id, then};

    fn ada() -> RegisterUser {
        RegisterUser {
            email: EmailAddress::parse("ada@example.com").unwrap(),
            full_name: text("Ada"),
            role: Role::Handler,
            departments: vec![department("Billing"), department("Billing")],
            work_roles: vec![role_id(1), role_id(1)],
            status: UserStatus::Active,
        }
    }

    #[test]
    fn given_nobody_then_a_user_is_there_with_each_department_and_role_once() {
        let user = then(&UserState::Unregistered, register_user(&UserState::Unregistered, ada()));
        assert!(user.email.is("ada@example.com") && user.full_name.is("Ada") && user.is_active());
        assert_eq!(user.departments, [department("Billing")]);
        assert_eq!(user.work_roles, [role_id(1)]);
        assert_eq!((user.created_at, user.password_changed_at), (at(60), None));
    }

    #[test]
    fn given_a_user_then_it_is_refused() {
        assert_eq!(register_user(&handler(), ada()), Err(Refusal::UserAlreadyRegistered));
    }
}
