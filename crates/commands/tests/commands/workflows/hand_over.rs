use commands::{Assignee, AwayInput, UserEdit};
use domain::rotation::NoCandidate;
use domain::task::{TaskStatus, UnassignReason};
use domain::user::UserStatus;

use super::office::*;
use crate::support::*;

#[tokio::test]
async fn with_nobody_there_a_task_waits_and_goes_to_who_comes() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let level_2 = role(&commands, "Level 2").await;
    define(&commands, &short_form("Repair")).await;
    let mut waiting = vec![];
    for _ in 0..3 {
        let ticket = open(&commands, "a").await;
        let started =
            commands.start_task(&ctx(&commands), ticket, commands::Start::IfNone).await.unwrap();
        waiting.push(domain::TaskId(task_of(started).id));
    }
    let task = known(&commands, waiting[0]).await;
    assert_eq!(task.waiting.unwrap().why, NoCandidate::NoHolder);
    assert_eq!(commands.tasks_waiting().await.unwrap().len(), 3);
    assert_eq!(commands.tasks_waiting_count().await.unwrap(), 3);
    assert_eq!(commands.assign_waiting(&ctx(&commands), level_2, usize::MAX).await.unwrap(), 0);
    assert_eq!(count(&commands, "task.waiting_for_assignee").await, 3);

    // Nobody comes by an alarm either, which looks again.
    for id in &waiting {
        assert_eq!(commands.alarm_task(&ctx(&commands), *id).await.unwrap().next_at, None);
    }
    assert_eq!(count(&commands, "task.waiting_for_assignee").await, 3);

    let other = desk.process().await;
    let one = holder(&other, "one", &[level_2]).await;
    desk.clock.set("2026-06-15T12:01:00Z");
    let two = holder(&other, "two", &[level_2]).await;
    assert_eq!(commands.assign_waiting(&ctx(&commands), level_2, 0).await.unwrap(), 0);
    commands.alarm_task(&ctx(&commands), waiting[0]).await.unwrap();
    assert!(known(&commands, waiting[0]).await.assignee.is_some());
    assert_eq!(commands.assign_waiting(&ctx(&commands), level_2, usize::MAX).await.unwrap(), 2);
    assert_eq!(commands.tasks_waiting().await.unwrap(), []);
    let mut assignees = vec![];
    for id in waiting {
        assignees.extend(known(&commands, id).await.assignee);
    }
    // The order of tickets of one moment is nobody's.
    let of = |user| assignees.iter().filter(|assignee| **assignee == user).count();
    assert_eq!((of(one), of(two)), (2, 1));
    assert_eq!(commands.assign_waiting(&ctx(&commands), level_2, usize::MAX).await.unwrap(), 0);
}

#[tokio::test]
async fn the_tasks_of_somebody_deactivated_go_to_others() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let commands = &office.commands;
    let mut of_one = vec![];
    for _ in 0..4 {
        let (_, id) = office.task().await;
        if office.known(id).await.assignee == Some(office.one) {
            of_one.push(id);
        }
    }
    assert_eq!(of_one.len(), 2);
    let why = UnassignReason::Deactivated;
    // Nothing is taken from somebody active, whoever says so.
    assert_eq!(commands.hand_over_tasks(&office.ctx(), office.one, why).await.unwrap(), 0);
    commands.deactivate_user(&office.ctx(), office.one).await.unwrap();
    let cause = office.ctx();
    assert_eq!(commands.hand_over_tasks(&cause, office.one, why).await.unwrap(), 2);
    assert_eq!(commands.hand_over_tasks(&cause, office.one, why).await.unwrap(), 0);
    for id in &of_one {
        assert_eq!(office.known(*id).await.assignee, Some(office.two));
    }
    // Nobody is left: what two has waits.
    commands.deactivate_user(&office.ctx(), office.two).await.unwrap();
    assert_eq!(commands.hand_over_tasks(&office.ctx(), office.two, why).await.unwrap(), 4);
    let task = office.known(of_one[0]).await;
    assert_eq!((task.assignee, task.status()), (None, TaskStatus::Pending));
    assert_eq!(task.waiting.unwrap().why, NoCandidate::AllDeactivated);
    commands.reactivate_user(&office.ctx(), office.one).await.unwrap();
    assert_eq!(
        commands.assign_waiting(&office.ctx(), office.level_2, usize::MAX).await.unwrap(),
        4
    );
}

#[tokio::test]
async fn only_the_steps_of_a_lost_role_are_taken() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let commands = &office.commands;
    let both = vec![office.level_2, office.approver];
    let edit = |roles: Vec<_>| UserEdit { work_roles: Some(roles), ..UserEdit::default() };
    commands.edit_user(&office.ctx(), office.one, edit(both)).await.unwrap();
    let (_, triage) = office.task().await;
    assert_eq!(office.known(triage).await.assignee, Some(office.one));
    let (_, approval) = office.task().await;
    office.act(approval, "submit").await;
    assert_eq!(office.known(approval).await.assignee, Some(office.one));

    commands.edit_user(&office.ctx(), office.one, edit(vec![office.level_2])).await.unwrap();
    let why = UnassignReason::RoleLost;
    assert_eq!(commands.hand_over_tasks(&office.ctx(), office.one, why).await.unwrap(), 1);
    assert_eq!(office.known(approval).await.assignee, Some(office.three));
    assert_eq!(office.known(triage).await.assignee, Some(office.one));
}

