//! The clocks of tickets: due times, pauses, breaches.

use serde_json::{Value, json};

use super::{create_policy, minutes, moment, opened_ago, until, until_it_is};
use crate::support::{Client, Desk, Setup, open_ticket};

async fn set_status(client: &Client<'_>, ticket: &Value, status: &str) {
    let path = format!("/api/v1/tickets/{}/status", ticket["id"].as_str().unwrap());
    client.post(&path, json!({ "status": status })).await.expect(200);
}

/// The subjects of a list.
async fn listed(client: &Client<'_>, parameters: &str) -> Vec<String> {
    let list = client.get(&format!("/api/v1/tickets?{parameters}")).await.expect(200);
    let items = list["items"].as_array().unwrap().iter();
    items.map(|ticket| ticket["subject"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn tickets_are_due_by_their_rule_and_listed_in_that_order() {
    let desk = Desk::start(Setup::default()).await;
    let (admin, handler) = (desk.as_admin().await, desk.as_handler().await);
    let rules = json!([
        { "priority": "high", "response": 60, "resolution": 600 },
        { "priority": "low", "response": 240 },
        { "priority": "medium", "response": "exempt", "resolution": 120 },
    ]);
    create_policy(&admin, rules, json!({})).await;
    let mut tickets = Vec::new();
    for priority in ["low", "urgent", "high", "medium"] {
        let body = json!({ "subject": priority, "description": "Please.", "priority": priority });
        tickets.push(handler.post("/api/v1/tickets", body).await.expect(201));
    }
    let [low, urgent, high, medium] = &tickets[..] else { unreachable!() };
    let high = until_it_is(&handler, high, "ok").await;
    let opened = moment(&high["created_at"]);
    let clock = |metric: &str| &high["sla"][metric];
    assert_eq!(moment(&clock("response")["due_at"]), opened + minutes(60));
    assert_eq!(moment(&clock("response")["at_risk_at"]), opened + minutes(48));
    assert_eq!(moment(&clock("resolution")["due_at"]), opened + minutes(600));
    assert_eq!(high["sla"]["due_at"], clock("response")["due_at"]);
    assert_eq!(
        (&clock("response")["target_minutes"], &clock("response")["state"]),
        (&json!(60), &json!("running"))
    );
    for ticket in [low, medium] {
        until_it_is(&handler, ticket, "ok").await;
    }
    assert_eq!(
        handler
            .get(&format!("/api/v1/tickets/{}", urgent["ticket_id"].as_str().unwrap()))
            .await
            .expect(200)["sla"],
        Value::Null
    );

    // What is not due comes last either way.
    assert_eq!(listed(&handler, "sort=due_at").await, ["high", "medium", "low", "urgent"]);
    assert_eq!(listed(&handler, "sort=-due_at").await, ["low", "medium", "high", "urgent"]);
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/tickets?sort=due_at&limit=1&cursor={cursor}");
        let page = handler.get(&path).await.expect(200);
        paged.push(page["items"][0]["subject"].as_str().unwrap().to_owned());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(paged, ["high", "medium", "low", "urgent"]);
    assert_eq!(listed(&handler, "sla=none").await, ["urgent"]);
    assert_eq!(listed(&handler, "sla=ok&sort=due_at&priority=low").await, ["low"]);
    assert_eq!(listed(&handler, "sla=breached&sla=at_risk").await, Vec::<String>::new());
    assert_eq!(handler.get("/api/v1/tickets?sla=late").await.bad_fields(), ["query.sla"]);

    // Another priority has another target, from the same start.
    let path = format!("/api/v1/tickets/{}", low["id"].as_str().unwrap());
    handler.patch(&path, json!({ "priority": "high" })).await.expect(200);
    let low =
        until(&handler, low, |ticket| ticket["sla"]["response"]["target_minutes"] == 60).await;
    assert_eq!(moment(&low["sla"]["due_at"]), moment(&low["created_at"]) + minutes(60));
}

#[tokio::test]
async fn a_clock_stands_still_while_the_ticket_waits_for_the_customer() {
    let desk = Desk::start(Setup::default()).await;
    let (admin, handler) = (desk.as_admin().await, desk.as_handler().await);
    let waiting = json!({ "paused_by_waiting": ["resolution"] });
    create_policy(&admin, json!([{ "response": 60, "resolution": 600 }]), waiting).await;
    let ticket = open_ticket(&handler, "No network").await;
    let running = until_it_is(&handler, &ticket, "ok").await;
    set_status(&handler, &ticket, "waiting_customer").await;
    let paused =
        until(&handler, &ticket, |ticket| ticket["sla"]["resolution"]["state"] == "paused").await;
    assert_eq!(paused["sla"]["resolution"]["due_at"], Value::Null);
    assert!(paused["sla"]["resolution"]["elapsed_seconds"].is_u64());
    assert_eq!(paused["sla"]["response"]["state"], "running");
    assert_eq!(paused["sla"]["state"], "ok");
    set_status(&handler, &ticket, "in_progress").await;
    let resumed =
        until(&handler, &ticket, |ticket| ticket["sla"]["resolution"]["state"] == "running").await;
    let due = |ticket: &Value| moment(&ticket["sla"]["resolution"]["due_at"]);
    assert!(due(&resumed) > due(&running), "{resumed}");
    set_status(&handler, &ticket, "resolved").await;
    let met = until_it_is(&handler, &ticket, "met").await;
    assert_eq!(met["sla"]["resolution"]["state"], "met");
    assert_eq!(listed(&handler, "sla=met").await, ["No network"]);
    let stats = handler.get("/api/v1/tickets/stats").await.expect(200);
    let resolution = &stats["sla"]["resolution"];
    assert_eq!((&resolution["met"], &resolution["share_in_time"]), (&json!(1), &json!(1.0)));
    assert_eq!(resolution["by_priority"]["high"]["met"], 1);
}

#[tokio::test]
async fn a_missed_target_is_told_once_and_what_follows_from_it_is_done() {
    let desk = Desk::start(Setup::default()).await;
    let (admin, handler) = (desk.as_admin().await, desk.as_handler().await);
    let tickets = opened_ago(&handler, "late", &[50, 90]).await;
    let escalations = json!({ "escalations": [
        { "on": "breached", "metric": "resolution", "actions": [
            { "action": "raise_priority", "priority": "urgent" }, { "action": "notify_watchers" },
        ] },
    ] });
    // Tickets that were there before the policy are held to it from their opening.
    create_policy(&admin, json!([{ "resolution": 60 }]), escalations).await;
    let [at_risk, late] = &tickets[..] else { unreachable!() };
    let late = until(&handler, late, |ticket| ticket["priority"] == "urgent").await;
    assert_eq!(late["sla"]["state"], "breached");
    let due = moment(&late["sla"]["due_at"]);
    assert_eq!(due, moment(&late["created_at"]) + minutes(60));
    let at_risk = until_it_is(&handler, at_risk, "at_risk").await;
    assert_eq!(at_risk["priority"], "medium");
    assert_eq!(listed(&handler, "sla=breached").await, ["Opened earlier 1"]);
    let both = ["Opened earlier 1", "Opened earlier 0"];
    assert_eq!(listed(&handler, "sla=breached&sla=at_risk&sort=due_at").await, both);
    let stats = admin.get("/api/v1/tickets/stats").await.expect(200);
    let resolution = &stats["sla"]["resolution"];
    assert_eq!((&resolution["breached"], &resolution["at_risk"]), (&json!(1), &json!(1)));
    set_status(&handler, &late, "resolved").await;
    until_it_is(&handler, &late, "missed").await;

    // The ticket's history says why its priority is another one now.
    let path = format!("/api/v1/tickets/{}/history", late["id"].as_str().unwrap());
    let history = handler.get(&path).await.expect(200);
    let summaries: Vec<_> = history["items"].as_array().unwrap()[1..]
        .iter()
        .map(|entry| entry["summary"].as_str().unwrap())
        .collect();
    let due = due.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    assert_eq!(
        summaries,
        [
            format!("The resolution has 60 min, due at {due}").as_str(),
            &format!("The resolution is at risk, due at {due}"),
            &format!("The resolution is late: it was due at {due}"),
            "As the resolution is late: the priority is urgent now",
            "Changed the priority from medium to urgent",
            "As the resolution is late: telling those who watch it failed, there was nobody",
            "Changed the status from open to resolved",
            "The resolution was too late",
        ]
    );

    let told = async |name: &str| {
        let page = admin.get(&format!("/api/v1/events?type={name}")).await.expect(200);
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(told("sla.breached").await, 1);
    assert_eq!(told("sla.escalated").await, 2);
    assert_eq!(told("ticket.priority_changed").await, 1);
}
