use chrono::TimeDelta;
use commands::Commands;
use commands::timer::{DueTimer, TimerKind};
use domain::Timestamp;
use uuid::Uuid;

use crate::support::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Takes what is due, and commits.
async fn taken(commands: &Commands, now: Timestamp, limit: i64) -> Vec<DueTimer> {
    let mut transaction = commands.store().pool().begin().await.unwrap();
    let due = commands.due_timers(&mut transaction, now, limit).await.unwrap();
    transaction.commit().await.unwrap();
    due
}

async fn only(commands: &Commands) -> DueTimer {
    let mut transaction = commands.store().pool().begin().await.unwrap();
    let far = at("2100-01-01T00:00:00Z");
    let due = commands.due_timers(&mut transaction, far, 10).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(due.len(), 1);
    due[0]
}

#[tokio::test]
async fn a_timer_goes_off_once_after_its_time_and_the_longest_due_first() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (noon, one) = (at("2026-06-15T12:00:00Z"), at("2026-06-15T13:00:00Z"));
    let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
    assert_eq!(commands.next_timer().await.unwrap(), None);
    commands.set_timer(TimerKind::Sla, a, Some(one), 1).await.unwrap();
    commands.set_timer(TimerKind::Away, b, Some(noon), 1).await.unwrap();
    // The same id for something else is another timer.
    commands.set_timer(TimerKind::Task, a, Some(noon + TimeDelta::minutes(1)), 1).await.unwrap();
    assert_eq!(commands.next_timer().await.unwrap(), Some(noon));

    assert_eq!(taken(&commands, noon, 10).await, []);
    let due = taken(&commands, one, 10).await;
    let due: Vec<_> = due.iter().map(|timer| (timer.kind, timer.id)).collect();
    assert_eq!(due, [(TimerKind::Away, b), (TimerKind::Task, a)]);
    assert_eq!(commands.next_timer().await.unwrap(), Some(one));
    let tick = TimeDelta::microseconds(1);
    assert_eq!(taken(&commands, one + tick, 10).await.len(), 1);
    assert_eq!(taken(&commands, one + tick, 10).await, []);
}

#[tokio::test]
async fn a_timer_keeps_its_token_as_long_as_its_time() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (id, noon) = (Uuid::from_u128(1), at("2026-06-15T12:00:00Z"));
    let set = |due_at, seen| commands.set_timer(TimerKind::Sla, id, due_at, seen);
    set(Some(noon), 1).await.unwrap();
    let first = only(&commands).await;
    set(Some(noon), 1).await.unwrap();
    set(Some(noon), 2).await.unwrap();
    assert_eq!(only(&commands).await, first);
    let later = noon + TimeDelta::hours(1);
    set(Some(later), 3).await.unwrap();
    let second = only(&commands).await;
    assert_eq!(second.due_at, later);
    assert_ne!(second.token, first.token);
    // It went off, and is set again to the same time: another alarm.
    taken(&commands, later + TimeDelta::hours(1), 10).await;
    set(Some(later), 3).await.unwrap();
    assert_ne!(only(&commands).await.token, second.token);
}

#[tokio::test]
async fn a_late_word_that_saw_less_changes_nothing() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (id, noon) = (Uuid::from_u128(1), at("2026-06-15T12:00:00Z"));
    let set = |due_at, seen| commands.set_timer(TimerKind::Sla, id, due_at, seen);
    set(Some(noon), 6).await.unwrap();
    let first = only(&commands).await;
    set(Some(noon + TimeDelta::hours(1)), 5).await.unwrap();
    set(None, 5).await.unwrap();
    assert_eq!(only(&commands).await, first);
    set(None, 6).await.unwrap();
    assert_eq!(commands.next_timer().await.unwrap(), None);
}

#[tokio::test]
async fn two_takers_share_and_what_is_not_committed_is_due_again() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let noon = at("2026-06-15T12:00:00Z");
    for n in 0..6 {
        let due_at = noon + TimeDelta::minutes(n);
        let id = Uuid::from_u128(n.try_into().unwrap());
        one.set_timer(TimerKind::Task, id, Some(due_at), 1).await.unwrap();
    }
    let late = noon + TimeDelta::hours(1);
    let mut first = one.store().pool().begin().await.unwrap();
    let mut second = two.store().pool().begin().await.unwrap();
    let ids = |due: &[DueTimer]| due.iter().map(|timer| timer.id.as_u128()).collect::<Vec<_>>();
    let firsts = one.due_timers(&mut first, late, 4).await.unwrap();
    assert_eq!(ids(&firsts), [0, 1, 2, 3]);
    let seconds = two.due_timers(&mut second, late, 4).await.unwrap();
    assert_eq!(ids(&seconds), [4, 5]);
    second.commit().await.unwrap();
    // Killed before it put its jobs in.
    first.rollback().await.unwrap();
    assert_eq!(taken(&two, late, 10).await, firsts);
    assert_eq!(taken(&one, late, 10).await, []);
}

#[tokio::test]
async fn a_timer_of_a_kind_that_is_not_known_stays() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let noon = at("2026-06-15T12:00:00Z");
    sqlx::query("insert into work.timers values ('tomorrow', $1, $2, 1, $1)")
        .bind(Uuid::from_u128(1))
        .bind(noon)
        .execute(commands.store().pool())
        .await
        .unwrap();
    assert_eq!(commands.next_timer().await.unwrap(), None);
    assert_eq!(taken(&commands, noon + TimeDelta::hours(1), 10).await, []);
    for kind in TimerKind::ALL {
        assert_eq!(TimerKind::parse(kind.as_str()), Some(kind));
    }
}
