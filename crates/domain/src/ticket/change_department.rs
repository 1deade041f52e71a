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
