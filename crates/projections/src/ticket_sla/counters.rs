//! How the targets turn out: counters that each event moves, never a scan.

use std::collections::{BTreeMap, HashMap};

use domain::ticket::Priority;
use serde::Serialize;
use sqlx::{PgConnection, PgPool, Row};

use super::clocks::{ClockRow, ClockState, SlaState, TicketSla};
use crate::QueryError;
use crate::counters::Moved;

/// By the state of both clocks of a ticket as one, and those with a due time.
const TICKET: &str = "ticket";

const DUE: &str = "due";

/// By clock, priority and state.
const CLOCK: &str = "clock";

const RESPONSE: &str = "response";
const RESOLUTION: &str = "resolution";

/// How the targets turn out: of each clock its latest run. Clocks of deleted and merged tickets are counted as well.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SlaStats {
    /// The responses.
    pub response: MetricStats,
    /// The resolutions.
    pub resolution: MetricStats,
}

/// How the targets of one kind turn out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MetricStats {
    /// All of them.
    pub all: ClockCounts,
    /// By the priority that the target was chosen by; priorities without any clock are left out.
    pub by_priority: BTreeMap<String, ClockCounts>,
}

/// How many clocks do what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ClockCounts {
    /// They run, in time.
    pub running: i64,
    /// They stand still, in time.
    pub paused: i64,
    /// They run, and the share of the target is used up.
    pub at_risk: i64,
    /// They are overdue.
    pub breached: i64,
    /// They stopped in time.
    pub met: i64,
    /// They stopped too late.
    pub missed: i64,
    /// The share of `met` in all that are decided (`met`, `missed`, `breached`), from 0 to 1; none while none is.
    pub share_in_time: Option<f64>,
}

impl ClockCounts {
    fn add(&mut self, state: ClockState, n: i64) {
        let count = match state {
            ClockState::Running => &mut self.running,
            ClockState::Paused => &mut self.paused,
            ClockState::AtRisk => &mut self.at_risk,
            ClockState::Breached => &mut self.breached,
            ClockState::Met => &mut self.met,
            ClockState::Missed => &mut self.missed,
        };
        *count += n;
        let decided = self.met + self.missed + self.breached;
        self.share_in_time = (decided > 0).then(|| self.met as f64 / decided as f64);
    }
}

/// What a batch adds to the counters and takes away.
#[derive(Default)]
pub(crate) struct Counted(Moved);

impl Counted {
    /// The clocks of a ticket as they are after the batch.
    pub(super) fn add(&mut self, sla: &TicketSla) {
        self.count(sla, 1);
    }

    /// The clocks of a ticket as they were before the batch.
    pub(super) fn take(&mut self, sla: &TicketSla) {
        self.count(sla, -1);
    }

    fn count(&mut self, sla: &TicketSla, by: i64) {
        self.0.bump(TICKET, sla.state.as_str().to_owned(), by);
        if sla.due_at.is_some() {
            self.0.bump(TICKET, DUE.to_owned(), by);
        }
        for (metric, clock) in [(RESPONSE, &sla.response), (RESOLUTION, &sla.resolution)] {
            if let Some(clock) = clock {
                self.0.bump(CLOCK, key(metric, clock), by);
            }
        }
    }
}

fn key(metric: &str, clock: &ClockRow) -> String {
    format!("{metric}:{}:{}", clock.priority.as_str(), clock.state.as_str())
}

/// Adds to the counters.
pub(crate) async fn store(
    connection: &mut PgConnection,
    counted: Counted,
) -> Result<(), sqlx::Error> {
    counted.0.store(connection, "sla_counters").await
}

/// How many tickets are how.
pub(crate) struct TicketCounts {
    /// By state, as far as they have a stream of clocks; deleted and merged ones too.
    pub(crate) states: HashMap<SlaState, i64>,
    /// How many are due at a known time.
    pub(crate) due: i64,
}

/// The tickets, counted.
pub(crate) async fn counts(pool: &PgPool) -> Result<TicketCounts, sqlx::Error> {
    let rows = sqlx::query("select key, n from views.sla_counters where counter = $1")
        .bind(TICKET)
        .fetch_all(pool)
        .await?;
    let counts: HashMap<&str, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let states = SlaState::ALL.into_iter();
    let states = states.filter_map(|state| Some((state, *counts.get(state.as_str())?))).collect();
    Ok(TicketCounts { states, due: counts.get(DUE).copied().unwrap_or(0) })
}

/// The statistics as they stand.
pub(crate) async fn stats(pool: &PgPool) -> Result<SlaStats, QueryError> {
    let rows = sqlx::query("select key, n from views.sla_counters where counter = $1")
        .bind(CLOCK)
        .fetch_all(pool)
        .await?;
    let mut stats = SlaStats::default();
    for row in &rows {
        let mut parts = row.get::<&str, _>(0).split(':');
        let metric = match parts.next() {
            Some(RESPONSE) => &mut stats.response,
            Some(RESOLUTION) => &mut stats.resolution,
            // Another version may keep more of them.
            Some(_) | None => continue,
        };
        let priority = parts.next().and_then(|name| Priority::parse(name).ok());
        let state = parts
            .next()
            .and_then(|name| ClockState::ALL.into_iter().find(|state| state.as_str() == name));
        let (Some(priority), Some(state)) = (priority, state) else { continue };
        metric.all.add(state, row.get(1));
        let of_priority = metric.by_priority.entry(priority.as_str().to_owned()).or_default();
        of_priority.add(state, row.get(1));
    }
    Ok(stats)
}
