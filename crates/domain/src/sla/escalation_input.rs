//! Reading escalations as people write them.

use serde::{Deserialize, Serialize};

use super::policy::{Escalation, EscalationAction, Metric, Trigger};
use crate::calendar::PathErrors;
use crate::field::FieldErrorKind;
use crate::ticket::Priority;

/// The greatest number of escalations of a policy, and of actions of an escalation.
pub const MAX_ESCALATIONS: usize = 20;

/// An escalation before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EscalationInput {
    /// `at_risk` or `breached`; required.
    pub on: Option<String>,
    /// `response` or `resolution`; both if absent.
    pub metric: Option<String>,
    /// What happens; at least one action.
    pub actions: Vec<ActionInput>,
}

/// An action before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ActionInput {
    /// `reassign`, `raise_priority`, `notify_assignee`, `notify_watchers` or `notify_role`.
    pub action: Option<String>,
    /// The work role of `reassign` and `notify_role`. That it exists is for the caller to look up.
    pub role: Option<String>,
    /// The priority of `raise_priority`.
    pub priority: Option<String>,
}

impl EscalationInput {
    /// Reads the escalation at the path `at`.
    pub(super) fn parse(&self, errors: &mut PathErrors, at: &str) -> Option<Escalation> {
        let on = errors.take_required(format!("{at}.on"), self.on.as_deref(), Trigger::parse);
        let metric = self.metric.as_deref().map(Metric::parse).transpose();
        let metric = errors.take(format!("{at}.metric"), metric);
        if self.actions.is_empty() {
            errors.add(format!("{at}.actions"), FieldErrorKind::Missing);
        }
        if self.actions.len() > MAX_ESCALATIONS {
            errors.add(format!("{at}.actions"), FieldErrorKind::TooMany { max: MAX_ESCALATIONS });
            return None;
        }
        let actions = self.actions.iter().enumerate();
        let actions = actions
            .filter_map(|(index, action)| action.parse(errors, &format!("{at}.actions.{index}")))
            .collect();
        on.zip(metric).map(|(on, metric)| Escalation { on, metric, actions })
    }
}

impl ActionInput {
    fn parse(&self, errors: &mut PathErrors, at: &str) -> Option<EscalationAction> {
        let role = |errors: &mut PathErrors| {
            errors.take_required(format!("{at}.role"), self.role.as_deref(), str::parse)
        };
        match self.action.as_deref() {
            Some("reassign") => role(errors).map(|role| EscalationAction::Reassign { role }),
            Some("notify_role") => role(errors).map(|role| EscalationAction::NotifyRole { role }),
            Some("notify_assignee") => Some(EscalationAction::NotifyAssignee),
            Some("notify_watchers") => Some(EscalationAction::NotifyWatchers),
            Some("raise_priority") => {
                let given = self.priority.as_deref();
                let path = format!("{at}.priority");
                let priority = errors.take_required(path, given, Priority::parse);
                priority.map(|priority| EscalationAction::RaisePriority { priority })
            }
            Some(_) | None => {
                let allowed = [
                    "reassign",
                    "raise_priority",
                    "notify_assignee",
                    "notify_watchers",
                    "notify_role",
                ];
                let allowed = allowed.map(str::to_owned).to_vec();
                errors.add(format!("{at}.action"), FieldErrorKind::NotOneOf { allowed });
                None
            }
        }
    }
}
