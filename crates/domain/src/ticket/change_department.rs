//! Sending a ticket to another department.

use super::events::{DepartmentChanged, TicketEvent};
use super::state::TicketState;
use crate::refusal::Refusal;
use crate::vocabulary::Department;

/// Sends a ticket to another department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeDepartment {
    /// The new department, or none.
    pub department: Option<Department>,
}

/// Sends a ticket to another department; the same one is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn change_department(
    state: &TicketState,
    command: ChangeDepartment,
) -> Result<Vec<TicketEvent>, Refusal> {
    if state.active()?.department == command.department {
        return Ok(vec![]);
    }
    let department = command.department;
    Ok(vec![TicketEvent::DepartmentChanged(DepartmentChanged { department })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, given, then};

    #[test]
    fn given_a_department_then_it_is_in_charge_until_taken_away() {
        let field = Department::parse("Field").unwrap();
        let command = ChangeDepartment { department: Some(field.clone()) };
        let events = change_department(&active(), command.clone()).unwrap();
        let state = given(&events);
        assert_eq!(state.ticket().unwrap().department, Some(field));
        assert_eq!(change_department(&state, command), Ok(vec![]));
        let ticket = then(&state, change_department(&state, ChangeDepartment { department: None }));
        assert_eq!(ticket.department, None);
    }
}
