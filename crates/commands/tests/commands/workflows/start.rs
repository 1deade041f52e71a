use commands::{CommandError, Start, Started};
use domain::task::{AssignmentReason, CancelReason, Progress, TaskStatus};
use domain::ticket::Status;
use domain::user::Role;
use domain::{TaskId, TicketId};

use super::office::*;
use crate::support::*;

#[tokio::test]
async fn a_task_starts_with_somebody_who_holds_the_role() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let (ticket, id) = office.task().await;
    let task = office.known(id).await;
    assert_eq!((task.ticket, task.run, task.visit), (ticket, 1, 1));
    assert_eq!((task.status(), task.assignee), (TaskStatus::InProgress, Some(office.one)));
    assert_eq!(office.commands.running_task(ticket).await.unwrap(), Some(id));
    // One append: the batch holds the opening, the assignment and the turn.
    let positions: i64 = sqlx::query_scalar(
        "select count(distinct recorded_at) from log.events \
         where type in ('task.opened', 'task.assigned', 'rotation.advanced')",
    )
    .fetch_one(office.commands.store().pool())
    .await
    .unwrap();
    assert_eq!(positions, 1);
    let (_, second) = office.task().await;
    assert_eq!(office.known(second).await.assignee, Some(office.two));
}

#[tokio::test]
async fn a_second_start_finds_the_first_and_a_restart_takes_its_place() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let (ticket, first) = office.task().await;
    let again = office.commands.start_task(&office.ctx(), ticket, Start::IfNone).await.unwrap();
    assert!(matches!(again, Started::Running(running) if running == first));

    let restart = repeatable(&office.commands, 1);
    let started = office.commands.start_task(&restart, ticket, Start::Restart).await.unwrap();
    let second = TaskId(task_of(started).id);
    assert_eq!(office.known(second).await.run, 2);
    let ended = office.known(first).await.progress;
    assert_eq!(ended, Progress::Cancelled { why: CancelReason::Restarted });
    assert_eq!(office.commands.running_task(ticket).await.unwrap(), Some(second));

    // Sent again, it is the same task.
    let repeat = office.commands.start_task(&restart, ticket, Start::Restart).await.unwrap();
    let repeat = task_of(repeat);
    assert!(repeat.replayed);
    assert_eq!(TaskId(repeat.id), second);
    assert_eq!(count(&office.commands, "task.opened").await, 2);
}

#[tokio::test]
async fn a_start_for_one_version_of_the_ticket_goes_through_on_that_only() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let commands = &office.commands;
    let ticket = open(commands, "a").await;
    let start = |version| {
        let ctx = if_match(office.ctx(), version);
        async move { commands.start_task(&ctx, ticket, Start::IfNone).await }
    };
    let refused = start(7).await.unwrap_err();
    assert!(matches!(refused, CommandError::VersionMismatch { current: 1 }), "{refused}");
    assert!(matches!(start(1).await.unwrap(), Started::Task(_)));
    let unknown = TicketId(commands.store().ambient().uuid_v7());
    let refused = commands.start_task(&office.ctx(), unknown, Start::IfNone).await.unwrap_err();
    assert!(matches!(refused, CommandError::NotFound));
}

#[tokio::test]
async fn what_is_not_open_or_has_no_workflow_gets_no_task() {
    let desk = Desk::new().await;
    let office = Office::bare(&desk).await;
    let commands = &office.commands;
    let ticket = open(commands, "a").await;
    let start = async || commands.start_task(&office.ctx(), ticket, Start::IfNone).await.unwrap();
    assert!(matches!(start().await, Started::NoWorkflow));
    define(commands, &approval_form()).await;
    commands.change_status(&office.ctx(), ticket, Status::Resolved, None).await.unwrap();
    assert!(matches!(start().await, Started::NotOpen));
    commands.change_status(&office.ctx(), ticket, Status::Open, None).await.unwrap();
    commands.delete_ticket(&office.ctx(), ticket, None).await.unwrap();
    assert!(matches!(start().await, Started::NotOpen));
    commands.restore_ticket(&office.ctx(), ticket).await.unwrap();
    assert!(matches!(start().await, Started::Task(_)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_starts_at_once_in_two_processes_one_begins() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let other = desk.process().await;
    let ticket = open(&office.commands, "a").await;
    let starts = (0..12).map(|n| {
        let commands = if n % 2 == 0 { office.commands.clone() } else { other.clone() };
        async move { commands.start_task(&ctx(&commands), ticket, Start::IfNone).await.unwrap() }
    });
    let started = futures_util::future::join_all(starts).await;
    let begun = started.iter().filter(|started| matches!(started, Started::Task(_))).count();
    assert_eq!(begun, 1);
    assert_eq!(count(&office.commands, "task.opened").await, 1);
    assert_eq!(count(&office.commands, "rotation.advanced").await, 1);
}

#[tokio::test]
async fn within_the_department_and_by_load() {
    let desk = Desk::new().await;
    let office = Office::bare(&desk).await;
    let commands = &office.commands;
    let mut least = short_form("Least");
    least.steps[0].assignment = Some("least_loaded".into());
    define(commands, &least).await;
    // One has two tasks, so two gets the next ones until both have as many.
    let mut tasks = vec![];
    for _ in 0..2 {
        tasks.push(office.task().await.1);
    }
    let two_has = office.known(tasks[1]).await;
    assert_eq!(two_has.assignee, Some(office.two));
    let to_one = Some(commands::Assignee::User(office.one));
    commands.assign_task(&office.by_admin(), tasks[1], to_one).await.unwrap();
    for _ in 0..2 {
        let (_, task) = office.task().await;
        assert_eq!(office.known(task).await.assignee, Some(office.two));
    }
    assert_eq!(count(commands, "rotation.advanced").await, 0);
}

#[tokio::test]
async fn the_event_explains_the_choice() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    office.task().await;
    let (_, second) = office.task().await;
    let reason = last_reason(&office.commands, second).await;
    let AssignmentReason::RoundRobin { pointer, candidates, scope } = reason else {
        panic!("{reason:?}")
    };
    assert_eq!((pointer, scope.role), (Some(office.one), office.level_2));
    assert_eq!(candidates, [office.one, office.two]);
}

impl Office {
    fn by_admin(&self) -> commands::Context {
        commands::Context { role: Role::Admin, ..self.by(self.three) }
    }
}

async fn last_reason(commands: &commands::Commands, task: TaskId) -> AssignmentReason {
    let stored = commands.store().read_stream(task.uuid(), 0).await.unwrap();
    let opened = commands.store().open_events(stored).await.unwrap();
    let last = opened.iter().rfind(|event| event.event_type == "task.assigned").unwrap();
    serde_json::from_value(last.data["why"].clone()).unwrap()
}
