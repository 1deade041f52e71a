//! What the write side and the read side refuse, as HTTP has it. The one mapping.

use axum::http::StatusCode;
use commands::CommandError;
use domain::task::TaskRefusal;
use eventstore::StoreError;
use files::FilesError;
use projections::QueryError;
use serde_json::json;

use super::{FieldProblem, Place, Problem};

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        Self::of_command(&error)
    }
}

impl Problem {
    /// What a command's error is to its caller.
    pub(crate) fn of_command(error: &CommandError) -> Self {
        match error {
            CommandError::NotFound => Self::not_found("resource"),
            CommandError::Refused(refusal) => {
                Self::new(StatusCode::CONFLICT, "not-allowed-now", refusal.to_string())
                    .with("code", refusal.code())
            }
            CommandError::Invalid(errors) => {
                Self::invalid(errors.iter().map(FieldProblem::in_body).collect())
            }
            CommandError::VersionMismatch { current } => {
                let detail = format!("The resource has changed: its version is {current}.");
                Self::new(StatusCode::PRECONDITION_FAILED, "version-differs", detail)
                    .with("version", *current)
                    .with_header(axum::http::header::ETAG, &format!("\"{current}\""))
            }
            CommandError::KeyReused => Self::invalid(vec![FieldProblem {
                place: Place::Header,
                field: "Idempotency-Key".to_owned(),
                msg: "This key was used before, for another request.".to_owned(),
                kind: "key_reused",
            }]),
            CommandError::ExternalIdTaken { ticket } => {
                taken("Another ticket has this external id.", "external_id_taken")
                    .with("ticket", json!(ticket.uuid()))
            }
            CommandError::EmailTaken { user } => {
                taken("Another user has this e-mail address.", "email_taken")
                    .with("user", json!(user.uuid()))
            }
            CommandError::RoleNameTaken => {
                taken("Another work role has this name.", "role_name_taken")
            }
            CommandError::NameTaken { what } => {
                taken(&format!("Another {what} has this name."), "name_taken")
            }
            CommandError::BadWorkflow(problems) => {
                Self::invalid(problems.iter().map(FieldProblem::of_workflow).collect())
            }
            CommandError::BadTicketType(problems) => {
                Self::invalid(problems.iter().map(FieldProblem::of_ticket_type).collect())
            }
            CommandError::TicketType(refusal) => {
                Self::new(StatusCode::CONFLICT, "not-allowed-now", refusal.to_string())
                    .with("code", refusal.code())
            }
            CommandError::BadForm { fields, problems } => {
                let fields = fields.iter().map(FieldProblem::in_body);
                Self::invalid(fields.chain(problems.iter().map(FieldProblem::of_data)).collect())
            }
            CommandError::Workflow(refusal) => {
                Self::new(StatusCode::CONFLICT, "not-allowed-now", refusal.to_string())
                    .with("code", refusal.code())
            }
            CommandError::Task(refusal) => of_task(refusal),
            CommandError::BadPaths(errors) => Self::invalid(
                errors
                    .iter()
                    .map(|error| FieldProblem::new(Place::Body, error.path.as_str(), &error.kind))
                    .collect(),
            ),
            CommandError::InUse { by } => {
                let detail = format!("It is in use by {}.", by.join(", "));
                Self::new(StatusCode::CONFLICT, "not-allowed-now", detail)
                    .with("code", "in_use")
                    .with("by", json!(by))
            }
            CommandError::CredentialsRejected => {
                Self::unauthorized("No active account goes by these credentials.")
            }
            CommandError::SessionEnded | CommandError::TokenReused { .. } => {
                Self::unauthorized("The session has ended. Sign in again.")
            }
            CommandError::JobEnded { status } => {
                let detail = format!("The job has ended: it is {}.", status.as_str());
                Self::new(StatusCode::CONFLICT, "not-allowed-now", detail).with("code", "job_ended")
            }
            CommandError::TooLarge { bytes } => {
                let detail = format!("This takes {bytes} bytes as one event, more than fit.");
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
            }
            CommandError::Contended => {
                Self::unavailable("Others are changing the same thing. Try again.")
            }
            CommandError::Unavailable => {
                Self::unavailable("The event store does not answer. Try again.")
            }
            CommandError::Store(_) | CommandError::Undecodable(_) | CommandError::Internal(_) => {
                Self::internal(error)
            }
        }
    }
}

