use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use commands::{Commands, Start};
use domain::rotation::NoCandidate;
use domain::ticket::{Change, EditTicketInput};
use domain::{RoleId, TaskId, UserId};

use super::office::*;
use crate::support::*;

/// How many tasks each holder has, by claim.
async fn loads(commands: &Commands) -> HashMap<UserId, i64> {
    let rows: Vec<(Vec<u8>, i64)> = sqlx::query_as(
        "select substring(key from 1 for 16), count(*) from log.claims \
         where kind = 'task.assignee' group by 1",
    )
    .fetch_all(commands.store().pool())
    .await
    .unwrap();
    let user = |id: &[u8]| UserId(uuid::Uuid::from_slice(id).unwrap());
    rows.iter().map(|(id, count)| (user(id), *count)).collect()
}

async fn people(commands: &Commands, role: RoleId, count: usize) {
    for n in 0..count {
        holder(commands, &format!("p{n}"), &[role]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_over_seven_people_by_eight_writers_in_two_processes() {
    const TASKS: usize = 1_000;
    let desk = Desk::new().await;
    let config = commands::CommandsConfig { number_block: 64, ..Desk::config() };
    let processes = [desk.process_with(config.clone()).await, desk.process_with(config).await];
    let level_2 = role(&processes[0], "Level 2").await;
    people(&processes[0], level_2, 7).await;
    define(&processes[0], &short_form("Repair")).await;
    let left = Arc::new(AtomicUsize::new(TASKS));
    let writers: Vec<_> = (0..8)
        .map(|n| {
            let (commands, left) = (processes[n % 2].clone(), Arc::clone(&left));
            tokio::spawn(async move {
                let take = |left: usize| left.checked_sub(1);
                while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() {
                    let ticket = open(&commands, "a").await;
                    let ctx = ctx(&commands);
                    task_of(commands.start_task(&ctx, ticket, Start::IfNone).await.unwrap());
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let loads = loads(&processes[0]).await;
    assert_eq!(loads.len(), 7);
    let (least, most) = (loads.values().min().unwrap(), loads.values().max().unwrap());
    assert!(most - least <= 1, "{loads:?}");
    assert_eq!(loads.values().sum::<i64>(), 1_000);
    assert_eq!(count(&processes[0], "rotation.advanced").await, 1_000);
}

#[tokio::test]
async fn a_process_that_begins_reads_no_more_than_the_last_turn() {
    let desk = Desk::new().await;
    let office = Office::bare(&desk).await;
    define(&office.commands, &short_form("Repair")).await;
    for _ in 0..3 {
        office.task().await;
    }
    // Whoever read the first turns would stumble.
    let mut connection = office.commands.store().pool().acquire().await.unwrap();
    let spoil = "update log.events set data = 'x' where kind = 'rotation' and version < 3";
    for sql in ["alter table log.events disable trigger user", spoil] {
        sqlx::query(sql).execute(&mut *connection).await.unwrap();
    }
    let other = desk.process().await;
    let ticket = open(&other, "a").await;
    let started = other.start_task(&ctx(&other), ticket, Start::IfNone).await.unwrap();
    let task = task_of(started).state.task().unwrap().clone();
    assert_eq!(task.assignee, Some(office.two), "one, two, one, two");
    let rotation = "select max(version) from log.events where kind = 'rotation'";
    let turns: i32 = sqlx::query_scalar(rotation).fetch_one(&mut *connection).await.unwrap();
    assert_eq!(turns, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_load_one_process_is_even_as_well() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let level_2 = role(&commands, "Level 2").await;
    people(&commands, level_2, 3).await;
    let mut form = short_form("Least");
    form.steps[0].assignment = Some("least_loaded".into());
    define(&commands, &form).await;
    let starts = (0..30).map(|_| {
        let commands = commands.clone();
        async move {
            let ticket = open(&commands, "a").await;
            task_of(commands.start_task(&ctx(&commands), ticket, Start::IfNone).await.unwrap());
        }
    });
    futures_util::future::join_all(starts).await;
    assert_eq!(loads(&commands).await.into_values().collect::<Vec<_>>(), [10, 10, 10]);
}

#[tokio::test]
async fn turns_go_on_after_a_restart_and_over_those_who_come_and_go() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    office.task().await;
    let restarted = desk.process().await;
    let start = async || {
        let ticket = open(&restarted, "a").await;
        let started = restarted.start_task(&ctx(&restarted), ticket, Start::IfNone).await;
        known(&restarted, TaskId(task_of(started.unwrap()).id)).await.assignee.unwrap()
    };
    assert_eq!(start().await, office.two);
    let four = holder(&restarted, "four", &[office.level_2]).await;
    assert_eq!(start().await, four);
    restarted.deactivate_user(&ctx(&restarted), office.one).await.unwrap();
    assert_eq!(start().await, office.two);
    restarted.reactivate_user(&ctx(&restarted), office.one).await.unwrap();
    assert_eq!(start().await, four);
    assert_eq!(start().await, office.one);
}

#[tokio::test]
async fn within_a_department_its_people_have_turns_of_their_own() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let level_2 = role(&commands, "Level 2").await;
    people(&commands, level_2, 2).await;
    let mut it = vec![];
    for n in 0..2 {
        desk.clock.advance(chrono::TimeDelta::seconds(1));
        let user = holder(&commands, &format!("it{n}"), &[level_2]).await;
        let departments = Some(vec!["IT".to_owned()]);
        let edit = commands::UserEdit { departments, ..commands::UserEdit::default() };
        commands.edit_user(&ctx(&commands), user, edit).await.unwrap();
        it.push(user);
    }
    let mut form = short_form("Department");
    form.steps[0].within_department = Some(true);
    define(&commands, &form).await;
    let start = async |department: &str| {
        let ticket = open_in(&commands, department, None).await;
        let started = commands.start_task(&ctx(&commands), ticket, Start::IfNone).await;
        known(&commands, TaskId(task_of(started.unwrap()).id)).await
    };
    for expected in [it[0], it[1], it[0]] {
        assert_eq!(start("IT").await.assignee, Some(expected));
    }
    let nobody = start("HR").await;
    assert_eq!(nobody.waiting.unwrap().why, NoCandidate::NoneInDepartment);
    // Another department has other people.
    let department = Change::Set("IT".to_owned());
    let edit = EditTicketInput { department, ..EditTicketInput::default() };
    let ctx = || ctx(&commands);
    commands.edit_ticket(&ctx(), nobody.ticket, edit, Change::Keep).await.unwrap();
    commands.reconcile_task(&ctx(), nobody.ticket).await.unwrap();
    let id = commands.running_task(nobody.ticket).await.unwrap().unwrap();
    assert_eq!(known(&commands, id).await.assignee, Some(it[1]));
    assert_eq!(commands.tasks_waiting().await.unwrap(), []);
}
