//! The desk: seven people of one work role, a workflow that is the default, and a service level.

use anyhow::{Context, Result};
use reqwest::Client;
use serde_json::{Map, Value, json};

use crate::bench::server::BenchServer;

const PEOPLE: usize = 7;
const ROLE: &str = "Level 1";

/// Makes it all, as an admin does it.
pub(super) async fn set_up(server: &BenchServer) -> Result<()> {
    let client = Client::new();
    let make = async |path: &str, body: Value| -> Result<Value> {
        let sent = client.post(server.url(path)).bearer_auth(&server.admin).json(&body);
        let answer = sent.send().await?;
        let (status, made) = (answer.status(), answer.json::<Value>().await?);
        anyhow::ensure!(status.is_success(), "POST {path}: {status}: {made}");
        Ok(made)
    };
    let id = |made: &Value| made["id"].as_str().map(str::to_owned).context("no id");
    let role = id(&make("/roles", json!({ "name": ROLE })).await?)?;
    for person in 1..=PEOPLE {
        let body = json!({
            "email": format!("person{person}@example.com"), "full_name": format!("Person {person}"),
            "role": "handler", "password": "bench-passphrase-2", "work_roles": [&role],
        });
        make("/users", body).await?;
    }
    make("/workflows", workflow()).await?;
    let calendar = id(&make("/calendars", calendar()).await?)?;
    let policy = json!({
        "name": "Standard", "calendar": calendar,
        "rules": [{ "priority": "urgent", "response": 30 }, { "response": 60, "resolution": 480 }],
    });
    make("/sla-policies", policy).await?;
    Ok(())
}

fn workflow() -> Value {
    let way = |from: &str, action: &str, to: Value| json!({ "from": from, "action": { "id": action, "name": action }, "to": to });
    let end = |outcome: &str| json!({ "end": { "outcome": outcome, "ticket_status": "resolved" } });
    json!({
        "name": "Requests", "default": true, "start": "look",
        "steps": [
            { "id": "look", "name": "Look", "kind": "human", "role": ROLE, "sla_minutes": 60 },
            { "id": "repair", "name": "Repair", "kind": "human", "role": ROLE, "sla_minutes": 240 },
        ],
        "transitions": [
            way("look", "pass_on", json!({ "step": "repair" })),
            way("look", "answer", end("answered")),
            way("repair", "finish", end("repaired")),
        ],
    })
}

/// Always open, so that the hour of the day does not matter.
fn calendar() -> Value {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let open = json!([{ "from": "00:00", "to": "24:00" }]);
    let week: Map<_, _> = days.map(|day| (day.to_owned(), open.clone())).into_iter().collect();
    json!({ "name": "Always", "time_zone": "UTC", "weekly_hours": week })
}
