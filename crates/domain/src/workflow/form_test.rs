//! What the form refuses, and that it goes there and back.

use super::samples::{draft, form, form_json, roles};
use super::*;
use crate::personal::Personal;
use crate::ticket::Status;
use crate::user::samples::role_id;

/// The places and codes of all problems after a change to the sample.
pub(super) fn problems_of(change: impl FnOnce(&mut WorkflowForm)) -> Vec<(String, &'static str)> {
    let mut form = form();
    change(&mut form);
    let problems = form.parse(&roles()).unwrap_err();
    problems.iter().map(|problem| (problem.place.to_string(), problem.kind.code())).collect()
}

fn one(place: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(place.to_owned(), code)]
}

/// A step `id` from which nothing leads anywhere yet.
fn lone_step(id: &str) -> StepForm {
    StepForm { id: id.to_owned(), ..form().steps[1].clone() }
}

#[test]
fn a_form_goes_to_a_draft_and_back() {
    assert_eq!(serde_json::to_value(form()).unwrap(), form_json());
    let draft = draft();
    assert_eq!(WorkflowForm::of(&draft, &roles()), form());
    let again = WorkflowForm::of(&draft, &[]);
    assert_eq!(again.steps[0].role, Some(role_id(1).to_string()), "by id where no name is known");
    assert_eq!(again.parse(&roles()), Ok(draft));
}

#[test]
fn a_draft_says_what_the_form_said() {
    let definition = draft().definition;
    let triage = definition.start_step().unwrap();
    assert_eq!(triage.role(), Some(role_id(1)));
    assert_eq!(triage.instructions, Some("Ask for the manager.\nThen pass on.".into()));
    assert_eq!(definition.roles(), [role_id(1), role_id(2)]);
    let actions: Vec<_> =
        definition.transitions_from(&triage.id).map(|t| t.action.id.as_str()).collect();
    assert_eq!(actions, ["submit", "reject"]);
    let budget = StepId::parse("budget").unwrap();
    assert_eq!(definition.step(&budget).unwrap().system().unwrap().as_str(), "BMS");
    let reject = definition.transition(&budget, &ActionId::parse("reject").unwrap()).unwrap();
    let Target::End(end) = &reject.to else { panic!("not an end") };
    assert_eq!((end.outcome.as_str(), end.ticket_status), ("rejected", Some(Status::Closed)));
}

#[test]
fn unknown_fields_are_refused_by_name() {
    for pointer in ["", "/matching", "/steps/0", "/transitions/0", "/transitions/0/action"] {
        let mut json = form_json();
        let object = json.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
        object.insert("colour".to_owned(), "red".into());
        let error = serde_json::from_value::<WorkflowForm>(json).unwrap_err();
        assert!(error.to_string().contains("colour"), "{pointer}: {error}");
    }
}

#[test]
fn the_schema_of_the_form_lists_what_may_be_said() {
    let schema = schemars::schema_for!(WorkflowForm);
    let step = "/$defs/StepForm";
    let at = |pointer: &str| schema.pointer(pointer).unwrap().clone();
    assert_eq!(at(&format!("{step}/additionalProperties")), false);
    assert_eq!(at(&format!("{step}/required")), serde_json::json!(["id", "name", "kind"]));
    assert_eq!(at(&format!("{step}/properties/kind/$ref")), "#/$defs/StepKind");
    let kinds = serde_json::to_string(&at("/$defs/StepKind")).unwrap();
    assert!(StepKind::ALL.iter().all(|kind| kinds.contains(kind.as_str())), "{kinds}");
}

#[test]
fn one_problem_is_named_with_its_place() {
    assert_eq!(problems_of(|f| f.name = " ".into()), one("name", "string_too_short"));
    assert_eq!(problems_of(|f| f.start = "nowhere".into()), one("start", "unknown_step"));
    assert_eq!(problems_of(|f| f.start = String::new()), one("start", "unknown_step"));
    assert_eq!(
        problems_of(|f| f.transitions[0].to = ToForm::Step("nowhere".into())),
        [
            ("steps[1]".to_owned(), "unreachable_step"),
            ("steps[2]".to_owned(), "unreachable_step"),
            ("transitions[0].to.step".to_owned(), "unknown_step"),
        ]
    );
    assert_eq!(
        problems_of(|f| f.transitions[1].from = "nowhere".into()),
        one("transitions[1].from", "unknown_step")
    );
    assert_eq!(
        problems_of(|f| f.transitions[6].action.id = "approve".into()),
        one("transitions[6].action.id", "duplicate_action")
    );
    assert_eq!(problems_of(|f| f.steps[0].kind = "robot".into()), one("steps[0].kind", "enum"));
    assert_eq!(problems_of(|f| f.steps[0].role = None), one("steps[0].role", "missing"));
    assert_eq!(
        problems_of(|f| f.steps[0].role = Some("Level 9".into())),
        one("steps[0].role", "unknown_role")
    );
    assert_eq!(problems_of(|f| f.steps[2].system = None), one("steps[2].system", "missing"));
    assert_eq!(
        problems_of(|f| f.steps[2].role = Some("Level 2".into())),
        one("steps[2].role", "not_of_this_kind")
    );
    assert_eq!(
        problems_of(|f| f.steps[1].system = Some("BMS".into())),
        one("steps[1].system", "not_of_this_kind")
    );
    assert_eq!(
        problems_of(|f| f.steps[0].assignment = Some("lottery".into())),
        one("steps[0].assignment", "enum")
    );
    for minutes in [0, 525_601] {
        assert_eq!(
            problems_of(|f| f.steps[0].sla_minutes = Some(minutes)),
            one("steps[0].sla_minutes", "out_of_range")
        );
    }
    assert_eq!(
        problems_of(|f| f.matching.department = None),
        one("matching", "keys_never_looked_at")
    );
    assert_eq!(
        problems_of(|f| f.matching.priority = Some("asap".into())),
        one("matching.priority", "enum")
    );
}

