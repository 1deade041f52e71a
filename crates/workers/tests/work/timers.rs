//! Timers: after a restart, after the clock was set, and never lost.

use chrono::TimeDelta;
use commands::timer::TimerKind;
use domain::task::EscalationReason;

use crate::support::{Desk, one_step};

#[tokio::test]
async fn the_limit_of_a_step_is_told_once_also_after_a_restart_that_came_too_late() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    one.role("Level 2").await;
    one.workflow(one_step("Level 2", Some(60))).await;
    let ticket = one.ticket("a").await;
    one.drain().await;
    let task = one.running_task(ticket).await;
    let told = async |process: &crate::support::Process| {
        process.task(task).await.known().unwrap().escalations.clone()
    };
    desk.clock.advance(TimeDelta::minutes(47));
    one.drain().await;
    assert_eq!(told(&one).await, []);
    desk.clock.advance(TimeDelta::minutes(2));
    one.drain().await;
    assert_eq!(told(&one).await, [EscalationReason::SlaAtRisk]);
    drop(one);

    desk.clock.advance(TimeDelta::days(3));
    let two = desk.process().await;
    two.drain().await;
    two.drain().await;
    assert_eq!(told(&two).await, [EscalationReason::SlaAtRisk, EscalationReason::SlaBreached]);
    assert_eq!(two.counts("task.").await["task.escalated"], 2);
    assert_eq!(two.commands.next_timer().await.unwrap(), None);
}

#[tokio::test]
async fn a_clock_that_jumps_back_and_forth_tells_nothing_twice_and_forgets_nothing() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    one.role("Level 2").await;
    one.workflow(one_step("Level 2", Some(60))).await;
    let ticket = one.ticket("a").await;
    one.drain().await;
    let task = one.running_task(ticket).await;
    for minutes in [50, -45, 50, -600, 700, -20] {
        desk.clock.advance(TimeDelta::minutes(minutes));
        one.drain().await;
    }
    let state = one.task(task).await;
    let reasons = &state.known().unwrap().escalations;
    assert_eq!(*reasons, [EscalationReason::SlaAtRisk, EscalationReason::SlaBreached]);
    assert_eq!(one.counts("task.").await["task.escalated"], 2);
}

#[tokio::test]
async fn a_timer_is_there_until_its_job_is() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let now = one.commands.store().ambient().now();
    for n in 0..40 {
        let id = uuid::Uuid::from_u128(n);
        one.commands.set_timer(TimerKind::Task, id, Some(now), 1).await.unwrap();
    }
    desk.clock.advance(TimeDelta::seconds(1));
    // Killed before the commit.
    let mut transaction = one.pool().begin().await.unwrap();
    let now = one.commands.store().ambient().now();
    assert_eq!(one.commands.due_timers(&mut transaction, now, 10).await.unwrap().len(), 10);
    let others = two.timers.drain().await.unwrap();
    assert_eq!(others, 30, "what somebody has in hand is passed by");
    transaction.rollback().await.unwrap();
    let (a, b) = tokio::join!(one.timers.drain(), two.timers.drain());
    assert_eq!(a.unwrap() + b.unwrap(), 10);
    assert_eq!(one.jobs().await.len(), 40);
}
