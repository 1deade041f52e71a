//! Why a command did not go through.

use domain::calendar::PathError;
use domain::task::TaskRefusal;
use domain::ticket_type::{FieldProblem, TicketTypeRefusal, TypeProblem};
use domain::workflow::{Problem, WorkflowRefusal};
use domain::{DecodeError, FieldError, Refusal, TicketId, UserId};
use eventstore::{StoreError, is_absence};

use crate::jobs::JobStatus;

/// Why a command did not go through. Nothing was written, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no such ticket, user, role or token.
    #[error("there is no such resource")]
    NotFound,
    /// It is not allowed as things stand.
    #[error(transparent)]
    Refused(Refusal),
    /// Fields of the input are bad; one entry each, never empty.
    #[error("{} fields are not valid", .0.len())]
    Invalid(Vec<FieldError>),
    /// The resource has another version than the caller saw.
    #[error("the resource has version {current}, not the one that was given")]
    VersionMismatch {
        /// The version it has.
        current: i32,
    },
    /// The command id was used before, for a request with another body.
    #[error("the idempotency key was used before, for another request")]
    KeyReused,
    /// Another ticket has this external id.
    #[error("another ticket has this external id")]
    ExternalIdTaken {
        /// That ticket.
        ticket: TicketId,
    },
    /// Another user has this e-mail address.
    #[error("another user has this e-mail address")]
    EmailTaken {
        /// That user.
        user: UserId,
    },
    /// Another work role has this name.
    #[error("another work role has this name")]
    RoleNameTaken,
    /// Something else of its kind has this name.
    #[error("another {what} has this name")]
    NameTaken {
        /// What it is, such as `workflow`.
        what: &'static str,
    },
    /// The form of a workflow is bad; one entry for each problem, never empty.
    #[error("the workflow has {} problems", .0.len())]
    BadWorkflow(Vec<Problem>),
    /// It is not allowed as the workflow stands.
    #[error(transparent)]
    Workflow(WorkflowRefusal),
    /// The form of a ticket type is bad; one entry for each problem, never empty.
    #[error("the ticket type has {} problems", .0.len())]
    BadTicketType(Vec<TypeProblem>),
    /// It is not allowed as the ticket type stands.
    #[error(transparent)]
    TicketType(TicketTypeRefusal),
    /// The form data of a ticket is bad, and perhaps other fields besides.
    #[error("{} fields are not valid", .fields.len() + .problems.len())]
    BadForm {
        /// What is wrong with the other fields of the request; perhaps empty.
        fields: Vec<FieldError>,
        /// One entry for each problem of the form data, never empty.
        problems: Vec<FieldProblem>,
    },
    /// It is not allowed as the task stands.
    #[error(transparent)]
    Task(TaskRefusal),
    /// Nested input is bad; one entry for each error, at its path, never empty.
    #[error("{} values are not valid", .0.len())]
    BadPaths(Vec<PathError>),
    /// It is named by others, so it cannot be removed.
    #[error("it is in use by {}", .by.join(", "))]
    InUse {
        /// The names of those that name it, never empty.
        by: Vec<String>,
    },
    /// The e-mail address or the password is wrong, or the user is deactivated. Which of these is
    /// for the audit alone.
    #[error("no active account goes by these credentials")]
    CredentialsRejected,
    /// The refresh token is unknown, expired or revoked.
    #[error("the session has ended")]
    SessionEnded,
    /// The refresh token had been replaced already; the whole session was revoked, as somebody
    /// else may hold it too.
    #[error("the refresh token had been replaced; the session was revoked")]
    TokenReused {
        /// Whose session it was.
        user: UserId,
    },
    /// The job has ended: it can be neither called off nor tried again.
    #[error("the job has ended: it is {}", .status.as_str())]
    JobEnded {
        /// How it ended.
        status: JobStatus,
    },
    /// One event would be larger than the log takes.
    #[error("the request is too large for one event: {bytes} bytes")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// Others changed the same thing again and again. The same command may be sent again.
    #[error("others changed the same thing again and again")]
    Contended,
    /// The database cannot be reached. The same command may be sent again under the same id: if it
    /// had gone through unnoticed, the answer is its first result.
    #[error("the event store is not available")]
    Unavailable,
    /// The store failed.
    #[error("the event store failed")]
    Store(#[source] StoreError),
    /// An event in the log is not known to this version of Docket.
    #[error("an event in the log cannot be understood")]
    Undecodable(#[from] DecodeError),
    /// Something that cannot fail did.
    #[error("internal: {0}")]
    Internal(&'static str),
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> Self {
        let unknown = matches!(
            refusal,
            Refusal::TicketUnknown
                | Refusal::FileUnknown
                | Refusal::UserUnknown
                | Refusal::TokenUnknown
                | Refusal::WorkRoleUnknown
                | Refusal::CalendarUnknown
                | Refusal::SlaPolicyUnknown
        );
        if unknown { Self::NotFound } else { Self::Refused(refusal) }
    }
}

impl From<Vec<PathError>> for CommandError {
    fn from(errors: Vec<PathError>) -> Self {
        Self::BadPaths(errors)
    }
}

impl From<WorkflowRefusal> for CommandError {
    fn from(refusal: WorkflowRefusal) -> Self {
        if refusal == WorkflowRefusal::Unknown { Self::NotFound } else { Self::Workflow(refusal) }
    }
}

impl From<TicketTypeRefusal> for CommandError {
    fn from(refusal: TicketTypeRefusal) -> Self {
        if refusal == TicketTypeRefusal::Unknown {
            Self::NotFound
        } else {
            Self::TicketType(refusal)
        }
    }
}

impl From<TaskRefusal> for CommandError {
    fn from(refusal: TaskRefusal) -> Self {
        if refusal == TaskRefusal::Unknown { Self::NotFound } else { Self::Task(refusal) }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::EventTooLarge { bytes, .. } => Self::TooLarge { bytes },
            StoreError::Unavailable => Self::Unavailable,
            StoreError::Database(ref source) if is_absence(source) => Self::Unavailable,
            StoreError::Database(_)
            | StoreError::Unreadable { .. }
            | StoreError::Source { .. }
            | StoreError::Refused { .. }
            | StoreError::Sealing
            | StoreError::Migration(_) => Self::Store(error),
        }
    }
}

impl From<sqlx::Error> for CommandError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<FieldError> for CommandError {
    fn from(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }
}

impl From<Vec<FieldError>> for CommandError {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Invalid(errors)
    }
}
