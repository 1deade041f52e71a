//! Tasks: a ticket's way through its workflow.

use domain::task::{AvailableAction, ExternalFailure, Lateness, TaskState, UnassignReason};
use domain::workflow::ActionId;
use domain::{RequestId, RoleId, TaskId, Text, TicketId, Timestamp, UserId};

use crate::core::{Commands, Versioned};
use crate::{Assignee, CommandError, Committed, Context};

/// Kind of the claims on the open tasks that somebody has: by user and task.
pub(crate) const TASK_ASSIGNEE: &str = "task.assignee";

/// What starting a task does when one runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing.
    IfNone,
    /// Cancels it and begins another.
    Restart,
}

/// What came of starting a task.
#[derive(Debug, Clone)]
pub enum Started {
    /// It was started.
    Task(Committed<TaskState>),
    /// This one runs already.
    Running(TaskId),
    /// No workflow is for the ticket.
    NoWorkflow,
    /// The ticket is deleted, merged, resolved or closed.
    NotOpen,
}

/// What came of another system's answer that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExternalOutcome {
    /// It counts: the task moved on.
    Applied,
    /// It came too late. It was recorded and changed nothing.
    Late {
        /// Why it is late.
        why: Lateness,
    },
    /// It was given before.
    Repeated,
    /// Another answer was given before, and stands.
    Contradicting {
        /// The action of the answer that stands.
        first: ActionId,
    },
}

const LATER: CommandError = CommandError::Internal("not built yet");

type Changed = Result<Committed<TaskState>, CommandError>;

impl Commands {
    pub async fn start_task(
        &self,
        _ctx: &Context,
        _ticket: TicketId,
        _how: Start,
    ) -> Result<Started, CommandError> {
        Err(LATER)
    }
    pub async fn reconcile_task(
        &self,
        _ctx: &Context,
        _ticket: TicketId,
    ) -> Result<(), CommandError> {
        Err(LATER)
    }
    pub async fn act_on_task(
        &self,
        _ctx: &Context,
        _task: TaskId,
        _action: ActionId,
        _seen: Option<u32>,
        _comment: Option<Text>,
    ) -> Changed {
        Err(LATER)
    }
    pub async fn assign_task(
        &self,
        _ctx: &Context,
        _task: TaskId,
        _to: Option<Assignee>,
    ) -> Changed {
        Err(LATER)
    }
    pub async fn hold_task(&self, _ctx: &Context, _task: TaskId, _reason: Option<Text>) -> Changed {
        Err(LATER)
    }
    pub async fn resume_task(&self, _ctx: &Context, _task: TaskId) -> Changed {
        Err(LATER)
    }
    pub async fn escalate_task(
        &self,
        _ctx: &Context,
        _task: TaskId,
        _comment: Option<Text>,
    ) -> Changed {
        Err(LATER)
    }
    pub async fn cancel_task(
        &self,
        _ctx: &Context,
        _task: TaskId,
        _comment: Option<Text>,
    ) -> Changed {
        Err(LATER)
    }
    pub async fn task(&self, _task: TaskId) -> Result<Option<Versioned<TaskState>>, CommandError> {
        Err(LATER)
    }
    pub async fn available_actions(
        &self,
        _ctx: &Context,
        _task: TaskId,
    ) -> Result<(Versioned<TaskState>, Vec<AvailableAction>), CommandError> {
        Err(LATER)
    }
    pub async fn running_task(&self, _ticket: TicketId) -> Result<Option<TaskId>, CommandError> {
        Err(LATER)
    }
    pub fn external_token(&self, _request: RequestId) -> String {
        String::new()
    }
    pub async fn answer_external(
        &self,
        _ctx: &Context,
        _task: TaskId,
        _request: RequestId,
        _token: &str,
        _action: ActionId,
        _comment: Option<Text>,
    ) -> Result<(Committed<TaskState>, ExternalOutcome), CommandError> {
        Err(LATER)
    }
    pub async fn fail_external(
        &self,
        _ctx: &Context,
        _task: TaskId,
        _request: RequestId,
        _why: ExternalFailure,
        _detail: Option<Text>,
    ) -> Changed {
        Err(LATER)
    }
    pub async fn alarm_task(
        &self,
        _ctx: &Context,
        _task: TaskId,
    ) -> Result<Option<Timestamp>, CommandError> {
        Err(LATER)
    }
    pub async fn assign_waiting(
        &self,
        _ctx: &Context,
        _role: RoleId,
    ) -> Result<usize, CommandError> {
        Err(LATER)
    }
    pub async fn hand_over_tasks(
        &self,
        _ctx: &Context,
        _user: UserId,
        _why: UnassignReason,
    ) -> Result<usize, CommandError> {
        Err(LATER)
    }
    pub async fn tasks_waiting(&self) -> Result<Vec<(RoleId, TaskId)>, CommandError> {
        Err(LATER)
    }
}
