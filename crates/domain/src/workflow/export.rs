//! From a workflow back to its form.

use super::definition::{Step, Target, Transition, Work};
use super::form::{
    ActionForm, EndForm, MatchingForm, StepForm, ToForm, TransitionForm, WorkflowForm,
};
use super::matching_keys::MatchingKeys;
use super::parse::{RoleFacts, WorkflowDraft};
use super::values::{Pool, StepKind};
use crate::ids::RoleId;
use crate::personal::Personal;

impl WorkflowForm {
    /// The form of a workflow. Work roles go by name where `roles` has exactly one of that name, so
    /// that another installation can read it, and else by id. Erased instructions are left out.
    pub fn of(draft: &WorkflowDraft, roles: &[RoleFacts]) -> Self {
        let definition = &draft.definition;
        Self {
            name: draft.name.to_string(),
            matching: MatchingForm::of(&draft.matching),
            default: draft.is_default,
            start: definition.start.to_string(),
            steps: definition.steps.iter().map(|step| step_form(step, roles)).collect(),
            transitions: definition.transitions.iter().map(transition_form).collect(),
        }
    }
}

impl MatchingForm {
    /// The form of matching keys.
    pub fn of(keys: &MatchingKeys) -> Self {
        Self {
            category: keys.category.as_ref().map(ToString::to_string),
            subcategory: keys.subcategory.as_ref().map(ToString::to_string),
            department: keys.department.as_ref().map(ToString::to_string),
            priority: keys.priority.as_ref().map(ToString::to_string),
        }
    }
}

fn step_form(step: &Step, roles: &[RoleFacts]) -> StepForm {
    let bare = StepForm {
        id: step.id.to_string(),
        name: step.name.to_string(),
        kind: StepKind::External.to_string(),
        role: None,
        assignment: None,
        within_department: None,
        system: None,
        instructions: step.instructions.as_ref().and_then(Personal::as_str).map(str::to_owned),
        sla_minutes: step.sla_minutes,
    };
    match &step.work {
        Work::Human { role, strategy, pool } => StepForm {
            kind: StepKind::Human.to_string(),
            role: Some(role_text(*role, roles)),
            assignment: Some(strategy.to_string()),
            within_department: Some(*pool == Pool::Department),
            ..bare
        },
        Work::External { system } => StepForm { system: Some(system.to_string()), ..bare },
    }
}

fn role_text(id: RoleId, roles: &[RoleFacts]) -> String {
    let name = roles.iter().find(|role| role.id == id).map(|role| role.name.as_str());
    let namesakes = |name: &str| {
        roles.iter().filter(|role| role.name.as_str().to_lowercase() == name.to_lowercase()).count()
    };
    name.filter(|name| namesakes(name) == 1).map_or_else(|| id.to_string(), str::to_owned)
}

fn transition_form(transition: &Transition) -> TransitionForm {
    let action = &transition.action;
    TransitionForm {
        from: transition.from.to_string(),
        action: ActionForm { id: action.id.to_string(), name: action.name.to_string() },
        to: match &transition.to {
            Target::Step(id) => ToForm::Step(id.to_string()),
            Target::End(end) => ToForm::End(EndForm {
                outcome: end.outcome.to_string(),
                ticket_status: end.ticket_status.map(|status| status.to_string()),
            }),
        },
    }
}