#[test]
fn steps_that_hang_together_badly_are_each_named() {
    let unreachable = problems_of(|f| {
        f.steps.push(lone_step("island"));
        let mut way = f.transitions[1].clone();
        way.from = "island".into();
        f.transitions.push(way);
    });
    assert_eq!(unreachable, one("steps[3]", "unreachable_step"));

    // Two steps that lead to each other alone.
    let trapped = problems_of(|f| {
        f.steps.extend([lone_step("left"), lone_step("right")]);
        for (from, to) in [("triage", "left"), ("left", "right"), ("right", "left")] {
            let mut way = f.transitions[0].clone();
            way.from = from.into();
            way.action.id = format!("to-{to}");
            way.to = ToForm::Step(to.into());
            f.transitions.push(way);
        }
    });
    assert_eq!(
        trapped,
        [("steps[3]".to_owned(), "no_way_to_an_end"), ("steps[4]".into(), "no_way_to_an_end")]
    );

    let twice = problems_of(|f| f.steps.push(lone_step("triage")));
    assert_eq!(twice, one("steps[3].id", "duplicate_step"));
}

#[test]
fn all_problems_are_named_at_once() {
    let all = problems_of(|f| {
        f.name = "x".repeat(101);
        f.start = "nowhere".into();
        f.matching.category = Some(String::new());
        f.steps[0].id = "No Slug".into();
        f.steps[1].name = "a\0".into();
        f.steps[1].instructions = Some("x".repeat(4_001));
        f.steps[2].kind = "robot".into();
        f.transitions[3].action.name = String::new();
        f.transitions[5].to = ToForm::End(EndForm {
            outcome: "All good".into(),
            ticket_status: Some("happy".into()),
        });
    });
    let codes: Vec<_> = all.iter().map(|(place, code)| format!("{place} {code}")).collect();
    assert_eq!(
        codes,
        [
            "matching.category string_too_short",
            "name string_too_long",
            "start unknown_step",
            "steps[0] no_way_to_an_end",
            "steps[0].id value_error",
            "steps[1].instructions string_too_long",
            "steps[1].name string_control_character",
            "steps[2].kind enum",
            "transitions[0].from unknown_step",
            "transitions[1].from unknown_step",
            "transitions[3].action.name string_too_short",
            "transitions[3].to.step unknown_step",
            "transitions[5].to.end.outcome value_error",
            "transitions[5].to.end.ticket_status enum",
        ]
    );
}

#[test]
fn a_role_is_found_by_name_in_any_case_or_by_id() {
    let mut form = form();
    form.steps[0].role = Some(" level 2 ".into());
    form.steps[1].role = Some(role_id(2).to_string());
    assert_eq!(form.parse(&roles()), Ok(draft()));

    let mut roles = roles();
    roles[2].name = roles[0].name.clone();
    let problems = form.parse(&roles).unwrap_err();
    assert_eq!(problems[0].kind, ProblemKind::AmbiguousRole);
    let exported = WorkflowForm::of(&draft(), &roles);
    assert_eq!(exported.parse(&roles), Ok(draft()), "exported by id then");
}

#[test]
fn warnings_name_what_no_user_and_no_ticket_comes_to() {
    assert_eq!(draft().warnings(&roles()), []);
    let mut form = form();
    form.steps[1].role = Some("Nobody".into());
    form.matching = MatchingForm::default();
    let draft = form.parse(&roles()).unwrap();
    let step = StepId::parse("approval").unwrap();
    assert_eq!(
        draft.warnings(&roles()).iter().map(|w| (w.place.to_string(), &w.kind)).collect::<Vec<_>>(),
        [
            ("matching".to_owned(), &WarningKind::NeverFound),
            ("steps[1].role".to_owned(), &WarningKind::RoleWithoutUsers { step, role: role_id(3) }),
        ]
    );
    let default = WorkflowDraft { is_default: true, ..draft };
    assert_eq!(default.warnings(&roles()).len(), 1);
    assert_eq!(default.warnings(&[]).len(), 3 - 1, "a role that is gone has nobody");
}

#[test]
fn erased_instructions_are_left_out_of_the_form() {
    let mut draft = draft();
    draft.definition.steps[0].instructions = Some(Personal::Erased);
    assert_eq!(WorkflowForm::of(&draft, &roles()).steps[0].instructions, None);
}
