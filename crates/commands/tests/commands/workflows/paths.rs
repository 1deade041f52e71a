use commands::{Assignee, CommandError, Commands, Context};
use domain::task::{EscalationReason, Performer, Progress, TaskRefusal, TaskStatus};
use domain::ticket::{OpenTicketInput, Status};
use domain::user::Role;
use domain::{Text, TicketId, UserId};
use eventstore::{Actor, Identifier, Metadata};
use futures_util::future::join_all;
use uuid::Uuid;

use super::office::*;
use crate::support::*;

#[tokio::test]
async fn the_approve_path_goes_from_one_to_the_next_and_resolves_the_ticket() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let (ticket, id) = office.task().await;
    let acted = office.act(id, "submit").await;
    let task = acted.state.task().unwrap();
    assert_eq!((task.step.id.as_str(), task.assignee), ("approval", Some(office.three)));
    let comment: Option<Text> = text("Granted.");
    let ctx = office.by(office.three);
    let done =
        office.commands.act_on_task(&ctx, id, action_id("approve"), None, comment).await.unwrap();
    let task = done.state.task().unwrap();
    let Progress::Completed(end) = &task.progress else { panic!("{:?}", task.progress) };
    assert_eq!(end.outcome.as_str(), "approved");
    assert_eq!(task.history[1].comment.as_ref().unwrap().as_str(), Some("Granted."));
    assert_eq!(task.history[1].by, Performer::Person { user: Some(office.three) });
    let resolved = office.ticket(ticket).await;
    assert_eq!(resolved.status, Status::Resolved);
    assert_eq!(office.commands.running_task(ticket).await.unwrap(), None);
    // The end of the task and the status of the ticket stand side by side.
    let (completed, changed): (i64, i64) = sqlx::query_as(
        "select max(position) filter (where type = 'task.completed'), \
                max(position) filter (where type = 'ticket.status_changed') from log.events",
    )
    .fetch_one(office.commands.store().pool())
    .await
    .unwrap();
    assert_eq!(changed, completed + 1);
}

#[tokio::test]
async fn the_return_path_goes_back_and_on_again() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let (ticket, id) = office.task().await;
    office.act(id, "submit").await;
    office.act(id, "return").await;
    let task = office.known(id).await;
    assert_eq!((task.step.id.as_str(), task.visit), ("triage", 3));
    // It is the next one's turn.
    assert_eq!(task.assignee, Some(office.two));
    office.act(id, "submit").await;
    office.act(id, "reject").await;
    assert_eq!(office.known(id).await.status(), TaskStatus::Completed);
    // This end leaves the ticket as it is.
    assert_eq!(office.ticket(ticket).await.status, Status::Open);
}

#[tokio::test]
async fn an_end_leaves_a_deleted_ticket_as_it_is() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let (ticket, id) = office.task().await;
    office.commands.delete_ticket(&office.ctx(), ticket, None).await.unwrap();
    office.act(id, "reject").await;
    assert_eq!(office.known(id).await.status(), TaskStatus::Completed);
    assert_eq!(office.ticket(ticket).await.status, Status::Open);
}

