//! Workflows.

use chrono::{DateTime, Utc};
use domain::WorkflowId;
use domain::workflow::{
    Definition, RoleFacts, StepForm, TransitionForm, Warning, Workflow, WorkflowDraft, WorkflowForm,
};
use projections::WorkflowRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::conventions::{FieldProblem, Shape};

/// A workflow: its form, and what Docket adds to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkflowBody {
    /// The workflow.
    pub(crate) id: Uuid,
    /// The version of its stream: what `ETag` and `If-Match` carry.
    pub(crate) version: i32,
    /// The version of its steps and transitions, from 1. A task runs on the one it began with.
    pub(crate) definition_version: u32,
    /// `active`, or `retired`: new tasks do not begin with it.
    pub(crate) status: &'static str,
    #[serde(flatten)]
    #[schema(value_type = WorkflowFormBody)]
    pub(crate) form: WorkflowForm,
    /// What to look at; the workflow works all the same.
    pub(crate) warnings: Vec<FindingBody>,
    /// When it was first defined.
    pub(crate) created_at: DateTime<Utc>,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// How many tasks run on it, in whatever version; where it was looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) running_tasks: Option<i64>,
}

/// The steps and transitions of a workflow in one of its versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkflowVersionBody {
    /// The workflow.
    pub(crate) id: Uuid,
    /// The version of its steps and transitions.
    pub(crate) definition_version: u32,
    /// The id of the step a task begins with.
    pub(crate) start: String,
    /// The steps.
    #[schema(value_type = Vec<StepFormBody>)]
    pub(crate) steps: Vec<StepForm>,
    /// The ways out of the steps.
    #[schema(value_type = Vec<TransitionFormBody>)]
    pub(crate) transitions: Vec<TransitionForm>,
}

/// Something that is wrong with a workflow or a ticket type, or to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FindingBody {
    /// Where, as in the errors of a validation: `["body", "steps", 2, "role"]`.
    pub(crate) loc: Vec<LocPart>,
    /// A sentence.
    pub(crate) msg: String,
    /// What it is, for machines: of a warning, `role_without_users` or `never_found`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}

/// A part of the way to a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum LocPart {
    /// A name.
    Name(String),
    /// An index, from 0.
    Index(u64),
}

/// A workflow as people write it down: what is defined, exported and imported.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
#[schema(example = json!({
    "name": "Access request",
    "matching": { "category": "access", "department": "IT" },
    "start": "approval",
    "steps": [
        { "id": "approval", "name": "Approval", "kind": "human", "role": "Approver", "sla_minutes": 480 },
        { "id": "grant", "name": "Grant access", "kind": "human", "role": "Level 2", "assignment": "least_loaded" },
    ],
    "transitions": [
        { "from": "approval", "action": { "id": "approve", "name": "Approve" }, "to": { "step": "grant" } },
        { "from": "approval", "action": { "id": "reject", "name": "Reject" },
          "to": { "end": { "outcome": "rejected", "ticket_status": "closed" } } },
        { "from": "grant", "action": { "id": "done", "name": "Granted" },
          "to": { "end": { "outcome": "granted", "ticket_status": "resolved" } } },
    ],
}))]
pub(crate) struct WorkflowFormBody {
    /// What people call it; no other workflow has this name, upper or lower case.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Which tickets it is for; left out, those that it is the default for.
    #[schema(nullable = false)]
    matching: Option<MatchingFormBody>,
    /// Is it for the tickets that no other is for? Not so, if left out.
    #[schema(nullable = false)]
    default: Option<bool>,
    /// The id of the step a task begins with.
    #[schema(min_length = 1, max_length = 40)]
    start: String,
    /// The steps.
    #[schema(min_items = 1, max_items = 50)]
    steps: Vec<StepFormBody>,
    /// The ways out of the steps.
    #[schema(max_items = 200)]
    transitions: Vec<TransitionFormBody>,
}

/// What is to change of a workflow: a merge patch over its form. Lists are replaced as wholes.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
#[schema(example = json!({ "status": "retired" }))]
pub(crate) struct EditWorkflowBody {
    /// What people call it.
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Which tickets it is for; null for none.
    matching: Option<MatchingFormBody>,
    /// Is it for the tickets that no other is for?
    default: Option<bool>,
    /// The id of the step a task begins with.
    #[schema(nullable = false, min_length = 1, max_length = 40)]
    start: Option<String>,
    /// The steps, all of them.
    #[schema(nullable = false, min_items = 1, max_items = 50)]
    steps: Option<Vec<StepFormBody>>,
    /// The ways out of the steps, all of them.
    #[schema(nullable = false, max_items = 200)]
    transitions: Option<Vec<TransitionFormBody>>,
    /// `active`, or `retired`: new tasks do not begin with it, and those that run go on.
    #[schema(nullable = false)]
    status: Option<String>,
}

/// Which tickets a workflow is for: category and department, these and the subcategory, all four, or nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct MatchingFormBody {
    /// Tickets of this category.
    category: Option<String>,
    /// Tickets of this subcategory.
    subcategory: Option<String>,
    /// Tickets of this department.
    department: Option<String>,
    /// Tickets of this priority: `low`, `medium`, `high` or `urgent`.
    priority: Option<String>,
}

