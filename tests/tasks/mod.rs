//! The routes of workflows and tasks: who sees what, how lists and changes are asked for.

mod changes;
mod list;
mod push_to_workflow;
mod visibility;
mod workflows;

use serde_json::{Value, json};

use crate::support::{Client, Desk, unique};

/// A work role with a workflow of two steps, for the tickets of a department of its own.
pub struct Office<'a> {
    /// Requests of the administrator, who does not hold the role.
    pub admin: Client<'a>,
    /// The desk.
    pub desk: &'a Desk,
    /// The role's id.
    pub role: String,
    /// The name of role, department and workflow.
    pub name: String,
    /// The workflow.
    pub workflow: Value,
}

impl<'a> Office<'a> {
    /// Opens one.
    pub async fn open(desk: &'a Desk) -> Self {
        let admin = desk.as_admin().await;
        let name = unique("Office");
        let role = admin.post("/api/v1/roles", json!({ "name": name })).await.expect(201);
        let workflow = admin.post("/api/v1/workflows", form(&name)).await.expect(201);
        let role = role["id"].as_str().unwrap().to_owned();
        Self { admin, desk, role, name, workflow }
    }

    /// Registers somebody with a permission role who holds the work role.
    pub async fn holder(&self, role: &str) -> Holder<'a> {
        let email = format!("{}@desk.example", unique("holder"));
        let password = "eleven-kites-over-the-dunes";
        let body = json!({
            "email": email, "full_name": "A holder", "role": role, "password": password,
            "work_roles": [self.role],
        });
        self.admin.post("/api/v1/users", body).await.expect(201);
        let body = json!({ "username": email, "password": password });
        let signed_in = self.desk.anonymous().post("/api/v1/users/token", body).await.expect(200);
        let client = self.desk.anonymous().bearer(signed_in["access"].as_str().unwrap());
        Holder { email, client }
    }

    /// Opens a ticket of the department.
    pub async fn ticket(&self) -> Value {
        let body = json!({
            "subject": unique("To do "), "description": "All of it.", "category": "other",
            "department": self.name,
        });
        self.admin.post("/api/v1/tickets", body).await.expect(201)
    }

    /// A task at its first step.
    pub async fn task(&self) -> Value {
        begin(&self.admin, &self.ticket().await).await
    }
}

/// Somebody who holds a work role.
pub struct Holder<'a> {
    /// E-mail address.
    pub email: String,
    /// Requests in this name.
    pub client: Client<'a>,
}

/// The form of a workflow for the department and with the work role of this name.
pub fn form(name: &str) -> Value {
    let way = |from: &str, action: &str, to: Value| json!({ "from": from, "action": { "id": action, "name": action }, "to": to });
    json!({
        "name": name, "matching": { "category": "other", "department": name }, "start": "do",
        "steps": [
            { "id": "do", "name": "Do it", "kind": "human", "role": name, "instructions": "Do it well." },
            { "id": "check", "name": "Check it", "kind": "human", "role": name },
        ],
        "transitions": [
            way("do", "submit", json!({ "step": "check" })),
            way("check", "return", json!({ "step": "do" })),
            way("check", "done", json!({ "end": { "outcome": "done", "ticket_status": "resolved" } })),
        ],
    })
}

/// Begins the task of a ticket, unless the worker was faster.
pub async fn begin(client: &Client<'_>, ticket: &Value) -> Value {
    let answer = client.post(&ticket_path(ticket, "/push_to_workflow"), json!({})).await;
    assert!([200, 201].contains(&answer.status), "{}", answer.text());
    answer.json()
}

/// The path of a task.
pub fn path(task: &Value, rest: &str) -> String {
    format!("/api/v1/tasks/{}{rest}", task["id"].as_str().unwrap())
}

/// The path of a ticket.
pub fn ticket_path(ticket: &Value, rest: &str) -> String {
    format!("/api/v1/tickets/{}{rest}", ticket["id"].as_str().unwrap())
}

/// The ids of a list.
pub async fn listed(client: &Client<'_>, path: &str) -> Vec<Value> {
    let list = client.get(path).await.expect(200);
    list["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect()
}
