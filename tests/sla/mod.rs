//! How soon tickets are to be answered and resolved, and what becomes of it.

mod calendars;
mod clocks;
mod policies;
mod what_if;

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Client;

/// A calendar that is always open.
pub fn always() -> Value {
    let day = json!([{ "from": "00:00", "to": "24:00" }]);
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let week: serde_json::Map<_, _> =
        days.map(|name| (name.to_owned(), day.clone())).into_iter().collect();
    json!({ "name": "Always", "time_zone": "UTC", "weekly_hours": week })
}

/// Office hours from Monday to Friday in Berlin.
pub fn office() -> Value {
    let day = json!([{ "from": "08:00", "to": "16:00" }]);
    json!({
        "name": "Office", "time_zone": "Europe/Berlin",
        "weekly_hours": {
            "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day,
        },
        "holidays": [{ "date": "12-25", "name": "Christmas" }],
    })
}

/// Creates a calendar and returns its id.
pub async fn create_calendar(admin: &Client<'_>, form: Value) -> String {
    let calendar = admin.post("/api/v1/calendars", form).await.expect(201);
    calendar["id"].as_str().unwrap().to_owned()
}

/// Creates a policy by a calendar that is always open, and returns its id.
pub async fn create_policy(admin: &Client<'_>, rules: Value, more: Value) -> String {
    let calendar = create_calendar(admin, always()).await;
    let mut form = json!({ "name": "Standard", "calendar": calendar, "rules": rules });
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let policy = admin.post("/api/v1/sla-policies", form).await.expect(201);
    policy["id"].as_str().unwrap().to_owned()
}

/// A moment in an answer.
#[track_caller]
pub fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no time: {value}"))
}

/// By the clock on the wall.
#[expect(clippy::disallowed_methods, reason = "a test is its own composition root")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// So many minutes.
pub fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

/// Waits until a ticket is as it should be, and returns it; a story that waits in vain fails.
pub async fn until(client: &Client<'_>, ticket: &Value, so: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    let begun = Instant::now();
    loop {
        let call = client.call(Method::GET, &path).header("docket-min-position", "head");
        let ticket = call.send().await.expect(200);
        if so(&ticket) {
            return ticket;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it stays so: {ticket}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Waits until both clocks of a ticket as one are in a state.
pub async fn until_it_is(client: &Client<'_>, ticket: &Value, state: &str) -> Value {
    until(client, ticket, |ticket| ticket["sla"]["state"] == state).await
}

/// Imports tickets that were opened so many minutes ago, and returns them, the first one first.
pub async fn opened_ago(client: &Client<'_>, tag: &str, ages: &[i64]) -> Vec<Value> {
    let mut file = "subject,priority,tags,created_at\n".to_owned();
    for (index, age) in ages.iter().enumerate() {
        let at = (now() - minutes(*age)).to_rfc3339();
        file.push_str(&format!("Opened earlier {index},medium,{tag},{at}\n"));
    }
    let call = client.call(Method::POST, "/api/v1/import/csv").file("tickets.csv", file);
    assert_eq!(call.send().await.expect(200)["imported"], ages.len());
    let path = format!("/api/v1/tickets?tag={tag}&sort=number&limit=200");
    client.get(&path).await.expect(200)["items"].as_array().unwrap().clone()
}
