//! SLA policies, and the clocks of a ticket.

use chrono::{DateTime, Utc};
use domain::sla::{Escalation, EscalationAction, PolicyDefinition, Target, TargetRule};
use projections::{ClockRow, SlaPolicyRow, TicketSla};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An SLA policy: how soon tickets are to be answered and resolved.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlaPolicyBody {
    /// The policy.
    pub(crate) id: Uuid,
    /// The version of its stream: what `ETag` and `If-Match` carry.
    pub(crate) version: i32,
    /// How often it was said anew, from 1; clocks name the one they run by.
    pub(crate) revision: u32,
    /// What people call it.
    pub(crate) name: String,
    /// The calendar whose open time counts.
    pub(crate) calendar: Uuid,
    /// The targets. Of the rules that fit a ticket and speak of a clock, the most specific one decides.
    pub(crate) rules: Vec<TargetRuleBody>,
    /// The share of a target, in percent, after which a ticket is at risk.
    pub(crate) at_risk_percent: u8,
    /// The clocks that stand still while the ticket waits for the customer: `response`, `resolution`.
    pub(crate) paused_by_waiting: Vec<&'static str>,
    /// `resume` or `restart`: whether a reopened ticket goes on with the time already used, or begins anew.
    pub(crate) reopening: &'static str,
    /// What happens when a ticket is at risk or a target missed.
    pub(crate) escalations: Vec<EscalationBody>,
}

/// An SLA policy as people write it down.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
#[schema(example = json!({
    "name": "Standard",
    "calendar": "0190c0de-0000-7000-8000-000000000001",
    "at_risk_percent": 80,
    "paused_by_waiting": ["resolution"],
    "reopening": "resume",
    "rules": [
        { "priority": "urgent", "response": 30, "resolution": 480 },
        { "response": 480, "resolution": 2400 },
        { "category": "feature_request", "response": 2400, "resolution": "exempt" },
    ],
    "escalations": [
        { "on": "at_risk", "metric": "resolution", "actions": [{ "action": "notify_assignee" }] },
        { "on": "breached", "actions": [{ "action": "raise_priority", "priority": "high" }] },
    ],
}))]
pub(crate) struct SlaPolicyFormBody {
    /// What people call it; no other policy has this name, upper or lower case.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The calendar whose open time counts.
    calendar: Uuid,
    /// The targets; no two rules have the same conditions.
    #[schema(min_items = 1, max_items = 500)]
    rules: Vec<TargetRuleBody>,
    /// The share of a target, in percent, after which a ticket is at risk; 80 if left out.
    #[schema(minimum = 1, maximum = 99)]
    at_risk_percent: Option<u8>,
    /// The clocks that stand still while the ticket waits for the customer; both if left out.
    #[schema(example = json!(["resolution"]))]
    paused_by_waiting: Option<Vec<String>>,
    /// `resume` (if left out) or `restart`: whether a reopened ticket goes on with the time already used, or begins anew.
    #[schema(example = "resume")]
    reopening: Option<String>,
    /// What happens when a ticket is at risk or a target missed.
    #[schema(max_items = 20)]
    escalations: Option<Vec<EscalationBody>>,
}

/// What is to change of an SLA policy: a merge patch. Lists are replaced as wholes.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
#[schema(example = json!({ "at_risk_percent": 70, "escalations": null }))]
pub(crate) struct ChangeSlaPolicyBody {
    /// What people call it.
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// The calendar whose open time counts.
    #[schema(nullable = false)]
    calendar: Option<Uuid>,
    /// The targets, all of them.
    #[schema(nullable = false, min_items = 1, max_items = 500)]
    rules: Option<Vec<TargetRuleBody>>,
    /// The share of a target, in percent, after which a ticket is at risk; null for 80.
    #[schema(minimum = 1, maximum = 99)]
    at_risk_percent: Option<u8>,
    /// The clocks that stand still while the ticket waits for the customer; null for both.
    #[schema(example = json!(["resolution"]))]
    paused_by_waiting: Option<Vec<String>>,
    /// `resume` or `restart`; null for `resume`.
    #[schema(example = "restart")]
    reopening: Option<String>,
    /// What happens when a ticket is at risk or a target missed, all of it; null for nothing.
    #[schema(max_items = 20)]
    escalations: Option<Vec<EscalationBody>>,
}

