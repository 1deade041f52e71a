//! Laws of clocks, on random histories.

use proptest::prelude::*;

use super::announce::sla_events_due;
use super::case::Case;
use super::clock::{Clock, Verdict};
use super::difference::Difference;
use super::events::SlaEvent;
use super::policy::{Metric, PolicyDefinition, Reopening};
use super::record::{SlaRecord, evolve};
use super::samples::{
    answer, at, history, played, policy, priority, rule, rulebook, status, ticket,
};
use super::what_if::Outcome;
use crate::calendar::Calendar;
use crate::calendar::samples::{calendar, minutes};
use crate::ticket::{Priority, Status, TicketEvent};

/// An office around the end of summer time, with a holiday and hours across midnight.
fn office() -> Calendar {
    let week = ["mon-fri 09:00-12:00 13:00-17:00", "sat 22:00-24:00", "sun 00:00-04:00"];
    calendar("Europe/Berlin", &week, &["11-25", "12-24 09:00-12:00"])
}

fn targets(response: u32, resolution: u32) -> PolicyDefinition {
    policy(vec![
        rule("", response, resolution),
        rule("priority=high", response / 2 + 1, resolution / 2 + 1),
    ])
}

/// What happens to a ticket, the minutes in between, and the choices that fit a status.
fn steps() -> impl Strategy<Value = Vec<(i64, usize)>> {
    proptest::collection::vec((0..3_000i64, 0..7usize), 0..8)
}

/// A history whose events fit each other.
fn happened(steps: &[(i64, usize)]) -> Vec<(i64, TicketEvent)> {
    let (mut now, mut current, mut urgency) = (0, Status::Open, Priority::Medium);
    let mut events = Vec::new();
    for (minutes, choice) in steps {
        now += minutes;
        let event = match choice {
            0..=4 => {
                let to = Status::ALL[*choice];
                status(std::mem::replace(&mut current, to), to)
            }
            5 => {
                let to = if urgency == Priority::High { Priority::Low } else { Priority::High };
                priority(std::mem::replace(&mut urgency, to), to)
            }
            _ => answer(),
        };
        events.push((now, event));
    }
    events
}

fn due_of(
    then: &[(i64, TicketEvent)],
    metric: Metric,
    policy: &PolicyDefinition,
) -> Option<crate::Timestamp> {
    let case = Case::of(history(then).iter().map(|(at, event)| (*at, event))).unwrap();
    Clock::new(&case, metric, &rulebook(policy, &office())).schedule.due_at
}

