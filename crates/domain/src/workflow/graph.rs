//! Whether the steps of a workflow hang together. Works on ids as they were written, so that one
//! bad field elsewhere hides nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::form::{ToForm, WorkflowForm};
use super::problem::{Place, Problem, ProblemKind};

/// Everything that is wrong with the ways between the steps.
pub(super) fn check(form: &WorkflowForm) -> Vec<Problem> {
    let steps = form.steps.iter().map(|step| step.id.as_str()).collect::<BTreeSet<_>>();
    let mut problems = Vec::new();
    let mut add = |place: Place, kind| problems.push(Problem { place, kind });

    if form.steps.is_empty() {
        add(Place::field("steps"), ProblemKind::NoSteps);
    }
    for index in repeated(form.steps.iter().map(|step| &step.id)) {
        add(Place::item("steps", index).then("id"), ProblemKind::DuplicateStep);
    }
    for index in repeated(form.transitions.iter().map(|t| (&t.from, &t.action.id))) {
        add(
            Place::item("transitions", index).then("action").then("id"),
            ProblemKind::DuplicateAction,
        );
    }
    for (index, transition) in form.transitions.iter().enumerate() {
        let place = Place::item("transitions", index);
        if !steps.contains(transition.from.as_str()) {
            add(place.then("from"), ProblemKind::UnknownStep);
        }
        if let ToForm::Step(to) = &transition.to
            && !steps.contains(to.as_str())
        {
            add(place.then("to").then("step"), ProblemKind::UnknownStep);
        }
    }
    let starts = steps.contains(form.start.as_str());
    if !starts && !steps.is_empty() {
        add(Place::field("start"), ProblemKind::UnknownStep);
    }

    let reached = reached(form);
    let ending = ending(form);
    for (index, step) in form.steps.iter().enumerate() {
        // Without a start nothing is reached, which is one problem and not one for each step.
        if starts && !reached.contains(step.id.as_str()) {
            add(Place::item("steps", index), ProblemKind::Unreachable);
        }
        if !ending.contains(step.id.as_str()) {
            add(Place::item("steps", index), ProblemKind::NoWayToAnEnd);
        }
    }
    problems
}

/// The indexes of items that came before.
fn repeated<T: Ord>(items: impl Iterator<Item = T>) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    items.enumerate().filter_map(|(index, item)| (!seen.insert(item)).then_some(index)).collect()
}

/// The ids that ways lead to from the start.
fn reached(form: &WorkflowForm) -> BTreeSet<&str> {
    let mut onwards: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for transition in &form.transitions {
        if let ToForm::Step(to) = &transition.to {
            onwards.entry(&transition.from).or_default().push(to);
        }
    }
    closure(vec![form.start.as_str()], &onwards)
}

/// The ids from which ways lead to an end.
fn ending(form: &WorkflowForm) -> BTreeSet<&str> {
    let mut backwards: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut last = Vec::new();
    for transition in &form.transitions {
        match &transition.to {
            ToForm::Step(to) => backwards.entry(to).or_default().push(&transition.from),
            ToForm::End(_) => last.push(transition.from.as_str()),
        }
    }
    closure(last, &backwards)
}

/// Whatever can be come to along `edges`, where one begins included.
fn closure<'a>(begin: Vec<&'a str>, edges: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open = begin;
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(edges.get(id).into_iter().flatten());
        }
    }
    seen
}
