//! The past under another policy.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::sla::{SlaPolicyEvent, SlaPolicyRemoved};
use domain::ticket::events::PriorityChanged;
use domain::ticket::{Priority, Status, TicketEvent, Visibility};
use domain::{DomainEvent, SlaPolicyId, TicketId};
use eventstore::{AppendRequest, Expected, Metadata, NewEvent, StreamAppend, StreamKind, Subject};
use projections::{StandsFor, WhatIf, WhatIfError, WhatIfReport, sla_what_if};
use uuid::Uuid;

use crate::clocks::{
    CALENDAR, POLICY, WEEK, calendar, gold, policy, policy_and_calendar, policy_created,
};
use crate::rebuilds::rows;
use crate::support::{Desk, Dice, at, comment, moved, opened, ticket, user};

const DAY: i64 = 86_400;

/// A ticket as a desk lives it: answered, perhaps put on hold, perhaps raised, mostly resolved, sometimes reopened.
fn life(dice: &mut Dice, n: u32) -> Vec<(TicketEvent, DateTime<Utc>)> {
    let mut now = i64::from(n) * 600;
    let mut life = vec![(opened(n, |t| t.priority = *dice.pick(Priority::ALL)), at(now))];
    let mut status = Status::Open;
    for step in 0..2 + dice.roll(6) {
        now += 60 + dice.roll(3 * 3_600) as i64;
        let event = match dice.roll(6) {
            0 | 1 => comment(
                u128::from(n) * 16 + u128::from(step),
                Some(user(2)),
                Visibility::Public,
                "Yes",
            ),
            2 => comment(
                u128::from(n) * 16 + u128::from(step),
                Some(user(3)),
                Visibility::Internal,
                "Hm",
            ),
            3 => {
                let to = *dice.pick(Priority::ALL);
                TicketEvent::PriorityChanged(PriorityChanged { from: Priority::Medium, to })
            }
            _ => {
                let before = status;
                status = *dice.pick(&[
                    Status::InProgress,
                    Status::WaitingCustomer,
                    Status::Resolved,
                    Status::Resolved,
                ]);
                moved(before, status)
            }
        };
        life.push((event, at(now)));
    }
    life
}

/// Appends a hundred tickets at a time.
async fn write_lives(desk: &Desk, seed: u64, tickets: u32) {
    let mut dice = Dice(seed);
    let lives: Vec<_> =
        (1..=tickets).map(|n| (ticket(u128::from(n)), life(&mut dice, n))).collect();
    for lives in lives.chunks(100) {
        let stream = |(id, life): &(TicketId, Vec<(TicketEvent, DateTime<Utc>)>)| StreamAppend {
            stream_id: id.uuid(),
            kind: StreamKind(TicketEvent::KIND),
            expected: Expected::Any,
            subject: Subject::Stream,
            events: life
                .iter()
                .map(|(event, at)| NewEvent {
                    event_type: event.event_type().into(),
                    schema_version: event.schema_version(),
                    data: event.to_data(),
                    occurred_at: Some(*at),
                })
                .collect(),
        };
        let request = AppendRequest {
            command_id: desk.store.ambient().uuid_v7(),
            body_hash: [0; 32],
            streams: lives.iter().map(stream).collect(),
            claims: vec![],
            releases: vec![],
            credentials: vec![],
            metadata: Metadata::system("corr"),
        };
        desk.store.append(request).await.unwrap();
    }
}

async fn play(desk: &Desk, what_if: &WhatIf) -> WhatIfReport {
    sla_what_if(&desk.store, what_if, |_| {}).await.unwrap()
}

/// All that happened.
fn whole(policy: domain::sla::PolicyDefinition) -> WhatIf {
    WhatIf { policy, calendar: None, from: at(0), to: at(60 * DAY) }
}

#[tokio::test]
async fn thousands_of_tickets_are_played_twice_the_same() {
    let desk = Desk::new().await;
    policy_and_calendar(&desk).await;
    write_lives(&desk, 2_026, 3_000).await;
    desk.project().await;
    let (head, views) = (desk.store.head().await.unwrap(), rows(&desk.pool).await);

    let strict = policy("gold", &[(None, 15, 30)]);
    let first = play(&desk, &whole(strict.clone())).await;
    let second = play(&desk, &whole(strict)).await;
    assert_eq!(first.to_string(), second.to_string());
    let json = |report| serde_json::to_string(report).unwrap();
    assert_eq!(json(&first), json(&second));

    assert_eq!((first.tickets, first.stands_for), (3_000, StandsFor::SameName));
    let totals = [&first.response, &first.resolution];
    for totals in totals {
        let all = &totals.all;
        let sum = |v: projections::Verdicts| v.no_target + v.open + v.met + v.breached;
        assert_eq!((sum(all.before), sum(all.after)), (3_000, 3_000));
        assert!(all.before.no_target > 0 && all.after.no_target == 0, "{all:?}");
        assert!(all.worse > 0 && all.after.breached > all.before.breached, "{all:?}");
        assert_eq!(all.after.breached, all.before.breached + all.worse - all.better);
        let parts = totals.by_priority.values();
        assert_eq!(parts.map(|part| part.after.breached).sum::<u64>(), all.after.breached);
    }
    let opened: Vec<_> = first.changes.iter().map(|change| (change.opened_at, change.id)).collect();
    assert!(opened.is_sorted() && opened.len() > 2_000, "{}", opened.len());

    // Nothing was written.
    assert_eq!(desk.store.head().await.unwrap(), head);
    assert_eq!(rows(&desk.pool).await, views);
}

