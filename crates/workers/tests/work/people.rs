//! Tasks follow the people: who comes gets what waits, who goes leaves what they have.

use chrono::TimeDelta;
use commands::{AwayInput, UserEdit};
use domain::user::UserStatus;

use crate::support::{Desk, one_step};

#[tokio::test]
async fn a_task_that_nobody_could_be_found_for_goes_to_whoever_comes() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let role = one.role("Level 2").await;
    one.workflow(one_step("Level 2", None)).await;
    let ticket = one.ticket("a").await;
    one.drain().await;
    assert_eq!(one.assignee(ticket).await, None);
    assert_eq!(one.commands.tasks_waiting().await.unwrap().len(), 1);
    let user = one.user("a@example.com", &[role]).await;
    one.drain().await;
    assert_eq!(one.assignee(ticket).await, Some(user));
}

#[tokio::test]
async fn who_comes_to_many_tasks_gets_them_all_and_not_in_one_job() {
    const MANY: usize = 205;
    let desk = Desk::new().await;
    let one = desk.process().await;
    let role = one.role("Level 2").await;
    one.workflow(one_step("Level 2", None)).await;
    for n in 0..MANY {
        one.ticket(&format!("{n}")).await;
    }
    one.drain().await;
    assert_eq!(one.commands.tasks_waiting_count().await.unwrap(), MANY as i64);
    one.user("a@example.com", &[role]).await;
    one.reactions.drain().await.unwrap();
    assert_eq!(one.runner.drain().await.unwrap(), 2);
    assert_eq!(one.commands.tasks_waiting_count().await.unwrap(), 0);
    assert_eq!(one.counts("task.assigned").await["task.assigned"], MANY);
}

#[tokio::test]
async fn who_is_deactivated_or_loses_the_role_hands_over() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let role = one.role("Level 2").await;
    one.workflow(one_step("Level 2", None)).await;
    let first = one.user("a@example.com", &[role]).await;
    let ticket = one.ticket("a").await;
    one.drain().await;
    let second = one.user("b@example.com", &[role]).await;
    let status = Some(UserStatus::Deactivated);
    one.edit(first, UserEdit { status, ..UserEdit::default() }).await;
    one.drain().await;
    assert_eq!(one.assignee(ticket).await, Some(second));
    one.edit(second, UserEdit { work_roles: Some(vec![]), ..UserEdit::default() }).await;
    one.drain().await;
    assert_eq!(one.assignee(ticket).await, None, "it waits");
    one.edit(second, UserEdit { work_roles: Some(vec![role]), ..UserEdit::default() }).await;
    one.drain().await;
    assert_eq!(one.assignee(ticket).await, Some(second));
}

#[tokio::test]
async fn an_absence_begins_and_ends_by_itself() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let role = one.role("Level 2").await;
    one.workflow(one_step("Level 2", None)).await;
    let user = one.user("a@example.com", &[role]).await;
    let ticket = one.ticket("a").await;
    one.drain().await;
    let now = one.commands.store().ambient().now();
    let away = AwayInput {
        from: Some(now + TimeDelta::hours(1)),
        until: Some(now + TimeDelta::hours(5)),
        hand_over: true,
    };
    one.commands.set_away(&one.ctx(), user, Some(away)).await.unwrap();
    one.drain().await;
    assert_eq!(one.assignee(ticket).await, Some(user), "not yet");
    desk.clock.advance(TimeDelta::hours(2));
    one.drain().await;
    assert_eq!(one.assignee(ticket).await, None, "nobody else is there");
    desk.clock.advance(TimeDelta::hours(4));
    one.drain().await;
    assert_eq!(one.assignee(ticket).await, Some(user));
}
