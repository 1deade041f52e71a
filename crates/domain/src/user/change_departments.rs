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
