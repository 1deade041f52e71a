//! Opened events as the domain knows them.

use chrono::{DateTime, Utc};
use domain::audit::AuditEvent;
use domain::calendar::CalendarEvent;
use domain::file::FileEvent;
use domain::rotation::RotationEvent;
use domain::settings::SettingsEvent;
use domain::sla::{SlaEvent, SlaPolicyEvent};
use domain::task::TaskEvent;
use domain::ticket::TicketEvent;
use domain::ticket_type::TicketTypeEvent;
use domain::user::UserEvent;
use domain::work_role::WorkRoleEvent;
use domain::workflow::WorkflowEvent;
use domain::{DecodeError, DomainEvent};
use eventstore::{OpenedEvent, StoredEvent};
use uuid::Uuid;

use crate::ProjectionError;

/// The kind of the streams that the log itself writes: subjects linked and erased.
const SUBJECT: &str = "subject";

/// All kinds of streams there are.
pub const KINDS: &[&str] = &[
    TicketEvent::KIND,
    UserEvent::KIND,
    WorkRoleEvent::KIND,
    SettingsEvent::KIND,
    AuditEvent::KIND,
    WorkflowEvent::KIND,
    TaskEvent::KIND,
    RotationEvent::KIND,
    CalendarEvent::KIND,
    SlaPolicyEvent::KIND,
    SlaEvent::KIND,
    TicketTypeEvent::KIND,
    FileEvent::KIND,
    SUBJECT,
];

/// An event, decoded.
#[derive(Debug, Clone)]
pub(crate) struct Decoded {
    pub(crate) position: i64,
    pub(crate) stream_id: Uuid,
    pub(crate) kind: String,
    pub(crate) version: i32,
    pub(crate) event_type: String,
    /// When it happened.
    pub(crate) at: DateTime<Utc>,
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) user: Option<Uuid>,
    pub(crate) address: Option<String>,
    pub(crate) what: Happened,
}

/// What happened, where a view folds it.
#[derive(Debug, Clone)]
pub(crate) enum Happened {
    Ticket(TicketEvent),
    User(UserEvent),
    WorkRole(WorkRoleEvent),
    Workflow(WorkflowEvent),
    Task(TaskEvent),
    Calendar(CalendarEvent),
    SlaPolicy(SlaPolicyEvent),
    Sla(SlaEvent),
    TicketType(TicketTypeEvent),
    File(Box<FileEvent>),
    /// Known, and of no view but the audit.
    Recorded,
}

impl Decoded {
    /// A stream is folded version by version: a gap means that the view is not what it says it is.
    pub(crate) fn follows(&self, folded: i32) -> Result<(), ProjectionError> {
        if self.version == folded + 1 {
            Ok(())
        } else {
            Err(ProjectionError::OutOfOrder { position: self.position, folded })
        }
    }
}

/// An event that cannot be folded, for an error in its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Poison {
    pub(crate) stream_id: Uuid,
    pub(crate) kind: String,
    pub(crate) version: i32,
    pub(crate) position: i64,
    /// What is wrong, in words.
    pub(crate) error: String,
}

impl Poison {
    /// An event that could not even be opened.
    pub(crate) fn of_stored(event: &StoredEvent, error: &ProjectionError) -> Self {
        let StoredEvent { stream_id, kind, version, position, .. } = event;
        let (stream_id, version, position) = (*stream_id, *version, *position);
        Self { stream_id, kind: kind.clone(), version, position, error: in_words(error) }
    }

    /// An event that could not be folded.
    pub(crate) fn of_decoded(event: &Decoded, error: &ProjectionError) -> Self {
        let Decoded { stream_id, kind, version, position, .. } = event;
        let (stream_id, version, position) = (*stream_id, *version, *position);
        Self { stream_id, kind: kind.clone(), version, position, error: in_words(error) }
    }
}

/// An error and its causes, for whoever looks at what was parked. What stands in double quotes is a value of the event,
/// perhaps a personal one: it is left out.
pub(crate) fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    // A quote within a value comes escaped; and Postgres takes no zero.
    let words = words.replace("\\\"", "").replace('\0', "\u{fffd}");
    let unquoted = words.split('"').step_by(2).collect::<Vec<_>>();
    unquoted.join("\"…\"")
}

