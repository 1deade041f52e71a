//! Calendars, policies and tickets at given times.

use chrono::TimeDelta;
use commands::sla::Told;
use commands::{CommandError, Commands, Context};
use domain::calendar::CalendarInput;
use domain::sla::{PolicyInput, stream_of};
use domain::ticket::{OpenTicketInput, Status};
use domain::{CalendarId, SlaPolicyId, TicketId, Timestamp};
use serde_json::{Value, json};

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
    let mut input = json!({ "name": name, "calendar": calendar, "rules": rules });
    for (field, value) in more.as_object().unwrap() {
        input[field] = value.clone();
    }
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
