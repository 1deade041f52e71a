//! The clocks of a ticket as they were last told.

use chrono::{DateTime, Utc};
use domain::SlaPolicyId;
use domain::sla::{self, Metric, Phase, SlaEvent, SlaRecord, Told};
use domain::ticket::Priority;
use serde::{Deserialize, Serialize};

/// The clocks of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TicketSla {
    /// Both clocks as one.
    pub state: SlaState,
    /// When the next clock that has not stopped is due; none while nobody can tell.
    pub due_at: Option<DateTime<Utc>>,
    /// The response clock; none without a target.
    pub response: Option<ClockRow>,
    /// The resolution clock; none without a target.
    pub resolution: Option<ClockRow>,
}

/// A clock, in its latest run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClockRow {
    /// What it does, or how it turned out.
    pub state: ClockState,
    /// Which run, from 1.
    pub run: u32,
    /// The policy that gave the target.
    pub policy: SlaPolicyId,
    /// The ticket's priority when the target was chosen.
    pub priority: Priority,
    /// The target in business minutes.
    pub target_minutes: u32,
    /// When the run began.
    pub started_at: DateTime<Utc>,
    /// When the share of the target is used up after which it is at risk; none while nobody can tell.
    pub at_risk_at: Option<DateTime<Utc>>,
    /// When it is due, or would have been; none while nobody can tell.
    pub due_at: Option<DateTime<Utc>>,
    /// When it stopped.
    pub stopped_at: Option<DateTime<Utc>>,
    /// The business time it took, or has counted while it stands still; none while it runs.
    pub elapsed_seconds: Option<i64>,
}

/// What a clock does, or how it turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// It runs, in time.
    Running,
    /// It stands still, in time.
    Paused,
    /// It runs, and the share of the target is used up.
    AtRisk,
    /// The due time has passed, and what it measures has not happened.
    Breached,
    /// It happened in time.
    Met,
    /// It happened after the due time had passed.
    Missed,
}

impl ClockState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Running, Self::Paused, Self::AtRisk, Self::Breached, Self::Met, Self::Missed];

    /// What it is called.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::AtRisk => "at_risk",
            Self::Breached => "breached",
            Self::Met => "met",
            Self::Missed => "missed",
        }
    }
}

/// Both clocks of a ticket as one: the more pressing one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SlaState {
    /// One is overdue.
    Breached,
    /// None is overdue, one is at risk.
    AtRisk,
    /// One runs, none is overdue or at risk.
    Ok,
    /// One stands still, the other one does as well or has stopped.
    Paused,
    /// All have stopped, one of them too late.
    Missed,
    /// All have stopped in time.
    Met,
    /// There is no clock with a target.
    None,
}

impl SlaState {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Breached, Self::AtRisk, Self::Ok, Self::Paused, Self::Missed, Self::Met, Self::None];

    /// What it is called in filters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breached => "breached",
            Self::AtRisk => "at_risk",
            Self::Ok => "ok",
            Self::Paused => "paused",
            Self::Missed => "missed",
            Self::Met => "met",
            Self::None => "none",
        }
    }

    /// The state that is called this.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    fn of(clock: ClockState) -> Self {
        match clock {
            ClockState::Running => Self::Ok,
            ClockState::Paused => Self::Paused,
            ClockState::AtRisk => Self::AtRisk,
            ClockState::Breached => Self::Breached,
            ClockState::Met => Self::Met,
            ClockState::Missed => Self::Missed,
        }
    }
}

/// What is folded and stored of a ticket.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Clocks {
    record: SlaRecord,
    /// What [`ClockRow::elapsed_seconds`] says of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resolution_seconds: Option<i64>,
}

impl Clocks {
    pub(super) fn apply(&mut self, event: &SlaEvent) {
        self.record = sla::evolve(std::mem::take(&mut self.record), event);
        let seconds = match event.clock().metric {
            Metric::Response => &mut self.response_seconds,
            Metric::Resolution => &mut self.resolution_seconds,
        };
        match event {
            SlaEvent::Started(_) | SlaEvent::Resumed(_) => *seconds = None,
            SlaEvent::Paused(e) => *seconds = Some(e.elapsed_seconds),
            SlaEvent::Rescheduled(e) if seconds.is_some() => *seconds = Some(e.elapsed_seconds),
            SlaEvent::Met(e) => *seconds = Some(e.elapsed_seconds),
            SlaEvent::Missed(e) => *seconds = Some(e.elapsed_seconds),
            SlaEvent::Rescheduled(_)
            | SlaEvent::AtRisk(_)
            | SlaEvent::Breached(_)
            | SlaEvent::Escalated(_) => {}
        }
    }

    /// The clocks that have a target.
    pub(super) fn sla(&self) -> TicketSla {
        let row = |told: &Option<Told>, seconds| told.as_ref().and_then(|told| row(told, seconds));
        let response = row(&self.record.response, self.response_seconds);
        let resolution = row(&self.record.resolution, self.resolution_seconds);
        let both = || [&response, &resolution].into_iter().flatten();
        let state = both().map(|clock| SlaState::of(clock.state)).min().unwrap_or(SlaState::None);
        let live = both().filter(|clock| clock.stopped_at.is_none());
        let due_at = live.filter_map(|clock| clock.due_at).min();
        TicketSla { state, due_at, response, resolution }
    }
}

fn row(told: &Told, elapsed_seconds: Option<i64>) -> Option<ClockRow> {
    let target_minutes = told.terms.target_minutes?;
    let stopped_at = match told.phase {
        Phase::Stopped { at } => Some(at),
        Phase::Running { .. } | Phase::Paused { .. } => None,
    };
    // What was told to be breached stays so, also where later terms would have let it pass.
    let state = match (told.phase, told.breached_at, told.at_risk_at) {
        (Phase::Stopped { .. }, Some(_), _) => ClockState::Missed,
        (Phase::Stopped { .. }, None, _) => ClockState::Met,
        (Phase::Running { .. } | Phase::Paused { .. }, Some(_), _) => ClockState::Breached,
        (Phase::Paused { .. }, None, _) => ClockState::Paused,
        (Phase::Running { .. }, None, Some(_)) => ClockState::AtRisk,
        (Phase::Running { .. }, None, None) => ClockState::Running,
    };
    Some(ClockRow {
        state,
        run: told.run,
        policy: told.terms.policy,
        priority: told.terms.facts.priority,
        target_minutes,
        started_at: told.started_at,
        at_risk_at: told.schedule.at_risk_at,
        due_at: told.schedule.due_at,
        stopped_at,
        elapsed_seconds,
    })
}
