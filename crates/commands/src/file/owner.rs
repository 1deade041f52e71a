//! Whose the contents of a ticket's files are.

use domain::TicketId;
use domain::ticket::{OpenTicketInput, TicketState};
use eventstore::{FileOwner, Identifier, Subject};
use uuid::Uuid;

use crate::CommandError;
use crate::core::{Aggregate, Commands, MaxAge};

impl Commands {
    /// A fresh id for a ticket that is about to be opened.
    pub fn new_ticket_id(&self) -> TicketId {
        TicketId(self.ambient().uuid_v7())
    }

    /// Under whose key the files of a ticket lie: the customer's, or the ticket's own.
    ///
    /// # Errors
    /// [`CommandError::NotFound`]; the store's.
    pub async fn file_owner(&self, ticket: TicketId) -> Result<FileOwner, CommandError> {
        self.forget_erased().await?;
        let seen = self.load::<TicketState>(ticket.uuid(), MaxAge::Now).await?;
        if seen.version == 0 {
            return Err(CommandError::NotFound);
        }
        let subject = seen.state.subject(&[]);
        Ok(self.store.file_owner(&subject, ticket.uuid()).await?)
    }

    /// The same of a ticket that is about to be opened under this id.
    ///
    /// # Errors
    /// The store's.
    pub async fn file_owner_of_new(
        &self,
        ticket: TicketId,
        input: &OpenTicketInput,
    ) -> Result<FileOwner, CommandError> {
        let subject = subject_of_new(input);
        Ok(self.store.file_owner(&subject, ticket.uuid()).await?)
    }

    /// The owner by the id of its key, as an address names it; none once erased.
    ///
    /// # Errors
    /// The store's.
    pub async fn file_owner_by_key(&self, key_id: Uuid) -> Result<Option<FileOwner>, CommandError> {
        Ok(self.store.file_owner_by_key(key_id).await?)
    }
}

/// Whom a ticket will be about. Input that is not valid makes no ticket, so what it would identify
/// does not matter.
fn subject_of_new(input: &OpenTicketInput) -> Subject {
    let email =
        input.customer_email.as_deref().and_then(|text| domain::EmailAddress::parse(text).ok());
    let id =
        input.customer_id.as_deref().and_then(|text| domain::ticket::parse_customer_id(text).ok());
    let email = email.map(|email| Identifier::email(email.as_str()));
    let id = id.map(|id| Identifier::customer_id(id.as_str()));
    let identifiers: Vec<Identifier> = email.into_iter().chain(id).collect();
    if identifiers.is_empty() { Subject::Stream } else { Subject::Identified(identifiers) }
}
