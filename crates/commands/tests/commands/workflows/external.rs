use commands::{Assignee, CommandError, Commands, Context, ExternalOutcome};
use domain::task::{
    EscalationReason, ExternalFailure, Lateness, Performer, TaskRefusal, TaskStatus,
};
use domain::ticket::Status;
use domain::user::Role;
use domain::{RequestId, TaskId};

use super::office::*;
use crate::support::*;

async fn office(desk: &Desk) -> Office {
    let office = Office::bare(desk).await;
    define(&office.commands, &budget_form()).await;
    office
}

async fn request(office: &Office, id: TaskId) -> RequestId {
    office.known(id).await.current_request().unwrap().id
}

/// The system answers, with the right token.
async fn answer(
    commands: &Commands,
    task: TaskId,
    request: RequestId,
    action: &str,
) -> Result<ExternalOutcome, CommandError> {
    let token = commands.external_token(request);
    let ctx = ctx(commands);
    let answered =
        commands.answer_external(&ctx, task, request, &token, action_id(action), None).await;
    answered.map(|(_, outcome)| outcome)
}

#[tokio::test]
async fn an_answer_in_time_counts_and_a_person_goes_on() {
    let desk = Desk::new().await;
    let office = office(&desk).await;
    let (_, id) = office.task().await;
    let asked = request(&office, id).await;
    assert_eq!(office.known(id).await.status(), TaskStatus::InProgress);
    let other = desk.process().await;
    assert_eq!(other.external_token(asked), office.commands.external_token(asked));
    let applied = answer(&other, id, asked, "approve").await.unwrap();
    assert_eq!(applied, ExternalOutcome::Applied);
    let task = office.known(id).await;
    assert_eq!((task.step.id.as_str(), task.assignee), ("work", Some(office.one)));
    assert!(matches!(task.history[0].by, Performer::System { request, .. } if request == asked));
    // Repeated, and contradicting.
    let repeated = answer(&office.commands, id, asked, "approve").await.unwrap();
    assert_eq!(repeated, ExternalOutcome::Repeated);
    let first = action_id("approve");
    let contradicting = answer(&office.commands, id, asked, "reject").await.unwrap();
    assert_eq!(contradicting, ExternalOutcome::Contradicting { first });
    assert_eq!(office.known(id).await.history.len(), 1);

    // Asked again, it is another request with another token.
    office.act(id, "again").await;
    let second = request(&office, id).await;
    assert_ne!(second, asked);
    let old = office.commands.external_token(asked);
    let reject = action_id("reject");
    let ctx = office.ctx();
    let forged =
        office.commands.answer_external(&ctx, id, second, &old, reject, None).await.unwrap_err();
    assert!(matches!(forged, CommandError::Task(TaskRefusal::TokenForged)));
}

#[tokio::test]
async fn who_forges_learns_nothing_and_changes_nothing() {
    let desk = Desk::new().await;
    let office = office(&desk).await;
    let (_, id) = office.task().await;
    let asked = request(&office, id).await;
    let commands = &office.commands;
    for token in ["", "x", &"A".repeat(43)] {
        let action = action_id("approve");
        let forged = commands.answer_external(&office.ctx(), id, asked, token, action, None).await;
        assert!(matches!(forged, Err(CommandError::Task(TaskRefusal::TokenForged))));
    }
    // A genuine token of a request that the task does not have.
    let unknown = RequestId(commands.store().ambient().uuid_v7());
    let refused = answer(commands, id, unknown, "approve").await.unwrap_err();
    assert!(matches!(refused, CommandError::Task(TaskRefusal::RequestUnknown)));
    let refused = answer(commands, id, asked, "dance").await.unwrap_err();
    assert!(matches!(refused, CommandError::Task(TaskRefusal::ActionNotAvailable { .. })));
    assert_eq!(office.known(id).await.history.len(), 0);
}

