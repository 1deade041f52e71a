//! Ticket types: defined, checked, listed, carried to another desk, renamed, retired.

use reqwest::Method;
use serde_json::{Value, json};

use super::*;
use crate::support::{Client, Desk, Setup, shared_desk};

#[tokio::test]
async fn a_type_is_defined_listed_and_taken_elsewhere() {
    let desk = Desk::start(Setup::default()).await;
    let admin = desk.as_admin().await;
    let form = site_fault();
    let answer = admin.post("/api/v1/ticket-types", form.clone()).await;
    let defined = answer.expect(201);
    assert_eq!(answer.header("location"), Some(path(&defined, "").as_str()));
    assert_eq!(answer.header("etag"), Some("\"1\""));
    assert_eq!((&defined["status"], &defined["definition_version"]), (&json!("active"), &json!(1)));
    // What is left out stays out, what has a default of its own says it.
    let mut expected = form.clone();
    expected["fields"][0]["max_length"] = json!(200);
    expected["fields"][3]["max_length"] = json!(10_000);
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(defined[name], *value, "{name}");
    }

    let viewer = desk.as_viewer().await;
    let list = viewer.get("/api/v1/ticket-types?status=active&count=true").await.expect(200);
    assert_eq!((&list["items"][0]["id"], &list["total"]), (&defined["id"], &json!(1)));
    assert_eq!(list["items"][0]["tickets"], 0);
    let found = viewer.get(&path(&defined, "")).await;
    assert_eq!(found.header("etag"), Some("\"1\""));
    assert_eq!(found.expect(200)["fields"], expected["fields"]);

    let exported = viewer.get(&path(&defined, "/export")).await.expect(200);
    assert_eq!(exported, expected);
    let elsewhere = Desk::start(Setup::default()).await;
    let taken = define(&elsewhere.as_admin().await, &exported).await;
    assert_eq!(taken["fields"], defined["fields"]);

    // The same name again, in another case.
    let mut again = form.clone();
    again["name"] = json!(form["name"].as_str().unwrap().to_uppercase());
    let refused = admin.post("/api/v1/ticket-types", again).await.problem(409);
    assert_eq!(refused["code"], "name_taken");
    for bad in ["nonsense", "00000000-0000-7000-8000-000000000000"] {
        for rest in ["", "/export", "/schema", "/versions/1"] {
            admin.get(&format!("/api/v1/ticket-types/{bad}{rest}")).await.problem(404);
        }
    }
    for version in ["0", "2", "-1", "x", "99999999999"] {
        admin.get(&path(&defined, &format!("/versions/{version}"))).await.problem(404);
    }
    admin.get(&path(&defined, "/schema?version=2")).await.problem(404);
    admin.get(&path(&defined, "/schema?version=0")).await.problem(422);
}

#[tokio::test]
async fn a_bad_type_is_refused_with_every_place() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let mut form = site_fault();
    form["colour"] = json!("red");
    form["sections"][0]["label"] = json!({});
    let fields = form["fields"].as_array_mut().unwrap();
    fields[0]["pattern"] = json!("(");
    fields[0]["max_length"] = json!(-1);
    fields[1]["default"] = json!("enormous");
    fields[2]["min"] = json!(10_000);
    fields[3]["visible_if"] = json!({ "field": "nowhere", "equals": 1 });
    fields.push(field("site_id", "text", json!({})));
    fields.push(field("Site", "colour", json!({ "step": 1 })));
    fields.push(field("mail", "email", json!({ "filterable": true, "min_length": 1 })));
    fields.push(json!(7));
    let answer = admin.post("/api/v1/ticket-types", form.clone()).await;
    let bad = answer.bad_fields();
    for place in [
        "body.colour",
        "body.sections.0.label",
        "body.fields.0.pattern",
        "body.fields.0.max_length",
        "body.fields.2.min",
        "body.fields.4.id",
        "body.fields.5.id",
        "body.fields.5.kind",
        "body.fields.6.filterable",
        "body.fields.6.min_length",
        "body.fields.7",
    ] {
        assert!(bad.iter().any(|bad| bad == place), "{place}: {bad:?}");
    }
    let checked = admin.post("/api/v1/ticket-types/check", form).await.expect(200);
    assert_eq!(checked["problems"].as_array().unwrap().len(), bad.len());

    // As long as a part cannot be read, what follows from it is not told; then it is.
    let mut form = site_fault();
    form["fields"][1]["default"] = json!("enormous");
    form["fields"][3]["visible_if"] = json!({ "field": "nowhere", "equals": 1 });
    let mut bad = admin.post("/api/v1/ticket-types", form).await.bad_fields();
    bad.sort();
    assert_eq!(bad, ["body.fields.1.default", "body.fields.3.visible_if.field"]);
    let fine = admin.post("/api/v1/ticket-types/check", site_fault()).await.expect(200);
    assert_eq!(fine, json!({ "problems": [] }));
}