#[tokio::test]
async fn what_an_admin_gave_to_somebody_without_the_role_stays_there() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let commands = &office.commands;
    let (_, id) = office.task().await;
    let three = Some(Assignee::User(office.three));
    commands.assign_task(&office.ctx(), id, three.clone()).await.unwrap();
    let hand_over = async || {
        let why = UnassignReason::RoleLost;
        commands.hand_over_tasks(&office.ctx(), office.three, why).await.unwrap()
    };
    assert_eq!(hand_over().await, 0);
    assert_eq!(office.known(id).await.assignee, Some(office.three));

    // Lost before it was given is not lost since.
    let edit = |roles: Vec<_>| UserEdit { work_roles: Some(roles), ..UserEdit::default() };
    let both = vec![office.level_2, office.approver];
    commands.edit_user(&office.ctx(), office.three, edit(both)).await.unwrap();
    commands.edit_user(&office.ctx(), office.three, edit(vec![office.approver])).await.unwrap();
    assert_eq!(hand_over().await, 1);
    commands.assign_task(&office.ctx(), id, three).await.unwrap();
    assert_eq!(hand_over().await, 0);
    assert_eq!(office.known(id).await.assignee, Some(office.three));
}

#[tokio::test]
async fn who_is_away_is_passed_over_and_may_hand_over() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let commands = &office.commands;
    let (_, before) = office.task().await;
    assert_eq!(office.known(before).await.assignee, Some(office.one));
    let away = |hand_over| AwayInput {
        from: Some("2026-06-16T00:00:00Z".parse().unwrap()),
        until: Some("2026-06-20T00:00:00Z".parse().unwrap()),
        hand_over,
    };
    commands.set_away(&office.ctx(), office.one, Some(away(false))).await.unwrap();
    assert!(commands.user(office.one).await.unwrap().unwrap().away.is_some());
    let why = UnassignReason::Away;
    let hand_over =
        async || commands.hand_over_tasks(&office.ctx(), office.one, why).await.unwrap();
    desk.clock.set("2026-06-17T00:00:00Z");
    for _ in 0..2 {
        let (_, id) = office.task().await;
        assert_eq!(office.known(id).await.assignee, Some(office.two));
    }
    // Away, but keeps what is there.
    assert_eq!(hand_over().await, 0);
    commands.set_away(&office.ctx(), office.one, Some(away(true))).await.unwrap();
    assert_eq!(hand_over().await, 1);
    assert_eq!(office.known(before).await.assignee, Some(office.two));
    desk.clock.set("2026-06-20T00:00:00Z");
    let (_, back) = office.task().await;
    assert_eq!(office.known(back).await.assignee, Some(office.one));
    commands.set_away(&office.ctx(), office.one, None).await.unwrap();
    assert!(commands.user(office.one).await.unwrap().unwrap().away.is_none());
    let past = AwayInput { until: Some("2026-01-01T00:00:00Z".parse().unwrap()), ..away(true) };
    let refused = commands.set_away(&office.ctx(), office.one, Some(past)).await.unwrap_err();
    assert!(matches!(refused, commands::CommandError::Invalid(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_given_a_task_after_being_deactivated() {
    // Facts about people may be a minute old in both processes: what they are given on is checked.
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let config = commands::CommandsConfig {
        max_fact_age: std::time::Duration::from_secs(60),
        ..Desk::config()
    };
    let old = desk.process_with(config).await;
    let start = async || {
        let ticket = open(&old, "a").await;
        let started = old.start_task(&ctx(&old), ticket, commands::Start::IfNone).await.unwrap();
        task_of(started).state.task().unwrap().assignee
    };
    assert_eq!(start().await, Some(office.one));
    let edit = UserEdit { status: Some(UserStatus::Deactivated), ..UserEdit::default() };
    office.commands.edit_user(&office.ctx(), office.two, edit).await.unwrap();
    assert_eq!(start().await, Some(office.one));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_between_the_search_and_the_append_is_found_all_the_same() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let level_2 = role(&one, "Level 2").await;
    define(&one, &short_form("Repair")).await;
    let ticket = open(&one, "a").await;

    // Appends queue up: first that of who comes, then that of the task, which found nobody.
    let mut held = hold_appends(&one).await;
    let comes = tokio::spawn(async move { holder(&two, "late", &[level_2]).await });
    queued(&mut held, 1).await;
    let starter = one.clone();
    let starts = tokio::spawn(async move {
        starter.start_task(&ctx(&starter), ticket, commands::Start::IfNone).await.unwrap()
    });
    queued(&mut held, 2).await;
    held.commit().await.unwrap();

    let (late, started) = (comes.await.unwrap(), task_of(starts.await.unwrap()));
    assert_eq!(count(&one, "task.waiting_for_assignee").await, 1);
    assert_eq!(started.state.task().unwrap().assignee, Some(late));
    assert_eq!(one.tasks_waiting().await.unwrap(), []);
}
