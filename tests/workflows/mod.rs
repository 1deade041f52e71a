//! Tickets find their workflow, become tasks, go to the right people, and are done step by step.

mod external;
mod fairness;
mod killed;
mod leaving;
mod paths;
mod versions;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Desk};

/// Somebody at the desk.
pub struct Colleague<'a> {
    /// The user's id.
    pub id: String,
    /// E-mail address.
    pub email: String,
    /// Requests in this name.
    pub client: Client<'a>,
}

/// Makes a work role and returns its id.
pub async fn work_role(admin: &Client<'_>, name: &str) -> String {
    let role = admin.post("/api/v1/roles", json!({ "name": name })).await.expect(201);
    role["id"].as_str().unwrap().to_owned()
}

/// Registers a handler who holds these work roles.
pub async fn colleague<'a>(desk: &'a Desk, name: &str, work_roles: &[&str]) -> Colleague<'a> {
    with_role(desk, name, "handler", work_roles).await
}

/// Registers somebody with a permission role, who holds these work roles.
pub async fn with_role<'a>(
    desk: &'a Desk,
    name: &str,
    role: &str,
    work_roles: &[&str],
) -> Colleague<'a> {
    let (email, password) = (format!("{name}@desk.example"), "eleven-kites-over-the-dunes");
    let body = json!({
        "email": email, "full_name": name, "role": role, "password": password,
        "departments": ["IT"], "work_roles": work_roles,
    });
    let admin = desk.as_admin().await;
    let user = admin.post("/api/v1/users", body).await.expect(201);
    let body = json!({ "username": email, "password": password });
    let signed_in = desk.anonymous().post("/api/v1/users/token", body).await.expect(200);
    Colleague {
        id: user["id"].as_str().unwrap().to_owned(),
        email,
        client: desk.anonymous().bearer(signed_in["access"].as_str().unwrap()),
    }
}

/// A way out of a step.
pub fn way(from: &str, action: &str, to: impl Into<Value>) -> Value {
    let to = to.into();
    json!({ "from": from, "action": { "id": action, "name": format!("To {action}") }, "to": to })
}

/// To a step.
pub fn step(id: &str) -> Value {
    json!({ "step": id })
}

/// To an end that sets the ticket's status.
pub fn end(outcome: &str, ticket_status: &str) -> Value {
    json!({ "end": { "outcome": outcome, "ticket_status": ticket_status } })
}

/// A request that somebody checks and somebody else approves; the default of the desk.
pub fn approval() -> Value {
    json!({
        "name": "Approval", "default": true, "start": "check",
        "steps": [
            { "id": "check", "name": "Check", "kind": "human", "role": "Level 2" },
            { "id": "approval", "name": "Approval", "kind": "human", "role": "Approver", "sla_minutes": 60 },
        ],
        "transitions": [
            way("check", "submit", step("approval")),
            way("check", "withdraw", end("withdrawn", "closed")),
            way("approval", "approve", end("approved", "resolved")),
            way("approval", "return", step("check")),
            way("approval", "reject", end("rejected", "closed")),
        ],
    })
}

/// Defines a workflow and returns it.
pub async fn define(admin: &Client<'_>, form: Value) -> Value {
    admin.post("/api/v1/workflows", form).await.expect(201)
}

/// Opens a ticket and returns its id.
pub async fn open(client: &Client<'_>, subject: &str) -> String {
    let body = json!({
        "subject": subject, "description": "Please.", "category": "other", "department": "IT",
    });
    let ticket = client.post("/api/v1/tickets", body).await.expect(201);
    ticket["id"].as_str().unwrap().to_owned()
}

/// All tasks of a ticket, as an admin sees them.
pub async fn tasks_of(admin: &Client<'_>, ticket: &str) -> Vec<Value> {
    let page = admin.get(&format!("/api/v1/tasks?all=true&ticket={ticket}")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

/// Waits until a ticket has a task that is as it should be, and returns it.
pub async fn until_task(admin: &Client<'_>, ticket: &str, so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let tasks = tasks_of(admin, ticket).await;
        if let Some(task) = tasks.iter().find(|task| so(task)) {
            return task.clone();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no such task: {tasks:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until a ticket's task is at a step, and returns it.
pub async fn until_at(admin: &Client<'_>, ticket: &str, step: &str) -> Value {
    until_task(admin, ticket, |task| {
        task["step"]["step_id"] == step && task["status"] != "cancelled"
    })
    .await
}

/// Takes an action.
pub async fn act(client: &Client<'_>, task: &Value, action: &str) -> Answer {
    let body = json!({ "action_id": action, "comment": format!("I {action}.") });
    client.post(&path(task, "/action"), body).await
}

/// The path of a task.
pub fn path(task: &Value, rest: &str) -> String {
    format!("/api/v1/tasks/{}{rest}", task["id"].as_str().unwrap())
}

/// The ids of the actions somebody can take.
pub async fn available(client: &Client<'_>, task: &Value) -> Vec<String> {
    let answer = client.call(Method::GET, &path(task, "/available-actions")).send().await;
    let answer = answer.expect(200);
    let actions = answer["items"].as_array().or_else(|| answer.as_array()).unwrap();
    actions.iter().map(|action| action["action_id"].as_str().unwrap().to_owned()).collect()
}
