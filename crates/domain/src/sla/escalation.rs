//! What an event sets off.

use super::events::SlaEvent;
use super::policy::{EscalationAction, PolicyDefinition, Trigger};
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
        | SlaEvent::Missed(_) => return Vec::new(),
    };
    let metric = event.clock().metric;
    policy
        .escalations
        .iter()
        .filter(|rule| rule.on == trigger && rule.metric.is_none_or(|only| only == metric))
        .flat_map(|rule| &rule.actions)
        .collect()
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
