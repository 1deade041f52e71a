//! How tickets and people are named from outside.

use std::str::FromStr;

use domain::ticket::TicketState;
use domain::{EmailAddress, FieldErrorKind, TicketId, TicketNumber, UserId};
use uuid::Uuid;

use crate::CommandError;
use crate::core::{Commands, MaxAge, Versioned, number_claim};

/// A ticket by its id or by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketRef {
    /// Its id.
    Id(TicketId),
    /// Its number.
    Number(TicketNumber),
}

impl FromStr for TicketRef {
    type Err = FieldErrorKind;

    fn from_str(text: &str) -> Result<Self, FieldErrorKind> {
        if let Ok(id) = Uuid::parse_str(text) {
            return Ok(Self::Id(TicketId(id)));
        }
        text.parse().map(Self::Number).map_err(|_| FieldErrorKind::Malformed {
            expected: "the id of a ticket, or a number like TKT-2026-000123",
        })
    }
}

impl From<TicketId> for TicketRef {
    fn from(id: TicketId) -> Self {
        Self::Id(id)
    }
}

/// A user to whom tickets may be given, by id or by e-mail address.
#[derive(Clone, PartialEq, Eq)]
pub enum Assignee {
    /// The user's id.
    User(UserId),
    /// The user's address.
    Email(String),
}

impl std::fmt::Debug for Assignee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(id) => write!(f, "Assignee({id})"),
            Self::Email(_) => f.write_str("Assignee(…@…)"),
        }
    }
}

impl FromStr for Assignee {
    type Err = FieldErrorKind;

    fn from_str(text: &str) -> Result<Self, FieldErrorKind> {
        let text = text.trim();
        if let Ok(id) = Uuid::parse_str(text) {
            return Ok(Self::User(UserId(id)));
        }
        match EmailAddress::parse(text) {
            Ok(email) => Ok(Self::Email(email.as_str().to_owned())),
            Err(_) => {
                Err(FieldErrorKind::Malformed { expected: "the e-mail address or id of a user" })
            }
        }
    }
}

impl Commands {
    /// The id of the ticket meant. An id is taken as it is, whether there is such a ticket or not.
    ///
    /// # Errors
    /// [`CommandError::NotFound`] when no ticket has the number.
    pub async fn resolve_ticket(&self, ticket: TicketRef) -> Result<TicketId, CommandError> {
        match ticket {
            TicketRef::Id(id) => Ok(id),
            TicketRef::Number(number) => {
                let owner = self.store.claim_owner(&number_claim(number)).await?;
                owner.map(TicketId).ok_or(CommandError::NotFound)
            }
        }
    }

    /// A ticket as it is now, and its version, for those who check rights; none when there is no
    /// such ticket.
    ///
    /// # Errors
    /// The store's.
    pub async fn ticket_state(
        &self,
        ticket: TicketId,
    ) -> Result<Option<Versioned<TicketState>>, CommandError> {
        let loaded = self.load::<TicketState>(ticket.uuid(), MaxAge::Now).await?;
        Ok(loaded.state.ticket().is_some().then_some(loaded))
    }

    /// A ticket as it was at a version; none when it never had that version.
    ///
    /// # Errors
    /// The store's.
    pub async fn ticket_state_at(
        &self,
        ticket: TicketId,
        version: i32,
    ) -> Result<Option<Versioned<TicketState>>, CommandError> {
        let loaded = self.load_at::<TicketState>(ticket.uuid(), version).await?;
        Ok((version > 0 && loaded.version == version).then_some(loaded))
    }
}
