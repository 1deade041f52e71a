//! A ticket's history under a policy it did not have.

use std::fmt;

use super::announce::sla_events_due;
use super::case::Case;
use super::clock::{Rulebook, Verdict};
use super::events::SlaEvent;
use super::policy::Metric;
use super::record::{SlaRecord, evolve};
use crate::Timestamp;
use crate::calendar::BusinessTime;
use crate::ids::TicketId;
use crate::ticket::TicketEvent;

/// What would have been told, and how it would have turned out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The events, each with the time at which it would have been told.
    pub events: Vec<(Timestamp, SlaEvent)>,
    /// How the targets turned out.
    pub outcome: Outcome,
}

/// How both targets of a ticket turned out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The response.
    pub response: MetricOutcome,
    /// The resolution.
    pub resolution: MetricOutcome,
}

/// How one target turned out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricOutcome {
    /// In which way. Breached if it ever was, whatever came later.
    pub verdict: Verdict,
    /// The latest target in business minutes.
    pub target_minutes: Option<u32>,
    /// The open time it took, to the second; none while it is open.
    pub elapsed: Option<BusinessTime>,
    /// The latest due time.
    pub due_at: Option<Timestamp>,
}

impl Default for MetricOutcome {
    fn default() -> Self {
        Self { verdict: Verdict::NoTarget, target_minutes: None, elapsed: None, due_at: None }
    }
}

/// Plays the events of one ticket, in order, as if `rulebook` had been in force all the time and every
/// clock watched without delay, up to `until`. What is later is left out.
///
/// The same history always gives the same events. They may be appended to begin the clocks of a
/// ticket that was opened before there was a policy.
pub fn replay<'a>(
    ticket: TicketId,
    history: impl IntoIterator<Item = (Timestamp, &'a TicketEvent)>,
    rulebook: &Rulebook<'_>,
    until: Timestamp,
) -> Replay {
    let mut player = Player { ticket, rulebook, record: SlaRecord::default(), events: vec![] };
    let mut case = None;
    for (at, event) in history.into_iter().filter(|(at, _)| *at <= until) {
        // What had come due before goes first, under what was known until then.
        player.watch(case.as_ref(), at);
        case = Case::after(case, event, at);
        player.tell(case.as_ref(), at);
    }
    player.watch(case.as_ref(), until);
    let outcome = Outcome::of(player.events.iter().map(|(_, event)| event));
    Replay { events: player.events, outcome }
}

struct Player<'a> {
    ticket: TicketId,
    rulebook: &'a Rulebook<'a>,
    record: SlaRecord,
    events: Vec<(Timestamp, SlaEvent)>,
}

impl Player<'_> {
    /// Tells what comes due before `until`, each at the first microsecond at which it may be told.
    fn watch(&mut self, case: Option<&Case>, until: Timestamp) {
        // At risk and breached for two clocks: four times at the most.
        for _ in 0..4 {
            let passed = |at: Timestamp| at.checked_add_signed(chrono::TimeDelta::microseconds(1));
            match self.record.next_at().and_then(passed) {
                Some(at) if at <= until => self.tell(case, at),
                Some(_) | None => return,
            }
        }
    }

    fn tell(&mut self, case: Option<&Case>, at: Timestamp) {
        let Some(case) = case else { return };
        for event in sla_events_due(&self.record, self.ticket, case, self.rulebook, at) {
            self.record = evolve(std::mem::take(&mut self.record), &event);
            self.events.push((at, event));
        }
    }
}

impl Outcome {
    /// What the events of a stream of clocks say, be they told or replayed.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a SlaEvent>) -> Self {
        let mut outcome = Self::default();
        for event in events {
            match event.clock().metric {
                Metric::Response => outcome.response.apply(event),
                Metric::Resolution => outcome.resolution.apply(event),
            }
        }
        outcome
    }

    /// The outcome of one target.
    pub fn get(&self, metric: Metric) -> &MetricOutcome {
        match metric {
            Metric::Response => &self.response,
            Metric::Resolution => &self.resolution,
        }
    }
}

