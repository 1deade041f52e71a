//! Sorting a ticket into a category and a subcategory.

use super::change::Change;
use super::events::{Categorised, TicketEvent};
use super::state::TicketState;
use crate::refusal::Refusal;
use crate::vocabulary::{Category, Subcategory};

/// Sorts a ticket into a category and a subcategory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CategoriseTicket {
    /// What happens to the category.
    pub category: Change<Category>,
    /// What happens to the subcategory.
    pub subcategory: Change<Subcategory>,
}

/// Sorts a ticket into a category and a subcategory; the same ones are no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn categorise_ticket(
    state: &TicketState,
    command: CategoriseTicket,
) -> Result<Vec<TicketEvent>, Refusal> {
    let ticket = state.active()?;
    let category = command.category.applied_to(ticket.category.clone());
    let subcategory = command.subcategory.applied_to(ticket.subcategory.clone());
    if category == ticket.category && subcategory == ticket.subcategory {
        return Ok(vec![]);
    }
    Ok(vec![TicketEvent::Categorised(Categorised { category, subcategory })])
}
