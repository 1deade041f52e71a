//! Sample workflows and events for tests.

use serde_json::{Value, json};
use uuid::Uuid;

use super::events::{
    DefaultChanged, MatchingChanged, WorkflowDefined, WorkflowEvent, WorkflowReinstated,
    WorkflowRenamed, WorkflowRetired, WorkflowRevised,
};
use super::*;
use crate::ids::WorkflowId;
pub(crate) use crate::ticket::samples::at;
use crate::user::samples::role_id;
use crate::vocabulary::{RoleName, WorkflowName};

/// Level 2 is role 1, the approvers are role 2, and nobody holds role 3.
pub(crate) fn roles() -> Vec<RoleFacts> {
    [(1, "Level 2", 3), (2, "Approver", 1), (3, "Nobody", 0)]
        .map(|(id, name, active_users)| RoleFacts {
            id: role_id(id),
            name: RoleName::parse(name).unwrap(),
            active_users,
        })
        .into()
}

/// An access request: triage, approval (which may send back), the budget system, then work.
pub(crate) fn form_json() -> Value {
    let step = |id: &str| json!({ "step": id });
    let end = |outcome: &str, status: &str| json!({ "end": { "outcome": outcome, "ticket_status": status } });
    let way = |from: &str, action: &str, name: &str, to: Value| json!({ "from": from, "action": { "id": action, "name": name }, "to": to });
    json!({
        "name": "Access request",
        "matching": { "category": "account_access", "department": "IT" },
        "default": false,
        "start": "triage",
        "steps": [
            { "id": "triage", "name": "Triage", "kind": "human", "role": "Level 2",
              "assignment": "round_robin", "within_department": true,
              "instructions": "Ask for the manager.\nThen pass on.", "sla_minutes": 60 },
            { "id": "approval", "name": "Approval", "kind": "human", "role": "Approver",
              "assignment": "least_loaded", "within_department": false },
            { "id": "budget", "name": "Budget", "kind": "external", "system": "BMS",
              "sla_minutes": 525_600 },
        ],
        "transitions": [
            way("triage", "submit", "Submit", step("approval")),
            way("triage", "reject", "Reject", json!({ "end": { "outcome": "rejected" } })),
            way("approval", "approve", "Approve", step("budget")),
            way("approval", "return", "Send back", step("triage")),
            way("approval", "again", "Ask again", step("approval")),
            way("budget", "approve", "Approve", end("approved", "resolved")),
            way("budget", "reject", "Reject", end("rejected", "closed")),
        ],
    })
}

pub(crate) fn form() -> WorkflowForm {
    serde_json::from_value(form_json()).unwrap()
}

pub(crate) fn draft() -> WorkflowDraft {
    form().parse(&roles()).unwrap()
}

pub(crate) fn definition() -> Definition {
    draft().definition
}

/// Without the budget system: approval is the end.
pub(crate) fn other_definition() -> Definition {
    let mut form = form();
    form.steps.pop();
    form.transitions.truncate(5);
    form.transitions[2].to =
        ToForm::End(EndForm { outcome: "approved".into(), ticket_status: None });
    form.parse(&roles()).unwrap().definition
}

pub(crate) fn workflow_id(n: u128) -> WorkflowId {
    WorkflowId(Uuid::from_u128(n))
}

/// The state after these events, a minute later.
pub(crate) fn evolved(state: WorkflowState, events: &[WorkflowEvent]) -> WorkflowState {
    events.iter().fold(state, |state, event| evolve(state, event, at(60)))
}

pub(crate) fn defined() -> WorkflowState {
    evolve(WorkflowState::Undefined, &every_event()[0], at(0))
}

pub(crate) fn retired() -> WorkflowState {
    evolved(defined(), &[WorkflowEvent::Retired(WorkflowRetired {})])
}

/// The workflow after the events that a decision returned, a minute later.
pub(crate) fn then(
    state: &WorkflowState,
    decided: Result<Vec<WorkflowEvent>, WorkflowRefusal>,
) -> Workflow {
    evolved(state.clone(), &decided.unwrap()).workflow().unwrap().clone()
}

/// Events of every type, in an order that could be; the workflow is active at the end.
pub(crate) fn every_event() -> Vec<WorkflowEvent> {
    let draft = draft();
    vec![
        WorkflowEvent::Defined(Box::new(WorkflowDefined {
            name: draft.name,
            matching: draft.matching,
            is_default: false,
            definition: draft.definition,
        })),
        WorkflowEvent::Revised(Box::new(WorkflowRevised {
            version: 2,
            definition: other_definition(),
        })),
        WorkflowEvent::Renamed(WorkflowRenamed { name: WorkflowName::parse("Access").unwrap() }),
        WorkflowEvent::MatchingChanged(MatchingChanged { matching: MatchingKeys::default() }),
        WorkflowEvent::DefaultChanged(DefaultChanged { is_default: true }),
        WorkflowEvent::Retired(WorkflowRetired {}),
        WorkflowEvent::Reinstated(WorkflowReinstated {}),
    ]
}

#[test]
fn events_go_to_json_and_back_and_hold_no_undeclared_text() {
    crate::event_test::check(&every_event());
    for schema in crate::schema::schemas_of::<WorkflowEvent>() {
        let offences = crate::schema_test::offences(schema.schema.as_value());
        assert_eq!(offences, [""; 0], "{}", schema.event_type);
        assert_eq!(schema.schema.as_value()["type"], "object", "{}", schema.event_type);
    }
}
