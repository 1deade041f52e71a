//! What a list of tasks can be asked for, and what it answers.

use chrono::{DateTime, Utc};
use domain::task::events::WaitingForAssignee;
use domain::task::{EscalationReason, TaskStatus, TaskStep};
use domain::ticket::{Priority, Status};
use domain::workflow::MatchLevel;
use domain::{RoleId, TaskId, TicketId, TicketNumber, UserId, WorkflowId};

use crate::{Assignment, Count, Cursor, Direction, Total, UserBrief};

/// Whose tasks are looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum TaskScope {
    /// Everybody's.
    #[default]
    All,
    /// Those this user has.
    Mine(UserId),
    /// Those whose current step is of one of these work roles; none at all without a role.
    Roles(Vec<RoleId>),
    /// Those this user has, and those of these work roles: all that concern a person.
    Own {
        /// The user.
        user: UserId,
        /// The work roles the user holds.
        roles: Vec<RoleId>,
    },
}

/// Which tasks are wanted. Every list here may be empty (no filter); a task matches when it matches one value of every
/// list that is not. Tasks of deleted and merged tickets match only where the ticket is named.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskFilter {
    /// Any of these statuses.
    pub status: Vec<TaskStatus>,
    /// The current step, or the last one, is of any of these work roles.
    pub role: Vec<RoleId>,
    /// Any of these assignments. Nobody has a step that another system does.
    pub assigned: Vec<Assignment>,
    /// Only those for whom nobody could be found, or only the others.
    pub waiting: Option<bool>,
    /// Of this ticket.
    pub ticket: Option<TicketId>,
    /// On any of these workflows.
    pub workflow: Vec<WorkflowId>,
    /// The current step is due before this moment: with the time of now, the overdue ones. What rests or has ended is
    /// due never.
    pub due_before: Option<DateTime<Utc>>,
}

/// What a list of tasks is ordered by. Equal ones are ordered so that pages never overlap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TaskSortKey {
    /// When it was opened.
    #[default]
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// When its step is due; those never due come last either way.
    DueAt,
    /// How urgent its ticket is.
    Priority,
}

/// One page of a list of tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskQuery {
    /// Whose tasks.
    pub scope: TaskScope,
    /// Which of them.
    pub filter: TaskFilter,
    /// Ordered by what.
    pub sort: TaskSortKey,
    /// Which way.
    pub direction: Direction,
    /// After which task; the first page without.
    pub cursor: Option<Cursor>,
    /// At most so many items.
    pub limit: usize,
    /// Whether to count all matches.
    pub count: Count,
}

impl Default for TaskQuery {
    fn default() -> Self {
        Self {
            scope: TaskScope::default(),
            filter: TaskFilter::default(),
            sort: TaskSortKey::default(),
            direction: Direction::default(),
            cursor: None,
            limit: 50,
            count: Count::default(),
        }
    }
}

/// A page of tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskPage {
    /// The tasks, in order.
    pub items: Vec<TaskRow>,
    /// Where the next page begins; none on the last page.
    pub next_cursor: Option<Cursor>,
    /// How many match, if that was wanted.
    pub total: Option<Total>,
}

/// A task, with what is known now of the ticket, the workflow and the people it names.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRow {
    /// Its id.
    pub id: TaskId,
    /// The version of its stream: its `ETag`.
    pub version: i32,
    /// Its ticket.
    pub ticket: TaskTicket,
    /// Which run of a workflow on that ticket it is, from 1.
    pub run: u32,
    /// The workflow, in the version it runs on.
    pub workflow: TaskWorkflow,
    /// On which keys the workflow was found.
    pub match_level: MatchLevel,
    /// The current step, or the last one.
    pub step: TaskStep,
    /// The work role of that step; none at a step of another system.
    pub role: Option<TaskRole>,
    /// Where it stands.
    pub status: TaskStatus,
    /// How many steps it has come to, from 1: what an action may give as seen.
    pub visit: u32,
    /// Who has it.
    pub assignee: Option<UserBrief>,
    /// Whether nobody could be found to give it to, so that it waits for somebody to appear.
    pub waiting: bool,
    /// Whom it waits for, and why there is nobody; none where it does not wait.
    pub waiting_for: Option<WaitingForAssignee>,
    /// When the current step is due; none without a limit, on hold and once ended.
    pub due_at: Option<DateTime<Utc>>,
    /// When the current step comes to be at risk; none as above.
    pub at_risk_at: Option<DateTime<Utc>>,
    /// Why it was escalated at the current step, each reason once.
    pub escalations: Vec<EscalationReason>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it came to the current step.
    pub entered_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// The ticket of a task, in short. All but the id is none while the views do not know the ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskTicket {
    /// Its id.
    pub id: TicketId,
    /// Its number.
    pub number: Option<TicketNumber>,
    /// Its subject; none once erased.
    pub subject: Option<String>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Where it stands.
    pub status: Option<Status>,
}

/// The workflow a task runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskWorkflow {
    /// Its id.
    pub id: WorkflowId,
    /// Its name now; none while the views do not know it.
    pub name: Option<String>,
    /// The version the task began with.
    pub version: u32,
}

/// The work role of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRole {
    /// Its id.
    pub id: RoleId,
    /// Its name now; none once removed.
    pub name: Option<String>,
}

impl TaskSortKey {
    /// The name its cursors carry.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "tasks_created_at",
            Self::UpdatedAt => "tasks_updated_at",
            Self::DueAt => "tasks_due_at",
            Self::Priority => "tasks_priority",
        }
    }
}
