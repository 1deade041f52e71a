//! Policies to test with, and what they mean for tickets, told and naively thought through.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use domain::calendar::{
    Calendar, CalendarCreated, CalendarDefinition, CalendarEvent, CalendarInput, HoursInput,
};
use domain::sla::{
    Metric, PolicyDefinition, PolicyInput, Rulebook, SlaEvent, SlaPolicyCreated, SlaPolicyEvent,
    TargetRuleInput, replay, stream_of,
};
use domain::ticket::TicketEvent;
use domain::{CalendarId, SlaPolicyId, TicketId};
use projections::SlaState;
use uuid::Uuid;

use crate::support::{Desk, at};

pub const CALENDAR: CalendarId = CalendarId(Uuid::from_u128(0xCA1E));
pub const POLICY: SlaPolicyId = SlaPolicyId(Uuid::from_u128(0x901C));

/// A calendar in UTC with the same hours on each of these days.
pub fn calendar(name: &str, days: &[&str], from: &str, to: &str) -> CalendarDefinition {
    let hours = HoursInput { from: Some(from.to_owned()), to: Some(to.to_owned()) };
    let input = CalendarInput {
        name: Some(name.to_owned()),
        time_zone: Some("UTC".to_owned()),
        weekly_hours: days.iter().map(|day| ((*day).to_owned(), vec![hours.clone()])).collect(),
        holidays: vec![],
    };
    input.parse().unwrap()
}

pub const WEEK: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

pub fn always() -> CalendarDefinition {
    calendar("Always", &WEEK, "00:00", "24:00")
}

/// A policy of rules `(priority, response, resolution)`; no priority for all of them.
pub fn policy(name: &str, rules: &[(Option<&str>, u32, u32)]) -> PolicyDefinition {
    let rule = |(priority, response, resolution): &(Option<&str>, u32, u32)| TargetRuleInput {
        priority: priority.map(str::to_owned),
        response: Some((*response).into()),
        resolution: Some((*resolution).into()),
        ..TargetRuleInput::default()
    };
    let input = PolicyInput {
        name: Some(name.to_owned()),
        calendar: Some(CALENDAR.to_string()),
        rules: rules.iter().map(rule).collect(),
        ..PolicyInput::default()
    };
    input.parse().unwrap()
}

/// Nothing for tickets of low priority.
pub fn gold() -> PolicyDefinition {
    policy("Gold", &[(Some("medium"), 60, 110), (Some("high"), 30, 60), (Some("urgent"), 20, 40)])
}

pub fn calendar_created(definition: CalendarDefinition) -> CalendarEvent {
    CalendarEvent::Created(Box::new(CalendarCreated { definition }))
}

pub fn policy_created(definition: PolicyDefinition) -> SlaPolicyEvent {
    SlaPolicyEvent::Created(Box::new(SlaPolicyCreated { definition }))
}

/// Puts the policy `Gold` in force, by a calendar that is always open.
pub async fn policy_and_calendar(desk: &Desk) {
    desk.append(CALENDAR.uuid(), &[calendar_created(always())], at(0)).await;
    desk.append(POLICY.uuid(), &[policy_created(gold())], at(0)).await;
}

/// The clocks of a ticket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NaiveSla {
    pub state: SlaState,
    pub due_at: Option<DateTime<Utc>>,
}

impl NaiveSla {
    pub const NONE: Self = Self { state: SlaState::None, due_at: None };
}

/// What is to be told of tickets under `Gold`, up to a moment, in the order of the tickets.
pub fn told(
    log: &[(TicketId, TicketEvent, i64)],
    until: DateTime<Utc>,
) -> BTreeMap<TicketId, Vec<SlaEvent>> {
    let (policy, calendar) = (gold(), Calendar::new(&always()));
    let rulebook = Rulebook {
        policy: &policy,
        policy_id: POLICY,
        policy_revision: 1,
        calendar: &calendar,
        calendar_revision: 1,
    };
    let mut histories: BTreeMap<TicketId, Vec<(DateTime<Utc>, &TicketEvent)>> = BTreeMap::new();
    for (id, event, seconds) in log {
        histories.entry(*id).or_default().push((at(*seconds), event));
    }
    let told = |(id, history)| {
        let replayed = replay(id, history, &rulebook, until).events;
        (id, replayed.into_iter().map(|(_, event)| event).collect())
    };
    histories.into_iter().map(told).collect()
}

/// Tells that; returns what it comes to.
pub async fn tell(
    desk: &Desk,
    log: &[(TicketId, TicketEvent, i64)],
    until: DateTime<Utc>,
) -> HashMap<TicketId, NaiveSla> {
    let mut all = HashMap::new();
    for (id, events) in told(log, until) {
        if !events.is_empty() {
            desk.append(stream_of(id), &events, until).await;
            all.insert(id, naive(&events));
        }
    }
    all
}

/// The events of each clock's last run, looked at one after the other.
pub fn naive(events: &[SlaEvent]) -> NaiveSla {
    let mut sla = NaiveSla::NONE;
    for metric in Metric::ALL {
        let of_clock = || events.iter().filter(|event| event.clock().metric == *metric);
        let last = of_clock().map(|event| event.clock().run).max();
        let mut target = None;
        let mut due_at = None;
        let (mut breached, mut at_risk, mut paused, mut stopped) = (false, false, false, false);
        for event in of_clock().filter(|event| Some(event.clock().run) == last) {
            match event {
                SlaEvent::Started(e) => {
                    (target, due_at) = (e.terms.target_minutes, e.schedule.due_at);
                }
                SlaEvent::Rescheduled(e) => {
                    (target, due_at) = (e.terms.target_minutes, e.schedule.due_at);
                }
                SlaEvent::Paused(e) => (paused, stopped, due_at) = (true, false, e.schedule.due_at),
                SlaEvent::Resumed(e) => {
                    (paused, stopped, due_at) = (false, false, e.schedule.due_at);
                }
                SlaEvent::AtRisk(_) => at_risk = true,
                SlaEvent::Breached(_) => breached = true,
                SlaEvent::Met(_) | SlaEvent::Missed(_) => stopped = true,
                SlaEvent::Escalated(_) => {}
            }
        }
        let state = match (target, stopped, breached, paused, at_risk) {
            (None, ..) => continue,
            (_, true, true, ..) => SlaState::Missed,
            (_, true, false, ..) => SlaState::Met,
            (_, false, true, ..) => SlaState::Breached,
            (_, false, false, true, _) => SlaState::Paused,
            (_, false, false, false, true) => SlaState::AtRisk,
            (_, false, false, false, false) => SlaState::Ok,
        };
        let order = SlaState::ALL;
        let rank = |state| order.iter().position(|other| *other == state);
        if rank(state) < rank(sla.state) {
            sla.state = state;
        }
        if let (false, Some(due_at)) = (stopped, due_at) {
            sla.due_at = Some(sla.due_at.map_or(due_at, |other| other.min(due_at)));
        }
    }
    sla
}
