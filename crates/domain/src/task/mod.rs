//! The task: one run of a workflow on a ticket, step by step.
//!
//! - [`TaskEvent`], [`TaskState`] and [`evolve()`]: what happened to a task, and what is known of it.
//! - One file per capability, each a decision over the state. Those that depend on the workflow take
//!   the [`Definition`](crate::workflow::Definition) of the version the task began with.
//!   [`open_task()`] begins; [`act_on_task()`] takes a person's action and [`answer_external()`] a
//!   system's, and an end completes the task; [`cancel_task()`] ends it from outside.
//! - [`assign_by_strategy()`] gives the current step to somebody and explains the choice;
//!   [`assignment_scope`] says what to look up for it; [`assign_task()`] and [`unassign_task`] are a
//!   person's own choice.
//! - A step may have a limit in working minutes. [`StepClock`] turns it into a [`StepSchedule`] that
//!   stands in the events; a hold stops it; [`sla_alarms_due`] says what is to be told of it.
//! - [`available_actions()`] says what people can do now; [`Person`] says who may.
//!
//! | status | what it means | who acts |
//! |---|---|---|
//! | pending | nobody has the step, or its system was not asked | who holds the role, an admin |
//! | in progress | somebody has it, or its system was asked | these and the assignee; the system |
//! | escalated | others were called in | as before; at a system's step, people once it was given up |
//! | on hold | it rests | nobody; an answer that comes still counts |
//! | completed, cancelled | over | nobody; an answer that comes is recorded as late |
//!
//! Comments, reasons and details are personal; names of steps, actions and systems are vocabulary.

mod event_types;
pub mod events;
mod evolve;
mod move_on;
mod refusal;
mod schedule;
#[cfg(test)]
mod schedule_test;
mod state;
mod values;
mod who;

mod act_on_task;
mod answer_external;
mod assign_by_strategy;
mod assign_task;
mod available_actions;
mod cancel_task;
mod escalate_task;
mod hold_task;
mod open_task;
mod request_external;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod table_test;

pub use act_on_task::{ActOnTask, act_on_task};
pub use answer_external::{Answer, AnswerExternal, TokenCheck, answer_external};
pub use assign_by_strategy::{Assignment, AssignmentFacts, assign_by_strategy, assignment_scope};
pub use assign_task::{AssignTask, Assignee, UnassignTask, assign_task, unassign_task};
pub use available_actions::{AvailableAction, available_actions};
pub use cancel_task::{CancelTask, cancel_task};
pub use escalate_task::{EscalateTask, escalate_task};
pub use events::{
    Arrival, AssignmentReason, Performer, TaskActed, TaskEvent, TaskOpened, TaskStep,
};
pub use evolve::evolve;
pub use hold_task::{HoldTask, ResumeTask, hold_task, resume_task};
pub use open_task::{OpenTask, open_task};
pub use refusal::TaskRefusal;
pub use request_external::{FailExternal, RequestExternal, fail_external, request_external};
pub use schedule::{StepClock, StepRemaining, StepSchedule, sla_alarms_due};
pub use state::{ExternalRequest, HistoryEntry, Progress, RequestFate, Running, Task, TaskState};
pub use values::{
    CancelReason, EscalationReason, ExternalFailure, Lateness, TaskStatus, UnassignReason,
};
pub use who::{By, Person};
