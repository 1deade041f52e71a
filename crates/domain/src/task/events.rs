//! What can happen to a task. Who did it stands in the event's metadata.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schedule::{StepRemaining, StepSchedule};
use super::values::{CancelReason, EscalationReason, ExternalFailure, Lateness, UnassignReason};
use crate::ids::{RequestId, RoleId, TicketId, UserId};
use crate::personal::Personal;
use crate::rotation::{Load, NoCandidate, RotationScope};
use crate::vocabulary::{StepName, SystemName};
use crate::workflow::{Action, ActionId, End, Match, Step, StepId};

/// An event of a task's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum TaskEvent {
    /// It was opened at the start of a workflow; always the first event.
    #[serde(rename = "task.opened")]
    Opened(Box<TaskOpened>),
    /// It was given to somebody.
    #[serde(rename = "task.assigned")]
    Assigned(TaskAssigned),
    /// It was taken from who had it.
    #[serde(rename = "task.unassigned")]
    Unassigned(TaskUnassigned),
    /// There is nobody to give it to.
    #[serde(rename = "task.waiting_for_assignee")]
    WaitingForAssignee(WaitingForAssignee),
    /// An action was taken, and it left its step.
    #[serde(rename = "task.acted")]
    Acted(Box<TaskActed>),
    /// It rests.
    #[serde(rename = "task.held")]
    Held(TaskHeld),
    /// It goes on.
    #[serde(rename = "task.resumed")]
    Resumed(TaskResumed),
    /// Others were called in.
    #[serde(rename = "task.escalated")]
    Escalated(TaskEscalated),
    /// Another system is asked.
    #[serde(rename = "task.external_requested")]
    ExternalRequested(ExternalRequested),
    /// Another system answered.
    #[serde(rename = "task.external_answered")]
    ExternalAnswered(ExternalAnswered),
    /// A request to another system was given up.
    #[serde(rename = "task.external_failed")]
    ExternalFailed(ExternalFailed),
    /// It came to an end of its workflow.
    #[serde(rename = "task.completed")]
    Completed(End),
    /// It was ended from outside.
    #[serde(rename = "task.cancelled")]
    Cancelled(TaskCancelled),
}

/// A step as a task came to it, so that its events explain themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskStep {
    /// Its id within the workflow.
    pub id: StepId,
    /// What people call it.
    pub name: StepName,
    /// The work role of a human step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
    /// The system of an external step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemName>,
    /// The working minutes it may take; none for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla_minutes: Option<u32>,
    /// When that time is nearly over, and when it is. Absent without a limit, and at a step that a
    /// task came to on hold: its time begins when the task is resumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<StepSchedule>,
}

impl From<&Step> for TaskStep {
    /// The step without a schedule.
    fn from(step: &Step) -> Self {
        Self {
            id: step.id.clone(),
            name: step.name.clone(),
            role: step.role(),
            system: step.system().cloned(),
            sla_minutes: step.sla_minutes,
            schedule: None,
        }
    }
}

/// Data of `task.opened`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskOpened {
    /// Its ticket.
    pub ticket: TicketId,
    /// Which run of a workflow on that ticket it is, from 1.
    pub run: u32,
    /// The workflow, its version, and how it was found.
    pub matched: Match,
    /// The step it begins with.
    pub step: TaskStep,
}

/// Data of `task.assigned`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskAssigned {
    /// Who has it now.
    pub assignee: UserId,
    /// Who had it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<UserId>,
    /// Why that person.
    pub why: AssignmentReason,
}

/// Why a task went to that person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "strategy", rename_all = "snake_case")]
pub enum AssignmentReason {
    /// It was that person's turn.
    RoundRobin {
        /// Whose turns these are.
        scope: RotationScope,
        /// Who had the turn before; nobody at the first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pointer: Option<UserId>,
        /// Among whom, in the order of their ids.
        candidates: Vec<UserId>,
    },
    /// That person had the fewest open tasks.
    LeastLoaded {
        /// Among whose holders.
        scope: RotationScope,
        /// All candidates with their open tasks, in the order of their ids.
        loads: Vec<Load>,
    },
    /// Somebody decided so.
    ByPerson {
        /// Who; absent where nobody signs in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
    },
}

/// Data of `task.unassigned`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskUnassigned {
    /// Who had it.
    pub previous: UserId,
    /// Why it was taken.
    pub why: UnassignReason,
}

/// Data of `task.waiting_for_assignee`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaitingForAssignee {
    /// Whom it waits for: somebody of this work role, perhaps in this department.
    pub scope: RotationScope,
    /// Why there is nobody.
    pub why: NoCandidate,
}

/// Data of `task.acted`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskActed {
    /// The action.
    pub action: Action,
    /// The step it left.
    pub from: StepId,
    /// Where it came to. An end is followed by `task.completed`.
    pub to: Arrival,
    /// Who acted.
    pub by: Performer,
    /// What was said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Personal<String>>,
}

/// Where an action led.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Arrival {
    /// To a step.
    Step(TaskStep),
    /// Out of the workflow.
    End(End),
}

/// Who acted on a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Performer {
    /// A person.
    Person {
        /// Who; absent where nobody signs in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<UserId>,
    },
    /// Another system, by its answer.
    System {
        /// Which.
        system: SystemName,
        /// The request it answered.
        request: RequestId,
    },
}

/// Data of `task.held`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskHeld {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// The open time that its step has left; absent without a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining: Option<StepRemaining>,
}

/// Data of `task.resumed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskResumed {
    /// When its step is at risk and due from now on; absent without a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<StepSchedule>,
}

/// Data of `task.escalated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskEscalated {
    /// Why.
    pub why: EscalationReason,
    /// The step it is at.
    pub step: StepId,
    /// What was said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Personal<String>>,
}

/// Data of `task.external_requested`. The secret of the answer's URL is kept in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExternalRequested {
    /// The request.
    pub request: RequestId,
    /// The system that is asked.
    pub system: SystemName,
    /// The step that asks.
    pub step: StepId,
}

/// Data of `task.external_answered`. Unless late, `task.acted` follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExternalAnswered {
    /// The request.
    pub request: RequestId,
    /// The action that the system chose.
    pub action: ActionId,
    /// Why the answer changes nothing any more; absent if it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<Lateness>,
    /// What was said about it in a late answer; that of another stands in `task.acted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Personal<String>>,
}

/// Data of `task.external_failed`. `task.escalated` follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExternalFailed {
    /// The request.
    pub request: RequestId,
    /// Why it came to nothing.
    pub why: ExternalFailure,
    /// What the last try met with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Personal<String>>,
}

/// Data of `task.cancelled`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskCancelled {
    /// Why.
    pub why: CancelReason,
    /// What was said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Personal<String>>,
}
