//! Whose fault an error is.

use commands::CommandError;
use commands::inbound::{BadField, InboundError};
use eventstore::StoreError;

use super::record::Fault;

/// What stands in the way of a message.
#[derive(Debug)]
pub(super) enum Failure {
    /// The message itself: no other day will make it good.
    Message(Fault),
    /// The surroundings: the same message goes through once they are well again.
    Surroundings(CommandError),
}

impl From<InboundError> for Failure {
    fn from(error: InboundError) -> Self {
        match error {
            InboundError::Invalid(fields) => Self::Message(Fault::fields(&fields)),
            InboundError::Command(error) => error.into(),
        }
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Invalid(fields) => {
                let fields: Vec<_> = fields.iter().map(Into::into).collect();
                Self::Message(Fault::fields(&fields))
            }
            CommandError::BadForm { fields, problems } => {
                let fields = fields.iter().map(Into::into);
                let fields: Vec<_> = fields.chain(problems.iter().map(BadField::of_data)).collect();
                Self::Message(Fault::fields(&fields))
            }
            CommandError::KeyReused => Self::Message(Fault::of(
                "The key was used before, for another ticket; tickets with an external_id may share a key.",
            )),
            CommandError::TooLarge { bytes } => Self::Message(Fault::of(format!(
                "The ticket takes {bytes} bytes as one event, more than fit."
            ))),
            CommandError::Store(StoreError::Database(ref answer)) if is_about_data(answer) => {
                Self::Message(Fault::of("The database does not take what the ticket says."))
            }
            // Not one of these is for an inbound ticket; a message is no worse for it.
            CommandError::NotFound
            | CommandError::Refused(_)
            | CommandError::ExternalIdTaken { .. }
            | CommandError::VersionMismatch { .. }
            | CommandError::EmailTaken { .. }
            | CommandError::RoleNameTaken
            | CommandError::NameTaken { .. }
            | CommandError::BadWorkflow(_)
            | CommandError::BadTicketType(_)
            | CommandError::TicketType(_)
            | CommandError::Workflow(_)
            | CommandError::Task(_)
            | CommandError::BadPaths(_)
            | CommandError::InUse { .. }
            | CommandError::CredentialsRejected
            | CommandError::SessionEnded
            | CommandError::TokenReused { .. }
            | CommandError::JobEnded { .. } => Self::Message(Fault::of(format!("{error}."))),
            CommandError::Contended
            | CommandError::Unavailable
            | CommandError::Store(_)
            | CommandError::Undecodable(_)
            | CommandError::Internal(_) => Self::Surroundings(error),
        }
    }
}

/// Class 22: a value that cannot be stored; 23: a constraint; 54: over a limit.
fn is_about_data(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|answer| answer.code()).unwrap_or_default();
    ["22", "23", "54"].iter().any(|class| code.starts_with(class))
}