#[tokio::test]
async fn a_type_is_renamed_and_its_tickets_go_by_the_new_name() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let old = define(&admin, &site_fault()).await;
    let data = json!({ "site_id": "BJ-0042" });
    let by_name = open(&admin, &old["name"], data.clone()).await.expect(201);
    let by_id = open(&admin, &old["id"], data.clone()).await.expect(201);
    assert_eq!((&by_id["form"], &by_id["ticket_type"]), (&by_name["form"], &old["name"]));
    let shouted = json!(old["name"].as_str().unwrap().to_uppercase());
    let shouted = open(&admin, &shouted, data.clone()).await.expect(201);
    assert_eq!(shouted["ticket_type"], old["name"]);

    let name = unique("renamed_");
    let answer = admin.patch(&path(&old, ""), json!({ "name": name })).await;
    let renamed = answer.expect(200);
    assert_eq!((&renamed["name"], &renamed["definition_version"]), (&json!(name), &json!(1)));
    assert_eq!(answer.header("etag"), Some("\"2\""));
    let found = async |ticket_type: &Value| {
        let query =
            format!("/api/v1/tickets?count=true&ticket_type={}", ticket_type.as_str().unwrap());
        admin.get(&query).await.expect(200)["total"].clone()
    };
    assert_eq!(found(&renamed["name"]).await, 3);
    assert_eq!(found(&renamed["id"]).await, 3);
    assert_eq!(seen(&admin, &by_name).await["ticket_type"], renamed["name"]);
    // Who sends back what was shown changes nothing; also after a new version, and by the name of before.
    let mut fields = site_fault()["fields"].clone();
    fields[0]["label"]["zh"] = json!("站点");
    admin.patch(&path(&old, ""), json!({ "fields": fields })).await.expect(200);
    for shown in [&renamed["name"], &old["name"], &renamed["id"]] {
        let same = change(&admin, &by_name, json!({ "ticket_type": shown })).await.expect(200);
        assert_eq!((&same["ticket_type"], &same["version"]), (&renamed["name"], &json!(1)));
        assert_eq!(same["form"]["version"], 1);
    }
    // The name is free again.
    let mut form = site_fault();
    form["name"] = old["name"].clone();
    let heir = define(&admin, &form).await;
    let ticket = open(&admin, &heir["name"], data).await.expect(201);
    assert_eq!(ticket["form"]["ticket_type_id"], heir["id"]);
    assert_eq!((found(&heir["name"]).await, found(&renamed["name"]).await), (json!(1), json!(3)));
    let shown = json!({ "ticket_type": heir["name"], "data": { "site_id": "BJ-0043" } });
    let moved = change(&admin, &by_name, shown).await.expect(200);
    assert_eq!(moved["form"]["ticket_type_id"], heir["id"]);
    assert_eq!(seen(&admin, &by_id).await["ticket_type"], renamed["name"]);
}

