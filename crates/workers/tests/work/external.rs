//! Other systems: asked, slow, down, refusing, left alone.

use std::time::Duration;

use chrono::TimeDelta;
use commands::jobs::JobStatus;
use commands::{ExternalOutcome, derive_command_id};
use domain::task::{EscalationReason, RequestFate, TaskStatus};
use domain::workflow::ActionId;
use domain::{RequestId, TaskId, TicketId};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use serde_json::json;
use workers::external::{ExternalSystem, FAILURES, SigningSecret};

use crate::stub::{Mood, Stub};
use crate::support::{Desk, PUBLIC_URL, Process, SECRET, asks, system};

struct Scene {
    desk: Desk,
    stub: Stub,
    one: Process,
}

impl Scene {
    async fn new(mood: Mood) -> Self {
        Self::with(mood, |system| system).await
    }

    async fn with(mood: Mood, change: impl Fn(ExternalSystem) -> ExternalSystem) -> Self {
        let (desk, stub) = (Desk::new().await, Stub::start(mood).await);
        let one = desk.process_with(vec![change(system("BMS", &stub.url()))]).await;
        let role = one.role("Buyer").await;
        one.user("a@example.com", &[role]).await;
        one.workflow(asks("BMS", "Buyer")).await;
        Self { desk, stub, one }
    }

    async fn asked(&self) -> (TicketId, TaskId, RequestId) {
        let ticket = self.one.ticket("Two licences").await;
        self.one.drain().await;
        let task = self.one.running_task(ticket).await;
        let state = self.one.task(task).await;
        (ticket, task, state.known().unwrap().requests[0].id)
    }

    async fn fate(&self, task: TaskId) -> (RequestFate, TaskStatus) {
        let state = self.one.task(task).await;
        let task = state.known().unwrap();
        (task.requests[0].fate.clone(), task.status())
    }

    async fn job(&self) -> commands::jobs::Job {
        let mut jobs = self.one.jobs().await;
        assert_eq!(jobs.len(), 1, "{jobs:?}");
        jobs.remove(0)
    }
}

#[tokio::test]
async fn a_system_is_asked_once_in_a_signed_request_that_says_how_to_answer() {
    let scene = Scene::new(Mood::Says(202)).await;
    let (ticket, task, request) = scene.asked().await;
    scene.one.set_checkpoint(0).await;
    scene.one.drain().await;
    let received = scene.stub.received();
    assert_eq!(received.len(), 1, "however often somebody looks");
    assert_eq!(scene.job().await.status, JobStatus::Succeeded);
    let sent = &received[0];
    assert_eq!(sent.header("webhook-id"), request.to_string());
    assert_eq!(sent.header("content-type"), "application/json");
    let timestamp: i64 = sent.header("webhook-timestamp").parse().unwrap();
    let now = scene.one.commands.store().ambient().now().timestamp();
    assert_eq!(timestamp, now);
    let secret = SigningSecret::parse(SECRET).unwrap();
    let signature = secret.sign(&request.to_string(), timestamp, &sent.body);
    assert_eq!(sent.header("webhook-signature"), signature);

    let body = sent.json();
    assert_eq!(body["request_id"], request.to_string());
    assert_eq!(body["task_id"], task.to_string());
    assert_eq!(body["ticket"]["id"], ticket.to_string());
    assert_eq!(body["ticket"]["subject"], "Two licences");
    assert_eq!(body["ticket"]["priority"], "medium");
    assert_eq!(body["workflow"]["name"], "Asks");
    assert_eq!(
        body["step"],
        json!({ "id": "budget", "name": "Budget", "instructions": "Reserve it." })
    );
    assert_eq!(
        body["actions"],
        json!([
            { "action_id": "approve", "name": "Reserved" },
            { "action_id": "reject", "name": "No budget" }
        ])
    );
    let token = scene.one.commands.external_token(request);
    let url = format!("{PUBLIC_URL}/api/v1/external/{task}/{request}/{token}");
    assert_eq!(body["callback_url"], url);
    assert!(body["answer_by"].as_str().is_some_and(|by| by.ends_with('Z')), "{body}");
}

