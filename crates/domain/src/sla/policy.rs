//! What an SLA policy says, as events hold it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::FieldErrorKind;
use crate::ids::{CalendarId, RoleId};
use crate::ticket::{Priority, choice};
use crate::vocabulary::{Category, Department, PolicyName, TypeName};

/// The longest target in business minutes: a year that is always open.
pub const MAX_TARGET_MINUTES: u32 = 525_600;

choice! {
    /// What a clock measures.
    Metric {
        /// The time to the first public answer.
        Response = "response",
        /// The time to the resolution.
        Resolution = "resolution",
    } aliases {}
}

choice! {
    /// What a reopened ticket's resolution clock does.
    #[derive(Default)]
    Reopening {
        /// It goes on with the time already used; the time it was resolved does not count.
        #[default]
        Resume = "resume",
        /// It begins anew with the whole target.
        Restart = "restart",
    } aliases {}
}

choice! {
    /// What sets off an escalation.
    Trigger {
        /// The share of the target is used up.
        AtRisk = "at_risk",
        /// The due time has passed.
        Breached = "breached",
    } aliases {}
}

/// An SLA policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyDefinition {
    /// Its name.
    pub name: PolicyName,
    /// The calendar whose open time counts.
    pub calendar: CalendarId,
    /// The targets; no two rules have the same conditions.
    pub rules: Vec<TargetRule>,
    /// The share of a target, in percent from 1 to 99, after which a ticket is at risk.
    pub at_risk_percent: u8,
    /// The clocks that stand still while the ticket waits for the customer.
    pub paused_by_waiting: Vec<Metric>,
    /// What a reopened ticket's resolution clock does.
    pub reopening: Reopening,
    /// What happens when a clock is at risk or its target breached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalations: Vec<Escalation>,
}

impl PolicyDefinition {
    /// The share of a target after which a ticket is at risk, unless another one is given.
    pub const DEFAULT_AT_RISK_PERCENT: u8 = 80;
}

/// Targets for tickets that meet every condition given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetRule {
    /// Only tickets of this type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<TypeName>,
    /// Only tickets of this category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Only tickets of this department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// Only tickets of this priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// The target of the response; absent leaves it to a less specific rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Target>,
    /// The target of the resolution; absent leaves it to a less specific rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Target>,
}

impl TargetRule {
    /// What the rule says of `metric`.
    pub fn target(&self, metric: Metric) -> Option<Target> {
        match metric {
            Metric::Response => self.response,
            Metric::Resolution => self.resolution,
        }
    }
}

/// A target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// So many business minutes, from 1 to [`MAX_TARGET_MINUTES`].
    Minutes(u32),
    /// None, whatever less specific rules say.
    Exempt,
}

/// What happens when a clock is at risk or its target breached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Escalation {
    /// What sets it off.
    pub on: Trigger,
    /// Only for this clock; for both if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
    /// What happens, in order.
    pub actions: Vec<EscalationAction>,
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum EscalationAction {
    /// The ticket goes to somebody who holds a work role.
    Reassign {
        /// The role.
        role: RoleId,
    },
    /// The ticket gets at least this priority; it is never lowered.
    RaisePriority {
        /// The least priority from then on.
        priority: Priority,
    },
    /// Its assignee is told.
    NotifyAssignee,
    /// Those who watch it are told.
    NotifyWatchers,
    /// All who hold a work role are told.
    NotifyRole {
        /// The role.
        role: RoleId,
    },
}