/// The ids of all types of a status.
async fn listed(client: &Client<'_>, status: &str) -> Vec<Value> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let query = format!("/api/v1/ticket-types?status={status}&limit=20&cursor={cursor}");
        let page = client.get(&query).await.expect(200);
        ids.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
        let Some(next) = page["next_cursor"].as_str() else { return ids };
        cursor = next.to_owned();
    }
}

#[tokio::test]
async fn a_retired_type_takes_no_new_tickets_and_keeps_its_old_ones() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let ticket_type = define(&admin, &site_fault()).await;
    let data = json!({ "site_id": "BJ-0042" });
    let ticket = open(&admin, &ticket_type["name"], data.clone()).await.expect(201);
    let retired = admin.patch(&path(&ticket_type, ""), json!({ "status": "retired" })).await;
    assert_eq!(retired.expect(200)["status"], "retired");

    for named in ["name", "id"] {
        let refused = open(&admin, &ticket_type[named], data.clone()).await;
        assert_eq!(refused.bad_fields(), ["body.ticket_type"]);
    }
    let refused = admin.patch(&path(&ticket_type, ""), json!({ "fields": [] })).await;
    assert_eq!(refused.problem(409)["code"], "ticket_type_retired");
    // What it is already changes nothing, said in full or by halves.
    let mut same = site_fault();
    same["name"] = ticket_type["name"].clone();
    same["status"] = json!("retired");
    let again = admin.patch(&path(&ticket_type, ""), same).await.expect(200);
    assert_eq!((&again["status"], &again["version"]), (&json!("retired"), &json!(2)));
    // Work on what is there goes on, by its rules.
    let changed = change(&admin, &ticket, json!({ "data": { "alarm_code": 2107 } })).await;
    assert_eq!(changed.expect(200)["data"]["alarm_code"], 2107);
    let refused = change(&admin, &ticket, json!({ "data": { "alarm_code": 7 } })).await;
    assert_eq!(bad_data(&refused), bad(&[("/data/alarm_code", "below_min")]));
    assert!(listed(&admin, "retired").await.contains(&ticket_type["id"]));
    assert!(!listed(&admin, "active").await.contains(&ticket_type["id"]));

    let patch = json!({ "status": "active", "title": null });
    let back = admin.patch(&path(&ticket_type, ""), patch).await.expect(200);
    assert_eq!((&back["status"], back.get("title")), (&json!("active"), None));
    open(&admin, &ticket_type["name"], data).await.expect(201);
    for bad in [json!({ "status": "gone" }), json!({ "status": null }), json!({ "fields": {} })] {
        admin.patch(&path(&ticket_type, ""), bad).await.problem(422);
    }
}

#[tokio::test]
async fn a_change_says_which_version_it_saw_and_is_made_once() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let form = site_fault();
    let key = unique("define-");
    let call = || {
        let call = admin.call(Method::POST, "/api/v1/ticket-types").json(&form);
        call.header("idempotency-key", &key).send()
    };
    let (first, again) = (call().await, call().await);
    assert_eq!(first.expect(201)["id"], again.expect(201)["id"]);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));

    let ticket_type = first.json();
    let patch = async |seen: &str, description: Value| {
        let call = admin.call(Method::PATCH, &path(&ticket_type, ""));
        let body = json!({ "description": description });
        call.json(&body).header("if-match", seen).send().await
    };
    patch("\"1\"", json!({ "zh": "现场" })).await.expect(200);
    let stale = patch("\"1\"", json!(null)).await.problem(412);
    assert_eq!(stale["version"], 2);
    let merged = patch("\"2\"", json!({ "en": null })).await.expect(200);
    assert_eq!(merged["description"], json!({ "zh": "现场" }));
    // A patch that changes nothing appends nothing.
    let same = patch("\"3\"", json!({ "zh": "现场" })).await;
    assert_eq!(
        (same.header("etag"), same.expect(200)["version"].as_i64()),
        (Some("\"3\""), Some(3))
    );
}
