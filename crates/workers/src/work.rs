//! The work that events and timers ask for: types of job, and what such a job is told.
//!
//! All of it looks at how things stand and does what is missing, so that it may be asked for twice, late, or for
//! nothing. A job is told only whom to look at, and what made somebody ask.

use commands::file::READ_TEXT;
use commands::jobs::{JobParameters, JobType, NewJob, TakenJob, WhenDone};
use commands::timer::{DueTimer, TimerKind};
use commands::{Commands, Context, derive_command_id};
use domain::vocabulary::SystemName;
use domain::{FileId, RequestId, TaskId, TicketId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::jobs::JobError;

/// The queue of what concerns tasks and those who do them.
pub const WORKFLOW_QUEUE: &str = "workflow";
/// The queue of what concerns clocks.
pub const SLA_QUEUE: &str = "sla";
/// The queue of what other systems are asked.
pub const EXTERNAL_QUEUE: &str = "external";
/// The queue of what is done with files, but for the reading of their text.
pub const FILES_QUEUE: &str = "files";
/// The queue of the reading of texts, which takes long.
pub const OCR_QUEUE: &str = READ_TEXT.queue;

/// Tries of a job that only the database can fail: more than half an hour of them.
const TRIES: u16 = 12;

/// Something to look after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Work {
    /// Sees that the ticket has the task that it should have.
    ReconcileTask(TicketId),
    /// Tells what is due about a task, sets its timers, has its system asked.
    FollowTask(TaskId),
    /// Gives tasks to, or takes them from, a user whose roles or presence changed.
    SeatUser(UserId),
    /// Tells what is due about a ticket's clocks, and sets their timer.
    TellSla(TicketId),
    /// Does what a clock at risk, or a breach, sets off.
    EscalateSla(TicketId),
    /// Looks after the clocks of all tickets that are not finished.
    RefreshSla,
    /// Has the files of a ticket looked into that nobody looked into yet.
    FollowFiles(TicketId),
    /// Erases the files of people who are forgotten.
    SweepErased,
}

impl Work {
    /// The type of its job.
    pub fn job_type(self) -> JobType {
        match self {
            Self::ReconcileTask(_) => RECONCILE_TASK,
            Self::FollowTask(_) => FOLLOW_TASK,
            Self::SeatUser(_) => SEAT_USER,
            Self::TellSla(_) => TELL_SLA,
            Self::EscalateSla(_) => ESCALATE_SLA,
            Self::RefreshSla => REFRESH_SLA,
            Self::FollowFiles(_) => FOLLOW_FILES,
            Self::SweepErased => SWEEP_ERASED,
        }
    }

    /// What a timer is for.
    pub fn of_timer(timer: &DueTimer) -> Self {
        match timer.kind {
            TimerKind::Sla => Self::TellSla(TicketId(timer.id)),
            TimerKind::Task | TimerKind::External => Self::FollowTask(TaskId(timer.id)),
            TimerKind::Away => Self::SeatUser(UserId(timer.id)),
        }
    }

    /// Whom it is about, and what that is called.
    fn about(self) -> Option<(&'static str, Uuid)> {
        match self {
            Self::ReconcileTask(ticket)
            | Self::TellSla(ticket)
            | Self::EscalateSla(ticket)
            | Self::FollowFiles(ticket) => Some(("ticket_id", ticket.uuid())),
            Self::FollowTask(task) => Some(("task_id", task.uuid())),
            Self::SeatUser(user) => Some(("user_id", user.uuid())),
            Self::RefreshSla | Self::SweepErased => None,
        }
    }

    /// The ticket whose clocks are to be told.
    pub(crate) fn clocks_of(self) -> Option<TicketId> {
        match self {
            Self::TellSla(ticket) => Some(ticket),
            Self::ReconcileTask(_)
            | Self::FollowTask(_)
            | Self::SeatUser(_)
            | Self::EscalateSla(_)
            | Self::RefreshSla
            | Self::FollowFiles(_)
            | Self::SweepErased => None,
        }
    }

    /// The job that does it. There is one per cause.
    pub fn job(self, cause: Cause) -> NewJob {
        let (job_type, about) = (self.job_type(), self.about());
        let told = Assignment { id: about.map_or(Uuid::nil(), |(_, id)| id), cause };
        let mut parameters = JobParameters::new();
        if let Some((name, id)) = about {
            parameters.insert(name.to_owned(), json!(id));
        }
        NewJob {
            id: None,
            job_type,
            key: format!("{}/{}", job_type.name, cause.id()),
            fingerprint: None,
            parameters,
            // Ids and numbers: this cannot fail.
            payload: serde_json::to_vec(&told).unwrap_or_default(),
            created_by: None,
            delay_seconds: 0,
        }
    }
}

/// What made somebody ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// An event of the log.
    Event {
        /// The event.
        id: Uuid,
        /// Its position.
        position: i64,
    },
    /// A timer went off.
    Timer {
        /// This one alarm.
        token: Uuid,
    },
    /// Another job, for one of many that it looks after.
    Job {
        /// What follows from that job and the one.
        id: Uuid,
    },
}

