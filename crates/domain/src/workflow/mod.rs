//! The workflow: which way tickets of a kind go, step by step.
//!
//! - [`WorkflowForm`] is a workflow as people write it down, in JSON. [`WorkflowForm::parse`] says
//!   everything that is wrong with it, or makes a [`WorkflowDraft`]; [`WorkflowForm::of`] goes back.
//!   [`WorkflowDraft::warnings`] says what to look at.
//! - [`Definition`] is the part that has versions: steps and the ways between them. A task runs on
//!   the version it began with, which [`definition_of_version`] finds. Name, matching keys and
//!   default concern no task that runs, so they make no version.
//! - [`WorkflowEvent`], [`WorkflowState`], [`evolve`] and one file per capability: the aggregate.
//! - [`find_workflow()`] finds the workflow for a ticket and says why.
//!
//! Names of workflows, steps, actions and systems are vocabulary, ids of steps and actions are ids;
//! instructions are personal.

mod definition;
pub mod events;
mod export;
mod find_workflow;
mod form;
mod graph;
mod matching_keys;
mod parse;
mod problem;
mod refusal;
mod slug;
mod state;
mod values;
mod warnings;

mod change_matching;
mod define_workflow;
mod edit_workflow;
mod rename_workflow;
mod retire_workflow;
mod revise_workflow;

#[cfg(test)]
mod find_workflow_test;
#[cfg(test)]
mod form_test;
#[cfg(test)]
mod limits_test;
#[cfg(test)]
pub(crate) mod samples;

pub use change_matching::{change_matching, make_workflow_default, make_workflow_no_default};
pub use define_workflow::define_workflow;
pub use definition::{Action, Definition, End, Step, Target, Transition, Work};
pub use edit_workflow::edit_workflow;
pub use events::WorkflowEvent;
pub use find_workflow::{
    Considered, Match, MatchCandidate, MatchLevel, TicketFacts, Verdict, find_workflow,
};
pub use form::{ActionForm, EndForm, MatchingForm, StepForm, ToForm, TransitionForm, WorkflowForm};
pub use matching_keys::{MatchingKey, MatchingKeys};
pub use parse::{
    MAX_INSTRUCTIONS, MAX_INSTRUCTIONS_TOTAL, MAX_SLA_MINUTES, MAX_STEPS, MAX_TRANSITIONS,
    RoleFacts, WorkflowDraft,
};
pub use problem::{Place, PlacePart, Problem, ProblemKind, Warning, WarningKind};
pub use refusal::WorkflowRefusal;
pub use rename_workflow::rename_workflow;
pub use retire_workflow::{reinstate_workflow, retire_workflow};
pub use revise_workflow::revise_workflow;
pub(crate) use slug::slug;
pub use slug::{ActionId, Outcome, StepId};
pub use state::{Workflow, WorkflowState, definition_of_version, evolve};
pub use values::{Pool, StepKind, Strategy, WorkflowStatus};
