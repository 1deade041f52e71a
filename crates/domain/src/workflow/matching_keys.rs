//! Which tickets a workflow is for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::find_workflow::{MatchLevel, TicketFacts};
use crate::ticket::Priority;
use crate::vocabulary::{Category, Department, Subcategory};

/// The keys of a workflow: what a ticket has to be equal in. A key that is absent is not looked at.
///
/// Matching looks at category and department; at these and the subcategory; at all four. Other
/// combinations would never be looked at, and the form refuses them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatchingKeys {
    /// Tickets of this category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Tickets of this subcategory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<Subcategory>,
    /// Tickets of this department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// Tickets of this priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
}

/// A field of a ticket that matching looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchingKey {
    /// Its category.
    Category,
    /// Its subcategory.
    Subcategory,
    /// Its department.
    Department,
    /// Its priority.
    Priority,
}

impl MatchingKeys {
    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether matching looks at this combination, or at none.
    pub fn are_looked_at(&self) -> bool {
        self.is_empty() || self.level().is_some()
    }

    /// The level of matching at which this combination is looked at, if it is at any.
    pub fn level(&self) -> Option<MatchLevel> {
        let Self { category, subcategory, department, priority } = self;
        if category.is_none() || department.is_none() {
            return None;
        }
        match (subcategory, priority) {
            (Some(_), Some(_)) => Some(MatchLevel::Exact),
            (Some(_), None) => Some(MatchLevel::WithoutPriority),
            (None, None) => Some(MatchLevel::CategoryAndDepartment),
            (None, Some(_)) => None,
        }
    }

    /// The keys in which a ticket is different, so that the workflow is not for it.
    pub fn differing(&self, ticket: &TicketFacts) -> Vec<MatchingKey> {
        let keys = [
            (MatchingKey::Category, differs(&self.category, &ticket.category)),
            (MatchingKey::Subcategory, differs(&self.subcategory, &ticket.subcategory)),
            (MatchingKey::Department, differs(&self.department, &ticket.department)),
            (MatchingKey::Priority, differs(&self.priority, &Some(ticket.priority))),
        ];
        keys.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
    }
}

fn differs<T: PartialEq>(wanted: &Option<T>, actual: &Option<T>) -> bool {
    wanted.is_some() && wanted != actual
}
