//! A type in use gains versions: old tickets go on with theirs, until somebody moves them.

use serde_json::{Value, json};

use super::*;
use crate::support::{Client, Desk, Setup, shared_desk};

/// The fields of [`site_fault`] after a year: sites are required to have a vendor, nothing is minor any more, the alarm
/// code is gone.
fn next_fields() -> Value {
    let mut fields = site_fault()["fields"].clone();
    fields[1]["options"][2]["retired"] = json!(true);
    fields[2] = field("vendor", "text", json!({ "required": true, "filterable": true }));
    fields
}

async fn revise(admin: &Client<'_>, ticket_type: &Value, fields: Value) -> Value {
    admin.patch(&path(ticket_type, ""), json!({ "fields": fields })).await.expect(200)
}

#[tokio::test]
async fn a_ticket_goes_on_with_its_version_until_it_is_moved() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let ticket_type = define(&admin, &site_fault()).await;
    let name = &ticket_type["name"];
    let data = json!({ "site_id": "BJ-0042", "severity": "minor", "alarm_code": 2107 });
    let old = open(&admin, name, data.clone()).await.expect(201);
    let revised = revise(&admin, &ticket_type, next_fields()).await;
    assert_eq!((&revised["definition_version"], &revised["version"]), (&json!(2), &json!(2)));

    // The old one is what it was, takes what its form has and nothing else.
    let as_seen = seen(&admin, &old).await;
    assert_eq!((&as_seen["data"], &as_seen["form"]["version"]), (&data, &json!(1)));
    let changed = change(&admin, &old, json!({ "data": { "alarm_code": 2108 } })).await;
    assert_eq!(changed.expect(200)["form"]["version"], 1);
    let refused = change(&admin, &old, json!({ "data": { "vendor": "Acme" } })).await;
    assert_eq!(bad_data(&refused), bad(&[("/data/vendor", "unknown_field")]));

    // A new one is asked for what is asked now.
    let refused = open(&admin, name, data).await;
    let expected = bad(&[
        ("/data/severity", "option_retired"),
        ("/data/vendor", "missing"),
        ("/data/alarm_code", "unknown_field"),
    ]);
    assert_eq!(bad_data(&refused), expected);
    let data = json!({ "site_id": "BJ-0043", "vendor": "Acme" });
    let new = open(&admin, name, data).await.expect(201);
    assert_eq!((&new["form"]["version"], &new["data"]["severity"]), (&json!(2), &json!("major")));

    // Naming the type again with data moves it: what is not asked for any more stays behind, the rest is judged anew.
    let moving = json!({ "ticket_type": name, "data": { "vendor": "Acme" } });
    let refused = change(&admin, &old, moving).await;
    assert_eq!(bad_data(&refused), bad(&[("/data/severity", "option_retired")]));
    let moving = json!({ "ticket_type": name, "data": { "vendor": "Acme", "severity": "major" } });
    let moved = change(&admin, &old, moving).await.expect(200);
    let expected = json!({ "site_id": "BJ-0042", "severity": "major", "vendor": "Acme" });
    assert_eq!((&moved["data"], &moved["form"]["version"]), (&expected, &json!(2)));

    // As it was, it is still to be seen; the history names the fields.
    let id = old["id"].as_str().unwrap();
    let first = admin.get(&format!("/api/v1/tickets/{id}?as_of=1")).await.expect(200);
    assert_eq!(
        (&first["form"]["version"], &first["data"]["severity"]),
        (&json!(1), &json!("minor"))
    );
    let history = admin.get(&format!("/api/v1/tickets/{id}/history")).await.expect(200);
    let told = history.to_string();
    assert!(told.contains("alarm_code") && told.contains("vendor"), "{told}");
}

