//! Reading a workflow from a request: everything that is wrong is named at once.

use domain::FieldErrorKind;
use domain::workflow::{
    ActionForm, EndForm, MAX_SLA_MINUTES, MatchingForm, ProblemKind, RoleFacts, StepForm, ToForm,
    TransitionForm, WorkflowForm,
};

use crate::Api;
use crate::conventions::{FieldProblem, Fields, Given, Problem, forms};

/// Takes the fields of a workflow. What is missing or of a wrong type is noted, and stands empty in the form, so that
/// the places of the others stay what they are.
pub(super) fn read_form(fields: &mut Fields) -> WorkflowForm {
    WorkflowForm {
        name: required(fields, "name"),
        matching: fields.within(&["matching"], matching).value().unwrap_or_default(),
        default: fields.boolean(&["default"]).value().unwrap_or_default(),
        start: required(fields, "start"),
        steps: elements(fields, "steps", step),
        transitions: elements(fields, "transitions", transition),
    }
}

/// Ends the reading of a form: what its own fields have to be is told together with what the workflow has to be.
pub(super) async fn finish(api: &Api, fields: Fields, form: &WorkflowForm) -> Result<(), Problem> {
    let Err(problem) = fields.finish() else { return Ok(()) };
    let roles = api.commands.role_facts().await?;
    Err(Problem::invalid(with_those_of_the_workflow(problem.errors, form, &roles)))
}

/// What is wrong with a form some of whose fields could not be read.
pub(super) fn with_those_of_the_workflow(
    mut errors: Vec<FieldProblem>,
    form: &WorkflowForm,
    roles: &[RoleFacts],
) -> Vec<FieldProblem> {
    let found = form.parse(roles).err().unwrap_or_default();
    for problem in found.iter().filter(|problem| stands_alone(&problem.kind)) {
        let more = FieldProblem::of_workflow(problem);
        if !errors.iter().any(|error| more.is_within(error)) {
            errors.push(more);
        }
    }
    errors
}

/// Whether a problem is none that merely follows from a part which could not be read.
fn stands_alone(kind: &ProblemKind) -> bool {
    match kind {
        ProblemKind::Field(_)
        | ProblemKind::UnknownRole
        | ProblemKind::AmbiguousRole
        | ProblemKind::InstructionsTooLong { .. }
        | ProblemKind::NotOfThisKind
        | ProblemKind::KeysNeverLookedAt => true,
        ProblemKind::NoSteps
        | ProblemKind::DuplicateStep
        | ProblemKind::DuplicateAction
        | ProblemKind::UnknownStep
        | ProblemKind::Unreachable
        | ProblemKind::NoWayToAnEnd => false,
    }
}

fn required(fields: &mut Fields, name: &'static str) -> String {
    let text = fields.text(&[name]);
    fields.required(name, text).unwrap_or_default()
}

fn optional(fields: &mut Fields, name: &'static str) -> Option<String> {
    fields.text(&[name]).value()
}

fn elements<T>(fields: &mut Fields, name: &'static str, read: impl Fn(&mut Fields) -> T) -> Vec<T> {
    let given = fields.list(&[name]);
    let given = fields.required(name, given).unwrap_or_default();
    forms(fields, name, given, read)
}

fn matching(fields: &mut Fields) -> MatchingForm {
    MatchingForm {
        category: optional(fields, "category"),
        subcategory: optional(fields, "subcategory"),
        department: optional(fields, "department"),
        priority: optional(fields, "priority"),
    }
}

fn step(fields: &mut Fields) -> StepForm {
    StepForm {
        id: required(fields, "id"),
        name: required(fields, "name"),
        kind: required(fields, "kind"),
        role: optional(fields, "role"),
        assignment: optional(fields, "assignment"),
        within_department: fields.boolean(&["within_department"]).value(),
        system: optional(fields, "system"),
        instructions: optional(fields, "instructions"),
        sla_minutes: sla_minutes(fields),
    }
}

