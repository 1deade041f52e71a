//! Workers that are killed between any two steps.

use std::time::Duration;

use chrono::TimeDelta;
use commands::{AwayInput, UserEdit};
use domain::user::UserStatus;
use futures_util::FutureExt;
use serde_json::json;

use crate::clocks::policy;
use crate::stub::{Mood, Stub};
use crate::support::{Desk, Process, asks, one_step, system};

/// Whatever is begun is dropped after so many polls: as a kill leaves it.
pub async fn killed_after<F: Future>(polls: usize, future: F) -> bool {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        if future.as_mut().now_or_never().is_some() {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    true
}

pub async fn work(process: &Process) {
    process.reactions.drain().await.unwrap();
    process.timers.drain().await.unwrap();
    process.runner.drain().await.unwrap();
}

#[tokio::test]
async fn wherever_a_worker_is_killed_every_ticket_has_its_task_and_none_two() {
    let desk = Desk::new().await;
    let first = desk.process().await;
    let role = first.role("Level 2").await;
    first.user("a@example.com", &[role]).await;
    first.workflow(one_step("Level 2", Some(60))).await;
    let mut tickets = Vec::new();
    let mut killed = 0;
    for polls in 0..40 {
        let process = desk.process().await;
        tickets.push(process.ticket(&format!("{polls}")).await);
        killed += usize::from(killed_after(polls, work(&process)).await);
        process.pool().close().await;
    }
    assert!(killed > 5, "{killed}");

    let last = desk.process().await;
    // Leases have run out.
    last.later(&desk, TimeDelta::zero()).await;
    last.drain().await;
    for ticket in &tickets {
        assert!(last.assignee(*ticket).await.is_some());
    }
    assert_eq!(last.counts("task.").await["task.opened"], tickets.len());
    desk.clock.advance(TimeDelta::hours(2));
    last.drain().await;
    assert_eq!(last.counts("task.").await["task.escalated"], tickets.len(), "no timer is lost");
}

#[tokio::test]
async fn wherever_a_worker_is_killed_systems_are_asked_and_clocks_told_once() {
    let (desk, stub) = (Desk::new().await, Stub::start(Mood::Says(202)).await);
    let process = || desk.process_with(vec![system("BMS", &stub.url())]);
    let first = process().await;
    first.role("Buyer").await;
    first.workflow(asks("BMS", "Buyer")).await;
    let raise = json!([{
        "metric": "resolution", "on": "breached",
        "actions": [{ "action": "raise_priority", "priority": "high" }]
    }]);
    let rules = json!([
        { "priority": "medium", "response": 20, "resolution": 60 },
        { "priority": "high", "response": 20, "resolution": 40 }
    ]);
    policy(&first, "standard", rules, raise).await;
    first.project().await;
    let mut tickets = Vec::new();
    let mut killed = 0;
    for polls in 0..60 {
        let process = process().await;
        if polls % 3 == 0 {
            tickets.push(process.ticket(&format!("{polls}")).await);
        }
        // Past the alarms of the tickets before.
        desk.clock.advance(TimeDelta::minutes(9));
        killed += usize::from(killed_after(polls % 40, work(&process)).await);
        process.pool().close().await;
    }
    assert!(killed > 10, "{killed}");

    let last = process().await;
    last.later(&desk, TimeDelta::hours(2)).await;
    last.drain().await;
    let (tasks, clocks) = (last.counts("task.").await, last.counts("sla.").await);
    let all = tickets.len();
    assert_eq!(tasks["task.opened"], all);
    assert_eq!(tasks["task.external_requested"], all);
    assert_eq!(tasks["task.external_failed"], all, "no deadline is lost");
    assert_eq!(clocks["sla.started"], 2 * all);
    assert_eq!(clocks["sla.breached"], 2 * all, "no timer is lost: {clocks:?}");
    assert_eq!(clocks["sla.escalated"], all);
    assert_eq!(last.counts("ticket.priority_changed").await["ticket.priority_changed"], all);
    let mut asked: Vec<_> =
        stub.received().iter().map(|sent| sent.header("webhook-id").to_owned()).collect();
    asked.sort_unstable();
    asked.dedup();
    assert!(asked.len() <= all, "one id for each request");
    assert_eq!(last.commands.next_timer().await.unwrap(), None);
    assert!(last.jobs().await.iter().all(|job| job.job_type == "request_external"));
}

#[tokio::test]
async fn wherever_a_worker_is_killed_nobody_keeps_what_they_handed_over() {
    let desk = Desk::new().await;
    let first = desk.process().await;
    let role = first.role("Level 2").await;
    let (stays, goes, leaves) = (
        first.user("a@example.com", &[role]).await,
        first.user("b@example.com", &[role]).await,
        first.user("c@example.com", &[role]).await,
    );
    first.workflow(one_step("Level 2", None)).await;
    let edit = |change: usize| match change % 6 {
        0 => (goes, UserEdit { status: Some(UserStatus::Deactivated), ..UserEdit::default() }),
        1 => (leaves, UserEdit { work_roles: Some(vec![]), ..UserEdit::default() }),
        2 => (goes, UserEdit { status: Some(UserStatus::Active), ..UserEdit::default() }),
        3 => (leaves, UserEdit { work_roles: Some(vec![role]), ..UserEdit::default() }),
        4 => {
            let away = AwayInput { from: None, until: None, hand_over: true };
            (stays, UserEdit { away: Some(Some(away)), ..UserEdit::default() })
        }
        _ => (stays, UserEdit { away: Some(None), ..UserEdit::default() }),
    };
    let mut tickets = Vec::new();
    for polls in 0..48 {
        let process = desk.process().await;
        tickets.push(process.ticket(&format!("{polls}")).await);
        let (user, change) = edit(polls);
        process.edit(user, change).await;
        killed_after(polls % 24 * 2, work(&process)).await;
        process.pool().close().await;
    }
    let last = desk.process().await;
    let (user, change) = edit(0);
    last.edit(user, change).await;
    let (user, change) = edit(1);
    last.edit(user, change).await;
    last.later(&desk, TimeDelta::zero()).await;
    last.drain().await;
    for ticket in &tickets {
        assert_eq!(last.assignee(*ticket).await, Some(stays));
    }
    assert_eq!(last.counts("task.").await["task.opened"], tickets.len());
    assert_eq!(last.commands.tasks_waiting().await.unwrap(), []);
}