#[tokio::test]
async fn every_version_stays_to_be_read_and_wording_makes_one() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let ticket_type = define(&admin, &site_fault()).await;
    revise(&admin, &ticket_type, next_fields()).await;
    let mut worded = next_fields();
    worded[0]["label"]["zh"] = json!("站点编号");
    let third = revise(&admin, &ticket_type, worded.clone()).await;
    assert_eq!(third["definition_version"], 3);
    let described = admin.patch(&path(&ticket_type, ""), json!({ "title": null })).await;
    assert_eq!(described.expect(200)["definition_version"], 3);

    let version = async |n: u32| {
        let version = admin.get(&path(&ticket_type, &format!("/versions/{n}"))).await.expect(200);
        assert_eq!(version["definition_version"], n);
        version["fields"].clone()
    };
    assert_eq!(version(1).await, ticket_type["fields"]);
    assert_eq!(version(2).await[2]["id"], "vendor");
    assert_eq!(version(3).await[0]["label"], worded[0]["label"]);
    let schema = async |query: &str| {
        let answer = admin.get(&path(&ticket_type, &format!("/schema{query}"))).await;
        assert_eq!(answer.header("content-type"), Some("application/schema+json"));
        answer.expect(200)
    };
    assert!(schema("?version=1").await["properties"]["alarm_code"].is_object());
    assert!(schema("").await["properties"]["alarm_code"].is_null());
    assert_eq!(schema("").await, schema("?version=3").await);

    // A field keeps its kind, also one that is gone.
    let mut fields = next_fields();
    fields.as_array_mut().unwrap().push(field("alarm_code", "text", json!({})));
    let refused = admin.patch(&path(&ticket_type, ""), json!({ "fields": fields })).await;
    assert_eq!(refused.problem(409)["code"], "field_kind_changed");
}

#[tokio::test]
async fn a_ticket_changes_its_type_or_has_none() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let ticket_type = define(&admin, &site_fault()).await;
    let other =
        json!({ "name": unique("other_"), "fields": [field("site_id", "text", json!({}))] });
    let other = define(&admin, &other).await;

    // A name that no type has is free, and so is the data.
    let free = json!(unique("free_"));
    let data = json!({ "anything": [1, { "goes": null }] });
    let ticket = open(&admin, &free, data.clone()).await.expect(201);
    assert_eq!(
        (&ticket["data"], &ticket["form"], &ticket["ticket_type"]),
        (&data, &Value::Null, &free)
    );
    // The data that it has does not fit the type that it is to get; other data comes in its place.
    let refused = change(&admin, &ticket, json!({ "ticket_type": ticket_type["name"] })).await;
    let expected = bad(&[("/data/site_id", "missing"), ("/data/anything", "unknown_field")]);
    assert_eq!(bad_data(&refused), expected);
    let data = json!({ "site_id": "BJ-0042", "severity": "minor" });
    let body = json!({ "ticket_type": ticket_type["name"], "data": data });
    let typed = change(&admin, &ticket, body).await.expect(200);
    assert_eq!((&typed["form"]["ticket_type_id"], &typed["data"]), (&ticket_type["id"], &data));
    let refused = change(&admin, &ticket, json!({ "ticket_type": other["id"] })).await;
    assert_eq!(bad_data(&refused), bad(&[("/data/severity", "unknown_field")]));
    let data = json!({ "site_id": "BJ-0042" });
    let body = json!({ "ticket_type": other["id"], "data": data });
    let moved = change(&admin, &ticket, body).await.expect(200);
    assert_eq!((&moved["data"], &moved["ticket_type"]), (&data, &other["name"]));

    // Where only defined types are wanted, a free name is refused.
    let strict = Desk::start(Setup::default()).await;
    let admin = strict.as_admin().await;
    let settings = admin.get("/api/v1/settings").await.expect(200);
    assert_eq!(settings["strict_ticket_types"], false);
    let settings = json!({ "strict_ticket_types": true });
    let settings = admin.patch("/api/v1/settings", settings).await.expect(200);
    assert_eq!(settings["strict_ticket_types"], true);
    let refused = open(&admin, &free, json!({})).await;
    assert_eq!(refused.bad_fields(), ["body.ticket_type"]);
    let untyped = admin.post("/api/v1/tickets", ticket_body()).await;
    untyped.expect(201);
}

fn ticket_body() -> Value {
    crate::support::ticket("Without a type")
}
