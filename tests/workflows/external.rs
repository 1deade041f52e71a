//! Another system approves: in time, late, twice, not at all; forged answers.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::json;

use super::*;
use crate::support::{Desk, Setup, Tool, repo};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A system that takes requests, or does not.
#[derive(Clone)]
struct System(Arc<Mutex<Inner>>);

struct Inner {
    answers: StatusCode,
    requests: Vec<(HeaderMap, Value)>,
}

impl System {
    /// Starts it, and tells its address.
    async fn start(answers: StatusCode) -> (Self, String) {
        let system = Self(Arc::new(Mutex::new(Inner { answers, requests: Vec::new() })));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(system.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (system, address)
    }

    fn answer_with(&self, status: StatusCode) {
        self.0.lock().unwrap().answers = status;
    }

    fn requests(&self) -> Vec<(HeaderMap, Value)> {
        self.0.lock().unwrap().requests.clone()
    }

    /// Waits for so many requests, and returns them.
    async fn until_asked(&self, times: usize) -> Vec<(HeaderMap, Value)> {
        let begun = Instant::now();
        loop {
            let requests = self.requests();
            if requests.len() >= times {
                return requests;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{} requests", requests.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn take(State(system): State<System>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut inner = system.0.lock().unwrap();
    inner.requests.push((headers, serde_json::from_slice(&body).unwrap()));
    inner.answers
}

/// A desk where a system approves, and one who checks first and works afterwards.
async fn desk_with(url: &str, more: &str) -> Desk {
    let desk = Desk::start(Setup::default().variable("DOCKET_JOB_LEASE", "3s")).await;
    desk.configure(&format!("[external.BMS]\nurl = \"{url}\"\nsecret = \"{SECRET}\"\n{more}"));
    desk.stop();
    desk.start_again().await;
    let admin = desk.as_admin().await;
    work_role(&admin, "Level 2").await;
    let form = json!({
        "name": "Budget", "default": true, "start": "check",
        "steps": [
            { "id": "check", "name": "Check", "kind": "human", "role": "Level 2" },
            { "id": "budget", "name": "Budget", "kind": "external", "system": "BMS" },
        ],
        "transitions": [
            way("check", "submit", step("budget")),
            way("budget", "approve", end("approved", "resolved")),
            way("budget", "reject", end("rejected", "closed")),
        ],
    });
    define(&admin, form).await;
    desk
}

/// Brings a new ticket's task to the step of the other system.
async fn asked(admin: &Client<'_>) -> (String, Value) {
    let ticket = open(admin, "Two licences").await;
    let task = until_at(admin, &ticket, "check").await;
    act(admin, &task, "submit").await.expect(200);
    (ticket, task)
}

/// The path of the URL that a request gave for its answer.
fn callback(request: &Value, desk: &Desk) -> String {
    let url = request["callback_url"].as_str().unwrap();
    url.strip_prefix(&desk.base)
        .unwrap_or_else(|| panic!("{url} is not of {}", desk.base))
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_and_only_from_who_was_asked() {
    let (system, url) = System::start(StatusCode::NO_CONTENT).await;
    let desk = desk_with(&url, "").await;
    let admin = desk.as_admin().await;
    let (ticket, task) = asked(&admin).await;
    let (headers, request) = system.until_asked(1).await.remove(0);
    for header in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        assert!(headers.contains_key(header), "{header}");
    }
    assert_eq!(request["task_id"], task["id"]);
    assert_eq!(request["actions"][0]["action_id"], "approve");
    let refused = act(&admin, &task, "approve").await.problem(409);
    assert_eq!(refused["code"], "task_awaits_external");

    let callback = callback(&request, &desk);
    let anybody = desk.anonymous();
    let approve = json!({ "action_id": "approve", "comment": "Reserved." });
    let mut forged = callback.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    anybody.post(&forged, approve.clone()).await.problem(404);
    let unknown = json!({ "action_id": "burn" });
    assert_eq!(anybody.post(&callback, unknown).await.problem(409)["code"], "action_not_available");
    assert_eq!(anybody.post(&callback, json!({ "action": 1 })).await.status, 422);
    assert_eq!(until_at(&admin, &ticket, "budget").await["status"], "in_progress");

    let applied = anybody.post(&callback, approve.clone()).await.expect(200);
    assert_eq!(applied["outcome"], "applied");
    let repeated = anybody.post(&callback, approve).await.expect(200);
    assert_eq!(repeated["outcome"], "repeated");
    anybody.post(&callback, json!({ "action_id": "reject" })).await.problem(409);
    let ticket = admin.get(&format!("/api/v1/tickets/{ticket}")).await.expect(200);
    assert_eq!(ticket["status"], "resolved");
    let history = admin.get(&path(&task, "/history")).await.expect(200).to_string();
    assert!(history.contains("Reserved.") && history.contains("BMS"), "{history}");
    assert_eq!(system.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_is_down_is_asked_again() {
    let (system, url) = System::start(StatusCode::SERVICE_UNAVAILABLE).await;
    let desk = desk_with(&url, "").await;
    let admin = desk.as_admin().await;
    let (ticket, _) = asked(&admin).await;
    let before = system.until_asked(1).await;
    // Killed between two tries, the desk goes on where it was.
    desk.kill();
    desk.start_again().await;
    system.answer_with(StatusCode::OK);
    let requests = system.until_asked(2).await;
    assert_eq!(requests[1].0["webhook-id"], before[0].0["webhook-id"], "the same request");
    assert_eq!(requests[1].1["callback_url"], before[0].1["callback_url"]);
    let admin = desk.as_admin().await;
    let answer = json!({ "action_id": "reject" });
    desk.anonymous().post(&callback(&requests[1].1, &desk), answer).await.expect(200);
    let done = until_task(&admin, &ticket, |task| task["status"] == "completed").await;
    assert_eq!(tasks_of(&admin, &ticket).await.len(), 1, "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_is_slow_or_refuses_leaves_it_to_people() {
    let (system, url) = System::start(StatusCode::OK).await;
    let desk = desk_with(&url, "answer_within = \"1s\"").await;
    let admin = desk.as_admin().await;
    let (ticket, task) = asked(&admin).await;
    let (_, request) = system.until_asked(1).await.remove(0);
    let escalated = |task: &Value| task["status"] == "escalated";
    until_task(&admin, &ticket, escalated).await;
    // Late: kept, and nothing else.
    let approve = json!({ "action_id": "approve", "comment": "Sorry for the delay." });
    let late = desk.anonymous().post(&callback(&request, &desk), approve).await.expect(200);
    assert_eq!(late["outcome"], "late");
    until_task(&admin, &ticket, escalated).await;
    let history = admin.get(&path(&task, "/history")).await.expect(200).to_string();
    assert!(history.contains("Sorry for the delay."), "{history}");
    let done = act(&admin, &task, "approve").await.expect(200);
    assert_eq!(done["status"], "completed");

    system.answer_with(StatusCode::FORBIDDEN);
    let (ticket, task) = asked(&admin).await;
    until_task(&admin, &ticket, escalated).await;
    let history = admin.get(&path(&task, "/history")).await.expect(200).to_string();
    assert!(history.contains("rejected"), "{history}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_approves() {
    let Some(mut python) = Tool::Python.find() else { return };
    python.current_dir(repo().join("examples/external")).env("APPROVER_SECRET", SECRET);
    python.args(["approver.py", "--port", "0", "--delay", "0.1"]).stdout(Stdio::piped());
    let mut example = python.spawn().unwrap();
    let mut lines = BufReader::new(example.stdout.take().unwrap()).lines();
    let said = lines.next().unwrap().unwrap();
    let url = said.rsplit(' ').next().unwrap().to_owned();
    let desk = desk_with(&url, "").await;
    let admin = desk.as_admin().await;
    let (ticket, _) = asked(&admin).await;
    let done = until_task(&admin, &ticket, |task| task["status"] == "completed").await;
    assert_eq!(done["step"]["step_id"], "budget");
    example.kill().unwrap();
    example.wait().unwrap();
    assert!(lines.next().unwrap().unwrap().starts_with("asked about TKT-"));
}
