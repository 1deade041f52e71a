//! Which errors of the write side are worth another try.

use commands::CommandError;

use super::JobError;

/// Whether an error of the write side is worth another try.
pub(crate) fn command_error(error: &CommandError) -> JobError {
    match error {
        CommandError::Contended
        | CommandError::Unavailable
        | CommandError::Store(_)
        | CommandError::Undecodable(_)
        | CommandError::Internal(_) => {
            tracing::warn!(%error, "a job is to be tried again");
            JobError::TryAgain("The event store could not be written to.".to_owned())
        }
        CommandError::NotFound
        | CommandError::Refused(_)
        | CommandError::Invalid(_)
        | CommandError::VersionMismatch { .. }
        | CommandError::KeyReused
        | CommandError::ExternalIdTaken { .. }
        | CommandError::EmailTaken { .. }
        | CommandError::RoleNameTaken
        | CommandError::NameTaken { .. }
        | CommandError::BadWorkflow(_)
        | CommandError::BadTicketType(_)
        | CommandError::TicketType(_)
        | CommandError::BadForm { .. }
        | CommandError::Workflow(_)
        | CommandError::Task(_)
        | CommandError::BadPaths(_)
        | CommandError::InUse { .. }
        | CommandError::CredentialsRejected
        | CommandError::SessionEnded
        | CommandError::TokenReused { .. }
        | CommandError::JobEnded { .. }
        | CommandError::TooLarge { .. } => JobError::Failed(format!("It was refused: {error}.")),
    }
}

impl From<CommandError> for JobError {
    fn from(error: CommandError) -> Self {
        command_error(&error)
    }
}
