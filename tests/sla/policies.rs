//! Policies: targets, and what happens when one is missed.

use reqwest::Method;
use serde_json::json;

use super::{always, create_calendar};
use crate::support::{Desk, Setup};

#[tokio::test]
async fn a_policy_is_created_changed_and_removed() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let calendar = create_calendar(&admin, always()).await;
    let role = admin.post("/api/v1/roles", json!({ "name": "On call" })).await.expect(201);
    let form = json!({
        "name": "Standard", "calendar": calendar,
        "rules": [
            { "priority": "urgent", "response": 30, "resolution": 480 },
            { "category": "feature_request", "response": 480, "resolution": "exempt" },
            { "response": 240 },
        ],
        "escalations": [
            { "on": "at_risk", "metric": "response", "actions": [{ "action": "notify_assignee" }] },
            { "on": "breached", "actions": [
                { "action": "reassign", "role": role["id"] },
                { "action": "raise_priority", "priority": "high" },
            ] },
        ],
    });
    let created = admin.post("/api/v1/sla-policies", form.clone()).await;
    let policy = created.expect(201);
    let path = format!("/api/v1/sla-policies/{}", policy["id"].as_str().unwrap());
    assert_eq!(created.header("location"), Some(path.as_str()));
    for field in ["name", "calendar", "rules", "escalations"] {
        assert_eq!(policy[field], form[field]);
    }
    assert_eq!(policy["at_risk_percent"], 80);
    assert_eq!(policy["paused_by_waiting"], json!(["response", "resolution"]));
    assert_eq!(policy["reopening"], "resume");
    assert_eq!(desk.as_publisher().await.get(&path).await.expect(200), policy);

    let patch = json!({ "at_risk_percent": 50, "escalations": null, "reopening": "restart" });
    let changed = admin.call(Method::PATCH, &path).json(&patch).header("if-match", "\"1\"");
    let now = changed.send().await.expect(200);
    assert_eq!((&now["version"], &now["at_risk_percent"]), (&json!(2), &json!(50)));
    assert_eq!((&now["escalations"], &now["reopening"]), (&json!([]), &json!("restart")));
    assert_eq!(now["rules"], form["rules"]);
    let stale = admin.call(Method::PATCH, &path).json(&patch).header("if-match", "\"1\"");
    assert_eq!(stale.send().await.problem(412)["version"], 2);
    let back = admin.patch(&path, json!({ "at_risk_percent": null })).await.expect(200);
    assert_eq!(back["at_risk_percent"], 80);

    let calendar_path = format!("/api/v1/calendars/{calendar}");
    let refused = admin.delete(&calendar_path).await.problem(409);
    assert_eq!((&refused["code"], &refused["by"]), (&json!("in_use"), &json!(["Standard"])));
    let taken = admin.post("/api/v1/sla-policies", form).await.problem(409);
    assert_eq!(taken["code"], "name_taken");
    admin.delete(&path).await.expect(204);
    admin.get(&path).await.problem(404);
    assert_eq!(admin.get("/api/v1/sla-policies").await.expect(200)["items"], json!([]));
    admin.delete(&calendar_path).await.expect(204);
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_policy_is_told_at_its_place() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let form = json!({
        "calendar": "office", "at_risk_percent": 100, "shoe": 1,
        "rules": [
            { "priority": "red", "response": "soon" },
            { "category": "radio" },
            7,
            { "department": "IT", "response": { "minutes": 0 } },
        ],
        "paused_by_waiting": ["sleep"],
        "reopening": "never",
        "escalations": [{ "on": "monday", "actions": [{ "action": "notify_role" }] }],
    });
    let mut bad = admin.post("/api/v1/sla-policies", form).await.bad_fields();
    bad.sort();
    let all = [
        "body.at_risk_percent",
        "body.calendar",
        "body.escalations.0.actions.0.role",
        "body.escalations.0.on",
        "body.name",
        "body.paused_by_waiting.0",
        "body.reopening",
        "body.rules.0.priority",
        "body.rules.0.response",
        "body.rules.1",
        "body.rules.2",
        "body.rules.3.response",
        "body.shoe",
    ];
    assert_eq!(bad, all);
    let nobody = "00000000-0000-7000-8000-000000000000";
    let form = json!({
        "name": "Standard", "calendar": nobody, "rules": [{ "response": 5 }],
        "escalations": [{ "on": "breached", "actions": [{ "action": "reassign", "role": nobody }] }],
    });
    let bad = admin.post("/api/v1/sla-policies", form).await.bad_fields();
    assert_eq!(bad, ["body.calendar", "body.escalations.0.actions.0.role"]);
}