/// Targets for tickets that meet every condition given; one of them at least.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct TargetRuleBody {
    /// Only tickets of this type.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket_type: Option<String>,
    /// Only tickets of this category.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// Only tickets of this department.
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<String>,
    /// Only tickets of this priority: `low`, `medium`, `high` or `urgent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<String>,
    /// Up to the first public answer; left out, a less specific rule decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<TargetBody>,
    /// Up to the resolution; left out, a less specific rule decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<TargetBody>,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum TargetBody {
    /// Minutes of open time.
    Minutes(u32),
    /// None, whatever less specific rules say.
    Exempt(Exempt),
}

/// A word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Exempt {
    /// No target.
    Exempt,
}

/// What happens when a ticket is at risk or a target missed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct EscalationBody {
    /// `at_risk` or `breached`.
    #[schema(example = "breached")]
    on: String,
    /// `response` or `resolution`; both if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "resolution")]
    metric: Option<String>,
    /// What happens, in order.
    #[schema(min_items = 1, max_items = 20)]
    actions: Vec<EscalationActionBody>,
}

/// One thing that happens.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct EscalationActionBody {
    /// `reassign` (in turn over those who hold `role`), `raise_priority` (to `priority` at least), `notify_assignee`,
    /// `notify_watchers`, or `notify_role` (all who hold `role`).
    #[schema(example = "notify_assignee")]
    action: String,
    /// The id of a work role: of `reassign` and `notify_role`.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Uuid>,
    /// The priority: of `raise_priority`.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<String>,
}

/// The clocks of a ticket, as they were last told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketSlaBody {
    /// Both clocks as one, as the filter `sla` has it: `breached`, `at_risk`, `ok`, `paused`, `missed` or `met`.
    state: &'static str,
    /// When the next clock that has not stopped is due; null while nobody can tell.
    due_at: Option<DateTime<Utc>>,
    /// Up to the first public answer; null without a target.
    response: Option<ClockBody>,
    /// Up to the resolution; null without a target.
    resolution: Option<ClockBody>,
}

/// A clock, in its latest run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockBody {
    /// `running`, `paused`, `at_risk`, `breached` (overdue), `met` or `missed` (it stopped, too late).
    state: &'static str,
    /// Which run, from 1.
    run: u32,
    /// The policy that gave the target.
    policy: Uuid,
    /// The target in minutes of open time.
    target_minutes: u32,
    /// When the run began.
    started_at: DateTime<Utc>,
    /// When it is at risk; null while nobody can tell, as when it stands still.
    at_risk_at: Option<DateTime<Utc>>,
    /// When it is due, or would have been; null while nobody can tell, as when it stands still.
    due_at: Option<DateTime<Utc>>,
    /// When it stopped.
    stopped_at: Option<DateTime<Utc>>,
    /// The open time it took, or has counted while it stands still; null while it runs.
    elapsed_seconds: Option<i64>,
}

impl From<TicketSla> for TicketSlaBody {
    fn from(sla: TicketSla) -> Self {
        Self {
            state: sla.state.as_str(),
            due_at: sla.due_at,
            response: sla.response.map(ClockBody::from),
            resolution: sla.resolution.map(ClockBody::from),
        }
    }
}

impl From<ClockRow> for ClockBody {
    fn from(clock: ClockRow) -> Self {
        Self {
            state: clock.state.as_str(),
            run: clock.run,
            policy: clock.policy.uuid(),
            target_minutes: clock.target_minutes,
            started_at: clock.started_at,
            at_risk_at: clock.at_risk_at,
            due_at: clock.due_at,
            stopped_at: clock.stopped_at,
            elapsed_seconds: clock.elapsed_seconds,
        }
    }
}

