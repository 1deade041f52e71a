//! What is still to be told about a ticket's clocks.

use super::case::Case;
use super::clock::{Clock, Phase, Rulebook, Verdict};
use super::events::{
    SlaAtRisk, SlaBreached, SlaEvent, SlaMet, SlaMissed, SlaPaused, SlaRescheduled, SlaResumed,
    SlaStarted,
};
use super::policy::Metric;
use super::record::{SlaRecord, Told, evolve};
use super::terms::{ClockId, RescheduleCause, Terms};
use crate::Timestamp;
use crate::calendar::BusinessTime;
use crate::ids::TicketId;

/// The events that bring `record` in line with `case` at `now`, in order; none if it is.
///
/// The case must hold all that happened to the ticket up to now: one that lacks the latest pause
/// would tell a breach that is not. A clock that has stopped is not judged again under later terms.
/// What is at risk and breached at once is only told to be breached.
pub fn sla_events_due(
    record: &SlaRecord,
    ticket: TicketId,
    case: &Case,
    rulebook: &Rulebook<'_>,
    now: Timestamp,
) -> Vec<SlaEvent> {
    let mut events = Vec::new();
    for metric in Metric::ALL {
        let clock = Clock::new(case, *metric, rulebook);
        let id = ClockId { ticket, metric: *metric, run: clock.run };
        let elapsed = clock.elapsed(rulebook.calendar, now);
        let record = record.clone();
        let mut announcer = Announcer { record, clock: &clock, id, elapsed, now, events };
        announcer.announce();
        events = announcer.events;
    }
    events
}

struct Announcer<'a> {
    record: SlaRecord,
    clock: &'a Clock,
    id: ClockId,
    elapsed: BusinessTime,
    now: Timestamp,
    events: Vec<SlaEvent>,
}

