//! Roles, people and workflows for the tests.

use commands::{Commands, Committed, Context, RegisterUserInput, Start, Started};
use domain::task::{Task, TaskState};
use domain::ticket::{OpenTicketInput, Ticket};
use domain::user::Role;
use domain::workflow::{ActionId, WorkflowForm};
use domain::{RoleId, RoleName, TaskId, Text, TicketId, UserId, WorkflowId};
use serde_json::{Value, json};

use crate::support::*;

pub async fn role(commands: &Commands, name: &str) -> RoleId {
    let name = RoleName::parse(name).unwrap();
    RoleId(commands.create_work_role(&ctx(commands), name).await.unwrap().id)
}

pub async fn holder(commands: &Commands, name: &str, roles: &[RoleId]) -> UserId {
    let email = format!("{name}@example.com");
    let input = RegisterUserInput { work_roles: roles.to_vec(), ..person(&email, Role::Publisher) };
    UserId(commands.register_user(&ctx(commands), input).await.unwrap().id)
}

pub fn step(id: &str) -> Value {
    json!({ "step": id })
}

pub fn end(outcome: &str, status: Option<&str>) -> Value {
    match status {
        Some(status) => json!({ "end": { "outcome": outcome, "ticket_status": status } }),
        None => json!({ "end": { "outcome": outcome } }),
    }
}

pub fn way(from: &str, action: &str, to: Value) -> Value {
    let mut way = json!({ "from": from, "action": { "id": action, "name": action } });
    way["to"] = to;
    way
}

pub fn human(id: &str, role: &str) -> Value {
    json!({ "id": id, "name": id, "kind": "human", "role": role })
}

pub fn external(id: &str, system: &str) -> Value {
    json!({ "id": id, "name": id, "kind": "external", "system": system })
}

pub fn form(name: &str, steps: Value, transitions: Value) -> WorkflowForm {
    let mut form = json!({ "name": name, "default": true, "start": steps[0]["id"] });
    form["steps"] = steps;
    form["transitions"] = transitions;
    serde_json::from_value(form).unwrap()
}

/// Triage, then approval, which may send back.
pub fn approval_form() -> WorkflowForm {
    form(
        "Access",
        json!([human("triage", "Level 2"), human("approval", "Approver")]),
        json!([
            way("triage", "submit", step("approval")),
            way("triage", "reject", end("rejected", Some("closed"))),
            way("approval", "approve", end("approved", Some("resolved"))),
            way("approval", "return", step("triage")),
            way("approval", "reject", end("rejected", None)),
        ]),
    )
}

/// One step, done by whoever holds `Level 2`.
pub fn short_form(name: &str) -> WorkflowForm {
    form(name, json!([human("work", "Level 2")]), json!([way("work", "done", end("done", None))]))
}

/// The budget system, then work, which may ask again.
pub fn budget_form() -> WorkflowForm {
    form(
        "Budget",
        json!([external("budget", "bms"), human("work", "Level 2")]),
        json!([
            way("budget", "approve", step("work")),
            way("budget", "reject", end("rejected", Some("closed"))),
            way("work", "done", end("done", None)),
            way("work", "again", step("budget")),
        ]),
    )
}

pub async fn define(commands: &Commands, form: &WorkflowForm) -> WorkflowId {
    WorkflowId(commands.define_workflow(&ctx(commands), form).await.unwrap().workflow.id)
}

/// A desk with `Level 2` (one, two) and `Approver` (three), and the approval workflow.
pub struct Office {
    pub commands: Commands,
    pub level_2: RoleId,
    pub approver: RoleId,
    pub one: UserId,
    pub two: UserId,
    pub three: UserId,
}

impl Office {
    pub async fn bare(desk: &Desk) -> Self {
        let commands = desk.process().await;
        let level_2 = role(&commands, "Level 2").await;
        let approver = role(&commands, "Approver").await;
        // Turns go by the ids of people, which go by when they came.
        desk.clock.set("2026-06-15T11:00:00Z");
        let one = holder(&commands, "one", &[level_2]).await;
        desk.clock.set("2026-06-15T11:01:00Z");
        let two = holder(&commands, "two", &[level_2]).await;
        desk.clock.set("2026-06-15T11:02:00Z");
        let three = holder(&commands, "three", &[approver]).await;
        desk.clock.set("2026-06-15T12:00:00Z");
        Self { commands, level_2, approver, one, two, three }
    }

    pub async fn new(desk: &Desk) -> Self {
        let office = Self::bare(desk).await;
        define(&office.commands, &approval_form()).await;
        office
    }

    pub fn ctx(&self) -> Context {
        ctx(&self.commands)
    }

    pub fn by(&self, user: UserId) -> Context {
        by(&self.commands, user)
    }

    /// A ticket with a task.
    pub async fn task(&self) -> (TicketId, TaskId) {
        let ticket = open(&self.commands, "please").await;
        (ticket, self.start(ticket).await)
    }

    pub async fn start(&self, ticket: TicketId) -> TaskId {
        let started = self.commands.start_task(&self.ctx(), ticket, Start::IfNone).await.unwrap();
        TaskId(task_of(started).id)
    }

    pub async fn known(&self, id: TaskId) -> Task {
        known(&self.commands, id).await
    }

    pub async fn ticket(&self, id: TicketId) -> Ticket {
        let state = self.commands.ticket_state(id).await.unwrap().unwrap();
        state.state.ticket().unwrap().clone()
    }

    /// Whoever has the task takes an action.
    pub async fn act(&self, id: TaskId, action: &str) -> Committed<TaskState> {
        let assignee = self.known(id).await.assignee.unwrap();
        let ctx = self.by(assignee);
        self.commands.act_on_task(&ctx, id, action_id(action), None, None).await.unwrap()
    }

    pub async fn reconcile(&self, ticket: TicketId) {
        self.commands.reconcile_task(&self.ctx(), ticket).await.unwrap();
    }
}

pub async fn known(commands: &Commands, id: TaskId) -> Task {
    commands.task(id).await.unwrap().unwrap().state.task().unwrap().clone()
}

pub fn task_of(started: Started) -> Committed<TaskState> {
    match started {
        Started::Task(task) => task,
        Started::Running(_) | Started::NoWorkflow | Started::NotOpen => panic!("{started:?}"),
    }
}

pub fn action_id(id: &str) -> ActionId {
    ActionId::parse(id).unwrap()
}

pub fn text(text: &str) -> Option<Text> {
    Some(Text::lines(text, 1, 1_000).unwrap())
}

/// A ticket of a department.
pub async fn open_in(commands: &Commands, department: &str, category: Option<&str>) -> TicketId {
    let input = OpenTicketInput {
        department: Some(department.into()),
        category: category.map(Into::into),
        ..input("of a department")
    };
    TicketId(commands.open_ticket(&ctx(commands), input, vec![]).await.unwrap().id)
}

/// Lets no append through until the transaction ends; they queue up in their order.
pub async fn hold_appends(commands: &Commands) -> sqlx::PgTransaction<'static> {
    const APPEND_LOCK: i64 = 7_236_837_465;
    let mut held = commands.store().pool().begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(APPEND_LOCK)
        .execute(&mut *held)
        .await
        .unwrap();
    held
}

/// Waits until so many appends wait for the one that holds the lock.
pub async fn queued(connection: &mut sqlx::PgConnection, wanted: i64) {
    let sql = "select count(*) from pg_locks where locktype = 'advisory' and not granted \
               and database = (select oid from pg_database where datname = current_database())";
    loop {
        let waiting: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await.unwrap();
        if waiting >= wanted {
            return;
        }
        tokio::task::yield_now().await;
    }
}
