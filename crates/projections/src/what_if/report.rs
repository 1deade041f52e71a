//! What a try comes to.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use domain::sla::{Difference, Metric, MetricDifference, MetricOutcome, Verdict};
use domain::ticket::Priority;
use domain::{TicketId, TicketNumber};
use serde::{Serialize, Serializer};

use super::WhatIf;
use super::history::TicketPast;

/// What a try comes to. `Display` says it in lines, the tickets first; the same for the same log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhatIfReport {
    /// The policy that was tried, by name.
    pub policy: String,
    /// What it stood for.
    pub stands_for: StandsFor,
    /// The period begins at this moment,
    pub from: DateTime<Utc>,
    /// and ends before this one.
    pub to: DateTime<Utc>,
    /// How many tickets were played.
    pub tickets: u64,
    /// The tickets that turn out differently, in the order in which they were opened.
    pub changes: Vec<TicketChange>,
    /// The responses of all tickets.
    pub response: MetricTotals,
    /// The resolutions of all tickets.
    pub resolution: MetricTotals,
}

/// What the policy stood for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StandsFor {
    /// For the policy in force that has its name.
    SameName,
    /// For all policies in force: none has its name.
    All,
    /// For nothing: there is no policy in force.
    Nothing,
}

/// A ticket that turns out differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketChange {
    /// The ticket.
    pub id: TicketId,
    /// Its number.
    #[serde(serialize_with = "number")]
    pub ticket_id: TicketNumber,
    /// Its priority at the end of the period.
    pub priority: Priority,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// How the response differs; none if it does not.
    pub response: Option<MetricChange>,
    /// How the resolution differs; none if it does not.
    pub resolution: Option<MetricChange>,
    /// The same in words.
    pub difference: String,
}

/// How a target turns out on both sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricChange {
    /// Under the rules in force.
    pub before: OutcomeRow,
    /// Under those that were tried.
    pub after: OutcomeRow,
}

/// How a target turns out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomeRow {
    /// `no_target`, `open`, `met` or `breached`.
    pub verdict: &'static str,
    /// The target in business minutes.
    pub target_minutes: Option<u32>,
    /// The business time it took; none while it is open.
    pub elapsed_seconds: Option<i64>,
    /// When it is due, or would have been.
    pub due_at: Option<DateTime<Utc>>,
}

/// The targets of one kind, of all tickets played.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MetricTotals {
    /// All of them.
    pub all: Totals,
    /// By the priority of the ticket at the end of the period.
    pub by_priority: BTreeMap<Priority, Totals>,
}

/// How targets turn out on both sides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Under the rules in force.
    pub before: Verdicts,
    /// Under those that were tried.
    pub after: Verdicts,
    /// How many turn out differently, be it only in when they are due.
    pub changed: u64,
    /// How many are breached before and not after.
    pub better: u64,
    /// How many are breached after and not before.
    pub worse: u64,
}

/// How many turn out in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Verdicts {
    /// There is no target.
    pub no_target: u64,
    /// Neither met nor breached at the end of the period.
    pub open: u64,
    /// Met.
    pub met: u64,
    /// Breached.
    pub breached: u64,
}

impl WhatIfReport {
    pub(super) fn new(what_if: &WhatIf, stands_for: StandsFor) -> Self {
        Self {
            policy: what_if.policy.name.as_str().to_owned(),
            stands_for,
            from: what_if.from,
            to: what_if.to,
            tickets: 0,
            changes: Vec::new(),
            response: MetricTotals::default(),
            resolution: MetricTotals::default(),
        }
    }

    pub(super) fn add(&mut self, id: TicketId, ticket: &TicketPast, difference: &Difference) {
        self.tickets += 1;
        let priority = ticket.case.facts.priority;
        self.response.add(priority, &difference.response);
        self.resolution.add(priority, &difference.resolution);
        if !difference.is_empty() {
            self.changes.push(TicketChange {
                id,
                ticket_id: ticket.number,
                priority,
                opened_at: ticket.case.opened_at,
                response: MetricChange::of(&difference.response),
                resolution: MetricChange::of(&difference.resolution),
                difference: difference.to_string(),
            });
        }
    }
}

impl MetricChange {
    fn of(difference: &MetricDifference) -> Option<Self> {
        let (before, after) = (&difference.before, &difference.after);
        (before != after)
            .then(|| Self { before: OutcomeRow::of(before), after: OutcomeRow::of(after) })
    }
}

impl OutcomeRow {
    fn of(outcome: &MetricOutcome) -> Self {
        let verdict = match outcome.verdict {
            Verdict::NoTarget => "no_target",
            Verdict::Open => "open",
            Verdict::Met => "met",
            Verdict::Breached => "breached",
        };
        Self {
            verdict,
            target_minutes: outcome.target_minutes,
            elapsed_seconds: outcome.elapsed.map(|elapsed| elapsed.seconds()),
            due_at: outcome.due_at,
        }
    }
}

impl MetricTotals {
    fn add(&mut self, priority: Priority, difference: &MetricDifference) {
        for totals in [&mut self.all, self.by_priority.entry(priority).or_default()] {
            let (before, after) = (difference.before.verdict, difference.after.verdict);
            totals.before.add(before);
            totals.after.add(after);
            totals.changed += u64::from(!difference.is_empty());
            totals.better += u64::from(before == Verdict::Breached && after != Verdict::Breached);
            totals.worse += u64::from(before != Verdict::Breached && after == Verdict::Breached);
        }
    }
}

impl Verdicts {
    fn add(&mut self, verdict: Verdict) {
        let count = match verdict {
            Verdict::NoTarget => &mut self.no_target,
            Verdict::Open => &mut self.open,
            Verdict::Met => &mut self.met,
            Verdict::Breached => &mut self.breached,
        };
        *count += 1;
    }
}

impl fmt::Display for WhatIfReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            writeln!(f, "{} ({})  {}", change.ticket_id, change.priority, change.difference)?;
        }
        if !self.changes.is_empty() {
            writeln!(f)?;
        }
        let stands_for = match self.stands_for {
            StandsFor::SameName => "the policy of that name",
            StandsFor::All => "all policies in force",
            StandsFor::Nothing => "no policy at all",
        };
        let (from, to) = (self.from.to_rfc3339(), self.to.to_rfc3339());
        writeln!(f, "\"{}\" instead of {stands_for}, {from} to {to}", self.policy)?;
        writeln!(f, "{} tickets, {} turn out differently", self.tickets, self.changes.len())?;
        for (metric, totals) in
            [(Metric::Response, &self.response), (Metric::Resolution, &self.resolution)]
        {
            writeln!(f, "{metric}: {}", totals.all)?;
            for (priority, totals) in totals.by_priority.iter().rev() {
                writeln!(f, "  {priority}: {totals}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (&self.before, &self.after);
        write!(f, "met {} -> {}, ", before.met, after.met)?;
        write!(f, "breached {} -> {}, ", before.breached, after.breached)?;
        write!(f, "open {} -> {}, ", before.open, after.open)?;
        write!(f, "no target {} -> {} ", before.no_target, after.no_target)?;
        write!(f, "({} better, {} worse)", self.better, self.worse)
    }
}

fn number<S: Serializer>(number: &TicketNumber, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}
