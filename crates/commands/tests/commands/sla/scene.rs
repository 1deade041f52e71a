//! Calendars, policies and tickets at given times.

use std::time::Duration;

use chrono::TimeDelta;
use commands::sla::Told;
use commands::{CommandError, Commands, Context};
use domain::calendar::CalendarInput;
use domain::sla::{PolicyInput, stream_of};
use domain::ticket::{OpenTicketInput, Status};
use domain::{CalendarId, SlaPolicyId, TicketId, Timestamp};
use serde_json::{Value, json};
use sqlx::{PgPool, Postgres, Transaction};

use crate::support::*;

/// Always open.
pub fn always(name: &str) -> CalendarInput {
    let day = json!([{ "from": "00:00", "to": "24:00" }]);
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let hours: serde_json::Map<_, _> =
        days.iter().map(|name| ((*name).to_owned(), day.clone())).collect();
    calendar(json!({ "name": name, "time_zone": "UTC", "weekly_hours": hours }))
}

/// Monday to Friday, nine to five in Berlin.
pub fn office(name: &str) -> CalendarInput {
    let day = json!([{ "from": "09:00", "to": "17:00" }]);
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let hours: serde_json::Map<_, _> =
        days.iter().map(|name| ((*name).to_owned(), day.clone())).collect();
    calendar(json!({ "name": name, "time_zone": "Europe/Berlin", "weekly_hours": hours }))
}

pub fn calendar(value: Value) -> CalendarInput {
    serde_json::from_value(value).unwrap()
}

pub async fn calendar_made(commands: &Commands, input: CalendarInput) -> CalendarId {
    CalendarId(commands.create_calendar(&ctx(commands), input).await.unwrap().id)
}

/// A policy with these rules, at risk at 80 %, and these other fields.
pub fn policy(name: &str, calendar: CalendarId, rules: Value, more: Value) -> PolicyInput {
    let mut input = more;
    (input["name"], input["calendar"]) = (json!(name), json!(calendar));
    input["rules"] = rules;
    serde_json::from_value(input).unwrap()
}

pub async fn policy_made(commands: &Commands, input: PolicyInput) -> SlaPolicyId {
    SlaPolicyId(commands.create_sla_policy(&ctx(commands), input).await.unwrap().id)
}

/// A policy over a calendar that is always open: response within 60 minutes, resolution within 600.
pub async fn hours_1_and_10(commands: &Commands) -> (CalendarId, SlaPolicyId) {
    let calendar = calendar_made(commands, always("always")).await;
    let rules = json!([{ "response": 60, "resolution": 600 }]);
    (calendar, policy_made(commands, policy("standard", calendar, rules, json!({}))).await)
}

/// A command that happens now by the clock of the tests.
pub fn now(commands: &Commands) -> Context {
    let at = commands.store().ambient().now();
    Context { occurred_at: Some(at), ..ctx(commands) }
}

/// A ticket that is opened now by the clock of the tests.
pub async fn ticket_opened(commands: &Commands, fields: Value) -> TicketId {
    let mut input: OpenTicketInput = input("a ticket");
    let text = |field: &str| fields[field].as_str().map(str::to_owned);
    input.category = text("category");
    input.priority = text("priority");
    TicketId(commands.open_ticket(&now(commands), input, vec![]).await.unwrap().id)
}

pub async fn moved(commands: &Commands, ticket: TicketId, status: Status) {
    commands.change_status(&now(commands), ticket, status, None).await.unwrap();
}

pub async fn tell(commands: &Commands, ticket: TicketId) -> Told {
    commands.tell_sla(&ctx(commands), ticket).await.unwrap()
}

/// Tells, and returns what was told by this.
pub async fn news(commands: &Commands, ticket: TicketId) -> Vec<String> {
    let before = told(commands, ticket).await.len();
    tell(commands, ticket).await;
    told(commands, ticket).await.split_off(before)
}

/// What is told of a ticket's clocks, as `sla.started response`.
pub async fn told(commands: &Commands, ticket: TicketId) -> Vec<String> {
    let events = events(commands, ticket).await;
    events
        .into_iter()
        .map(|(_, name, data)| format!("{name} {}", data["clock"]["metric"].as_str().unwrap()))
        .collect()
}

/// What is told of a ticket's clocks: when it happened, its type, its data.
pub async fn events(commands: &Commands, ticket: TicketId) -> Vec<(Timestamp, String, Value)> {
    let stored = commands.store().read_stream(stream_of(ticket), 0).await.unwrap();
    let opened = commands.store().open_events(stored).await.unwrap();
    opened.into_iter().map(|e| (e.occurred_at, e.event_type, e.data)).collect()
}

pub async fn head(commands: &Commands) -> i64 {
    commands.store().head().await.unwrap().position
}

pub async fn receipts(commands: &Commands) -> i64 {
    let pool = commands.store().pool();
    sqlx::query_scalar("select count(*) from log.receipts").fetch_one(pool).await.unwrap()
}

pub fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The paths of the errors of a refused input.
pub fn paths<T: std::fmt::Debug>(refused: Result<T, CommandError>) -> Vec<String> {
    match refused.unwrap_err() {
        CommandError::BadPaths(errors) => errors.into_iter().map(|error| error.path).collect(),
        other => panic!("{other}"),
    }
}

/// While it is closed, all appends stand still, in the order in which they came.
pub struct Gate {
    lock: Transaction<'static, Postgres>,
    pool: PgPool,
}

impl Gate {
    pub async fn close(commands: &Commands) -> Self {
        let pool = commands.store().pool().clone();
        let mut lock = pool.begin().await.unwrap();
        sqlx::query("select pg_advisory_xact_lock(7236837465)").execute(&mut *lock).await.unwrap();
        Self { lock, pool }
    }

    /// Waits until so many appends stand at the gate.
    pub async fn waiting(&self, wanted: i64) {
        let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted \
             and database = (select oid from pg_database where datname = current_database())";
        loop {
            let found: i64 = sqlx::query_scalar(waiting).fetch_one(&self.pool).await.unwrap();
            if found >= wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub async fn open(self) {
        self.lock.commit().await.unwrap();
    }
}
