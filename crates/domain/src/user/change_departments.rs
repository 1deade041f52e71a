//! Moving a user to other departments.

use super::events::{DepartmentsChanged, UserEvent};
use super::state::UserState;
use crate::list::each_once;
use crate::refusal::Refusal;
use crate::vocabulary::Department;

/// Moves a user to other departments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeDepartments {
    /// All departments from now on.
    pub departments: Vec<Department>,
}

/// Moves a user to other departments; the same ones in the same order are no change.
///
/// # Errors
/// There is no such user.
pub fn change_departments(
    state: &UserState,
    command: ChangeDepartments,
) -> Result<Vec<UserEvent>, Refusal> {
    let departments = each_once(command.departments);
    if state.known()?.departments == departments {
        return Ok(vec![]);
    }
    Ok(vec![UserEvent::DepartmentsChanged(DepartmentsChanged { departments })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::Role;
    use crate::user::samples::{department, given, handler, then};

    #[test]
    fn given_departments_then_they_replace_the_ones_before_once_each() {
        let departments = vec![department("Billing"), department("Field"), department("Billing")];
        let command = ChangeDepartments { departments };
        let events = change_departments(&handler(), command.clone()).unwrap();
        let state = given(Role::Handler, &events);
        assert_eq!(state.user().unwrap().departments, [department("Billing"), department("Field")]);
        assert_eq!(change_departments(&state, command), Ok(vec![]));
        let command = ChangeDepartments { departments: vec![] };
        assert_eq!(then(&state, change_departments(&state, command)).departments, []);
    }

    #[test]
    fn given_nobody_then_it_is_refused() {
        let command = ChangeDepartments { departments: vec![] };
        let refused = change_departments(&UserState::Unregistered, command);
        assert_eq!(refused, Err(Refusal::UserUnknown));
    }
}
