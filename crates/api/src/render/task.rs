//! Tasks.

use chrono::{DateTime, Utc};
use domain::TaskId;
use domain::task::events::WaitingForAssignee;
use domain::task::{Task, TaskStep};
use domain::ticket::Ticket;
use domain::workflow::StepKind;
use projections::{TaskRow, TaskWorkflow};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{UserRef, WorkRoleRef, known};

/// A task: one run of a workflow on a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskBody {
    /// The task.
    pub(crate) id: Uuid,
    /// The version of its stream: what `ETag` and `If-Match` carry.
    pub(crate) version: i32,
    /// The number of its ticket, such as `TKT-2026-000123`.
    pub(crate) ticket_id: String,
    /// Its ticket.
    pub(crate) ticket: TaskTicket,
    /// Which run of a workflow on that ticket it is, from 1.
    pub(crate) run: u32,
    /// The workflow, in the version that the task began with.
    pub(crate) workflow: WorkflowRef,
    /// On which keys the workflow was found: `exact`, `without_priority`, `category_and_department` or `default`.
    pub(crate) match_level: &'static str,
    /// The current step, or the last one.
    pub(crate) step: StepBody,
    /// `pending`, `in_progress`, `on_hold`, `completed`, `cancelled` or `escalated`.
    pub(crate) status: &'static str,
    /// How many steps it has come to, from 1. Sent along with an action, it keeps the action from being taken at
    /// another step than the one that was seen.
    pub(crate) visit: u32,
    /// E-mail address of who has it.
    pub(crate) assigned_to: Option<String>,
    /// Who has it.
    pub(crate) assignee: Option<UserRef>,
    /// Whom it waits for, if nobody could be found to give it to; it goes to whoever appears.
    pub(crate) waiting: Option<WaitingBody>,
    /// When the time of the current step is over; null for no limit, and while it is on hold.
    pub(crate) due_at: Option<DateTime<Utc>>,
    /// When much of that time is over.
    pub(crate) at_risk_at: Option<DateTime<Utc>>,
    /// Why it was escalated at the current step: `sla_at_risk`, `sla_breached`, `external_failed`,
    /// `nobody_to_assign`, `by_person`.
    pub(crate) escalations: Vec<&'static str>,
    /// When it was opened.
    pub(crate) created_at: DateTime<Utc>,
    /// When it came to the current step.
    pub(crate) entered_at: DateTime<Utc>,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
}

/// The task under way, as its ticket shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TaskBrief {
    /// The task.
    pub(crate) id: Uuid,
    /// Its workflow, in the version that it began with.
    pub(crate) workflow: WorkflowRef,
    /// The current step.
    pub(crate) step: StepRef,
    /// `pending`, `in_progress`, `on_hold` or `escalated`.
    pub(crate) status: &'static str,
    /// E-mail address of who has it.
    pub(crate) assigned_to: Option<String>,
    /// When the time of the current step is over; null for no limit, and while it is on hold.
    pub(crate) due_at: Option<DateTime<Utc>>,
}

/// The ticket of a task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct TaskTicket {
    /// The ticket.
    pub(crate) id: Uuid,
    /// Its number, such as `TKT-2026-000123`.
    pub(crate) ticket_id: String,
    /// Subject; null once its customer was erased.
    pub(crate) subject: Option<String>,
    /// `low`, `medium`, `high` or `urgent`.
    pub(crate) priority: Option<String>,
    /// `open`, `in_progress`, `waiting_customer`, `resolved` or `closed`.
    pub(crate) status: Option<String>,
}

/// A workflow in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WorkflowRef {
    /// The workflow.
    pub(crate) id: Uuid,
    /// What people call it now.
    pub(crate) name: Option<String>,
    /// The version of its steps and transitions.
    pub(crate) version: u32,
}

/// A step, as far as it takes to show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StepRef {
    /// Its id within the workflow.
    pub(crate) step_id: String,
    /// What people call it.
    pub(crate) name: String,
}

/// A step of a task.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StepBody {
    /// Its id within the workflow.
    pub(crate) step_id: String,
    /// What people call it.
    pub(crate) name: String,
    /// Who does it: `human` or `external`.
    pub(crate) kind: &'static str,
    /// The work role of a human step; null for an external one, and once the role was removed.
    pub(crate) role: Option<WorkRoleRef>,
    /// The system of an external step.
    pub(crate) system: Option<String>,
    /// The working minutes it may take; null for no limit.
    pub(crate) sla_minutes: Option<u32>,
    /// What is to be done; on a single task alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) instructions: Option<String>,
}

/// Whom a task waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WaitingBody {
    /// Somebody of this work role.
    pub(crate) role: Uuid,
    /// In this department, if only its people are asked.
    pub(crate) department: Option<String>,
    /// Why there is nobody: `no_holder`, `all_deactivated`, `none_in_department` or `all_away`.
    pub(crate) why: &'static str,
}

/// What a task's own record does not say, looked up.
pub(crate) struct TaskNames {
    pub(crate) ticket: TaskTicket,
    pub(crate) workflow: Option<String>,
    pub(crate) role: Option<WorkRoleRef>,
    pub(crate) assignee: Option<UserRef>,
}