impl SlaPolicyBody {
    /// What a policy says.
    pub(crate) fn new(
        id: Uuid,
        version: i32,
        revision: u32,
        definition: &PolicyDefinition,
    ) -> Self {
        Self {
            id,
            version,
            revision,
            name: definition.name.to_string(),
            calendar: definition.calendar.uuid(),
            rules: definition.rules.iter().map(TargetRuleBody::from).collect(),
            at_risk_percent: definition.at_risk_percent,
            paused_by_waiting: definition.paused_by_waiting.iter().map(|m| m.as_str()).collect(),
            reopening: definition.reopening.as_str(),
            escalations: definition.escalations.iter().map(EscalationBody::from).collect(),
        }
    }

    /// A policy as the views have it.
    pub(crate) fn of_row(row: &SlaPolicyRow) -> Self {
        Self::new(row.id.uuid(), row.version, row.revision, &row.definition)
    }
}

impl From<&TargetRule> for TargetRuleBody {
    fn from(rule: &TargetRule) -> Self {
        Self {
            ticket_type: rule.ticket_type.as_ref().map(ToString::to_string),
            category: rule.category.as_ref().map(ToString::to_string),
            department: rule.department.as_ref().map(ToString::to_string),
            priority: rule.priority.map(|priority| priority.to_string()),
            response: rule.response.map(TargetBody::from),
            resolution: rule.resolution.map(TargetBody::from),
        }
    }
}

impl From<Target> for TargetBody {
    fn from(target: Target) -> Self {
        match target {
            Target::Minutes(minutes) => Self::Minutes(minutes),
            Target::Exempt => Self::Exempt(Exempt::Exempt),
        }
    }
}

impl From<&Escalation> for EscalationBody {
    fn from(escalation: &Escalation) -> Self {
        Self {
            on: escalation.on.to_string(),
            metric: escalation.metric.map(|metric| metric.to_string()),
            actions: escalation.actions.iter().map(EscalationActionBody::from).collect(),
        }
    }
}

impl From<&EscalationAction> for EscalationActionBody {
    fn from(action: &EscalationAction) -> Self {
        let named = |action: &str| Self { action: action.to_owned(), ..Self::default() };
        match action {
            EscalationAction::Reassign { role } => {
                Self { role: Some(role.uuid()), ..named("reassign") }
            }
            EscalationAction::RaisePriority { priority } => {
                Self { priority: Some(priority.to_string()), ..named("raise_priority") }
            }
            EscalationAction::NotifyAssignee => named("notify_assignee"),
            EscalationAction::NotifyWatchers => named("notify_watchers"),
            EscalationAction::NotifyRole { role } => {
                Self { role: Some(role.uuid()), ..named("notify_role") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use domain::sla::PolicyInput;

    #[test]
    fn what_is_answered_reads_as_input() {
        let text = include_str!("../../../../examples/sla/policy.json");
        let mut given: Value = serde_json::from_str(text).unwrap();
        given["calendar"] = json!(Uuid::from_u128(7));
        let role = Uuid::from_u128(8);
        given["escalations"][0]["actions"] = json!([
            { "action": "reassign", "role": role },
            { "action": "raise_priority", "priority": "high" },
            { "action": "notify_role", "role": role },
        ]);
        let policy: PolicyInput = serde_json::from_value(given.clone()).unwrap();
        let policy = policy.parse().unwrap();
        let mut body =
            serde_json::to_value(SlaPolicyBody::new(Uuid::nil(), 1, 1, &policy)).unwrap();
        for added in ["id", "version", "revision"] {
            body.as_object_mut().unwrap().remove(added);
        }
        assert_eq!(body, given);
    }
}