fn of_task(refusal: &TaskRefusal) -> Problem {
    match refusal {
        TaskRefusal::Unknown => Problem::not_found("task"),
        // To whoever does not know the secret, there is no request.
        TaskRefusal::RequestUnknown | TaskRefusal::TokenForged => Problem::not_found("request"),
        TaskRefusal::NotEntitled { .. } => {
            Problem::forbidden(refusal.to_string()).with("code", refusal.code())
        }
        TaskRefusal::AlreadyOpened
        | TaskRefusal::Ended { .. }
        | TaskRefusal::OnHold
        | TaskRefusal::StepChanged { .. }
        | TaskRefusal::ActionNotAvailable { .. }
        | TaskRefusal::AwaitsExternal { .. }
        | TaskRefusal::StepIsExternal { .. }
        | TaskRefusal::StepIsHuman
        | TaskRefusal::AssigneeDeactivated
        | TaskRefusal::AssigneeLacksRole { .. }
        | TaskRefusal::AlreadyRequested { .. }
        | TaskRefusal::OtherDefinition { .. } => {
            let detail = refusal.to_string();
            Problem::new(StatusCode::CONFLICT, "not-allowed-now", detail)
                .with("code", refusal.code())
        }
    }
}

fn taken(detail: &str, code: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "taken", detail).with("code", code)
}

impl From<FilesError> for Problem {
    /// What the store of files ends with. A file that is not taken is told with its field, where it came in.
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Refused(refusal) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "file-refused", format!("{refusal}."))
            }
            FilesError::NotFound => {
                Self::new(StatusCode::GONE, "gone", "The content of this file is no longer there.")
            }
            FilesError::RangeNotSatisfiable { size } => {
                let detail = format!("The file has {size} bytes.");
                Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "range-not-satisfiable", detail)
                    .with_header(axum::http::header::CONTENT_RANGE, &format!("bytes */{size}"))
            }
            FilesError::DoesNotOpen => {
                // It does not become better by trying again; whoever runs the store has to bring it back.
                drop(Self::internal(&error));
                let detail = "What is stored of this file is damaged.";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "file-damaged", detail)
            }
            FilesError::AnothersFile => Self::internal(&error),
            FilesError::Store(_) | FilesError::Directory(_) if error.is_full() => {
                drop(Self::internal(&error));
                let detail = "There is no room left for files.";
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "no-room-for-files", detail)
            }
            FilesError::Store(_) | FilesError::Directory(_) => {
                // The caller is to try again; what went wrong is for whoever runs the store.
                drop(Self::internal(&error));
                Self::unavailable("The store of files does not answer. Try again.")
            }
        }
    }
}

impl From<StoreError> for Problem {
    /// What is read from the log itself fails as a command's reading does.
    fn from(error: StoreError) -> Self {
        CommandError::from(error).into()
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::BadCursor => Self::invalid(vec![FieldProblem {
                place: Place::Query,
                field: "cursor".to_owned(),
                msg: "This cursor does not belong to this list and order.".to_owned(),
                kind: "value_error",
            }]),
            QueryError::Behind { wanted, reached } => Self::unavailable(format!(
                "The views are at position {reached} of the log, not yet at {wanted}."
            )),
            QueryError::Database(_) if error.is_absence() => {
                Self::unavailable("The views cannot be read now. Try again.")
            }
            QueryError::Database(_)
            | QueryError::Log(_)
            | QueryError::Row { .. }
            | QueryError::Event { .. } => Self::internal(&error),
        }
    }
}
