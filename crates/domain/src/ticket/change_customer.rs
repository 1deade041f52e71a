//! Changing what is known of a ticket's customer.

use super::change::Change;
use super::events::{Customer, CustomerChanged, TicketEvent};
use super::state::TicketState;
use crate::email::EmailAddress;
use crate::refusal::Refusal;
use crate::text::Text;

/// Changes what is known of a ticket's customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeCustomer {
    /// What happens to the customer's id.
    pub id: Change<Text>,
    /// What happens to the e-mail address.
    pub email: Change<EmailAddress>,
    /// What happens to the name.
    pub name: Change<Text>,
}

/// Changes what is known of a ticket's customer; the same is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn change_customer(
    state: &TicketState,
    command: ChangeCustomer,
) -> Result<Vec<TicketEvent>, Refusal> {
    let ticket = state.active()?;
    let current = ticket.customer.clone();
    let customer = Customer {
        id: command.id.map(Text::into_personal).applied_to(current.id),
        email: command.email.map(EmailAddress::into_personal).applied_to(current.email),
        name: command.name.map(Text::into_personal).applied_to(current.name),
    };
    if customer == ticket.customer {
        return Ok(vec![]);
    }
    Ok(vec![TicketEvent::CustomerChanged(CustomerChanged { customer })])
}
