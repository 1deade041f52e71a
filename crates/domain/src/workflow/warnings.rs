//! What to look at in a sound workflow.

use super::parse::{RoleFacts, WorkflowDraft};
use super::problem::{Place, Warning, WarningKind};

impl WorkflowDraft {
    /// What to look at; `roles` are all work roles there are, and one that is missing has nobody.
    pub fn warnings(&self, roles: &[RoleFacts]) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.matching.is_empty() && !self.is_default {
            let place = Place::field("matching");
            warnings.push(Warning { place, kind: WarningKind::NeverFound });
        }
        for (index, step) in self.definition.steps.iter().enumerate() {
            let Some(role) = step.role() else { continue };
            if !roles.iter().any(|facts| facts.id == role && facts.active_users > 0) {
                let place = Place::item("steps", index).then("role");
                let kind = WarningKind::RoleWithoutUsers { step: step.id.clone(), role };
                warnings.push(Warning { place, kind });
            }
        }
        warnings
    }
}
