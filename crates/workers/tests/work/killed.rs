//! Workers that are killed between any two steps.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt;

use crate::support::{Desk, one_step};

/// Whatever is begun is dropped after so many polls: as a kill leaves it.
async fn killed_after<F: Future>(polls: usize, future: F) -> bool {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        if future.as_mut().now_or_never().is_some() {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    true
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
        let work = async {
            process.reactions.drain().await.unwrap();
            process.timers.drain().await.unwrap();
            process.runner.drain().await.unwrap();
        };
        killed += usize::from(killed_after(polls, work).await);
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
