//! Workflows through HTTP.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Office, form, listed};
use crate::support::{shared_desk, unique};

fn path(workflow: &Value, rest: &str) -> String {
    format!("/api/v1/workflows/{}{rest}", workflow["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_workflow_is_changed_by_a_patch_and_keeps_its_versions() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    let workflow = &office.workflow;
    assert_eq!(workflow["definition_version"], 1);
    assert_eq!(workflow["warnings"][0]["loc"], json!(["body", "steps", 0, "role"]));
    let viewer = desk.as_viewer().await;
    let read = viewer.get(&path(workflow, "")).await;
    assert_eq!(read.header("etag"), Some("\"1\""));
    assert_eq!(read.json()["steps"], workflow["steps"]);
    viewer.patch(&path(workflow, ""), json!({ "name": "Mine" })).await.problem(403);

    let renamed = json!({ "name": unique("Renamed"), "matching": { "priority": null } });
    let renamed = office.admin.patch(&path(workflow, ""), renamed).await.expect(200);
    assert_eq!(renamed["definition_version"], 1, "a name makes no version");
    assert_eq!(renamed["matching"], workflow["matching"]);
    let mut steps = workflow["steps"].clone();
    steps[0]["sla_minutes"] = json!(30);
    let patch = json!({ "steps": steps, "status": "retired" });
    let changed = office.admin.patch(&path(workflow, ""), patch).await.expect(200);
    assert_eq!(
        (&changed["definition_version"], &changed["status"]),
        (&json!(2), &json!("retired"))
    );
    let first = viewer.get(&path(workflow, "/versions/1")).await.expect(200);
    assert_eq!(first["steps"], workflow["steps"]);
    let second = viewer.get(&path(workflow, "/versions/2")).await.expect(200);
    assert_eq!(second["steps"][0]["sla_minutes"], 30);
    viewer.get(&path(workflow, "/versions/3")).await.problem(404);

    let active = listed(&viewer, "/api/v1/workflows?status=active&limit=200").await;
    assert!(!active.contains(&workflow["id"]));
    let refused = office.admin.patch(&path(workflow, ""), json!({ "name": "Late" })).await;
    assert_eq!(refused.problem(409)["code"], "workflow_retired");
    let patch = json!({ "status": "active", "name": office.name });
    let back = office.admin.patch(&path(workflow, ""), patch).await.expect(200);
    assert_eq!((&back["status"], &back["name"]), (&json!("active"), &json!(office.name)));
    let stale = office.admin.call(Method::PATCH, &path(workflow, "")).header("if-match", "\"1\"");
    let stale = stale.json(&json!({ "default": false })).send().await.problem(412);
    assert_eq!(stale["version"], back["version"]);
}

#[tokio::test]
async fn what_is_exported_can_be_imported() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    let exported = office.admin.get(&path(&office.workflow, "/export")).await.expect(200);
    let taken = office.admin.post("/api/v1/workflows", exported.clone()).await;
    assert_eq!(taken.problem(409)["code"], "name_taken");
    let mut copy = exported.clone();
    copy["name"] = json!(unique("Copy"));
    let made = office.admin.post("/api/v1/workflows", copy.clone()).await;
    let location = made.header("location").unwrap().to_owned();
    let made = made.expect(201);
    assert_eq!(location, path(&made, ""));
    assert_eq!(office.admin.get(&path(&made, "/export")).await.expect(200), copy);
    office.admin.patch(&path(&made, ""), json!({ "status": "retired" })).await.expect(200);
}

#[tokio::test]
async fn everything_wrong_is_named_at_once() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let mut bad = form(&unique("Nobody"));
    bad["steps"][0]["sla_minutes"] = json!("soon");
    bad["steps"][1]["colour"] = json!("red");
    bad["transitions"][0]["to"] = json!({});
    bad["matching"] = json!({ "category": "other" });
    bad["start"] = json!(null);
    let mut named = admin.post("/api/v1/workflows", bad.clone()).await.bad_fields();
    named.sort();
    let all = [
        "body.matching",
        "body.start",
        "body.steps.0.role",
        "body.steps.0.sla_minutes",
        "body.steps.1.colour",
        "body.steps.1.role",
        "body.transitions.0.to",
    ];
    assert_eq!(named, all);
    let checked = admin.post("/api/v1/workflows/check", bad).await.expect(200);
    assert_eq!(checked["problems"].as_array().unwrap().len(), all.len());
    assert_eq!(checked["problems"][0]["loc"][0], "body");

    let office = Office::open(&desk).await;
    let patch = json!({ "start": "nowhere", "status": "lost", "x": 1, "transitions": null });
    let mut named = admin.patch(&path(&office.workflow, ""), patch).await.bad_fields();
    named.sort();
    assert_eq!(named, ["body.status", "body.transitions", "body.x"]);
    let patch = json!({ "start": "nowhere" });
    assert_eq!(admin.patch(&path(&office.workflow, ""), patch).await.bad_fields()[0], "body.start");
    let patch = json!({ "status": null });
    assert_eq!(admin.patch(&path(&office.workflow, ""), patch).await.bad_fields(), ["body.status"]);
}

#[tokio::test]
async fn the_ways_between_steps_are_listed() {
    let desk = shared_desk().await;
    let office = Office::open(&desk).await;
    let id = office.workflow["id"].as_str().unwrap();
    let viewer = desk.as_viewer().await;
    let page = viewer.get(&format!("/api/v1/transitions?workflow={id}&limit=2&count=true")).await;
    let page = page.expect(200);
    assert_eq!(page["total"], 3);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = format!("/transitions/?workflow={id}&limit=2&cursor={cursor}");
    let rest = viewer.get(&rest).await.expect(200);
    assert_eq!(page["items"][0]["to_step"], "check");
    assert_eq!(rest["items"][0]["outcome"], "done");
    assert_eq!(rest["items"][0]["ticket_status"], "resolved");
    assert_eq!(viewer.get("/api/v1/transitions?workflow=x").await.bad_fields(), ["query.workflow"]);
}
