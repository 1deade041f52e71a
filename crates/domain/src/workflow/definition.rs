//! What a workflow consists of: the part of it that has versions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::slug::{ActionId, Outcome, StepId};
use super::values::{Pool, Strategy};
use crate::ids::RoleId;
use crate::personal::Personal;
use crate::ticket::Status;
use crate::vocabulary::{ActionName, StepName, SystemName};

/// Steps and the ways between them. A task runs on the version it began with.
///
/// One that came out of [`WorkflowForm::parse`](super::WorkflowForm::parse) is sound: ids are
/// unique, whatever is named exists, every step is reached and has a way to an end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Definition {
    /// The step a task begins with.
    pub start: StepId,
    /// The steps, in the order people see them in.
    pub steps: Vec<Step>,
    /// The ways out of the steps, in the order people see them in.
    pub transitions: Vec<Transition>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Its id within the workflow.
    pub id: StepId,
    /// What people call it.
    pub name: StepName,
    /// Who does it.
    pub work: Work,
    /// What is to be done, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Personal<String>>,
    /// The working minutes it may take; none for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla_minutes: Option<u32>,
}

/// Who does a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// A person.
    Human {
        /// The work role that person holds.
        role: RoleId,
        /// How the person is found.
        strategy: Strategy,
        /// From where.
        pool: Pool,
    },
    /// Another system.
    External {
        /// The system.
        system: SystemName,
    },
}

/// A way out of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Transition {
    /// The step it leads out of.
    pub from: StepId,
    /// The action that takes it; its id is unique within the step.
    pub action: Action,
    /// Where it leads.
    pub to: Target,
}

/// What somebody does to leave a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Action {
    /// Its id within the step.
    pub id: ActionId,
    /// What people call it.
    pub name: ActionName,
}

/// Where a transition leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// To a step, perhaps the same one again.
    Step(StepId),
    /// Out of the workflow.
    End(End),
}

/// An end of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct End {
    /// How it ended.
    pub outcome: Outcome,
    /// The status that the ticket takes on then; none to leave it as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_status: Option<Status>,
}

impl Definition {
    /// The step with this id.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// The step a task begins with.
    pub fn start_step(&self) -> Option<&Step> {
        self.step(&self.start)
    }

    /// The ways out of a step, in the order people see them in.
    pub fn transitions_from(&self, from: &StepId) -> impl Iterator<Item = &Transition> {
        self.transitions.iter().filter(move |transition| transition.from == *from)
    }

    /// The way that an action takes out of a step.
    pub fn transition(&self, from: &StepId, action: &ActionId) -> Option<&Transition> {
        self.transitions_from(from).find(|transition| transition.action.id == *action)
    }

    /// The work roles that steps name, each once, in the order they first appear.
    pub fn roles(&self) -> Vec<RoleId> {
        crate::list::each_once(self.steps.iter().filter_map(Step::role).collect())
    }
}

impl Step {
    /// The work role of a human step.
    pub fn role(&self) -> Option<RoleId> {
        match &self.work {
            Work::Human { role, .. } => Some(*role),
            Work::External { .. } => None,
        }
    }

    /// The system of an external step.
    pub fn system(&self) -> Option<&SystemName> {
        match &self.work {
            Work::Human { .. } => None,
            Work::External { system } => Some(system),
        }
    }
}
