//! What a clock that is at risk or breached sets off.

use super::clock::Phase;
use super::policy::{EscalationAction, Metric, PolicyDefinition, Trigger};
use super::record::SlaRecord;
use super::terms::ClockId;
use crate::ticket::Priority;

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
    use crate::sla::policy::{Escalation, Reopening};
    use crate::sla::record::evolve;
    use crate::sla::samples::{always, escalated, played, policy, rule, rulebook, status, ticket};
    use crate::ticket::TicketEvent;

    const RAISE: EscalationAction = EscalationAction::RaisePriority { priority: Priority::High };
    const ASSIGNEE: EscalationAction = EscalationAction::NotifyAssignee;
    const WATCHERS: EscalationAction = EscalationAction::NotifyWatchers;

    fn on(trigger: Trigger, metric: Option<Metric>, actions: &[EscalationAction]) -> Escalation {
        Escalation { on: trigger, metric, actions: actions.to_vec() }
    }

    /// At risk tells the assignee; a breach of the resolution raises the priority, tells the
    /// watchers and then again.
    fn strict() -> PolicyDefinition {
        let mut policy = policy(vec![rule("", 60, 600)]);
        policy.escalations = vec![
            on(Trigger::AtRisk, None, &[ASSIGNEE]),
            on(Trigger::Breached, Some(Metric::Resolution), &[RAISE, WATCHERS]),
            on(Trigger::Breached, None, &[WATCHERS]),
        ];
        policy
    }

    fn clock(metric: Metric) -> ClockId {
        ClockId { ticket: ticket(), metric, run: 1 }
    }

    /// What was told of a ticket by a minute.
    fn record(then: &[(i64, TicketEvent)], policy: &PolicyDefinition, until: i64) -> SlaRecord {
        let always = always();
        let told = played(then, &rulebook(policy, &always), until).events;
        told.iter().fold(SlaRecord::default(), |record, (_, event)| evolve(record, event))
    }

    fn due(
        policy: &PolicyDefinition,
        record: &SlaRecord,
        metric: Metric,
    ) -> Vec<(Trigger, u32, EscalationAction)> {
        escalations_due(policy, record, clock(metric))
            .into_iter()
            .map(|due| (due.trigger, due.index, due.action.clone()))
            .collect()
    }

    #[test]
    fn an_action_is_set_off_by_its_trigger_and_its_clock() {
        use Trigger::{AtRisk, Breached};
        let policy = strict();
        let at = |minute, metric| due(&policy, &record(&[], &policy, minute), metric);
        assert_eq!(at(48, Metric::Response), []);
        assert_eq!(at(50, Metric::Response), [(AtRisk, 0, ASSIGNEE)]);
        assert_eq!(at(50, Metric::Resolution), []);
        let breached = [(AtRisk, 0, ASSIGNEE), (Breached, 0, WATCHERS)];
        assert_eq!(at(100, Metric::Response), breached);
        // The same action again is listed, and done, once.
        let breached = [(AtRisk, 0, ASSIGNEE), (Breached, 0, RAISE), (Breached, 1, WATCHERS)];
        assert_eq!(at(700, Metric::Resolution), breached);
        assert_eq!(due(&policy, &SlaRecord::default(), Metric::Response), []);
    }

    #[test]
    fn each_action_happens_once_a_run_wherever_the_policy_lists_it_by_now() {
        use Trigger::{AtRisk, Breached};
        let mut policy = strict();
        let mut record = record(&[], &policy, 700);
        let id = clock(Metric::Resolution);
        for (done, left) in [(ASSIGNEE, 2), (RAISE, 1)] {
            let trigger = if done == ASSIGNEE { AtRisk } else { Breached };
            for _ in 0..2 {
                record = evolve(record, &escalated(id, trigger, done.clone()));
                assert_eq!(due(&policy, &record, Metric::Resolution).len(), left, "{done:?}");
            }
        }
        policy.escalations.insert(0, on(Breached, None, &[ASSIGNEE]));
        let now = due(&policy, &record, Metric::Resolution);
        // To be at risk had told the assignee, a breach had not.
        assert_eq!(now, [(Breached, 0, ASSIGNEE), (Breached, 2, WATCHERS)]);
    }

    #[test]
    fn what_has_stopped_sets_off_nothing_and_another_run_begins_anew() {
        use crate::ticket::Status::{Open, Resolved};
        let mut policy = strict();
        policy.reopening = Reopening::Restart;
        let stopped = [(700, status(Open, Resolved))];
        let breached = record(&stopped, &policy, 699);
        assert_eq!(due(&policy, &breached, Metric::Resolution).len(), 3);
        let missed = record(&stopped, &policy, 700);
        assert_eq!(due(&policy, &missed, Metric::Resolution), []);

        let reopened = [stopped[0].clone(), (800, status(Resolved, Open))];
        let again = record(&reopened, &policy, 2_000);
        let of_run = |run| {
            let clock = ClockId { run, ..clock(Metric::Resolution) };
            escalations_due(&policy, &again, clock).len()
        };
        assert_eq!((of_run(1), of_run(2)), (0, 3));
    }

    #[test]
    fn a_priority_is_never_lowered() {
        assert_eq!(raised(Priority::Low, Priority::High), Some(Priority::High));
        assert_eq!(raised(Priority::High, Priority::High), None);
        assert_eq!(raised(Priority::Urgent, Priority::High), None);
    }
}
