//! Calendars, policies, clocks and how targets turn out.

use std::collections::HashMap;

use domain::TicketId;
use domain::calendar::{CalendarChanged, CalendarEvent, CalendarRemoved};
use domain::sla::{SlaPolicyChanged, SlaPolicyEvent, SlaPolicyRemoved, stream_of};
use domain::ticket::events::PriorityChanged;
use domain::ticket::{Priority, Status, TicketEvent};
use projections::{ClockCounts, ClockState, SlaState, rebuild};

use crate::clocks::{CALENDAR, POLICY, WEEK, calendar, naive, policy, policy_and_calendar, told};
use crate::rebuilds::rows;
use crate::support::{Desk, at, lives, moved, opened, ticket};

#[tokio::test]
async fn calendars_and_policies_are_as_last_said() {
    let desk = Desk::new().await;
    policy_and_calendar(&desk).await;
    let hours = calendar("Hours", &WEEK[..5], "08:00", "17:00");
    let changed = CalendarChanged { definition: hours.clone() };
    desk.append(CALENDAR.uuid(), &[CalendarEvent::Changed(Box::new(changed))], at(5)).await;
    let silver = policy("Silver", &[(None, 120, 480)]);
    let changed = SlaPolicyChanged { definition: silver.clone() };
    desk.append(POLICY.uuid(), &[SlaPolicyEvent::Changed(Box::new(changed))], at(6)).await;
    desk.project().await;
    let calendars = desk.queries.calendars().await.unwrap();
    let row = &calendars[0];
    assert_eq!((row.id, row.version, row.revision), (CALENDAR, 2, 2));
    assert_eq!((&row.definition, row.created_at, row.updated_at), (&hours, at(0), at(5)));
    let policies = desk.queries.sla_policies().await.unwrap();
    assert_eq!((policies.len(), &policies[0].definition), (1, &silver));

    let removed = [SlaPolicyEvent::Removed(SlaPolicyRemoved {})];
    desk.append(POLICY.uuid(), &removed, at(7)).await;
    let removed = [CalendarEvent::Removed(CalendarRemoved {})];
    desk.append(CALENDAR.uuid(), &removed, at(8)).await;
    desk.project().await;
    assert!(desk.queries.sla_policies().await.unwrap().is_empty());
    assert!(desk.queries.calendars().await.unwrap().is_empty());
    let row = desk.queries.sla_policy(POLICY).await.unwrap().unwrap();
    assert_eq!((row.version, row.revision, row.removed_at), (3, 2, Some(at(7))));
    assert_eq!(row.definition, silver);
    assert_eq!(desk.queries.calendar(CALENDAR).await.unwrap().unwrap().removed_at, Some(at(8)));
}

#[tokio::test]
async fn a_ticket_shows_both_clocks() {
    let desk = Desk::new().await;
    let life = |n: u32, events: &[(TicketEvent, i64)]| {
        let id = ticket(u128::from(n));
        let mut life = vec![(id, opened(n, |_| {}), 0)];
        life.extend(events.iter().map(|(event, minute)| (id, event.clone(), minute * 60)));
        life
    };
    let raised = PriorityChanged { from: Priority::Medium, to: Priority::Low };
    let lives = [
        life(1, &[]),
        life(2, &[(moved(Status::Open, Status::WaitingCustomer), 50)]),
        life(3, &[(moved(Status::Open, Status::Resolved), 70)]),
        // No policy has a rule for it any more.
        life(4, &[(TicketEvent::PriorityChanged(raised), 10)]),
    ];
    for (id, events) in told(&lives.concat(), at(90 * 60)) {
        desk.append(stream_of(id), &events, at(90 * 60)).await;
    }
    desk.project().await;
    let ids: Vec<TicketId> = (1..=5).map(ticket).collect();
    let clocks = desk.queries.ticket_sla(&ids).await.unwrap();
    assert_eq!(clocks.len(), 3);

    let breached = &clocks[&ids[0]];
    assert_eq!((breached.state, breached.due_at), (SlaState::Breached, Some(at(60 * 60))));
    let resolution = breached.resolution.as_ref().unwrap();
    assert_eq!((resolution.state, resolution.policy), (ClockState::AtRisk, POLICY));
    assert_eq!((resolution.target_minutes, resolution.due_at), (110, Some(at(110 * 60))));
    assert_eq!((resolution.at_risk_at, resolution.elapsed_seconds), (Some(at(88 * 60)), None));

    let paused = &clocks[&ids[1]];
    assert_eq!((paused.state, paused.due_at), (SlaState::Paused, None));
    let response = paused.response.as_ref().unwrap();
    assert_eq!((response.state, response.elapsed_seconds), (ClockState::Paused, Some(50 * 60)));

    let missed = &clocks[&ids[2]];
    assert_eq!((missed.state, missed.due_at), (SlaState::Missed, None));
    let (response, resolution) =
        (missed.response.as_ref().unwrap(), missed.resolution.as_ref().unwrap());
    assert_eq!((response.state, resolution.state), (ClockState::Missed, ClockState::Met));
    assert_eq!(resolution.stopped_at, Some(at(70 * 60)));
    assert_eq!(resolution.elapsed_seconds, Some(70 * 60));

    let stats = desk.queries.sla_stats().await.unwrap();
    let medium = stats.response.by_priority["medium"];
    let counted = ClockCounts { paused: 1, breached: 1, missed: 1, ..ClockCounts::default() };
    assert_eq!(medium, ClockCounts { share_in_time: Some(0.0), ..counted });
    assert_eq!(stats.resolution.all.share_in_time, Some(1.0));
    assert_eq!(desk.queries.stats(at(0)).await.unwrap().sla, stats);
}

/// Told in pieces and folded in between, some clocks in the middle of a batch.
#[tokio::test]
async fn clocks_and_counters_are_the_sum_of_their_events_and_come_out_the_same_when_rebuilt() {
    let desk = Desk::new().await;
    policy_and_calendar(&desk).await;
    let told = told(&lives(61, 90, 800), at(90 * 60 + 800));
    let all: HashMap<TicketId, _> = told
        .iter()
        .filter(|(_, events)| !events.is_empty())
        .map(|(id, e)| (*id, naive(e)))
        .collect();
    for part in 0..3 {
        for (id, events) in &told {
            let third = events.len().div_ceil(3).max(1);
            if let Some(events) = events.chunks(third).nth(part) {
                desk.append(stream_of(*id), events, at(0)).await;
            }
        }
        desk.project().await;
    }
    let ids: Vec<TicketId> = told.keys().copied().collect();
    let clocks = desk.queries.ticket_sla(&ids).await.unwrap();
    let mut by_state: HashMap<SlaState, usize> = HashMap::new();
    for (id, naive) in &all {
        let found = clocks.get(id).map_or((SlaState::None, None), |sla| (sla.state, sla.due_at));
        assert_eq!(found, (naive.state, naive.due_at), "{id}");
        *by_state.entry(naive.state).or_default() += 1;
    }
    assert!(by_state.len() >= 6, "{by_state:?}");
    let stats = desk.queries.sla_stats().await.unwrap();
    let overdue = clocks.values().filter_map(|sla| sla.response.as_ref());
    let overdue = overdue.filter(|clock| clock.state == ClockState::Breached).count();
    assert_eq!(stats.response.all.breached, overdue as i64);
    let of_priorities = stats.response.by_priority.values().map(|counts| counts.breached);
    assert_eq!(of_priorities.sum::<i64>(), overdue as i64);

    let live = rows(&desk.pool).await;
    rebuild(&desk.store, &desk.progress).await.unwrap();
    assert_eq!(rows(&desk.pool).await, live);
}
