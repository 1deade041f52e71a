//! A clock: what a case means under a policy and its calendar.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::case::{Activity, Case};
use super::policy::{Metric, PolicyDefinition, Reopening};
use super::target::choose_target;
use super::terms::{PauseCause, Schedule, Terms};
use crate::Timestamp;
use crate::calendar::{BusinessTime, Calendar};
use crate::ids::SlaPolicyId;

/// A policy and its calendar, each in one revision: all that a clock needs beside the case.
#[derive(Debug, Clone, Copy)]
pub struct Rulebook<'a> {
    /// The policy.
    pub policy: &'a PolicyDefinition,
    /// Its id.
    pub policy_id: SlaPolicyId,
    /// Its revision.
    pub policy_revision: u32,
    /// The calendar that the policy names.
    pub calendar: &'a Calendar,
    /// Its revision.
    pub calendar_revision: u32,
}

/// What a clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It counts open time.
    Running {
        /// Since when.
        since: Timestamp,
    },
    /// It stands still.
    Paused {
        /// Since when.
        since: Timestamp,
        /// Why.
        cause: PauseCause,
    },
    /// What it measures has happened.
    Stopped {
        /// When.
        at: Timestamp,
    },
}

/// How a target turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// There was none.
    NoTarget,
    /// It still runs or stands still, in time.
    Open,
    /// It was met.
    Met,
    /// The due time passed before it was met.
    Breached,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoTarget => "no target",
            Self::Open => "open",
            Self::Met => "met",
            Self::Breached => "breached",
        })
    }
}

/// One clock of a ticket, in its latest run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// What it measures.
    pub metric: Metric,
    /// Which run, from 1; more than 1 only where reopening restarts.
    pub run: u32,
    /// When the run began.
    pub started_at: Timestamp,
    /// What it is held to.
    pub terms: Terms,
    /// What it does.
    pub phase: Phase,
    /// The time counted up to the current phase; with [`Phase::Running`] more comes from `since`.
    pub counted: BusinessTime,
    /// When it is at risk and due. While it stands still it has neither, unless they have passed; once
    /// stopped, they are when it would have been if it had run on from there.
    pub schedule: Schedule,
}

impl Clock {
    /// The clock that measures `metric`.
    pub fn new(case: &Case, metric: Metric, rulebook: &Rulebook<'_>) -> Self {
        let policy = rulebook.policy;
        let facts = case.facts_of(metric);
        let choice = choose_target(policy, metric, facts);
        let pauses = policy.paused_by_waiting.contains(&metric);
        let (run, started_at) = latest_run(case, metric, policy.reopening);
        let (spans, phase) = counted_spans(case, metric, pauses, started_at);
        let calendar = rulebook.calendar;
        let counted = spans.iter().map(|(from, to)| calendar.between(*from, *to)).sum();
        // A stopped clock tells when it would have been due if it had run on.
        let open_end = match phase {
            Phase::Running { since } => Some(since),
            Phase::Stopped { at } => Some(at),
            Phase::Paused { .. } => None,
        };
        let reached = |time| reached_at(calendar, &spans, open_end, time);
        let target = choice.minutes.map(BusinessTime::from_minutes);
        let schedule = Schedule {
            at_risk_at: target.and_then(|target| reached(target.percent(policy.at_risk_percent))),
            due_at: target.and_then(reached),
        };
        let terms = Terms {
            policy: rulebook.policy_id,
            policy_revision: rulebook.policy_revision,
            calendar: policy.calendar,
            calendar_revision: rulebook.calendar_revision,
            facts: facts.clone(),
            target_minutes: choice.minutes,
            chosen: choice.chosen,
            at_risk_percent: policy.at_risk_percent,
            pauses,
        };
        Self { metric, run, started_at, terms, phase, counted, schedule }
    }

    /// The time counted until `now`.
    pub fn elapsed(&self, calendar: &Calendar, now: Timestamp) -> BusinessTime {
        match self.phase {
            Phase::Running { since } => self.counted + calendar.between(since, now),
            Phase::Paused { .. } | Phase::Stopped { .. } => self.counted,
        }
    }