impl TaskBody {
    /// A task as the record itself says.
    pub(crate) fn of_task(id: TaskId, version: i32, task: &Task, names: TaskNames) -> Self {
        let is_ended = task.status().is_ended();
        Self {
            id: id.uuid(),
            version,
            ticket_id: names.ticket.ticket_id.clone(),
            ticket: names.ticket,
            run: task.run,
            workflow: workflow_ref(task, names.workflow),
            match_level: task.matched.level.as_str(),
            step: StepBody::of_step(&task.step, names.role),
            status: task.status().as_str(),
            visit: task.visit,
            assigned_to: names.assignee.as_ref().and_then(|user| user.email.clone()),
            assignee: names.assignee,
            waiting: task.waiting.clone().filter(|_| !is_ended).map(WaitingBody::from),
            due_at: task.due_at(),
            at_risk_at: task.at_risk_at(),
            escalations: task.escalations.iter().map(|reason| reason.as_str()).collect(),
            created_at: task.opened_at,
            entered_at: task.entered_at,
            updated_at: task.updated_at,
        }
    }
}

impl TaskBody {
    /// A task as the views have it.
    pub(crate) fn of_row(row: TaskRow) -> Self {
        let role =
            row.role.and_then(|role| Some(WorkRoleRef { id: role.id.uuid(), name: role.name? }));
        let assignee = row.assignee.map(UserRef::from);
        let ticket = TaskTicket::from(row.ticket);
        Self {
            id: row.id.uuid(),
            version: row.version,
            ticket_id: ticket.ticket_id.clone(),
            ticket,
            run: row.run,
            workflow: WorkflowRef::from(row.workflow),
            match_level: row.match_level.as_str(),
            step: StepBody::of_step(&row.step, role),
            status: row.status.as_str(),
            visit: row.visit,
            assigned_to: assignee.as_ref().and_then(|user| user.email.clone()),
            assignee,
            waiting: row.waiting_for.map(WaitingBody::from),
            due_at: row.due_at,
            at_risk_at: row.at_risk_at,
            escalations: row.escalations.iter().map(|reason| reason.as_str()).collect(),
            created_at: row.opened_at,
            entered_at: row.entered_at,
            updated_at: row.updated_at,
        }
    }
}

impl TaskBrief {
    /// A task as the record itself says.
    pub(crate) fn of_task(
        id: TaskId,
        task: &Task,
        workflow: Option<String>,
        assigned_to: Option<String>,
    ) -> Self {
        Self {
            id: id.uuid(),
            workflow: workflow_ref(task, workflow),
            step: StepRef::from(&task.step),
            status: task.status().as_str(),
            assigned_to,
            due_at: task.due_at(),
        }
    }
}

fn workflow_ref(task: &Task, name: Option<String>) -> WorkflowRef {
    WorkflowRef { id: task.matched.workflow.uuid(), name, version: task.matched.version }
}

impl TaskBrief {
    /// A task as the views have it; none once it has ended.
    pub(crate) fn of_row(row: TaskRow) -> Option<Self> {
        if row.status.is_ended() {
            return None;
        }
        Some(Self {
            id: row.id.uuid(),
            step: StepRef::from(&row.step),
            workflow: WorkflowRef::from(row.workflow),
            status: row.status.as_str(),
            assigned_to: row.assignee.and_then(|user| user.email),
            due_at: row.due_at,
        })
    }
}

impl TaskTicket {
    pub(crate) fn of_ticket(id: Uuid, ticket: &Ticket) -> Self {
        Self {
            id,
            ticket_id: ticket.number.to_string(),
            subject: known(&ticket.subject),
            priority: Some(ticket.priority.to_string()),
            status: Some(ticket.status.to_string()),
        }
    }
}

impl From<projections::TaskTicket> for TaskTicket {
    fn from(ticket: projections::TaskTicket) -> Self {
        let id = ticket.id.uuid();
        Self {
            id,
            // Also the id leads to the ticket.
            ticket_id: ticket.number.map_or_else(|| id.to_string(), |number| number.to_string()),
            subject: ticket.subject,
            priority: ticket.priority.map(|priority| priority.to_string()),
            status: ticket.status.map(|status| status.to_string()),
        }
    }
}

impl From<TaskWorkflow> for WorkflowRef {
    fn from(workflow: TaskWorkflow) -> Self {
        Self { id: workflow.id.uuid(), name: workflow.name, version: workflow.version }
    }
}

impl From<&TaskStep> for StepRef {
    fn from(step: &TaskStep) -> Self {
        Self { step_id: step.id.to_string(), name: step.name.to_string() }
    }
}

impl StepBody {
    pub(crate) fn of_step(step: &TaskStep, role: Option<WorkRoleRef>) -> Self {
        let kind = match step.system {
            Some(_) => StepKind::External,
            None => StepKind::Human,
        };
        Self {
            step_id: step.id.to_string(),
            name: step.name.to_string(),
            kind: kind.as_str(),
            role,
            system: step.system.as_ref().map(ToString::to_string),
            sla_minutes: step.sla_minutes,
            instructions: None,
        }
    }
}

impl From<WaitingForAssignee> for WaitingBody {
    fn from(waiting: WaitingForAssignee) -> Self {
        Self {
            role: waiting.scope.role.uuid(),
            department: waiting.scope.department.map(|department| department.to_string()),
            why: waiting.why.as_str(),
        }
    }
}
