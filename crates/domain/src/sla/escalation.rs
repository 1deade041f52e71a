//! What an event sets off.

use super::clock::Phase;
use super::events::SlaEvent;
use super::policy::{EscalationAction, Metric, PolicyDefinition, Trigger};
use super::record::SlaRecord;
use super::terms::ClockId;
use crate::ticket::Priority;

/// The actions that `event` sets off under `policy`, in its order. Only what is at risk or breached
/// sets off anything; as both are told once a run, each action happens once a run.
pub fn escalations<'a>(
    policy: &'a PolicyDefinition,
    event: &SlaEvent,
) -> Vec<&'a EscalationAction> {
    let trigger = match event {
        SlaEvent::AtRisk(_) => Trigger::AtRisk,
        SlaEvent::Breached(_) => Trigger::Breached,
        SlaEvent::Started(_)
        | SlaEvent::Paused(_)
        | SlaEvent::Resumed(_)
        | SlaEvent::Rescheduled(_)
        | SlaEvent::Met(_)
        | SlaEvent::Missed(_)
        | SlaEvent::Escalated(_) => return Vec::new(),
    };
    set_off_by(policy, trigger, event.clock().metric).collect()
}

/// An action that is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EscalationDue<'a> {
    /// What sets it off.
    pub trigger: Trigger,
    /// Its place among what the trigger sets off for that clock, from 0.
    pub index: u32,
    /// The action.
    pub action: &'a EscalationAction,
}

/// What is still to be done about a clock that was told to be at risk or breached, in the order of
/// the policy. An action happens once a run for each trigger, wherever the policy lists it by now.
/// Nothing is due for another run than the present one, and nothing once the clock has stopped:
/// then it is too late to help, and what is told of times long past sets off nothing.
pub fn escalations_due<'a>(
    policy: &'a PolicyDefinition,
    record: &SlaRecord,
    clock: ClockId,
) -> Vec<EscalationDue<'a>> {
    let Some(told) = record.of(clock.metric).filter(|told| told.run == clock.run) else {
        return Vec::new();
    };
    if matches!(told.phase, Phase::Stopped { .. }) {
        return Vec::new();
    }
    let told_of = [(Trigger::AtRisk, told.at_risk_at), (Trigger::Breached, told.breached_at)];
    let mut due: Vec<EscalationDue<'a>> = Vec::new();
    for (trigger, _) in told_of.into_iter().filter(|(_, at)| at.is_some()) {
        for (index, action) in (0..).zip(set_off_by(policy, trigger, clock.metric)) {
            let is_listed = due.iter().any(|due| due.trigger == trigger && due.action == action);
            if !is_listed && !told.has_escalated(trigger, action) {
                due.push(EscalationDue { trigger, index, action });
            }
        }
    }
    due
}

fn set_off_by(
    policy: &PolicyDefinition,
    trigger: Trigger,
    metric: Metric,
) -> impl Iterator<Item = &EscalationAction> {
    policy
        .escalations
        .iter()
        .filter(move |rule| rule.on == trigger && rule.metric.is_none_or(|only| only == metric))
        .flat_map(|rule| &rule.actions)
}

/// The priority to change to, if `at_least` is more urgent than the `current` one.
///
/// Raising it may shorten the target, so that the clock is rescheduled and perhaps breached at once;
/// it cannot go round, as every step is told once a run.
pub fn raised(current: Priority, at_least: Priority) -> Option<Priority> {
    (at_least > current).then_some(at_least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sla::policy::{Escalation, Metric};
    use crate::sla::samples::{policy, rule};

    #[test]
    fn an_action_is_set_off_by_its_trigger_and_its_clock() {
        let mut policy = policy(vec![rule("", 1, 1)]);
        let raise = EscalationAction::RaisePriority { priority: Priority::High };
        let (any, one) = (EscalationAction::NotifyAssignee, EscalationAction::NotifyWatchers);
        policy.escalations = vec![
            Escalation { on: Trigger::AtRisk, metric: None, actions: vec![any.clone()] },
            Escalation {
                on: Trigger::Breached,
                metric: Some(Metric::Resolution),
                actions: vec![raise.clone(), one.clone()],
            },
        ];
        let set_off = |name: &str, metric: Metric| {
            let events = crate::sla::samples::every_event();
            let wanted = |e: &&SlaEvent| {
                crate::DomainEvent::event_type(*e) == name && e.clock().metric == metric
            };
            escalations(&policy, events.iter().find(wanted).unwrap())
                .into_iter()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(set_off("sla.at_risk", Metric::Response), [any]);
        assert_eq!(set_off("sla.breached", Metric::Resolution), [raise, one]);
        assert_eq!(set_off("sla.breached", Metric::Response), []);
        assert_eq!(set_off("sla.started", Metric::Response), []);
    }

    #[test]
    fn a_priority_is_never_lowered() {
        assert_eq!(raised(Priority::Low, Priority::High), Some(Priority::High));
        assert_eq!(raised(Priority::High, Priority::High), None);
        assert_eq!(raised(Priority::Urgent, Priority::High), None);
    }
}
