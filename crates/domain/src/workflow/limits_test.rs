//! How much a workflow may hold.

use super::form_test::problems_of;
use super::samples::{form, roles};
use super::*;
use crate::event::DomainEvent;

#[test]
fn lists_and_texts_have_limits() {
    let empty = problems_of(|f| {
        f.steps.clear();
        f.transitions.clear();
    });
    assert_eq!(empty, [("steps".to_owned(), "no_steps")]);
    let many = problems_of(|f| {
        f.transitions = vec![f.transitions[1].clone(); 201];
        f.steps = vec![f.steps[0].clone(); 51];
    });
    assert!(many.contains(&("steps".to_owned(), "too_long")));
    assert!(many.contains(&("transitions".to_owned(), "too_long")));
    let mut large = largest();
    large.steps[6].instructions = Some("x".into());
    let problems = large.parse(&roles()).unwrap_err();
    assert_eq!(problems[0].kind.code(), "instructions_too_long");
}

/// As much of everything as there may be.
fn largest() -> WorkflowForm {
    let mut form = form();
    let id = |n: usize| format!("{n:x>40}");
    form.start = id(0);
    form.steps = (0..MAX_STEPS)
        .map(|n| StepForm {
            id: id(n),
            name: "\u{1f527}".repeat(60),
            instructions: (n < 5).then(|| "\u{1f527}".repeat(4_000)),
            ..form.steps[0].clone()
        })
        .collect();
    form.transitions = (0..MAX_TRANSITIONS)
        .map(|n| TransitionForm {
            from: id(n % MAX_STEPS),
            action: ActionForm { id: id(n), name: "\u{1f527}".repeat(60) },
            to: match n / MAX_STEPS {
                0 => ToForm::Step(id((n + 1) % MAX_STEPS)),
                _ => ToForm::End(EndForm {
                    outcome: "x".repeat(40),
                    ticket_status: Some("waiting_customer".into()),
                }),
            },
        })
        .collect();
    form
}

#[test]
fn the_largest_definition_fits_into_an_event() {
    let draft = largest().parse(&roles()).unwrap();
    let event = define_workflow(&WorkflowState::Undefined, draft.clone()).unwrap().remove(0);
    let clear = event.to_data().to_string().len();
    let texts = draft.definition.steps.iter().filter_map(|step| step.instructions.as_ref());
    // A sealed text is base64 of itself with a nonce, a tag and the id of its key.
    let sealed: usize = texts.map(|t| t.as_str().unwrap().len() / 3 + 200).sum();
    assert!(clear + sealed < 256 * 1024, "{}", clear + sealed);
}