impl Announcer<'_> {
    fn announce(&mut self) {
        if self.told().is_none_or(|told| told.run != self.clock.run) && !self.start() {
            return;
        }
        if self.is_settled() {
            return;
        }
        self.tell_terms();
        if self.clock.terms.target_minutes.is_some() {
            self.tell_phase();
            self.tell_schedule();
            self.tell_time();
            self.tell_stop();
        }
    }

    fn told(&self) -> Option<&Told> {
        self.record.of(self.id.metric)
    }

    fn tell(&mut self, event: SlaEvent) {
        self.record = evolve(std::mem::take(&mut self.record), &event);
        self.events.push(event);
    }

    /// Starts the clock, or its new run; a clock without a target is not started.
    fn start(&mut self) -> bool {
        let clock = self.clock;
        if clock.terms.target_minutes.is_none() {
            return false;
        }
        self.tell(SlaEvent::Started(Box::new(SlaStarted {
            clock: self.id,
            started_at: clock.started_at,
            terms: clock.terms.clone(),
            schedule: clock.schedule,
        })));
        true
    }

    /// Whether the clock has stopped and that was told.
    fn is_settled(&self) -> bool {
        let stopped = |phase| match phase {
            Phase::Stopped { at } => Some(at),
            Phase::Running { .. } | Phase::Paused { .. } => None,
        };
        let told = self.told().and_then(|told| stopped(told.phase));
        told.is_some() && told == stopped(self.clock.phase)
    }

    fn tell_terms(&mut self) {
        let Some(told) = self.told() else { return };
        if binds_alike(&told.terms, &self.clock.terms) {
            return;
        }
        self.reschedule();
    }

    fn tell_phase(&mut self) {
        let Some(told) = self.told() else { return };
        let schedule = self.clock.schedule;
        match (told.phase, self.clock.phase) {
            // Another beginning is another stretch, with one in between that was not told.
            (told, phase) if told == phase => {}
            // Told last, after what had come due before.
            (_, Phase::Stopped { .. }) => {}
            (_, Phase::Running { since }) => {
                self.tell(SlaEvent::Resumed(SlaResumed { clock: self.id, since, schedule }));
            }
            (_, Phase::Paused { since, cause }) => self.tell(SlaEvent::Paused(SlaPaused {
                clock: self.id,
                since,
                cause,
                elapsed_seconds: self.elapsed.seconds(),
                schedule,
            })),
        }
    }

    fn tell_schedule(&mut self) {
        let is_stopped = matches!(self.clock.phase, Phase::Stopped { .. });
        let is_told = self.told().is_none_or(|told| told.schedule == self.clock.schedule);
        if !is_stopped && !is_told {
            self.reschedule();
        }
    }

    fn reschedule(&mut self) {
        let Some(told) = self.told() else { return };
        let event = SlaRescheduled {
            clock: self.id,
            why: causes(&told.terms, &self.clock.terms),
            terms: self.clock.terms.clone(),
            elapsed_seconds: self.elapsed.seconds(),
            previous: told.schedule,
            schedule: self.clock.schedule,
        };
        self.tell(SlaEvent::Rescheduled(Box::new(event)));
    }

    fn tell_time(&mut self) {
        let Some(told) = self.told() else { return };
        let schedule = self.clock.schedule;
        let judged_at = self.clock.judged_at(self.now);
        let is_running = !matches!(self.clock.phase, Phase::Stopped { .. });
        match (schedule.due_at, schedule.at_risk_at) {
            (Some(due_at), _) if judged_at > due_at => {
                if told.breached_at.is_none() {
                    self.tell(SlaEvent::Breached(SlaBreached { clock: self.id, due_at }));
                }
            }
            // Once it has stopped in time, a warning would come too late to be of use.
            (due_at, Some(at)) if is_running && judged_at > at => {
                if told.at_risk_at.is_none() && told.breached_at.is_none() {
                    self.tell(SlaEvent::AtRisk(SlaAtRisk { clock: self.id, at, due_at }));
                }
            }
            (_, _) => {}
        }
    }

    fn tell_stop(&mut self) {
        let Phase::Stopped { at } = self.clock.phase else { return };
        let (clock, due_at) = (self.id, self.clock.schedule.due_at);
        let elapsed_seconds = self.elapsed.seconds();
        self.tell(match self.clock.verdict(self.now) {
            Verdict::Breached => SlaEvent::Missed(SlaMissed { clock, at, elapsed_seconds, due_at }),
            Verdict::NoTarget | Verdict::Open | Verdict::Met => {
                SlaEvent::Met(SlaMet { clock, at, elapsed_seconds, due_at })
            }
        });
    }
}

/// Whether both terms ask the same of the ticket. What they were chosen by may differ, and so may
/// revisions: a change that changes nothing for this clock is not worth an event.
fn binds_alike(told: &Terms, terms: &Terms) -> bool {
    told.policy == terms.policy
        && told.calendar == terms.calendar
        && told.target_minutes == terms.target_minutes
        && told.at_risk_percent == terms.at_risk_percent
        && told.pauses == terms.pauses
}

fn causes(told: &Terms, terms: &Terms) -> Vec<RescheduleCause> {
    use RescheduleCause::{Calendar, Category, Department, Pauses, Policy, Priority, TicketType};
    let (before, after) = (&told.facts, &terms.facts);
    let policy = |terms: &Terms| (terms.policy, terms.policy_revision);
    let calendar = |terms: &Terms| (terms.calendar, terms.calendar_revision);
    let changed = [
        (Priority, before.priority != after.priority),
        (TicketType, before.ticket_type != after.ticket_type),
        (Category, before.category != after.category),
        (Department, before.department != after.department),
        (Policy, policy(told) != policy(terms)),
        (Calendar, calendar(told) != calendar(terms)),
    ];
    let causes: Vec<_> =
        changed.into_iter().filter_map(|(cause, is_so)| is_so.then_some(cause)).collect();
    if causes.is_empty() { vec![Pauses] } else { causes }
}