/// A step.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct StepFormBody {
    /// Its id within the workflow: 1–40 of `a-z`, `0-9`, `-` and `_`.
    #[schema(min_length = 1, max_length = 40)]
    id: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// Who does it: `human` or `external`.
    #[schema(example = "human")]
    kind: String,
    /// Of a human step: the work role, by name or id.
    role: Option<String>,
    /// Of a human step: how the person is found, `round_robin` (if left out) or `least_loaded`.
    assignment: Option<String>,
    /// Of a human step: has the person to belong to the ticket's department? Not so, if left out.
    within_department: Option<bool>,
    /// Of an external step: the system, as the configuration calls it.
    system: Option<String>,
    /// What is to be done; 20,000 characters in all steps together.
    #[schema(max_length = 4000)]
    instructions: Option<String>,
    /// The working minutes it may take; no limit, if left out.
    #[schema(minimum = 1, maximum = 525_600)]
    sla_minutes: Option<u32>,
}

/// A way out of a step.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct TransitionFormBody {
    /// The id of the step it leads out of.
    from: String,
    /// The action that takes it.
    action: ActionFormBody,
    /// Where it leads: to a step, or out of the workflow.
    to: ToFormBody,
}

/// An action.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct ActionFormBody {
    /// Its id within the step: 1–40 of `a-z`, `0-9`, `-` and `_`. An external system answers with it.
    #[schema(min_length = 1, max_length = 40)]
    id: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
}

/// Where a transition leads: either `step` or `end`.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
#[schema(example = json!({ "step": "approval" }))]
pub(crate) struct ToFormBody {
    /// To the step with this id.
    #[schema(nullable = false)]
    step: Option<String>,
    /// Out of the workflow.
    #[schema(nullable = false)]
    end: Option<EndFormBody>,
}

/// An end of a workflow.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct EndFormBody {
    /// How it ended: 1–40 of `a-z`, `0-9`, `-` and `_`.
    #[schema(min_length = 1, max_length = 40)]
    outcome: String,
    /// The status that the ticket takes on then; it stays as it is, if left out.
    ticket_status: Option<String>,
}

impl WorkflowBody {
    /// A workflow as the record itself says; `roles` are all work roles there are.
    pub(crate) fn of_workflow(
        id: WorkflowId,
        version: i32,
        workflow: &Workflow,
        roles: &[RoleFacts],
    ) -> Self {
        let draft = workflow.draft();
        Self {
            id: id.uuid(),
            version,
            definition_version: workflow.version,
            status: workflow.status.as_str(),
            form: WorkflowForm::of(&draft, roles),
            warnings: warnings(&draft, roles),
            created_at: workflow.defined_at,
            updated_at: workflow.updated_at,
            running_tasks: None,
        }
    }

    /// A workflow as the views have it.
    pub(crate) fn of_row(row: WorkflowRow, roles: &[RoleFacts]) -> Self {
        let draft = WorkflowDraft {
            name: row.name,
            matching: row.matching,
            is_default: row.is_default,
            definition: row.definition,
        };
        Self {
            id: row.id.uuid(),
            version: row.version,
            definition_version: row.definition_version,
            status: row.status.as_str(),
            form: WorkflowForm::of(&draft, roles),
            warnings: warnings(&draft, roles),
            created_at: row.created_at,
            updated_at: row.updated_at,
            running_tasks: Some(row.running_tasks),
        }
    }
}

impl WorkflowVersionBody {
    /// A version of a workflow.
    pub(crate) fn new(
        workflow: WorkflowRow,
        version: u32,
        definition: Definition,
        roles: &[RoleFacts],
    ) -> Self {
        let draft = WorkflowDraft {
            name: workflow.name,
            matching: workflow.matching,
            is_default: workflow.is_default,
            definition,
        };
        let WorkflowForm { start, steps, transitions, .. } = WorkflowForm::of(&draft, roles);
        let id = workflow.id.uuid();
        Self { id, definition_version: version, start, steps, transitions }
    }
}

/// What to look at in a workflow.
pub(crate) fn warnings(draft: &WorkflowDraft, roles: &[RoleFacts]) -> Vec<FindingBody> {
    draft.warnings(roles).iter().map(FindingBody::from).collect()
}

impl From<&Warning> for FindingBody {
    fn from(warning: &Warning) -> Self {
        let (kind, msg) = (warning.kind.code(), warning.kind.to_string());
        FieldProblem::in_form(&warning.place, msg, kind).into()
    }
}

impl From<FieldProblem> for FindingBody {
    fn from(problem: FieldProblem) -> Self {
        Self { loc: loc(&problem), kind: problem.kind, msg: problem.msg }
    }
}

fn loc(problem: &FieldProblem) -> Vec<LocPart> {
    let part = |part: &Value| match part.as_u64() {
        Some(index) => LocPart::Index(index),
        None => LocPart::Name(part.as_str().unwrap_or_default().to_owned()),
    };
    problem.to_json(Shape::Legacy)["loc"].as_array().into_iter().flatten().map(part).collect()
}
