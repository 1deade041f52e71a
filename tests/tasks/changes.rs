//! What all changes of tasks share.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Office, path};
use crate::support::shared_desk;

/// Changes in an order in which each goes through.
fn changes(email: &str) -> [(&'static str, Value); 7] {
    [
        ("/assign", json!({ "assigned_to": email })),
        ("/assign", json!({ "assigned_to": null })),
        ("/hold", json!({ "reason": "Waits for a part." })),
        ("/resume", json!({})),
        ("/escalate", json!({ "comment": "Help." })),
        ("/action", json!({ "action_id": "submit", "visit": 1 })),
        ("/cancel", json!({ "comment": "No longer needed." })),
    ]
}

#[tokio::test]
async fn every_change_takes_a_condition_and_can_be_repeated() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    let holder = office.holder("handler").await;
    let task = office.task().await;
    for (index, (change, body)) in changes(&holder.email).iter().enumerate() {
        let read = office.admin.get(&path(&task, "")).await;
        let tag = read.header("etag").unwrap().to_owned();
        assert_eq!(tag, format!("\"{}\"", read.json()["version"]));
        let call = |tag: &str, key: &str| {
            let call = office.admin.call(Method::POST, &path(&task, change));
            let key = format!("{}-{key}", task["id"].as_str().unwrap());
            call.header("if-match", tag).header("idempotency-key", &key).json(body)
        };
        let stale = call("\"9999\"", &format!("stale-{index}")).send().await;
        let problem = stale.problem(412);
        assert_eq!(problem["version"], read.json()["version"], "{change}");
        assert_eq!(problem["step"]["step_id"], read.json()["step"]["step_id"], "{change}");

        let key = index.to_string();
        let done = call(&tag, &key).send().await;
        assert_eq!(done.status, 200, "{change}: {}", done.text());
        assert!(done.position().is_some() && done.header("etag").is_some(), "{change}");
        let again = call(&tag, &key).send().await;
        assert_eq!(again.header("idempotency-replayed"), Some("true"), "{change}");
        assert_eq!(again.expect(200), done.json(), "{change}");
    }
    let history = office.admin.get(&path(&task, "/history?count=true")).await.expect(200);
    assert_eq!(history["total"], history["items"].as_array().unwrap().len());
    for said in ["Waits for a part.", "Help.", "No longer needed."] {
        assert!(history.to_string().contains(said), "{said} is not in {history}");
    }
    let explained = office.admin.get(&path(&task, "/explanation")).await.expect(200);
    assert_eq!(explained["cancelled"], "by_person");
    assert_eq!(explained["matching"]["level"], "category_and_department");
    let first = &explained["earlier_assignments"][0];
    assert_eq!(
        (&first["strategy"], &first["candidates"][0]["user"]["email"]),
        (&json!("round_robin"), &json!(holder.email))
    );
}

#[tokio::test]
async fn every_bad_field_is_named() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    office.holder("handler").await;
    let task = office.task().await;
    let post = async |change: &str, body: Value| {
        let mut bad = office.admin.post(&path(&task, change), body).await.bad_fields();
        bad.sort();
        bad
    };
    let body = json!({ "action_id": "No!", "comment": 7, "visit": 0, "colour": "red" });
    let all = ["body.action_id", "body.colour", "body.comment", "body.visit"];
    assert_eq!(post("/action", body).await, all);
    assert_eq!(post("/action", json!({})).await, ["body.action_id"]);
    assert_eq!(post("/assign", json!({})).await, ["body.assigned_to"]);
    assert_eq!(post("/assign", json!({ "assigned_to": "nobody" })).await, ["body.assigned_to"]);
    let unknown = json!({ "assigned_to": "nobody@desk.example" });
    assert_eq!(post("/assign", unknown).await, ["body.assigned_to"]);
    let long = "x".repeat(2001);
    assert_eq!(post("/hold", json!({ "reason": long, "x": 1 })).await, ["body.reason", "body.x"]);
    for change in ["/escalate", "/cancel"] {
        assert_eq!(post(change, json!({ "comment": long })).await, ["body.comment"]);
    }
    assert_eq!(post("/resume", json!({ "x": 1 })).await, ["body.x"]);
    // Older clients send what they like.
    let legacy = format!("/tasks/{}/action/", task["id"].as_str().unwrap());
    let done = office.admin.post(&legacy, json!({ "action_id": "submit", "colour": 1 })).await;
    assert_eq!(done.header("docket-ignored"), Some("colour"));
    done.expect(200);
}

#[tokio::test]
async fn an_action_is_taken_at_the_step_that_was_seen_and_at_no_other() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    office.holder("handler").await;
    let task = office.task().await;
    let act = async |action: &str, visit: Value| {
        let body = json!({ "action_id": action, "visit": visit });
        office.admin.post(&path(&task, "/action"), body).await
    };
    act("submit", json!(1)).await.expect(200);
    act("return", json!(2)).await.expect(200);
    let late = act("submit", json!(1)).await.problem(409);
    assert_eq!((&late["code"], &late["visit"]), (&json!("task_step_changed"), &json!(3)));
    assert_eq!(late["available"][0]["to_step"], "check");
    let unknown = act("burn", Value::Null).await.problem(409);
    assert_eq!(unknown["code"], "action_not_available");
    assert_eq!(unknown["step"]["step_id"], "do");
    office.admin.post(&path(&task, "/hold"), json!({})).await.expect(200);
    let resting = act("submit", Value::Null).await.problem(409);
    assert_eq!((&resting["code"], &resting["available"]), (&json!("task_on_hold"), &json!([])));
}

#[tokio::test]
async fn an_answer_without_the_secret_meets_nothing() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    office.holder("handler").await;
    let task = office.task().await;
    let id = task["id"].as_str().unwrap();
    let secret = "no-such-secret-in-the-house";
    let request = "00000000-0000-7000-8000-000000000000";
    let answer = json!({ "action_id": "submit" });
    let anybody = desk.anonymous();
    for task in [id, request, "x"] {
        let path = format!("/api/v1/external/{task}/{request}/{secret}");
        anybody.post(&path, answer.clone()).await.problem(404);
    }
    let path = format!("/external/{id}/{request}/{secret}/");
    anybody.post(&path, json!({})).await.problem(422);
    assert!(!desk.log().contains(secret), "what is secret is not written down");
}