impl MetricOutcome {
    fn apply(&mut self, event: &SlaEvent) {
        match event {
            SlaEvent::Started(e) => self.on(e.terms.target_minutes, e.schedule.due_at),
            SlaEvent::Rescheduled(e) => self.on(e.terms.target_minutes, e.schedule.due_at),
            // Either may come of a reopening.
            SlaEvent::Paused(e) => self.go_on(e.schedule.due_at),
            SlaEvent::Resumed(e) => self.go_on(e.schedule.due_at),
            SlaEvent::AtRisk(_) | SlaEvent::Escalated(_) => {}
            SlaEvent::Breached(_) => self.turn(Verdict::Breached),
            SlaEvent::Met(e) => self.stop(Verdict::Met, e.elapsed_seconds, e.due_at),
            SlaEvent::Missed(e) => self.stop(Verdict::Breached, e.elapsed_seconds, e.due_at),
        }
    }

    fn on(&mut self, target_minutes: Option<u32>, due_at: Option<Timestamp>) {
        (self.target_minutes, self.due_at, self.elapsed) = (target_minutes, due_at, None);
        self.turn(if target_minutes.is_some() { Verdict::Open } else { Verdict::NoTarget });
    }

    fn go_on(&mut self, due_at: Option<Timestamp>) {
        (self.due_at, self.elapsed) = (due_at, None);
        self.turn(Verdict::Open);
    }

    fn stop(&mut self, verdict: Verdict, elapsed_seconds: i64, due_at: Option<Timestamp>) {
        self.turn(verdict);
        self.elapsed = Some(BusinessTime::from_micros(elapsed_seconds.saturating_mul(1_000_000)));
        self.due_at = due_at;
    }

    /// What was breached stays so.
    fn turn(&mut self, verdict: Verdict) {
        if self.verdict != Verdict::Breached {
            self.verdict = verdict;
        }
    }
}

impl fmt::Display for MetricOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verdict)?;
        match (self.elapsed, self.target_minutes) {
            (Some(elapsed), Some(target)) => {
                write!(f, " ({elapsed} of {})", BusinessTime::from_minutes(target))
            }
            (None, Some(target)) => write!(f, " (of {})", BusinessTime::from_minutes(target)),
            (Some(_) | None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::samples::minutes;
    use crate::sla::Difference;
    use crate::sla::samples::{always, answer, at, played, policy, rule, rulebook, status};
    use crate::ticket::Status;

    #[test]
    fn another_policy_turns_out_differently_and_the_difference_says_how() {
        let calendar = always();
        let (short, long) = (policy(vec![rule("", 30, 200)]), policy(vec![rule("", 90, 200)]));
        let then = [(60, answer()), (100, status(Status::Open, Status::Resolved))];
        let before = played(&then, &rulebook(&short, &calendar), 1_000).outcome;
        let after = played(&then, &rulebook(&long, &calendar), 1_000).outcome;
        assert_eq!(before.response.verdict, Verdict::Breached);
        assert_eq!(before.response.elapsed, Some(minutes(60)));
        assert_eq!(after.response.due_at, Some(at(90)));
        let difference = Difference::between(&before, &after);
        assert_eq!(difference.response.verdict(), Some((Verdict::Breached, Verdict::Met)));
        assert!(difference.resolution.is_empty());
        assert_eq!(
            difference.to_string(),
            "response: breached (1 h 00 min of 30 min) -> met (1 h 00 min of 1 h 30 min)"
        );
    }

    #[test]
    fn what_is_later_than_the_end_is_left_out() {
        let (policy, calendar) = (policy(vec![rule("", 30, 200)]), always());
        let then = [(25, answer())];
        let replay = played(&then, &rulebook(&policy, &calendar), 20);
        assert_eq!(replay.outcome.response.verdict, Verdict::Open);
        assert_eq!(replay.outcome.response.elapsed, None);
        assert_eq!(replay.events.len(), 2);
    }

    #[test]
    fn a_ticket_without_a_fitting_rule_has_no_target() {
        let (policy, calendar) = (policy(vec![rule("priority=low", 30, 200)]), always());
        let replay = played(&[(25, answer())], &rulebook(&policy, &calendar), 1_000);
        assert_eq!((replay.events.len(), replay.outcome), (0, Outcome::default()));
    }
}