    /// What is left of the target at `now`, perhaps nothing; none without a target.
    pub fn remaining(&self, calendar: &Calendar, now: Timestamp) -> Option<BusinessTime> {
        let target = BusinessTime::from_minutes(self.terms.target_minutes?);
        Some(target - self.elapsed(calendar, now))
    }

    /// The instant that counts against the due time: `now`, or when the clock stopped.
    pub fn judged_at(&self, now: Timestamp) -> Timestamp {
        match self.phase {
            Phase::Running { .. } | Phase::Paused { .. } => now,
            Phase::Stopped { at } => at,
        }
    }

    /// How the target stands at `now`. Exactly at the due instant it is in time.
    pub fn verdict(&self, now: Timestamp) -> Verdict {
        if self.terms.target_minutes.is_none() {
            return Verdict::NoTarget;
        }
        let is_late = self.schedule.due_at.is_some_and(|due| self.judged_at(now) > due);
        match self.phase {
            _ if is_late => Verdict::Breached,
            Phase::Running { .. } | Phase::Paused { .. } => Verdict::Open,
            Phase::Stopped { .. } => Verdict::Met,
        }
    }
}

/// The number of the latest run and its beginning.
fn latest_run(case: &Case, metric: Metric, reopening: Reopening) -> (u32, Timestamp) {
    match (metric, reopening, case.reopened_at.last()) {
        (Metric::Resolution, Reopening::Restart, Some(reopened)) => {
            let reopenings = u32::try_from(case.reopened_at.len()).unwrap_or(u32::MAX);
            (reopenings.saturating_add(1), *reopened)
        }
        (Metric::Response | Metric::Resolution, Reopening::Resume | Reopening::Restart, _) => {
            (1, case.opened_at)
        }
    }
}

/// The spans that count from `start` on and have ended, and what the clock does now.
fn counted_spans(
    case: &Case,
    metric: Metric,
    pauses: bool,
    start: Timestamp,
) -> (Vec<(Timestamp, Timestamp)>, Phase) {
    let stop = match metric {
        Metric::Response => case.answered_at,
        Metric::Resolution => None,
    };
    let mut spans = Vec::new();
    let mut phase = Phase::Running { since: start };
    for stretch in case.stretches.iter().filter(|stretch| stretch.from >= start) {
        let from = stretch.from;
        if stop.is_some_and(|stop| from > stop) {
            break;
        }
        let next = match stretch.activity {
            Activity::Working => Phase::Running { since: from },
            Activity::Waiting if pauses => {
                Phase::Paused { since: from, cause: PauseCause::WaitingCustomer }
            }
            Activity::Waiting => Phase::Running { since: from },
            Activity::Away => Phase::Paused { since: from, cause: PauseCause::TicketAway },
            Activity::Finished => Phase::Stopped { at: from },
        };
        phase = match (phase, next) {
            (Phase::Running { since }, Phase::Running { .. }) => Phase::Running { since },
            (Phase::Running { since }, Phase::Paused { .. } | Phase::Stopped { .. }) => {
                spans.push((since, from));
                next
            }
            (Phase::Paused { .. } | Phase::Stopped { .. }, _) => next,
        };
    }
    match (stop, phase) {
        (Some(at), Phase::Running { since }) => {
            spans.push((since, at));
            (spans, Phase::Stopped { at })
        }
        (Some(at), Phase::Paused { .. } | Phase::Stopped { .. }) => (spans, Phase::Stopped { at }),
        (None, phase) => (spans, phase),
    }
}

/// The earliest instant at which `time` has been counted; none if it has not come to that and nothing
/// is counted any more.
fn reached_at(
    calendar: &Calendar,
    spans: &[(Timestamp, Timestamp)],
    open_end: Option<Timestamp>,
    time: BusinessTime,
) -> Option<Timestamp> {
    let mut left = time;
    for (from, to) in spans {
        let counted = calendar.between(*from, *to);
        if counted >= left {
            return calendar.add(*from, left);
        }
        left = left - counted;
    }
    calendar.add(open_end?, left)
}
