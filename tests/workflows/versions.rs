//! Workflows change while tasks run.

use serde_json::json;

use super::*;
use crate::support::{Desk, Setup};

#[tokio::test(flavor = "multi_thread")]
async fn a_task_finishes_on_the_version_it_began_with() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let level_2 = work_role(&admin, "Level 2").await;
    let approver = work_role(&admin, "Approver").await;
    let ann = colleague(&desk, "ann", &[&level_2, &approver]).await;
    let workflow = define(&admin, approval()).await;
    let before = open(&admin, "Before").await;
    let old = until_at(&admin, &before, "check").await;

    // The step of approval goes, and with it the ways to it.
    let workflow_path = format!("/api/v1/workflows/{}", workflow["id"].as_str().unwrap());
    let change = json!({
        "steps": [{ "id": "check", "name": "Check", "kind": "human", "role": "Level 2" }],
        "transitions": [way("check", "done", end("done", "resolved"))],
    });
    let changed = admin.patch(&workflow_path, change).await.expect(200);
    assert_ne!(changed["version"], workflow["version"]);
    let after = open(&admin, "After").await;
    let new = until_at(&admin, &after, "check").await;

    assert_eq!(available(&ann.client, &old).await, ["submit", "withdraw"]);
    assert_eq!(available(&ann.client, &new).await, ["done"]);
    assert_ne!(old["workflow"]["version"], new["workflow"]["version"]);
    act(&ann.client, &old, "submit").await.expect(200);
    let done = act(&ann.client, &old, "approve").await.expect(200);
    assert_eq!(done["status"], "completed");
    act(&ann.client, &new, "done").await.expect(200);

    // Retired, it is found by nobody any more.
    admin.patch(&workflow_path, json!({ "status": "retired" })).await.expect(200);
    let later = open(&admin, "Later").await;
    let pushed = admin.post(&format!("/api/v1/tickets/{later}/push_to_workflow"), json!({})).await;
    assert_eq!(pushed.problem(409)["code"], "no_workflow");
    assert_eq!(tasks_of(&admin, &later).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_workflow_is_refused_with_every_place() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    work_role(&admin, "Level 2").await;
    let mut form = approval();
    form["steps"][1]["sla_minutes"] = json!(0);
    form["steps"].as_array_mut().unwrap().push(json!(
        { "id": "island", "name": "Nobody comes here", "kind": "human", "role": "Level 2" }
    ));
    form["transitions"].as_array_mut().unwrap().push(way("check", "submit", step("nowhere")));
    let answer = admin.post("/api/v1/workflows", form.clone()).await;
    let bad = answer.bad_fields();
    assert!(bad.len() >= 4, "{bad:?}: {}", answer.text());
    assert!(bad.iter().any(|place| place.contains("steps.1.role")), "{bad:?}");
    assert!(bad.iter().any(|place| place.contains("steps.1.sla_minutes")), "{bad:?}");
    let checked = admin.post("/api/v1/workflows/check", form).await.expect(200);
    assert_eq!(checked["problems"].as_array().unwrap().len(), bad.len());
    let list = admin.get("/api/v1/workflows").await.expect(200);
    assert_eq!(list["items"], json!([]));

    // A role that nobody holds is worth a word, and no more.
    work_role(&admin, "Approver").await;
    let defined = define(&admin, approval()).await;
    assert_eq!(defined["warnings"].as_array().unwrap().len(), 2, "{defined}");
    let exported = format!("/api/v1/workflows/{}/export", defined["id"].as_str().unwrap());
    let exported = admin.get(&exported).await.expect(200);
    assert_eq!(exported["transitions"], approval()["transitions"]);
}
