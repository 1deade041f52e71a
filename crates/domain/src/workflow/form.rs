//! A workflow as people write it down: the JSON form of its import, its export and the API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::{StepKind, Strategy};
use crate::ticket::{Priority, Status};

/// A workflow in words. [`WorkflowForm::parse`] makes a [`WorkflowDraft`](super::WorkflowDraft) of
/// it, or says everything that is wrong; [`WorkflowForm::of`] goes the other way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowForm {
    /// What people call it: 1–100 characters.
    pub name: String,
    /// Which tickets it is for.
    #[serde(default, skip_serializing_if = "MatchingForm::is_empty")]
    pub matching: MatchingForm,
    /// Whether it is for the tickets that no other is for.
    #[serde(default)]
    pub default: bool,
    /// The id of the step a task begins with.
    pub start: String,
    /// The steps: 1–50.
    pub steps: Vec<StepForm>,
    /// The ways out of the steps: at most 200.
    pub transitions: Vec<TransitionForm>,
}

/// Which tickets a workflow is for: category and department, these and the subcategory, all four,
/// or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchingForm {
    /// Tickets of this category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Tickets of this subcategory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<String>,
    /// Tickets of this department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Tickets of this priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Priority>")]
    pub priority: Option<String>,
}

impl MatchingForm {
    /// Whether it names no key.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepForm {
    /// Its id within the workflow: 1–40 of `a-z`, `0-9`, `-` and `_`.
    pub id: String,
    /// What people call it: 1–60 characters.
    pub name: String,
    /// Who does it.
    #[schemars(with = "StepKind")]
    pub kind: String,
    /// Of a human step: the work role, by name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Of a human step: how the person is found; in turn, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Strategy>")]
    pub assignment: Option<String>,
    /// Of a human step: whether the person has to belong to the ticket's department; not so, if
    /// left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_department: Option<bool>,
    /// Of an external step: the system, as the configuration calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// What is to be done: at most 4,000 characters, and 20,000 in all steps together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// The working minutes it may take, from 1 to 525,600 (a year); no limit, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla_minutes: Option<u32>,
}

/// A way out of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitionForm {
    /// The id of the step it leads out of.
    pub from: String,
    /// The action that takes it.
    pub action: ActionForm,
    /// Where it leads.
    pub to: ToForm,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionForm {
    /// Its id within the step: 1–40 of `a-z`, `0-9`, `-` and `_`. An external system answers with
    /// it.
    pub id: String,
    /// What people call it: 1–60 characters.
    pub name: String,
}

/// Where a transition leads: `{"step": "approval"}` or `{"end": {"outcome": "rejected"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToForm {
    /// To the step with this id.
    Step(String),
    /// Out of the workflow.
    End(EndForm),
}

/// An end of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndForm {
    /// How it ended: 1–40 of `a-z`, `0-9`, `-` and `_`.
    pub outcome: String,
    /// The status that the ticket takes on then; it stays as it is, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Status>")]
    pub ticket_status: Option<String>,
}