#[tokio::test]
async fn an_answer_given_twice_moves_the_task_on_once_and_no_deadline_follows() {
    let scene = Scene::new(Mood::Says(200)).await;
    let (ticket, task, request) = scene.asked().await;
    let commands = &scene.one.commands;
    let token = commands.external_token(request);
    let approve: ActionId = serde_json::from_value(json!("approve")).unwrap();
    let mut outcomes = Vec::new();
    for n in 0..2 {
        let ctx = scene.one.ctx();
        let id = derive_command_id(commands.store().secrets(), ctx.command_id, "answer", n);
        let (_, outcome) = commands
            .answer_external(&ctx.with_command(id), task, request, &token, approve.clone(), None)
            .await
            .unwrap();
        outcomes.push(outcome);
    }
    assert_eq!(outcomes, [ExternalOutcome::Applied, ExternalOutcome::Repeated]);
    scene.one.drain().await;
    scene.one.later(&scene.desk, TimeDelta::days(30)).await;
    scene.one.drain().await;
    assert!(scene.one.assignee(ticket).await.is_some(), "it is at the next step");
    assert_eq!(scene.one.counts("task.external").await.get("task.external_failed"), None);
    assert_eq!(scene.stub.received().len(), 1);
}

#[tokio::test]
async fn a_system_that_is_down_is_tried_again_and_then_people_are_called_in() {
    let scene = Scene::new(Mood::Says(503)).await;
    let (_, task, request) = scene.asked().await;
    let job = scene.job().await;
    assert_eq!((job.status, job.tries, job.max_tries), (JobStatus::Queued, 1, 3));
    assert!(job.error.unwrap().contains("503"));
    scene.one.later(&scene.desk, TimeDelta::seconds(4)).await;
    scene.one.drain().await;
    assert_eq!(scene.fate(task).await, (RequestFate::Waiting, TaskStatus::InProgress));
    scene.one.later(&scene.desk, TimeDelta::seconds(4)).await;
    scene.one.drain().await;
    assert_eq!(scene.fate(task).await, (RequestFate::Failed, TaskStatus::Escalated));
    assert_eq!(scene.job().await.status, JobStatus::Failed);
    let ids: Vec<_> =
        scene.stub.received().iter().map(|sent| sent.header("webhook-id").to_owned()).collect();
    assert_eq!(ids, vec![request.to_string(); 3], "each try is the same request");
    let state = scene.one.task(task).await;
    assert_eq!(state.known().unwrap().escalations, [EscalationReason::ExternalFailed]);
}

#[tokio::test]
async fn a_system_that_comes_back_is_asked_after_all() {
    let scene = Scene::new(Mood::Says(500)).await;
    let (_, task, _) = scene.asked().await;
    scene.stub.feels(Mood::Says(204));
    scene.one.later(&scene.desk, TimeDelta::seconds(4)).await;
    scene.one.drain().await;
    assert_eq!(scene.job().await.status, JobStatus::Succeeded);
    assert_eq!(scene.fate(task).await, (RequestFate::Waiting, TaskStatus::InProgress));
}

#[tokio::test]
async fn a_refusal_and_a_redirect_are_not_tried_again() {
    for mood in [Mood::Says(422), Mood::Says(404), Mood::Redirects] {
        let scene = Scene::new(mood).await;
        let (_, task, _) = scene.asked().await;
        assert_eq!(
            scene.fate(task).await,
            (RequestFate::Failed, TaskStatus::Escalated),
            "{mood:?}"
        );
        assert_eq!(scene.stub.received().len(), 1, "{mood:?}");
        assert_eq!(scene.job().await.status, JobStatus::Failed);
    }
}

