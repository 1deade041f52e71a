//! Rules that change without a restart.

use reqwest::Method;
use serde_json::json;

use crate::support::{Desk, Setup};

const PATH: &str = "/api/v1/settings";

#[tokio::test]
async fn a_rule_holds_as_soon_as_it_is_set() {
    let desk = Desk::start(Setup::default()).await;
    let (admin, handler) = (desk.as_admin().await, desk.as_handler().await);
    let open = async |category: &str| {
        let body = json!({ "subject": "Subject", "category": category });
        handler.post("/api/v1/tickets", body).await
    };
    open("anything").await.expect(201);
    let set = json!({ "categories": ["radio", "core"], "strict_categories": true });
    let settings = admin.patch(PATH, set).await.expect(200);
    assert_eq!(settings["categories"], json!(["radio", "core"]));
    assert_eq!(open("anything").await.bad_fields(), ["body.category"]);
    open("radio").await.expect(201);

    admin.patch(PATH, json!({ "limits": { "subject_max": 10 } })).await.expect(200);
    let long = handler.post("/api/v1/tickets", json!({ "subject": "Eleven char" })).await;
    assert_eq!(long.bad_fields(), ["body.subject"]);
}

#[tokio::test]
async fn the_profile_of_the_customer_support_system_is_one_word() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let settings = admin.patch(PATH, json!({ "profile": "customer_support" })).await.expect(200);
    let limits = json!({
        "subject_min": 1, "subject_max": 200, "description_min": 10, "description_max": 2000,
        "customer_required": true, "max_files_per_ticket": 100,
    });
    assert_eq!(settings["limits"], limits);
    let mut bad = admin.post("/api/v1/tickets", json!({ "subject": "x" })).await.bad_fields();
    bad.sort();
    let expected =
        ["body.customer.email", "body.customer.id", "body.customer.name", "body.description"];
    assert_eq!(bad, expected);
}

#[tokio::test]
async fn settings_have_versions_and_their_changes_are_events() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let first = admin.get(PATH).await;
    let tag = first.header("etag").expect("settings have a version").to_owned();
    let changed = admin.patch(PATH, json!({ "features": { "ocr": true } })).await.expect(200);
    assert_eq!(changed["features"], json!({ "ocr": true }));
    let call = admin.call(Method::PATCH, PATH).header("if-match", &tag);
    call.json(&json!({ "features": { "ocr": false } })).send().await.problem(412);
    let events = admin.get("/api/v1/events?type=settings.features_set").await.expect(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn rules_that_nobody_can_meet_are_refused() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let before = admin.get(PATH).await.expect(200);
    for body in [
        json!({ "limits": { "subject_min": 0 } }),
        json!({ "limits": { "subject_min": 50, "subject_max": 10 } }),
        json!({ "limits": { "description_max": 1_000_000 } }),
        json!({ "categories": [] }),
        json!({ "categories": [""] }),
        json!({ "profile": "no such" }),
        json!({ "colour": "red" }),
    ] {
        let answer = admin.patch(PATH, body.clone()).await;
        assert!(!answer.bad_fields().is_empty(), "{body}");
    }
    assert_eq!(admin.get(PATH).await.expect(200), before);
}
