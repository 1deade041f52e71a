//! The past under another policy or calendar: read out of the log, played twice, compared. Nothing is written.

mod history;
mod report;
mod rulebooks;

use chrono::{DateTime, Utc};
use domain::calendar::CalendarDefinition;
use domain::sla::{Difference, Outcome, PolicyDefinition, replay};
use domain::{CalendarId, DecodeError, TicketId};
use eventstore::{EventStore, StoreError};
use thiserror::Error;

use history::{Past, TicketPast};
pub use report::{
    MetricChange, MetricTotals, OutcomeRow, StandsFor, TicketChange, Totals, Verdicts, WhatIfReport,
};
use rulebooks::Rulebooks;

/// What is tried on the past.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// The policy. It stands for the one in force that has the same name, and leaves the others as they are; if none
    /// has, it stands for all of them.
    pub policy: PolicyDefinition,
    /// The calendar that the policy goes by; the one it names if absent.
    pub calendar: Option<CalendarDefinition>,
    /// Only tickets opened at this moment or later,
    pub from: DateTime<Utc>,
    /// and before this one, up to which they are watched as well: what happened later is left out.
    pub to: DateTime<Utc>,
}

/// What a try is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhatIfStep {
    /// Reading the log.
    Reading {
        /// Position reached.
        position: i64,
        /// Position to reach.
        target: i64,
    },
    /// Playing the tickets.
    Playing {
        /// Tickets played.
        played: usize,
        /// Tickets to play.
        tickets: usize,
    },
}

/// Why nothing can be said.
#[derive(Debug, Error)]
pub enum WhatIfError {
    /// The log could not be read.
    #[error("the log cannot be read")]
    Log(#[from] StoreError),
    /// An event in the log is not what its type says, or newer than this version of Docket.
    #[error("the event at position {position} cannot be read")]
    Event {
        /// Position of the event.
        position: i64,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// The policy names a calendar that is not in force, and none is given.
    #[error("there is no calendar {0}; name another one, or give one with the policy")]
    CalendarUnknown(CalendarId),
    /// The period ends before it begins.
    #[error("the period ends before it begins")]
    NoPeriod,
}

/// How many tickets are played before others get a turn.
const TURN: usize = 100;

/// Plays the tickets of a period under the rules in force and under others, and says how they turn out.
///
/// Both sides are played in the same way: as if their rules had been in force all the time and every clock watched
/// without delay. What was really told is not compared with, for it was told under whatever rules held at the time,
/// perhaps late, perhaps by a policy that came after the ticket: that difference would not be the policy's doing. The
/// policy in charge of a ticket is found by what the ticket is at the end of the period.
///
/// The log is read once, up to where it ends now, and without any key: nothing personal is opened. Of each ticket only
/// what matters to a clock is kept. The same log always gives the same report.
///
/// # Errors
/// See [`WhatIfError`].
pub async fn sla_what_if(
    store: &EventStore,
    what_if: &WhatIf,
    mut tell: impl FnMut(WhatIfStep),
) -> Result<WhatIfReport, WhatIfError> {
    if what_if.from >= what_if.to {
        return Err(WhatIfError::NoPeriod);
    }
    let past = Past::read(store, what_if.from, what_if.to, &mut tell).await?;
    let before = Rulebooks::in_force(&past);
    let (after, stands_for) = before.with(what_if, &past)?;
    let tickets = past.into_tickets();
    let mut report = WhatIfReport::new(what_if, stands_for);
    for (played, (id, ticket)) in tickets.iter().enumerate() {
        if played % TURN == 0 {
            tell(WhatIfStep::Playing { played, tickets: tickets.len() });
            tokio::task::yield_now().await;
        }
        let play = |rulebooks| outcome(*id, ticket, rulebooks, what_if.to);
        report.add(*id, ticket, &Difference::between(&play(&before), &play(&after)));
    }
    tell(WhatIfStep::Playing { played: tickets.len(), tickets: tickets.len() });
    Ok(report)
}

/// How a ticket turns out; without any policy for it there is no target.
fn outcome(id: TicketId, ticket: &TicketPast, rules: &Rulebooks, to: DateTime<Utc>) -> Outcome {
    let Some(rulebook) = rules.in_charge(&ticket.case.facts) else { return Outcome::default() };
    let history = ticket.events.iter().map(|(at, event)| (*at, event));
    replay(id, history, &rulebook, to).outcome
}
