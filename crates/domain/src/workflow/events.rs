//! What can happen to a workflow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::definition::Definition;
use super::matching_keys::MatchingKeys;
use crate::event::DomainEvent;
use crate::vocabulary::WorkflowName;

/// An event of a workflow's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum WorkflowEvent {
    /// It was defined: its version 1; always the first event.
    #[serde(rename = "workflow.defined")]
    Defined(Box<WorkflowDefined>),
    /// Its definition changed: a new version.
    #[serde(rename = "workflow.revised")]
    Revised(Box<WorkflowRevised>),
    /// It got another name.
    #[serde(rename = "workflow.renamed")]
    Renamed(WorkflowRenamed),
    /// It is for other tickets.
    #[serde(rename = "workflow.matching_changed")]
    MatchingChanged(MatchingChanged),
    /// It became a default, or no longer is one.
    #[serde(rename = "workflow.default_changed")]
    DefaultChanged(DefaultChanged),
    /// No new task begins with it.
    #[serde(rename = "workflow.retired")]
    Retired(WorkflowRetired),
    /// New tasks may begin with it again.
    #[serde(rename = "workflow.reinstated")]
    Reinstated(WorkflowReinstated),
}

/// Data of `workflow.defined`. The version is 1, the status active.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkflowDefined {
    /// What people call it.
    pub name: WorkflowName,
    /// Which tickets it is for.
    pub matching: MatchingKeys,
    /// Whether it is for the tickets that no other is for.
    pub is_default: bool,
    /// Its steps and the ways between them.
    pub definition: Definition,
}

/// Data of `workflow.revised`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkflowRevised {
    /// The new version: one more than before.
    pub version: u32,
    /// The whole definition from now on.
    pub definition: Definition,
}

/// Data of `workflow.renamed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkflowRenamed {
    /// The new name.
    pub name: WorkflowName,
}

/// Data of `workflow.matching_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatchingChanged {
    /// All keys from now on.
    pub matching: MatchingKeys,
}

/// Data of `workflow.default_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DefaultChanged {
    /// Whether it is for the tickets that no other is for.
    pub is_default: bool,
}

/// Data of `workflow.retired`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkflowRetired {}

/// Data of `workflow.reinstated`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkflowReinstated {}

impl DomainEvent for WorkflowEvent {
    const KIND: &'static str = "workflow";

    const TYPES: &'static [(&'static str, i16)] = &[
        ("workflow.defined", 1),
        ("workflow.revised", 1),
        ("workflow.renamed", 1),
        ("workflow.matching_changed", 1),
        ("workflow.default_changed", 1),
        ("workflow.retired", 1),
        ("workflow.reinstated", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::Defined(_) => "workflow.defined",
            Self::Revised(_) => "workflow.revised",
            Self::Renamed(_) => "workflow.renamed",
            Self::MatchingChanged(_) => "workflow.matching_changed",
            Self::DefaultChanged(_) => "workflow.default_changed",
            Self::Retired(_) => "workflow.retired",
            Self::Reinstated(_) => "workflow.reinstated",
        }
    }
}