#[tokio::test]
async fn the_same_policy_makes_no_difference_and_another_calendar_does() {
    let desk = Desk::new().await;
    policy_and_calendar(&desk).await;
    write_lives(&desk, 7, 200).await;
    let same = play(&desk, &whole(gold())).await;
    assert_eq!((same.tickets, same.changes.len()), (200, 0));
    assert_eq!(same.response.all.before, same.response.all.after);

    let hours = calendar("Hours", &WEEK[..5], "09:00", "10:00");
    let less = play(&desk, &WhatIf { calendar: Some(hours), ..whole(gold()) }).await;
    assert!(!less.changes.is_empty());
    assert!(less.response.all.better > 0, "less time is open, so less is used up");
    assert_eq!(less.response.all.worse, 0);
}

#[tokio::test]
async fn a_ticket_is_judged_by_what_happened_in_the_period() {
    let desk = Desk::new().await;
    policy_and_calendar(&desk).await;
    let id = desk.open(1, |_| {}).await;
    desk.then(id, comment(1, Some(user(2)), Visibility::Public, "Yes"), 50 * 60 + 1).await;
    desk.then(id, moved(Status::Open, Status::Resolved), 100 * 60 + 1).await;
    let strict = policy("Gold", &[(None, 40, 90)]);

    let all = play(&desk, &whole(strict.clone())).await;
    let change = &all.changes[0];
    assert_eq!((change.id, change.priority), (id, Priority::Medium));
    let response = change.response.as_ref().unwrap();
    assert_eq!((response.before.verdict, response.after.verdict), ("met", "breached"));
    assert_eq!(response.after.elapsed_seconds, Some(50 * 60));
    assert_eq!(
        change.difference,
        "response: met (50 min of 1 h 00 min) -> breached (50 min of 40 min); \
         resolution: met (1 h 40 min of 1 h 50 min) -> breached (1 h 40 min of 1 h 30 min)"
    );
    assert!(all.to_string().starts_with("TKT-2026-000001 (medium)  response: met"));

    let early = WhatIf { to: at(45 * 60), ..whole(strict.clone()) };
    let early = play(&desk, &early).await;
    let totals = early.resolution.all;
    assert_eq!((totals.before.open, totals.after.open, totals.changed), (1, 1, 1));
    assert_eq!(early.response.all.after.breached, 1);

    let later = WhatIf { from: at(2), ..whole(strict.clone()) };
    assert_eq!(play(&desk, &later).await.tickets, 0, "it was opened before");
    let never = WhatIf { from: at(2), to: at(2), ..whole(strict) };
    let never = sla_what_if(&desk.store, &never, |_| {}).await;
    assert!(matches!(never, Err(WhatIfError::NoPeriod)));
}

#[tokio::test]
async fn a_policy_stands_for_the_one_of_its_name_or_else_for_all() {
    let desk = Desk::new().await;
    let tried = policy("Bronze", &[(None, 15, 30)]);
    let unknown = sla_what_if(&desk.store, &whole(tried.clone()), |_| {}).await;
    assert!(matches!(unknown, Err(WhatIfError::CalendarUnknown(CALENDAR))));

    policy_and_calendar(&desk).await;
    let urgent = policy("Urgent", &[(Some("urgent"), 5, 10)]);
    let other = SlaPolicyId(Uuid::from_u128(0x901D));
    desk.append(other.uuid(), &[policy_created(urgent.clone())], at(0)).await;
    for (n, priority) in [(1, Priority::Medium), (2, Priority::Urgent)] {
        desk.open(n, |t| t.priority = priority).await;
    }
    let targets = |report: &WhatIfReport| -> BTreeMap<Priority, (Option<u32>, Option<u32>)> {
        let of = |change: &projections::TicketChange| {
            let response = change.response.as_ref().unwrap();
            (change.priority, (response.before.target_minutes, response.after.target_minutes))
        };
        report.changes.iter().map(of).collect()
    };
    let all = play(&desk, &whole(tried.clone())).await;
    assert_eq!(all.stands_for, StandsFor::All);
    assert_eq!(targets(&all)[&Priority::Medium], (Some(60), Some(15)));
    assert_eq!(targets(&all)[&Priority::Urgent].1, Some(15));

    // The older one of two as specific ones is in charge of urgent tickets.
    let gold = policy("GOLD", &[(Some("medium"), 90, 180)]);
    let one = play(&desk, &whole(gold)).await;
    assert_eq!(one.stands_for, StandsFor::SameName);
    assert_eq!(targets(&one)[&Priority::Medium], (Some(60), Some(90)));
    assert_eq!(targets(&one)[&Priority::Urgent], (Some(20), Some(5)));

    for policy in [POLICY, other] {
        let removed = [SlaPolicyEvent::Removed(SlaPolicyRemoved {})];
        desk.append(policy.uuid(), &removed, at(9) + TimeDelta::days(1)).await;
    }
    let none = play(&desk, &whole(tried)).await;
    assert_eq!(none.stands_for, StandsFor::Nothing);
    assert_eq!(targets(&none)[&Priority::Medium], (None, Some(15)));
}
