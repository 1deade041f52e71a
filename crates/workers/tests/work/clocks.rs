//! The clocks of tickets: told by events and timers, and for all tickets when a policy changes.

use chrono::TimeDelta;
use domain::calendar::CalendarInput;
use domain::sla::PolicyInput;
use serde_json::{Map, Value, json};

use crate::support::{Desk, Process};

pub async fn policy(process: &Process, name: &str, rules: Value, escalations: Value) {
    let day = json!([{ "from": "00:00", "to": "24:00" }]);
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let hours: Map<_, _> =
        days.iter().map(|day_name| ((*day_name).to_owned(), day.clone())).collect();
    let calendar = json!({ "name": name, "time_zone": "UTC", "weekly_hours": hours });
    let calendar: CalendarInput = serde_json::from_value(calendar).unwrap();
    let made = process.commands.create_calendar(&process.ctx(), calendar).await.unwrap();
    let policy = json!({
        "name": name, "calendar": made.id, "rules": rules, "escalations": escalations
    });
    let policy: PolicyInput = serde_json::from_value(policy).unwrap();
    process.commands.create_sla_policy(&process.ctx(), policy).await.unwrap();
}

#[tokio::test]
async fn a_clock_is_at_risk_and_breached_by_its_timer_and_escalated_once() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let escalations = json!([{
        "metric": "resolution", "on": "breached",
        "actions": [{ "action": "raise_priority", "priority": "high" }]
    }]);
    policy(&one, "standard", json!([{ "response": 60, "resolution": 600 }]), escalations).await;
    one.project().await;
    let ticket = one.ticket("a").await;
    one.drain().await;
    assert_eq!(one.counts("sla.").await["sla.started"], 2);
    for (minutes, at_risk, breached) in [(47, 0, 0), (2, 1, 0), (20, 1, 1), (600, 1, 2)] {
        desk.clock.advance(TimeDelta::minutes(minutes));
        one.drain().await;
        one.drain().await;
        let counts = one.counts("sla.").await;
        let count = |name: &str| counts.get(name).copied().unwrap_or_default();
        assert_eq!((count("sla.at_risk"), count("sla.breached")), (at_risk, breached));
    }
    assert_eq!(one.counts("sla.").await["sla.escalated"], 1);
    let state = one.commands.ticket_state(ticket).await.unwrap().unwrap();
    assert_eq!(state.state.ticket().unwrap().priority, domain::ticket::Priority::High);

    let head = one.head().await;
    one.set_checkpoint(0).await;
    one.project().await;
    one.drain().await;
    assert_eq!(one.head().await, head, "{:?}", one.counts("sla.").await);
}

#[tokio::test]
async fn a_new_policy_starts_the_clocks_of_all_tickets_that_are_not_finished() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let (first, _second) = (one.ticket("a").await, one.ticket("b").await);
    one.commands.delete_ticket(&one.ctx(), first, None).await.unwrap();
    one.drain().await;
    policy(&one, "standard", json!([{ "resolution": 600 }]), json!([])).await;
    one.project().await;
    one.drain().await;
    assert_eq!(one.jobs().await, []);
    assert_eq!(one.counts("sla.").await["sla.started"], 1);
    assert_eq!(one.jobs().await, []);
}

#[tokio::test]
async fn a_ticket_with_clocks_is_looked_after_when_the_policies_are_gone() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    policy(&one, "standard", json!([{ "resolution": 600 }]), json!([])).await;
    one.project().await;
    let ticket = one.ticket("a").await;
    one.drain().await;
    let policies: Vec<uuid::Uuid> =
        sqlx::query_scalar("select owner from log.claims where kind = 'sla_policy.name'")
            .fetch_all(one.pool())
            .await
            .unwrap();
    for policy in policies {
        one.commands.remove_sla_policy(&one.ctx(), policy.into()).await.unwrap();
    }
    one.project().await;
    one.drain().await;
    let other = one.ticket("b").await;
    assert_eq!(one.reactions.drain().await.unwrap().jobs, 0, "{other} has no clocks");
    let resolved = domain::ticket::Status::Resolved;
    one.commands.change_status(&one.ctx(), ticket, resolved, None).await.unwrap();
    one.drain().await;
    assert_eq!(one.counts("sla.").await.get("sla.met"), Some(&1));
}
