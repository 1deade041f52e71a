//! What is known of a task.

use serde::{Deserialize, Serialize};

use super::events::{Arrival, Performer, TaskStep, WaitingForAssignee};
use super::refusal::TaskRefusal;
use super::schedule::StepRemaining;
use super::values::{CancelReason, EscalationReason, TaskStatus};
use crate::Timestamp;
use crate::ids::{RequestId, TicketId, UserId};
use crate::personal::Personal;
use crate::workflow::{Action, ActionId, End, Match, StepId};

/// Where a task's stream stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum TaskState {
    /// There is no such task.
    #[default]
    Unopened,
    /// There is; whether it runs is its progress.
    Opened(Box<Task>),
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its ticket.
    pub ticket: TicketId,
    /// Which run of a workflow on that ticket it is, from 1.
    pub run: u32,
    /// The workflow, its version, and how it was found.
    pub matched: Match,
    /// The current step, or the last one.
    pub step: TaskStep,
    /// How many steps it has come to, this one and repetitions included, from 1. Two readings of a
    /// task with the same visit saw it at the same place.
    pub visit: u32,
    /// When it came to the current step.
    pub entered_at: Timestamp,
    /// Who has it.
    pub assignee: Option<UserId>,
    /// Whom it waits for, if nobody could be given it.
    pub waiting: Option<WaitingForAssignee>,
    /// How far it is.
    pub progress: Progress,
    /// Why it was escalated at the current step, each reason once.
    pub escalations: Vec<EscalationReason>,
    /// What other systems were asked, in order.
    pub requests: Vec<ExternalRequest>,
    /// What was done, in order.
    pub history: Vec<HistoryEntry>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it last changed; never goes back.
    pub updated_at: Timestamp,
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    /// It can be worked on.
    Running(Running),
    /// It rests.
    OnHold {
        /// Why.
        reason: Option<Personal<String>>,
        /// The open time that its step has left: none without a limit, and if it came to the step
        /// on hold, so that all of it is left.
        remaining: Option<StepRemaining>,
        /// What it goes on as.
        resumes: Running,
    },
    /// It came to an end of its workflow.
    Completed(End),
    /// It was ended from outside.
    Cancelled {
        /// Why.
        why: CancelReason,
    },
}

/// How far a task that can be worked on is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Running {
    /// Nobody has the current step yet.
    Pending,
    /// Somebody has it, or another system was asked.
    InProgress,
    /// Others were called in.
    Escalated,
}

/// A request to another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalRequest {
    /// The request.
    pub id: RequestId,
    /// The visit of the step that asks.
    pub visit: u32,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// What became of it.
    pub fate: RequestFate,
}

/// What became of a request to another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestFate {
    /// No answer yet.
    Waiting,
    /// It was answered with this action, which was taken.
    Answered(ActionId),
    /// It was given up.
    Failed,
    /// It was answered with this action when it no longer counted.
    AnsweredLate(ActionId),
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The action.
    pub action: Action,
    /// The step it left.
    pub from: StepId,
    /// Where it led.
    pub to: Arrival,
    /// Who did it.
    pub by: Performer,
    /// What was said about it.
    pub comment: Option<Personal<String>>,
    /// When.
    pub at: Timestamp,
}

impl Progress {
    /// The one word for it.
    pub fn status(&self) -> TaskStatus {
        match self {
            Self::Running(Running::Pending) => TaskStatus::Pending,
            Self::Running(Running::InProgress) => TaskStatus::InProgress,
            Self::Running(Running::Escalated) => TaskStatus::Escalated,
            Self::OnHold { .. } => TaskStatus::OnHold,
            Self::Completed(_) => TaskStatus::Completed,
            Self::Cancelled { .. } => TaskStatus::Cancelled,
        }
    }
}

impl Task {
    /// Where it stands, in one word.
    pub fn status(&self) -> TaskStatus {
        self.progress.status()
    }

    /// The request with this id.
    pub fn request(&self, id: RequestId) -> Option<&ExternalRequest> {
        self.requests.iter().find(|request| request.id == id)
    }

    /// The last request of the current step, if it asked.
    pub fn current_request(&self) -> Option<&ExternalRequest> {
        self.requests.last().filter(|request| request.visit == self.visit)
    }

    /// Whether the current step is an external one whose request was given up, so that people may
    /// act in the system's place.
    pub fn is_given_up(&self) -> bool {
        self.current_request().is_some_and(|request| match request.fate {
            // At the step that asked, an answer is late only if the request was given up.
            RequestFate::Failed | RequestFate::AnsweredLate(_) => true,
            RequestFate::Waiting | RequestFate::Answered(_) => false,
        })
    }
}

impl TaskState {
    /// The task, running or ended, unless there is none.
    pub fn task(&self) -> Option<&Task> {
        match self {
            Self::Unopened => None,
            Self::Opened(task) => Some(task),
        }
    }

    /// The task, running or ended.
    ///
    /// # Errors
    /// There is none.
    pub fn known(&self) -> Result<&Task, TaskRefusal> {
        self.task().ok_or(TaskRefusal::Unknown)
    }

    /// The task if it has not ended; it may be on hold.
    ///
    /// # Errors
    /// There is none, or it has ended.
    pub fn unended(&self) -> Result<&Task, TaskRefusal> {
        let task = self.known()?;
        let status = task.status();
        if status.is_ended() { Err(TaskRefusal::Ended { status }) } else { Ok(task) }
    }

    /// The task if it can be worked on.
    ///
    /// # Errors
    /// There is none, it has ended, or it is on hold.
    pub fn running(&self) -> Result<&Task, TaskRefusal> {
        let task = self.unended()?;
        match task.progress {
            Progress::Running(_) => Ok(task),
            Progress::OnHold { .. } | Progress::Completed(_) | Progress::Cancelled { .. } => {
                Err(TaskRefusal::OnHold)
            }
        }
    }
}