#[tokio::test]
async fn given_up_people_act_and_the_answer_is_late() {
    let desk = Desk::new().await;
    let office = office(&desk).await;
    let commands = &office.commands;
    let (ticket, id) = office.task().await;
    let asked = request(&office, id).await;
    let admin = Context { role: Role::Admin, ..office.by(office.three) };
    let early = commands.act_on_task(&admin, id, action_id("approve"), None, None).await;
    assert!(matches!(early, Err(CommandError::Task(TaskRefusal::AwaitsExternal { .. }))));

    let why = ExternalFailure::TimedOut;
    for _ in 0..2 {
        commands.fail_external(&office.ctx(), id, asked, why, text("no answer")).await.unwrap();
    }
    assert_eq!(count(commands, "task.external_failed").await, 1);
    let task = office.known(id).await;
    assert_eq!(task.escalations, [EscalationReason::ExternalFailed]);
    // An admin may give it to a person.
    let to = Some(Assignee::User(office.one));
    commands.assign_task(&admin, id, to).await.unwrap();
    let late = answer(commands, id, asked, "approve").await.unwrap();
    assert_eq!(late, ExternalOutcome::Late { why: Lateness::GivenUp });
    assert_eq!(office.known(id).await.step.id.as_str(), "budget");
    office.act(id, "reject").await;
    assert_eq!(office.ticket(ticket).await.status, Status::Closed);
    let repeated = answer(commands, id, asked, "approve").await.unwrap();
    assert_eq!(repeated, ExternalOutcome::Repeated);
}

#[tokio::test]
async fn an_answer_after_the_end_is_late_and_its_repeat_says_so_again() {
    let desk = Desk::new().await;
    let office = office(&desk).await;
    let commands = &office.commands;
    let (_, id) = office.task().await;
    let asked = request(&office, id).await;
    commands.cancel_task(&office.ctx(), id, None).await.unwrap();
    let token = commands.external_token(asked);
    let ctx = repeatable(commands, 1);
    for _ in 0..2 {
        let approve = action_id("approve");
        let answered = commands.answer_external(&ctx, id, asked, &token, approve, None).await;
        let late = ExternalOutcome::Late { why: Lateness::TaskEnded };
        assert_eq!(answered.unwrap().1, late);
    }
    assert_eq!(count(commands, "task.external_answered").await, 1);
    let reused = Context { body_hash: [2; 32], ..ctx };
    let approve = action_id("approve");
    let refused = commands.answer_external(&reused, id, asked, &token, approve, None).await;
    assert!(matches!(refused, Err(CommandError::KeyReused)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_answers_at_once_one_counts() {
    let desk = Desk::new().await;
    let office = office(&desk).await;
    let other = desk.process().await;
    let (_, id) = office.task().await;
    let asked = request(&office, id).await;
    let answers = (0..10).map(|n| {
        let commands = if n % 2 == 0 { office.commands.clone() } else { other.clone() };
        async move {
            let action = if n % 3 == 0 { "reject" } else { "approve" };
            answer(&commands, id, asked, action).await.unwrap()
        }
    });
    let outcomes = futures_util::future::join_all(answers).await;
    let applied = outcomes.iter().filter(|outcome| **outcome == ExternalOutcome::Applied).count();
    assert_eq!(applied, 1);
    assert_eq!(count(&office.commands, "task.external_answered").await, 1);
    assert_eq!(count(&office.commands, "task.acted").await, 1);
}

#[tokio::test]
async fn a_task_on_hold_asks_the_system_once_it_goes_on() {
    let desk = Desk::new().await;
    let office = Office::bare(&desk).await;
    let mut form = budget_form();
    form.steps.push(serde_json::from_value(super::office::external("second", "ams")).unwrap());
    let ways = serde_json::json!([
        way("second", "fine", end("fine", None)),
        way("budget", "further", step("second")),
    ]);
    form.transitions.extend::<Vec<_>>(serde_json::from_value(ways).unwrap());
    define(&office.commands, &form).await;
    let (_, id) = office.task().await;
    let asked = request(&office, id).await;
    office.commands.hold_task(&office.ctx(), id, None).await.unwrap();
    answer(&office.commands, id, asked, "further").await.unwrap();
    let task = office.known(id).await;
    assert_eq!((task.status(), task.current_request()), (TaskStatus::OnHold, None));
    office.commands.resume_task(&office.ctx(), id).await.unwrap();
    let task = office.known(id).await;
    assert!(task.current_request().is_some());
    assert_eq!(task.status(), TaskStatus::InProgress);
}
