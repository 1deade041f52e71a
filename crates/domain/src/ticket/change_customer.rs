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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{customer, given, text, then};

    fn known() -> TicketState {
        given(&[TicketEvent::CustomerChanged(CustomerChanged { customer: customer() })])
    }

    #[test]
    fn given_another_address_then_the_rest_stays() {
        let email = EmailAddress::parse("Bo@example.com").unwrap();
        let command = ChangeCustomer { email: Change::Set(email), ..Default::default() };
        let ticket = then(&known(), change_customer(&known(), command));
        assert!(ticket.customer.email.unwrap().is("Bo@example.com"));
        assert!(ticket.customer.name.unwrap().is("Ada"));
    }

    #[test]
    fn given_all_cleared_then_there_is_no_customer() {
        let command =
            ChangeCustomer { id: Change::Clear, email: Change::Clear, name: Change::Clear };
        let ticket = then(&known(), change_customer(&known(), command));
        assert!(ticket.customer.is_empty());
    }

    #[test]
    fn given_the_same_then_nothing_happens() {
        let command = ChangeCustomer { name: Change::Set(text("Ada")), ..Default::default() };
        assert_eq!(change_customer(&known(), command), Ok(vec![]));
    }
}
