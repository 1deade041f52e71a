//! What the log says of tickets and of the rules for them.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use domain::calendar::{self, CalendarEvent, CalendarState};
use domain::sla::{self, Case, SlaPolicyEvent, SlaPolicyState};
use domain::ticket::TicketEvent;
use domain::{CalendarId, DecodeError, DomainEvent, SlaPolicyId, TicketId, TicketNumber};
use eventstore::{EventFilter, EventStore, OpenedEvent, open_without_personal};

use super::{WhatIfError, WhatIfStep};

/// How many events are read at a time.
const BATCH: i64 = 5_000;

/// The events of a ticket that may matter to its clocks.
const TICKET_TYPES: &[&str] = &[
    "ticket.opened",
    "ticket.status_changed",
    "ticket.priority_changed",
    "ticket.categorised",
    "ticket.department_changed",
    "ticket.data_changed",
    "ticket.comment_added",
    "ticket.deleted",
    "ticket.restored",
    "ticket.merged_into",
    "ticket.unmerged",
];

/// What happened, as far as clocks care.
#[derive(Default)]
pub(super) struct Past {
    tickets: HashMap<TicketId, TicketPast>,
    /// By id, the oldest first.
    pub(super) policies: BTreeMap<SlaPolicyId, SlaPolicyState>,
    pub(super) calendars: BTreeMap<CalendarId, CalendarState>,
}

/// A ticket of the period.
pub(super) struct TicketPast {
    pub(super) number: TicketNumber,
    /// Where it comes to.
    pub(super) case: Case,
    /// What matters of its history, in order.
    pub(super) events: Vec<(DateTime<Utc>, TicketEvent)>,
}

impl Past {
    /// Reads the log once, in order, up to where it ends now.
    pub(super) async fn read(
        store: &EventStore,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        tell: &mut impl FnMut(WhatIfStep),
    ) -> Result<Self, WhatIfError> {
        let rules = SlaPolicyEvent::TYPES.iter().chain(CalendarEvent::TYPES);
        let types = rules.map(|(name, _)| *name).chain(TICKET_TYPES.iter().copied());
        let filter = EventFilter { types: types.map(str::to_owned).collect(), stream_id: None };
        let target = store.head().await?.position;
        let mut past = Self::default();
        let mut position = 0;
        while position < target {
            tell(WhatIfStep::Reading { position, target });
            let read = store.read_after(position, BATCH, &filter).await?;
            let Some(last) = read.last() else { break };
            position = last.position;
            for event in open_without_personal(read)? {
                if event.position <= target {
                    past.take(event, from, to)?;
                }
            }
        }
        tell(WhatIfStep::Reading { position: target, target });
        Ok(past)
    }

    fn take(
        &mut self,
        event: OpenedEvent,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<(), WhatIfError> {
        let (position, stream) = (event.position, event.stream_id);
        let unreadable = |source: DecodeError| WhatIfError::Event { position, source };
        let (name, schema) = (event.event_type.as_str(), event.schema_version);
        match event.kind.as_str() {
            SlaPolicyEvent::KIND => {
                let what = SlaPolicyEvent::from_parts(name, schema, event.data);
                let state = self.policies.entry(SlaPolicyId(stream)).or_default();
                *state = sla::evolve_policy(std::mem::take(state), &what.map_err(unreadable)?);
            }
            CalendarEvent::KIND => {
                let what = CalendarEvent::from_parts(name, schema, event.data);
                let state = self.calendars.entry(CalendarId(stream)).or_default();
                *state = calendar::evolve(std::mem::take(state), &what.map_err(unreadable)?);
            }
            TicketEvent::KIND => {
                let (id, at) = (TicketId(stream), event.occurred_at);
                let opens = name == "ticket.opened" && from <= at && at < to;
                if at > to || !(opens || self.tickets.contains_key(&id)) {
                    return Ok(());
                }
                let what = TicketEvent::from_parts(name, schema, event.data).map_err(unreadable)?;
                self.happened(id, at, what);
            }
            _ => {}
        }
        Ok(())
    }

    fn happened(&mut self, id: TicketId, at: DateTime<Utc>, event: TicketEvent) {
        if let Some(ticket) = self.tickets.get_mut(&id) {
            let case = Case::after(Some(ticket.case.clone()), &event, at);
            // What leaves the case as it is matters to no clock, under whatever rules.
            if let Some(case) = case.filter(|case| *case != ticket.case) {
                ticket.case = case;
                ticket.events.push((at, event));
            }
        } else if let (TicketEvent::Opened(opened), Some(case)) =
            (&event, Case::after(None, &event, at))
        {
            let number = opened.number;
            self.tickets.insert(id, TicketPast { number, case, events: vec![(at, event)] });
        }
    }

    /// The tickets in the order in which they were opened.
    pub(super) fn into_tickets(self) -> Vec<(TicketId, TicketPast)> {
        let mut tickets: Vec<_> = self.tickets.into_iter().collect();
        tickets.sort_unstable_by_key(|(id, ticket)| (ticket.case.opened_at, *id));
        tickets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_types_are_known() {
        for name in TICKET_TYPES {
            assert!(TicketEvent::TYPES.iter().any(|(known, _)| known == name), "{name}");
        }
    }
}