#[tokio::test]
async fn a_system_that_is_slow_or_not_there_keeps_nobody_waiting() {
    let slow = |system: ExternalSystem| ExternalSystem {
        timeout: Duration::from_millis(200),
        tries: 1,
        ..system
    };
    let gone = |system: ExternalSystem| ExternalSystem {
        url: "http://127.0.0.1:9/?key=geheim".parse().unwrap(),
        tries: 1,
        ..system
    };
    let scene = Scene::with(Mood::Sleeps, slow).await;
    let (_, task, _) = scene.asked().await;
    assert_eq!(scene.fate(task).await.0, RequestFate::Failed);
    assert!(scene.job().await.error.unwrap().contains("0.2 seconds"));

    let scene = Scene::with(Mood::Sleeps, gone).await;
    let (_, task, _) = scene.asked().await;
    assert_eq!(scene.fate(task).await.0, RequestFate::Failed);
    let error = scene.job().await.error.unwrap();
    assert!(error.contains("could not be reached") && !error.contains("geheim"), "{error}");
}

#[tokio::test]
async fn a_system_that_never_answers_is_given_up_at_the_deadline() {
    let scene = Scene::new(Mood::Says(200)).await;
    let (_, task, _) = scene.asked().await;
    scene.desk.clock.advance(TimeDelta::minutes(59));
    scene.one.drain().await;
    assert_eq!(scene.fate(task).await.0, RequestFate::Waiting);
    scene.desk.clock.advance(TimeDelta::minutes(2));
    scene.one.drain().await;
    scene.one.drain().await;
    assert_eq!(scene.fate(task).await, (RequestFate::Failed, TaskStatus::Escalated));
    assert_eq!(scene.one.counts("task.external").await["task.external_failed"], 1);
}

#[tokio::test]
async fn a_system_that_is_not_configured_calls_people_in() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    one.role("Buyer").await;
    one.workflow(asks("BMS", "Buyer")).await;
    let ticket = one.ticket("a").await;
    one.drain().await;
    let state = one.task(one.running_task(ticket).await).await;
    assert_eq!(state.known().unwrap().status(), TaskStatus::Escalated);
}

#[tokio::test]
async fn a_system_that_was_asked_and_is_configured_no_longer_is_not_waited_for_for_ever() {
    let scene = Scene::new(Mood::Says(200)).await;
    let (_, task, _) = scene.asked().await;
    let other = scene.desk.process().await;
    scene.desk.clock.advance(TimeDelta::hours(2));
    other.drain().await;
    assert_eq!(scene.fate(task).await.0, RequestFate::Waiting, "it may answer all the same");
    scene.desk.clock.advance(TimeDelta::days(3));
    other.drain().await;
    assert_eq!(scene.fate(task).await, (RequestFate::Failed, TaskStatus::Escalated));
}

#[tokio::test]
async fn a_system_that_fails_again_and_again_is_left_alone_and_what_waits_loses_no_try() {
    let many = |system: ExternalSystem| ExternalSystem { tries: 50, ..system };
    let scene = Scene::with(Mood::Says(500), many).await;
    for _ in 0..FAILURES {
        scene.one.later(&scene.desk, TimeDelta::zero()).await;
        if scene.stub.received().is_empty() {
            scene.asked().await;
        }
        scene.one.drain().await;
    }
    assert_eq!(scene.stub.received().len(), FAILURES as usize);
    scene.one.later(&scene.desk, TimeDelta::seconds(1)).await;
    scene.one.drain().await;
    let job = scene.job().await;
    assert_eq!((job.status, job.tries), (JobStatus::Queued, FAILURES), "it was not even tried");
    assert!(job.error.unwrap().contains("left alone"));
    assert_eq!(scene.stub.received().len(), FAILURES as usize);
    let mut registry = Registry::default();
    scene.one.external.register(&mut registry);
    let metrics = || {
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        text
    };
    let told = metrics();
    assert!(told.contains("external_breaker{system=\"BMS\"} 2"), "{told}");
    let unreached = "external_tries_total{system=\"BMS\",outcome=\"unreached\"} 5";
    assert!(told.contains(unreached), "{told}");
    assert!(told.contains("external_try_seconds_count{system=\"BMS\"} 5"), "{told}");

    scene.stub.feels(Mood::Says(200));
    scene.one.later(&scene.desk, TimeDelta::seconds(30)).await;
    scene.one.drain().await;
    assert_eq!(scene.job().await.status, JobStatus::Succeeded);
    assert_eq!(scene.stub.received().len(), FAILURES as usize + 1);
    assert!(metrics().contains("external_breaker{system=\"BMS\"} 0"));
}
