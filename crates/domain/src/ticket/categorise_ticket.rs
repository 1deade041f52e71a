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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{category, given, then};

    fn billing() -> TicketState {
        given(&[TicketEvent::Categorised(Categorised {
            category: Some(category("billing_question")),
            subcategory: Some(Subcategory::parse("invoice").unwrap()),
        })])
    }

    #[test]
    fn given_another_category_then_the_subcategory_stays() {
        let command = CategoriseTicket {
            category: Change::Set(category("other")),
            subcategory: Change::Keep,
        };
        let ticket = then(&billing(), categorise_ticket(&billing(), command));
        assert_eq!(ticket.category, Some(category("other")));
        assert_eq!(ticket.subcategory.unwrap().as_str(), "invoice");
    }

    #[test]
    fn given_a_cleared_subcategory_then_only_it_goes() {
        let command = CategoriseTicket { category: Change::Keep, subcategory: Change::Clear };
        let ticket = then(&billing(), categorise_ticket(&billing(), command));
        assert_eq!(ticket.category, Some(category("billing_question")));
        assert_eq!(ticket.subcategory, None);
    }

    #[test]
    fn given_the_same_categories_then_nothing_happens() {
        let command = CategoriseTicket {
            category: Change::Set(category("billing_question")),
            subcategory: Change::Keep,
        };
        assert_eq!(categorise_ticket(&billing(), command), Ok(vec![]));
    }
}