/// None is later than everything: nobody can tell yet.
fn not_earlier(later: Option<crate::Timestamp>, earlier: Option<crate::Timestamp>) -> bool {
    match (later, earlier) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(later), Some(earlier)) => later >= earlier,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn pausing_never_shortens_a_due_time(
        steps in steps(), pause in 0..20_000i64, length in 0..5_000i64, target in 1..4_000u32,
    ) {
        let policy = targets(target, target);
        let then = happened(&steps);
        // The same history without its waits is due no later.
        let never_waits: Vec<_> = then
            .iter()
            .map(|(minute, event)| match event {
                TicketEvent::StatusChanged(e) if e.to == Status::WaitingCustomer => {
                    (*minute, status(e.from, Status::Open))
                }
                event => (*minute, event.clone()),
            })
            .collect();
        for metric in Metric::ALL {
            let paused = due_of(&then, *metric, &policy);
            prop_assert!(not_earlier(paused, due_of(&never_waits, *metric, &policy)));
        }
        // And a ticket that only waits once is due later by what was open meanwhile.
        let waits = [
            (pause, status(Status::Open, Status::WaitingCustomer)),
            (pause + length, status(Status::WaitingCustomer, Status::Open)),
        ];
        let (with, without) = (
            due_of(&waits, Metric::Resolution, &policy).unwrap(),
            due_of(&[], Metric::Resolution, &policy).unwrap(),
        );
        let open = office().between(at(pause), at(pause + length));
        let expected = if without <= at(pause) { minutes(0) } else { open };
        prop_assert_eq!(office().between(without, with), expected);
    }

    #[test]
    fn longer_targets_are_never_due_earlier(steps in steps(), a in 1..4_000u32, b in 1..4_000u32) {
        let then = happened(&steps);
        for metric in Metric::ALL {
            let long = due_of(&then, *metric, &targets(a.max(b), a.max(b)));
            let short = due_of(&then, *metric, &targets(a.min(b), a.min(b)));
            prop_assert!(not_earlier(long, short), "{:?} {:?}", long, short);
        }
    }

    #[test]
    fn a_replay_always_says_the_same_and_tells_each_thing_once_a_run(
        steps in steps(), restart in 0..2usize, target in 1..4_000u32,
    ) {
        let mut policy = targets(target / 2 + 1, target);
        policy.reopening = Reopening::ALL[restart];
        let office = office();
        let rulebook = rulebook(&policy, &office);
        let then = happened(&steps);
        let replay = played(&then, &rulebook, 60_000);
        prop_assert_eq!(&replay, &played(&then, &rulebook, 60_000));
        let mut seen = Vec::new();
        for (_, event) in &replay.events {
            let key = match event {
                SlaEvent::Started(e) => ("started", e.clock.metric, e.clock.run),
                SlaEvent::AtRisk(e) => ("at_risk", e.clock.metric, e.clock.run),
                SlaEvent::Breached(e) => ("breached", e.clock.metric, e.clock.run),
                SlaEvent::Paused(_)
                | SlaEvent::Resumed(_)
                | SlaEvent::Rescheduled(_)
                | SlaEvent::Met(_)
                | SlaEvent::Missed(_)
                | SlaEvent::Escalated(_) => continue,
            };
            prop_assert!(!seen.contains(&key), "{key:?}");
            seen.push(key);
        }
        // What was told leaves nothing to be told, and agrees with the clock.
        let record = replay.events.iter().fold(SlaRecord::default(), |r, (_, e)| evolve(r, e));
        let case = Case::of(history(&then).iter().map(|(at, event)| (*at, event))).unwrap();
        let now = at(60_000);
        prop_assert_eq!(sla_events_due(&record, ticket(), &case, &rulebook, now), vec![]);
        for metric in Metric::ALL {
            let verdict = Clock::new(&case, *metric, &rulebook).verdict(now);
            let told = replay.outcome.get(*metric).verdict;
            prop_assert!(told == verdict || told == Verdict::Breached, "{told:?} {verdict:?}");
        }
    }

    #[test]
    fn a_worker_that_comes_at_any_time_ends_up_with_the_same_clocks(
        steps in steps(), looks in proptest::collection::vec(0..60_000i64, 0..6),
    ) {
        let (policy, office) = (targets(120, 900), office());
        let rulebook = rulebook(&policy, &office);
        let then = happened(&steps);
        let case = Case::of(history(&then).iter().map(|(at, event)| (*at, event))).unwrap();
        let last = then.last().map_or(0, |(minute, _)| *minute);
        let mut record = SlaRecord::default();
        // In any order: its clock may jump back. The last look is the one that counts.
        for minute in looks.into_iter().map(|minute| minute.max(last)).chain([60_000]) {
            let events = sla_events_due(&record, ticket(), &case, &rulebook, at(minute));
            record = events.iter().fold(record, evolve);
        }
        for metric in Metric::ALL {
            let clock = Clock::new(&case, *metric, &rulebook);
            let told = record.of(*metric).unwrap();
            prop_assert_eq!(told.phase, clock.phase);
            prop_assert_eq!(told.schedule.due_at, clock.schedule.due_at);
            let is_breached = clock.verdict(at(60_000)) == Verdict::Breached;
            prop_assert_eq!(told.breached_at.is_some(), is_breached);
        }
    }

    #[test]
    fn no_difference_is_empty_and_a_longer_target_never_makes_it_worse(
        steps in steps(), target in 1..2_000u32, more in 0..2_000u32,
    ) {
        let office = office();
        let then = happened(&steps);
        let outcome = |target| -> Outcome {
            let policy = targets(target, target);
            played(&then, &rulebook(&policy, &office), 60_000).outcome
        };
        let (before, after) = (outcome(target), outcome(target + more));
        prop_assert!(Difference::between(&before, &before).is_empty());
        for metric in Metric::ALL {
            prop_assert!(after.get(*metric).verdict <= before.get(*metric).verdict);
        }
    }
}
