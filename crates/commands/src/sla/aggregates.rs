//! What the core must know of calendars, policies and clocks.

use domain::Timestamp;
use domain::calendar::{self, CalendarEvent, CalendarState};
use domain::sla::{self, Case, SlaEvent, SlaPolicyEvent, SlaPolicyState, SlaRecord};
use domain::ticket::TicketEvent;
use eventstore::Subject;

use crate::core::{Aggregate, AggregateCache, Inner};

impl Aggregate for CalendarState {
    type Event = CalendarEvent;

    fn evolve(self, event: &CalendarEvent, _at: Timestamp) -> Self {
        calendar::evolve(self, event)
    }

    fn subject(&self, _events: &[CalendarEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        const FIXED: usize = 1_000;
        const EACH: usize = 100;
        self.latest().map_or(FIXED, |(definition, _)| FIXED + EACH * definition.holidays.len())
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.calendars
    }
}

impl Aggregate for SlaPolicyState {
    type Event = SlaPolicyEvent;

    fn evolve(self, event: &SlaPolicyEvent, _at: Timestamp) -> Self {
        sla::evolve_policy(self, event)
    }

    fn subject(&self, _events: &[SlaPolicyEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        const FIXED: usize = 1_000;
        const EACH: usize = 200;
        self.latest().map_or(FIXED, |(definition, _)| FIXED + EACH * definition.rules.len())
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.sla_policies
    }
}

impl Aggregate for SlaRecord {
    type Event = SlaEvent;

    fn evolve(self, event: &SlaEvent, _at: Timestamp) -> Self {
        sla::evolve(self, event)
    }

    fn subject(&self, _events: &[SlaEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        1_000
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.sla_records
    }
}

/// A ticket's stream as clocks see it. Read only: nothing is appended for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct TicketCase {
    /// What happened; none before the opening.
    pub(crate) case: Option<Case>,
    /// The latest time of any of its events.
    pub(crate) latest_at: Option<Timestamp>,
}

impl Aggregate for TicketCase {
    type Event = TicketEvent;

    fn evolve(self, event: &TicketEvent, at: Timestamp) -> Self {
        Self { case: Case::after(self.case, event, at), latest_at: self.latest_at.max(Some(at)) }
    }

    fn subject(&self, _events: &[TicketEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        const FIXED: usize = 800;
        const EACH: usize = 32;
        self.case.as_ref().map_or(FIXED, |case| FIXED + EACH * case.stretches.len())
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.sla_cases
    }
}