/// Decodes an opened event.
///
/// # Errors
/// It is newer than this binary, which halts the consumer, or its data does not fit its type, which parks its stream.
pub(crate) fn decode_one(event: OpenedEvent) -> Result<Decoded, ProjectionError> {
    let position = event.position;
    let (name, version) = (event.event_type.as_str(), event.schema_version);
    let what = match event.kind.as_str() {
        TicketEvent::KIND => {
            TicketEvent::from_parts(name, version, event.data).map(Happened::Ticket)
        }
        UserEvent::KIND => UserEvent::from_parts(name, version, event.data).map(Happened::User),
        WorkRoleEvent::KIND => {
            WorkRoleEvent::from_parts(name, version, event.data).map(Happened::WorkRole)
        }
        WorkflowEvent::KIND => {
            WorkflowEvent::from_parts(name, version, event.data).map(Happened::Workflow)
        }
        TaskEvent::KIND => TaskEvent::from_parts(name, version, event.data).map(Happened::Task),
        CalendarEvent::KIND => {
            CalendarEvent::from_parts(name, version, event.data).map(Happened::Calendar)
        }
        SlaPolicyEvent::KIND => {
            SlaPolicyEvent::from_parts(name, version, event.data).map(Happened::SlaPolicy)
        }
        SlaEvent::KIND => SlaEvent::from_parts(name, version, event.data).map(Happened::Sla),
        TicketTypeEvent::KIND => {
            TicketTypeEvent::from_parts(name, version, event.data).map(Happened::TicketType)
        }
        FileEvent::KIND => {
            let event = FileEvent::from_parts(name, version, event.data);
            event.map(|event| Happened::File(Box::new(event)))
        }
        RotationEvent::KIND => known::<RotationEvent>(name, version),
        SettingsEvent::KIND => known::<SettingsEvent>(name, version),
        AuditEvent::KIND => known::<AuditEvent>(name, version),
        SUBJECT => Ok(Happened::Recorded),
        _ => return Err(ProjectionError::NewerKind { position, kind: event.kind }),
    };
    let what = what.map_err(|source| match source {
        DecodeError::UnknownType { .. } | DecodeError::UnknownVersion { .. } => {
            ProjectionError::Newer { position, source }
        }
        DecodeError::Malformed { .. } => ProjectionError::Data { position, source },
    })?;
    Ok(Decoded {
        position,
        stream_id: event.stream_id,
        kind: event.kind,
        version: event.version,
        event_type: event.event_type,
        at: event.occurred_at,
        recorded_at: event.recorded_at,
        user: event.metadata.actor.user(),
        address: event.metadata.client.and_then(|client| client.address),
        what,
    })
}

/// Checks type and version of an event as it is stored.
///
/// # Errors
/// It is newer than this binary.
pub(crate) fn check_known<E: DomainEvent>(event: &StoredEvent) -> Result<(), ProjectionError> {
    let position = event.position;
    known::<E>(&event.event_type, event.schema_version)
        .map(drop)
        .map_err(|source| ProjectionError::Newer { position, source })
}

/// Checks type and version of an event whose data no view folds.
fn known<E: DomainEvent>(event_type: &str, version: i16) -> Result<Happened, DecodeError> {
    match E::TYPES.iter().find(|(name, _)| *name == event_type) {
        None => Err(DecodeError::UnknownType { event_type: event_type.to_owned() }),
        Some((_, newest)) if version < 1 || version > *newest => {
            Err(DecodeError::UnknownVersion { event_type: event_type.to_owned(), version })
        }
        Some(_) => Ok(Happened::Recorded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_an_error_quote_no_value() {
        let source = serde_json::from_str::<u32>(r#""Mr \"C\" Confidential""#).unwrap_err();
        let error = ProjectionError::Row { view: "users", source };
        let words = in_words(&error);
        assert!(words.contains(r#"invalid type: string "…", expected u32"#), "{words}");
    }
}
