//! What is known of a workflow, folded from the events.

use serde::{Deserialize, Serialize};

use super::definition::Definition;
use super::events::WorkflowEvent;
use super::find_workflow::MatchCandidate;
use super::matching_keys::MatchingKeys;
use super::parse::WorkflowDraft;
use super::refusal::WorkflowRefusal;
use super::values::WorkflowStatus;
use crate::Timestamp;
use crate::ids::WorkflowId;
use crate::vocabulary::WorkflowName;

/// Where a workflow's stream stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum WorkflowState {
    /// There is no such workflow.
    #[default]
    Undefined,
    /// There is; whether active or retired is its `status`.
    Defined(Box<Workflow>),
}

/// A workflow as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    /// What people call it.
    pub name: WorkflowName,
    /// Which tickets it is for.
    pub matching: MatchingKeys,
    /// Whether it is for the tickets that no other is for.
    pub is_default: bool,
    /// The version of the definition, from 1.
    pub version: u32,
    /// The definition of that version.
    pub definition: Definition,
    /// Whether new tasks begin with it.
    pub status: WorkflowStatus,
    /// When it was first defined.
    pub defined_at: Timestamp,
    /// When it last changed; never goes back.
    pub updated_at: Timestamp,
}

impl Workflow {
    /// What export writes and the current version consists of.
    pub fn draft(&self) -> WorkflowDraft {
        WorkflowDraft {
            name: self.name.clone(),
            matching: self.matching.clone(),
            is_default: self.is_default,
            definition: self.definition.clone(),
        }
    }

    /// What matching looks at; none if the workflow is retired.
    pub fn match_candidate(&self, workflow: WorkflowId) -> Option<MatchCandidate> {
        match self.status {
            WorkflowStatus::Retired => None,
            WorkflowStatus::Active => Some(MatchCandidate {
                workflow,
                version: self.version,
                matching: self.matching.clone(),
                is_default: self.is_default,
                defined_at: self.defined_at,
            }),
        }
    }
}

impl WorkflowState {
    /// The workflow, active or retired, unless there is none.
    pub fn workflow(&self) -> Option<&Workflow> {
        match self {
            Self::Undefined => None,
            Self::Defined(workflow) => Some(workflow),
        }
    }

    /// The workflow, active or retired.
    ///
    /// # Errors
    /// There is none.
    pub fn known(&self) -> Result<&Workflow, WorkflowRefusal> {
        self.workflow().ok_or(WorkflowRefusal::Unknown)
    }

    /// The workflow if active.
    ///
    /// # Errors
    /// There is none, or it is retired.
    pub fn active(&self) -> Result<&Workflow, WorkflowRefusal> {
        let workflow = self.known()?;
        match workflow.status {
            WorkflowStatus::Active => Ok(workflow),
            WorkflowStatus::Retired => Err(WorkflowRefusal::Retired),
        }
    }
}

/// The definition of version `version`, from all events of the workflow in their order; none if
/// there is no such version.
pub fn definition_of_version<'a>(
    events: impl IntoIterator<Item = &'a WorkflowEvent>,
    version: u32,
) -> Option<&'a Definition> {
    events.into_iter().find_map(|event| match event {
        WorkflowEvent::Defined(e) => (version == 1).then_some(&e.definition),
        WorkflowEvent::Revised(e) => (version == e.version).then_some(&e.definition),
        WorkflowEvent::Renamed(_)
        | WorkflowEvent::MatchingChanged(_)
        | WorkflowEvent::DefaultChanged(_)
        | WorkflowEvent::Retired(_)
        | WorkflowEvent::Reinstated(_) => None,
    })
}

/// The state after `event`, which happened at `at`. Total.
#[must_use]
pub fn evolve(state: WorkflowState, event: &WorkflowEvent, at: Timestamp) -> WorkflowState {
    match state {
        WorkflowState::Undefined => {
            // Any other event before the definition has no workflow to change.
            let WorkflowEvent::Defined(defined) = event else { return WorkflowState::Undefined };
            WorkflowState::Defined(Box::new(Workflow {
                name: defined.name.clone(),
                matching: defined.matching.clone(),
                is_default: defined.is_default,
                version: 1,
                definition: defined.definition.clone(),
                status: WorkflowStatus::Active,
                defined_at: at,
                updated_at: at,
            }))
        }
        WorkflowState::Defined(mut workflow) => {
            workflow.apply(event, at);
            WorkflowState::Defined(workflow)
        }
    }
}

impl Workflow {
    fn apply(&mut self, event: &WorkflowEvent, at: Timestamp) {
        self.updated_at = self.updated_at.max(at);
        match event {
            WorkflowEvent::Defined(_) => {}
            WorkflowEvent::Revised(e) => {
                self.version = e.version;
                self.definition = e.definition.clone();
            }
            WorkflowEvent::Renamed(e) => self.name = e.name.clone(),
            WorkflowEvent::MatchingChanged(e) => self.matching = e.matching.clone(),
            WorkflowEvent::DefaultChanged(e) => self.is_default = e.is_default,
            WorkflowEvent::Retired(_) => self.status = WorkflowStatus::Retired,
            WorkflowEvent::Reinstated(_) => self.status = WorkflowStatus::Active,
        }
    }
}