#[tokio::test]
async fn only_those_whose_step_it_is_may_act_and_what_is_not_there_is_named() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let (_, id) = office.task().await;
    let act = async |user: UserId, action: &str| {
        let ctx = office.by(user);
        office.commands.act_on_task(&ctx, id, action_id(action), None, None).await
    };
    let refused = act(office.three, "submit").await.unwrap_err();
    assert!(matches!(refused, CommandError::Task(TaskRefusal::NotEntitled { .. })));
    let refused = act(office.one, "approve").await.unwrap_err();
    let CommandError::Task(refusal) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.available().unwrap().len(), 2);
    let actions = async |user| {
        let ctx = office.by(user);
        office.commands.available_actions(&ctx, id).await.unwrap().1.len()
    };
    assert_eq!((actions(office.one).await, actions(office.three).await), (2, 0));
    // Whoever holds the role may, and so may an admin.
    act(office.two, "submit").await.unwrap();
    let admin = Context { role: Role::Admin, ..office.by(office.one) };
    office.commands.act_on_task(&admin, id, action_id("approve"), None, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_people_at_once_one_wins_and_the_other_is_told_where_the_task_is() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let other = desk.process().await;
    for _ in 0..5 {
        let (_, id) = office.task().await;
        office.act(id, "submit").await;
        // `reject` goes by the same name at triage: it must not be taken there.
        let one = (office.commands.clone(), "return");
        let two = (other.clone(), "reject");
        let acts = [one, two].map(|(commands, action)| {
            let by = Context { role: Role::Admin, ..by(&commands, office.one) };
            async move { commands.act_on_task(&by, id, action_id(action), Some(2), None).await }
        });
        let results = join_all(acts).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        let lost = results.into_iter().find_map(Result::err).unwrap();
        let task = office.known(id).await;
        assert_eq!(task.history.len(), 2);
        match lost {
            CommandError::Task(TaskRefusal::StepChanged { step, .. }) => {
                assert_eq!(step.as_str(), "triage");
            }
            CommandError::Task(TaskRefusal::Ended { status }) => {
                assert_eq!(status, TaskStatus::Completed);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_action_is_not_taken_at_another_step_than_it_was_first_decided_at() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let (one, two) = (office.commands.clone(), desk.process().await);
    let (_, id) = office.task().await;
    office.act(id, "submit").await;
    // Both are decided at approval. The second is decided again at triage, which has `reject` too.
    let mut held = hold_appends(&one).await;
    let ctx = office.by(office.three);
    let back =
        tokio::spawn(
            async move { one.act_on_task(&ctx, id, action_id("return"), None, None).await },
        );
    queued(&mut held, 1).await;
    let admin = Context { role: Role::Admin, ..by(&two, office.two) };
    let rejected =
        tokio::spawn(
            async move { two.act_on_task(&admin, id, action_id("reject"), None, None).await },
        );
    queued(&mut held, 2).await;
    held.commit().await.unwrap();
    back.await.unwrap().unwrap();
    let refused = rejected.await.unwrap().unwrap_err();
    let CommandError::Task(TaskRefusal::StepChanged { step, available }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((step.as_str(), available.len()), ("triage", 2));
    assert_eq!(office.known(id).await.history.len(), 2);
}

#[tokio::test]
async fn an_action_for_one_version_goes_through_on_that_only_and_a_repeat_is_the_first_result() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let (_, id) = office.task().await;
    let version = office.commands.task(id).await.unwrap().unwrap().version;
    let stale = if_match(office.by(office.one), version - 1);
    let act = async |ctx: &Context, action: &str| {
        office.commands.act_on_task(ctx, id, action_id(action), None, None).await
    };
    let refused = act(&stale, "submit").await.unwrap_err();
    assert!(matches!(refused, CommandError::VersionMismatch { current } if current == version));

    let ctx = Context { idempotent: true, ..office.by(office.one) };
    let first = act(&ctx, "submit").await.unwrap();
    office.act(id, "return").await;
    let again = act(&ctx, "submit").await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.version, first.version);
    assert_eq!(again.state.task().unwrap().step.id.as_str(), "approval");
    assert_eq!(office.known(id).await.step.id.as_str(), "triage");
    let other = Context { body_hash: [3; 32], ..ctx };
    assert!(matches!(act(&other, "submit").await, Err(CommandError::KeyReused)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_command_sent_twice_at_once_has_one_result() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let other = desk.process().await;
    let (_, id) = office.task().await;
    let mut held = hold_appends(&office.commands).await;
    let command = Context { idempotent: true, ..office.by(office.one) };
    let sent = [&office.commands, &office.commands, &other].map(|commands| {
        let (commands, command) = (commands.clone(), command.clone());
        tokio::spawn(async move {
            commands.act_on_task(&command, id, action_id("submit"), Some(1), None).await
        })
    });
    // Two decided it; the third waits for the first, with which it shares a process.
    queued(&mut held, 2).await;
    held.commit().await.unwrap();
    let mut replayed = 0;
    for sent in sent {
        let done = sent.await.unwrap().unwrap();
        replayed += usize::from(done.replayed);
        assert_eq!(done.state.task().unwrap().step.id.as_str(), "approval");
    }
    assert_eq!(replayed, 2);
    assert_eq!(office.known(id).await.history.len(), 1);
}

#[tokio::test]
async fn hold_resume_reassign_escalate_and_cancel() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let commands = &office.commands;
    let (ticket, id) = office.task().await;
    let one = || office.by(office.one);

    let held = commands.hold_task(&one(), id, text("parts")).await.unwrap();
    assert_eq!(held.state.task().unwrap().status(), TaskStatus::OnHold);
    let refused = commands.act_on_task(&one(), id, action_id("submit"), None, None).await;
    assert!(matches!(refused, Err(CommandError::Task(TaskRefusal::OnHold))));
    let resumed = commands.resume_task(&one(), id).await.unwrap();
    assert_eq!(resumed.state.task().unwrap().status(), TaskStatus::InProgress);

    let escalated = commands.escalate_task(&one(), id, text("help")).await.unwrap();
    let task = escalated.state.task().unwrap();
    assert_eq!(task.escalations, [EscalationReason::ByPerson]);
    assert_eq!((task.status(), task.assignee), (TaskStatus::Escalated, Some(office.one)));

    let to = |user| Some(Assignee::User(user));
    let lacks = commands.assign_task(&one(), id, to(office.three)).await;
    assert!(matches!(lacks, Err(CommandError::Task(TaskRefusal::AssigneeLacksRole { .. }))));
    let to_two = Some(Assignee::Email("two@example.com".into()));
    let assigned = commands.assign_task(&one(), id, to_two).await.unwrap();
    assert_eq!(assigned.state.task().unwrap().assignee, Some(office.two));
    let nobody = Some(Assignee::Email("nobody@example.com".into()));
    let unknown = commands.assign_task(&one(), id, nobody).await;
    assert!(
        matches!(unknown, Err(CommandError::Invalid(fields)) if fields[0].field == "assigned_to")
    );
    commands.deactivate_user(&office.ctx(), office.one).await.unwrap();
    let gone = commands.assign_task(&office.ctx(), id, to(office.one)).await;
    assert!(matches!(gone, Err(CommandError::Task(TaskRefusal::AssigneeDeactivated))));
    // Given anew: only two is left.
    let anew = commands.assign_task(&office.ctx(), id, None).await.unwrap();
    assert_eq!(anew.state.task().unwrap().assignee, Some(office.two));

    let cancelled = commands.cancel_task(&office.ctx(), id, text("no")).await.unwrap();
    assert_eq!(cancelled.state.task().unwrap().status(), TaskStatus::Cancelled);
    assert_eq!(commands.running_task(ticket).await.unwrap(), None);
}

#[tokio::test]
async fn a_task_goes_on_with_the_version_it_began_with() {
    let desk = Desk::new().await;
    let office = Office::bare(&desk).await;
    let workflow = define(&office.commands, &approval_form()).await;
    let (_, old) = office.task().await;
    let mut changed = short_form("Access");
    changed.steps[0].id = "other".into();
    changed.start = "other".into();
    changed.transitions[0].from = "other".into();
    let ctx = office.ctx();
    // Also in a process that has never seen the first version.
    let fresh = desk.process().await;
    fresh.edit_workflow(&ctx, workflow, &changed).await.unwrap();
    let (_, new) = office.task().await;
    assert_eq!(office.known(new).await.step.id.as_str(), "other");
    assert_eq!(office.known(new).await.matched.version, 2);
    let by_one = by(&fresh, office.one);
    let acted = fresh.act_on_task(&by_one, old, action_id("submit"), None, None).await.unwrap();
    let task = acted.state.task().unwrap();
    assert_eq!((task.step.id.as_str(), task.matched.version), ("approval", 1));
}

#[tokio::test]
async fn the_time_of_a_step_is_told_once_and_a_hold_keeps_what_is_left() {
    let desk = Desk::new().await;
    let office = Office::bare(&desk).await;
    let mut form = short_form("Timed");
    form.steps[0].sla_minutes = Some(100);
    define(&office.commands, &form).await;
    let commands = &office.commands;
    let (_, id) = office.task().await;
    let at = |text: &str| text.parse().unwrap();
    let task = office.known(id).await;
    assert_eq!(task.due_at(), Some(at("2026-06-15T13:40:00Z")));
    let alarm = async || commands.alarm_task(&office.ctx(), id).await.unwrap().next_at;
    assert_eq!(alarm().await, Some(at("2026-06-15T13:20:00Z")));
    assert_eq!(count(commands, "task.escalated").await, 0);

    desk.clock.set("2026-06-15T12:50:00Z");
    commands.hold_task(&office.ctx(), id, None).await.unwrap();
    assert_eq!(alarm().await, None);
    desk.clock.set("2026-06-15T15:00:00Z");
    commands.resume_task(&office.ctx(), id).await.unwrap();
    assert_eq!(office.known(id).await.due_at(), Some(at("2026-06-15T15:50:00Z")));

    let cause = office.ctx();
    desk.clock.set("2026-06-15T15:31:00Z");
    let next = commands.alarm_task(&cause, id).await.unwrap().next_at;
    assert_eq!(next, Some(at("2026-06-15T15:50:00Z")));
    assert_eq!(office.known(id).await.escalations, [EscalationReason::SlaAtRisk]);
    assert_eq!(alarm().await, next);
    desk.clock.set("2026-06-15T16:00:00Z");
    // Under the same cause, as when a job is tried again late.
    assert_eq!(commands.alarm_task(&cause, id).await.unwrap().next_at, None);
    assert_eq!(count(commands, "task.escalated").await, 2);
    assert_eq!(alarm().await, None);
    assert_eq!(count(commands, "task.escalated").await, 2);
}

#[tokio::test]
async fn what_was_said_about_a_task_is_forgotten_with_the_customer() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let commands = &office.commands;
    let email = "customer@example.com";
    let of_customer =
        OpenTicketInput { customer_email: Some(email.into()), ..input("of a customer") };
    let opened = commands.open_ticket(&office.ctx(), of_customer, vec![]).await.unwrap();
    let of_customer = office.start(TicketId(opened.id)).await;
    let (plain, of_nobody) = office.task().await;
    for id in [of_customer, of_nobody] {
        let admin = Context { role: Role::Admin, ..office.by(office.one) };
        let comment = text("A customer with a cold.");
        commands.act_on_task(&admin, id, action_id("submit"), None, comment).await.unwrap();
    }
    let said = async |id| {
        let task = office.known(id).await;
        task.history[0].comment.clone().unwrap().as_str().map(str::to_owned)
    };
    assert!(said(of_customer).await.is_some());
    let subjects = commands.store().linked_subjects(&Identifier::email(email)).await.unwrap();
    erase(commands, &subjects).await;
    assert_eq!(said(of_customer).await, None);
    assert!(said(of_nobody).await.is_some());
    // The task goes on.
    office.act(of_customer, "approve").await;
    // A ticket without a customer stands for itself, and for its tasks.
    erase(commands, &[plain.uuid()]).await;
    assert_eq!(said(of_nobody).await, None);
}

async fn erase(commands: &Commands, subjects: &[Uuid]) {
    let metadata = Metadata {
        actor: Actor::System,
        correlation_id: "test".into(),
        causation_id: None,
        traceparent: None,
        client: None,
    };
    let command = commands.store().ambient().uuid_v7();
    commands.store().erase_subjects(subjects, command, metadata).await.unwrap();
}
