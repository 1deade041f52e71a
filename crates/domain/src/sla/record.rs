//! What has been told about a ticket's clocks, folded from their stream.

use serde::{Deserialize, Serialize};

use super::clock::Phase;
use super::events::SlaEvent;
use super::policy::{EscalationAction, Metric, Trigger};
use super::terms::{Schedule, Terms};
use crate::Timestamp;

/// The clocks of one ticket as they were last told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaRecord {
    /// The response clock, once started.
    pub response: Option<Told>,
    /// The resolution clock, once started.
    pub resolution: Option<Told>,
}

/// One clock as it was last told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Which run, from 1.
    pub run: u32,
    /// When the run began.
    pub started_at: Timestamp,
    /// What it is held to.
    pub terms: Terms,
    /// What it does.
    pub phase: Phase,
    /// When it is at risk and due.
    pub schedule: Schedule,
    /// Since when it was told to be at risk in this run. Stays, whatever comes.
    pub at_risk_at: Option<Timestamp>,
    /// The due time that was told to have passed in this run. Stays, whatever comes.
    pub breached_at: Option<Timestamp>,
    /// What was set off in this run, and by what.
    pub escalated: Vec<(Trigger, EscalationAction)>,
}

impl SlaRecord {
    /// The clock that measures `metric`, once started.
    pub fn of(&self, metric: Metric) -> Option<&Told> {
        match metric {
            Metric::Response => self.response.as_ref(),
            Metric::Resolution => self.resolution.as_ref(),
        }
    }

    /// The next instant after which something is to be told if nothing happens; none if nothing will
    /// be. At the instant itself the due time has not passed yet.
    pub fn next_at(&self) -> Option<Timestamp> {
        [&self.response, &self.resolution].into_iter().flatten().filter_map(Told::next_at).min()
    }
}

impl Told {
    /// Like [`SlaRecord::next_at`], for this clock.
    pub fn next_at(&self) -> Option<Timestamp> {
        match (self.phase, self.breached_at, self.at_risk_at) {
            (Phase::Stopped { .. }, _, _) | (_, Some(_), _) => None,
            (Phase::Running { .. } | Phase::Paused { .. }, None, Some(_)) => self.schedule.due_at,
            (Phase::Running { .. } | Phase::Paused { .. }, None, None) => self.schedule.at_risk_at,
        }
    }
}

/// The record after `event`. Total: an event about a clock or a run that was not started changes
/// nothing.
#[must_use]
pub fn evolve(mut record: SlaRecord, event: &SlaEvent) -> SlaRecord {
    let clock = event.clock();
    let told = match clock.metric {
        Metric::Response => &mut record.response,
        Metric::Resolution => &mut record.resolution,
    };
    if let SlaEvent::Started(e) = event {
        *told = Some(Told {
            run: clock.run,
            started_at: e.started_at,
            terms: e.terms.clone(),
            phase: Phase::Running { since: e.started_at },
            schedule: e.schedule,
            at_risk_at: None,
            breached_at: None,
            escalated: Vec::new(),
        });
    } else if let Some(told) = told.as_mut().filter(|told| told.run == clock.run) {
        told.apply(event);
    }
    record
}

impl Told {
    fn apply(&mut self, event: &SlaEvent) {
        match event {
            SlaEvent::Started(_) => {}
            SlaEvent::Paused(e) => {
                self.phase = Phase::Paused { since: e.since, cause: e.cause };
                self.schedule = e.schedule;
            }
            SlaEvent::Resumed(e) => {
                self.phase = Phase::Running { since: e.since };
                self.schedule = e.schedule;
            }
            SlaEvent::Rescheduled(e) => {
                self.terms = e.terms.clone();
                self.schedule = e.schedule;
            }
            SlaEvent::AtRisk(e) => self.at_risk_at = Some(e.at),
            SlaEvent::Breached(e) => self.breached_at = Some(e.due_at),
            SlaEvent::Met(e) => self.stop(e.at, e.due_at),
            SlaEvent::Missed(e) => self.stop(e.at, e.due_at),
            SlaEvent::Escalated(e) => {
                if !self.has_escalated(e.trigger, &e.action) {
                    self.escalated.push((e.trigger, e.action.clone()));
                }
            }
        }
    }

    /// Whether the action was set off in this run by that.
    pub(super) fn has_escalated(&self, trigger: Trigger, action: &EscalationAction) -> bool {
        self.escalated.iter().any(|(on, done)| *on == trigger && done == action)
    }

    fn stop(&mut self, at: Timestamp, due_at: Option<Timestamp>) {
        self.phase = Phase::Stopped { at };
        self.schedule.due_at = due_at;
    }
}
