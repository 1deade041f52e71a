//! What is to happen to one task, and the decision about it.

use domain::task::{
    ActOnTask, AnswerExternal, AssignTask, Assignee, By, CancelReason, CancelTask, EscalateTask,
    EscalationReason, ExternalFailure, FailExternal, HoldTask, Person, ResumeTask, TaskEvent,
    TaskRefusal, TokenCheck, UnassignReason, UnassignTask, act_on_task, answer_external,
    assign_task, cancel_task, escalate_task, fail_external, hold_task, resume_task, sla_alarms_due,
    unassign_task,
};
use domain::workflow::ActionId;
use domain::{RequestId, Text, UserId};

use super::look::Seen;

/// What is to happen to one task.
#[derive(Debug, Clone)]
pub(super) enum TaskChange {
    /// A person takes an action.
    Act { by: Person, action: ActionId, seen: Option<u32>, comment: Option<Text> },
    /// A person gives it to somebody, looked up for the decision.
    Give { by: Person, to: Assignee },
    /// A person has it given anew, by the strategy of its step.
    GiveAnew,
    /// It rests.
    Hold { by: By, reason: Option<Text> },
    /// It goes on.
    Resume { by: By },
    /// A person calls others in.
    Escalate { by: By, comment: Option<Text> },
    /// It is ended from outside.
    Cancel { why: CancelReason, comment: Option<Text> },
    /// Another system answers.
    Answer { request: RequestId, token: TokenCheck, action: ActionId, comment: Option<Text> },
    /// A request to another system is given up.
    Fail { request: RequestId, why: ExternalFailure, detail: Option<Text> },
    /// It is told what of its time is over.
    Alarm,
    /// It is given to somebody, if nobody has it.
    Assign,
    /// It is taken from a user who has it, and given to another.
    HandOver { from: UserId, why: UnassignReason },
}

/// Who has it after a change, where nobody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Search {
    /// Somebody is looked for.
    Always,
    /// Somebody is looked for if it came to another step.
    AtNewStep,
}

impl TaskChange {
    pub(super) fn search(&self) -> Search {
        match self {
            Self::GiveAnew | Self::Assign | Self::HandOver { .. } => Search::Always,
            Self::Act { .. }
            | Self::Give { .. }
            | Self::Hold { .. }
            | Self::Resume { .. }
            | Self::Escalate { .. }
            | Self::Cancel { .. }
            | Self::Answer { .. }
            | Self::Fail { .. }
            | Self::Alarm => Search::AtNewStep,
        }
    }
}

/// The events of a change, before what follows from them.
pub(super) fn decide(seen: &Seen, change: &TaskChange) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let state = &*seen.task.state;
    let definition = &*seen.definition;
    let clock = seen.time.clock();
    match change.clone() {
        TaskChange::Act { by, action, seen, comment } => {
            act_on_task(state, definition, ActOnTask { by, action, seen, comment }, clock)
        }
        TaskChange::Give { by, to } => assign_task(state, AssignTask { by, assignee: to }),
        TaskChange::GiveAnew => {
            if let Some(system) = state.unended()?.step.system.clone() {
                return Err(TaskRefusal::StepIsExternal { system });
            }
            unassign_task(state, UnassignTask { why: UnassignReason::ByPerson })
        }
        TaskChange::Hold { by, reason } => hold_task(state, HoldTask { by, reason }, clock),
        TaskChange::Resume { by } => resume_task(state, ResumeTask { by }, clock),
        TaskChange::Escalate { by, comment } => {
            escalate_task(state, EscalateTask { by, why: EscalationReason::ByPerson, comment })
        }
        TaskChange::Cancel { why, comment } => cancel_task(state, CancelTask { why, comment }),
        TaskChange::Answer { request, token, action, comment } => {
            let answer = AnswerExternal { request, token, action, comment };
            answer_external(state, definition, answer, clock).map(|answer| answer.into_events())
        }
        TaskChange::Fail { request, why, detail } => {
            fail_external(state, FailExternal { request, why, detail })
        }
        TaskChange::Alarm => Ok(sla_alarms_due(state, seen.time.now())),
        TaskChange::Assign => state.unended().map(|_task| vec![]),
        TaskChange::HandOver { from, why } => match state.unended()?.assignee {
            Some(assignee) if assignee == from => unassign_task(state, UnassignTask { why }),
            // Somebody was faster.
            Some(_) | None => Ok(vec![]),
        },
    }
}
