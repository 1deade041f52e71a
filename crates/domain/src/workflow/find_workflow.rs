//! Finding the workflow for a ticket.
//!
//! The most specific level at which a workflow fits decides: category, subcategory, department and
//! priority; these without priority; category and department; a default; none. A workflow is looked
//! at on the level of the keys it has, so one for urgent tickets never takes a low one. Of several
//! that fit on one level the oldest wins, and of those defined at one moment the one with the
//! smallest id.

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::matching_keys::MatchingKeys;
use crate::Timestamp;
use crate::field::FieldErrorKind;
use crate::ids::WorkflowId;
use crate::ticket::{Priority, Ticket, choice};
use crate::vocabulary::{Category, Department, Subcategory};

choice! {
    /// On which keys a workflow was found, from the least to the most specific.
    MatchLevel {
        /// On none: it is a default.
        Default = "default",
        /// On category and department.
        CategoryAndDepartment = "category_and_department",
        /// On category, subcategory and department.
        WithoutPriority = "without_priority",
        /// On category, subcategory, department and priority.
        Exact = "exact",
    } aliases {}
}

choice! {
    /// What became of a workflow that fits a ticket.
    Verdict {
        /// It was chosen.
        Chosen = "chosen",
        /// An older one fits on the same level.
        Newer = "newer",
        /// Another one fits on a more specific level.
        LessSpecific = "less_specific",
    } aliases {}
}

/// What matching looks at in a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketFacts {
    /// Its category.
    pub category: Option<Category>,
    /// Its subcategory.
    pub subcategory: Option<Subcategory>,
    /// Its department.
    pub department: Option<Department>,
    /// Its priority.
    pub priority: Priority,
}

impl From<&Ticket> for TicketFacts {
    fn from(ticket: &Ticket) -> Self {
        Self {
            category: ticket.category.clone(),
            subcategory: ticket.subcategory.clone(),
            department: ticket.department.clone(),
            priority: ticket.priority,
        }
    }
}

/// What matching looks at in a workflow, which is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchCandidate {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Its current version.
    pub version: u32,
    /// Which tickets it is for.
    pub matching: MatchingKeys,
    /// Whether it is for the tickets that no other is for.
    pub is_default: bool,
    /// When it was first defined.
    pub defined_at: Timestamp,
}

/// The workflow for a ticket and why, in the form an event records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Match {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Its version.
    pub version: u32,
    /// On which keys it was found.
    pub level: MatchLevel,
    /// All that fit, this one first, then in the order in which they would have been chosen.
    pub considered: Vec<Considered>,
    /// How many more were looked at that do not fit.
    pub not_fitting: u32,
}

/// A workflow that fits a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Considered {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Its version.
    pub version: u32,
    /// On which keys it fits.
    pub level: MatchLevel,
    /// What became of it.
    pub verdict: Verdict,
}

/// The workflow for a ticket; none if nothing fits and there is no default.
pub fn find_workflow(candidates: &[MatchCandidate], ticket: &TicketFacts) -> Option<Match> {
    let mut fitting: Vec<_> = candidates
        .iter()
        .filter_map(|candidate| Some((candidate.fits(ticket)?, candidate)))
        .collect();
    fitting.sort_by_key(|(level, candidate)| {
        (Reverse(*level), candidate.defined_at, candidate.workflow)
    });
    let &(level, chosen) = fitting.first()?;
    let considered = fitting.iter().enumerate().map(|(rank, (fits_on, candidate))| Considered {
        workflow: candidate.workflow,
        version: candidate.version,
        level: *fits_on,
        verdict: match rank {
            0 => Verdict::Chosen,
            _ if *fits_on == level => Verdict::Newer,
            _ => Verdict::LessSpecific,
        },
    });
    Some(Match {
        workflow: chosen.workflow,
        version: chosen.version,
        level,
        considered: considered.collect(),
        not_fitting: u32::try_from(candidates.len() - fitting.len()).unwrap_or(u32::MAX),
    })
}

impl MatchCandidate {
    /// The most specific level at which it fits a ticket.
    fn fits(&self, ticket: &TicketFacts) -> Option<MatchLevel> {
        let by_keys = self.matching.level().filter(|_| self.matching.differing(ticket).is_empty());
        by_keys.or(self.is_default.then_some(MatchLevel::Default))
    }
}