fn sla_minutes(fields: &mut Fields) -> Option<u32> {
    let minutes = fields.integer(&["sla_minutes"]).value()?;
    let range = FieldErrorKind::OutOfRange { min: 1, max: i64::from(MAX_SLA_MINUTES) };
    fields.parse("sla_minutes", u32::try_from(minutes).map_err(|_| range))
}

fn transition(fields: &mut Fields) -> TransitionForm {
    let from = required(fields, "from");
    let action = fields.within(&["action"], action);
    let action = fields.required("action", action);
    let to = fields.within(&["to"], to);
    let to = match fields.required("to", to) {
        Some(Ways { step: Some(step), end: None, .. }) => Some(ToForm::Step(step)),
        Some(Ways { step: None, end: Some(end), .. }) => Some(ToForm::End(end)),
        Some(Ways { is_sound: true, .. }) => {
            let expected = "either {\"step\": …} or {\"end\": …}";
            fields.error("to", &FieldErrorKind::Malformed { expected });
            None
        }
        Some(Ways { is_sound: false, .. }) | None => None,
    };
    TransitionForm {
        from,
        action: action.unwrap_or_else(|| ActionForm { id: String::new(), name: String::new() }),
        to: to.unwrap_or_else(|| ToForm::Step(String::new())),
    }
}

fn action(fields: &mut Fields) -> ActionForm {
    ActionForm { id: required(fields, "id"), name: required(fields, "name") }
}

/// The ways that somebody wrote down for one transition.
struct Ways {
    step: Option<String>,
    end: Option<EndForm>,
    /// Whether nothing is wrong with either of them.
    is_sound: bool,
}

fn to(fields: &mut Fields) -> Ways {
    let step = fields.text(&["step"]).value();
    let end = match fields.within(&["end"], end) {
        Given::Value(end) => Some(end),
        Given::Absent | Given::Null => None,
    };
    Ways { step, end, is_sound: fields.errors.is_empty() }
}

fn end(fields: &mut Fields) -> EndForm {
    EndForm {
        outcome: required(fields, "outcome"),
        ticket_status: optional(fields, "ticket_status"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::conventions::{Ignored, Shape};

    fn read(body: Value) -> (WorkflowForm, Vec<String>) {
        let map = serde_json::from_value(body).unwrap();
        let mut fields = Fields::new(map, Shape::V1, Ignored::default());
        let form = read_form(&mut fields);
        let errors = fields.finish().err().map(|problem| problem.errors).unwrap_or_default();
        (form, errors.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn a_form_is_read_as_it_is_written() {
        for text in [
            include_str!("../../../../../examples/workflows/access-request.json"),
            include_str!("../../../../../examples/workflows/budget-request.json"),
            include_str!("../../../../../examples/workflows/fault-repair.json"),
        ] {
            let (form, bad) = read(serde_json::from_str(text).unwrap());
            assert!(bad.is_empty(), "{bad:?}");
            assert_eq!(form, serde_json::from_str::<WorkflowForm>(text).unwrap());
        }
    }

    #[test]
    fn every_bad_field_is_named_and_the_places_of_the_others_stay() {
        let (form, mut bad) = read(json!({
            "matching": { "colour": "red" },
            "start": 1,
            "steps": [7, { "id": "a", "name": "A", "kind": "human", "sla_minutes": -1, "x": 1 }],
            "transitions": [
                { "from": "a", "action": {}, "to": {} },
                { "from": "a", "action": { "id": "b", "name": "B" }, "to": { "step": 1 } },
                { "from": "a", "action": { "id": "c", "name": "C" },
                  "to": { "step": "a", "end": { "outcome": "x" } } },
            ],
        }));
        bad.sort();
        let all = [
            "matching.colour",
            "name",
            "start",
            "steps.0",
            "steps.1.sla_minutes",
            "steps.1.x",
            "transitions.0.action.id",
            "transitions.0.action.name",
            "transitions.0.to",
            "transitions.1.to.step",
            "transitions.2.to",
        ];
        assert_eq!(bad, all);
        assert_eq!((form.steps.len(), form.steps[1].id.as_str()), (2, "a"));
    }
}
