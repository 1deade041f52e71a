//! Every ticket has its task, and no task is doubled.

use domain::workflow::ActionId;
use serde_json::json;

use crate::support::{Desk, one_step};

#[tokio::test]
async fn tickets_get_tasks_and_nothing_comes_of_reading_it_all_again() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let role = one.role("Level 2").await;
    let people =
        [one.user("a@example.com", &[role]).await, one.user("b@example.com", &[role]).await];
    one.workflow(one_step("Level 2", Some(60))).await;
    let mut tickets = Vec::new();
    for n in 0..10 {
        tickets.push(one.ticket(&format!("{n}")).await);
    }
    one.drain().await;
    let mut counts = [0, 0];
    for ticket in &tickets {
        let assignee = one.assignee(*ticket).await.expect("somebody has it");
        counts[people.iter().position(|user| *user == assignee).unwrap()] += 1;
    }
    assert_eq!(counts, [5, 5]);

    let head = one.head().await;
    one.drain().await;
    one.set_checkpoint(0).await;
    one.drain().await;
    let other = desk.process().await;
    other.set_checkpoint(3).await;
    other.drain().await;
    assert_eq!(one.head().await, head, "{:?}", one.counts("task.").await);
    assert_eq!(one.jobs().await, [], "what is done is forgotten");
}

#[tokio::test]
async fn two_runners_of_one_desk_start_each_task_once() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let role = one.role("Level 2").await;
    one.user("a@example.com", &[role]).await;
    one.workflow(one_step("Level 2", None)).await;
    for n in 0..25 {
        one.ticket(&format!("{n}")).await;
    }
    tokio::join!(one.drain(), two.drain());
    // Whatever the other one had in its hands when one found nothing to do.
    one.drain().await;
    assert_eq!(one.counts("task.").await["task.opened"], 25);
    assert_eq!(one.counts("task.").await["task.assigned"], 25);
}

#[tokio::test]
async fn a_ticket_that_is_closed_or_deleted_loses_its_task_and_gets_another_when_it_is_back() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    one.role("Level 2").await;
    one.workflow(one_step("Level 2", None)).await;
    let ticket = one.ticket("a").await;
    one.drain().await;
    let first = one.running_task(ticket).await;
    one.commands.delete_ticket(&one.ctx(), ticket, None).await.unwrap();
    one.drain().await;
    assert_eq!(one.commands.running_task(ticket).await.unwrap(), None);
    one.commands.restore_ticket(&one.ctx(), ticket).await.unwrap();
    one.drain().await;
    assert_ne!(one.running_task(ticket).await, first);
}

#[tokio::test]
async fn a_workflow_that_ends_resolves_its_ticket_and_no_other_task_begins() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let role = one.role("Level 2").await;
    one.user("a@example.com", &[role]).await;
    one.workflow(one_step("Level 2", None)).await;
    let ticket = one.ticket("a").await;
    one.drain().await;
    let task = one.running_task(ticket).await;
    let action: ActionId = serde_json::from_value(json!("done")).unwrap();
    one.commands.act_on_task(&one.ctx(), task, action, None, None).await.unwrap();
    one.drain().await;
    assert_eq!(one.commands.running_task(ticket).await.unwrap(), None);
    assert_eq!(one.counts("task.").await["task.opened"], 1);
}