impl Cause {
    fn id(self) -> Uuid {
        match self {
            Self::Event { id, .. } | Self::Job { id } => id,
            Self::Timer { token } => token,
        }
    }
}

/// What a job is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Assignment {
    /// Whom it is about.
    pub(crate) id: Uuid,
    /// What made somebody ask.
    pub(crate) cause: Cause,
}

/// What the job is told that asks another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// The task that asks.
    pub(crate) task: TaskId,
    /// What it asks.
    pub(crate) request: RequestId,
}

impl Question {
    /// The job that asks: once per request, however often it is put into its queue.
    pub(crate) fn job(&self, system: &SystemName, tries: Option<u16>) -> NewJob {
        let max_tries = tries.unwrap_or(REQUEST_EXTERNAL.max_tries);
        let mut parameters = JobParameters::new();
        parameters.insert("task_id".to_owned(), json!(self.task));
        parameters.insert("request_id".to_owned(), json!(self.request));
        parameters.insert("system".to_owned(), json!(system.as_str()));
        NewJob {
            id: None,
            job_type: JobType { max_tries, ..REQUEST_EXTERNAL },
            key: self.request.to_string(),
            fingerprint: None,
            parameters,
            payload: serde_json::to_vec(self).unwrap_or_default(),
            created_by: None,
            delay_seconds: 0,
        }
    }
}

/// What the job is told that makes the thumbnail of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MakeThumbnail {
    /// The ticket that the file belongs to.
    pub(crate) ticket: TicketId,
    /// The file.
    pub(crate) file: FileId,
}

impl MakeThumbnail {
    /// The job that makes it: one at a time for a file.
    pub(crate) fn job(&self) -> NewJob {
        let mut parameters = JobParameters::new();
        parameters.insert("ticket_id".to_owned(), json!(self.ticket));
        parameters.insert("file_id".to_owned(), json!(self.file));
        NewJob {
            id: None,
            job_type: MAKE_THUMBNAIL,
            key: format!("{}/{}", MAKE_THUMBNAIL.name, self.file),
            fingerprint: None,
            parameters,
            payload: serde_json::to_vec(self).unwrap_or_default(),
            created_by: None,
            delay_seconds: 0,
        }
    }
}

/// Reads what a job was told.
pub(crate) fn told<T: for<'a> Deserialize<'a>>(job: &TakenJob) -> Result<T, JobError> {
    serde_json::from_slice(&job.payload)
        .map_err(|_| JobError::Failed("What was asked cannot be read.".to_owned()))
}

/// The commands of a job. Their ids follow from what made somebody ask, so that those of another try, or of the same
/// work asked for again, are the same ones.
pub(crate) fn context(commands: &Commands, job: &TakenJob, cause: Cause) -> Context {
    let (ambient, secrets) = (commands.store().ambient(), commands.store().secrets());
    let command_id = derive_command_id(secrets, cause.id(), &job.job_type, 0);
    let causation_id = match cause {
        Cause::Event { id, .. } => Some(id),
        Cause::Timer { .. } | Cause::Job { .. } => None,
    };
    let ctx = Context::system(ambient, cause.id().to_string());
    Context { causation_id, ..ctx.with_command(command_id) }
}

const fn routine(queue: &'static str, name: &'static str) -> JobType {
    JobType { queue, name, max_tries: TRIES, when_done: WhenDone::Forgotten }
}

/// See [`Work::ReconcileTask`].
pub const RECONCILE_TASK: JobType = routine(WORKFLOW_QUEUE, "reconcile_task");
/// See [`Work::FollowTask`].
pub const FOLLOW_TASK: JobType = routine(WORKFLOW_QUEUE, "follow_task");
/// See [`Work::SeatUser`].
pub const SEAT_USER: JobType = routine(WORKFLOW_QUEUE, "seat_user");
/// See [`Work::TellSla`].
pub const TELL_SLA: JobType = routine(SLA_QUEUE, "tell_sla");
/// See [`Work::EscalateSla`].
pub const ESCALATE_SLA: JobType = routine(SLA_QUEUE, "escalate_sla");
/// See [`Work::RefreshSla`].
pub const REFRESH_SLA: JobType = routine(SLA_QUEUE, "refresh_sla");
/// See [`Work::FollowFiles`].
pub const FOLLOW_FILES: JobType = routine(FILES_QUEUE, "follow_files");
/// See [`Work::SweepErased`].
pub const SWEEP_ERASED: JobType = routine(FILES_QUEUE, "sweep_erased");
/// Makes the thumbnail of a picture.
pub const MAKE_THUMBNAIL: JobType = routine(FILES_QUEUE, "make_thumbnail");
/// Asks another system. Its row stays, so that no request is made twice.
pub const REQUEST_EXTERNAL: JobType = JobType {
    queue: EXTERNAL_QUEUE,
    name: "request_external",
    max_tries: 8,
    when_done: WhenDone::Kept,
};
