//! Every kind of field with every sort of value: what a ticket takes, what it says of the rest, and that the JSON
//! Schema of the type says the same.

use domain::ticket_type::FieldKind;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::matrix_rows::{Row, USER, rows};
use super::*;
use crate::support::{Client, shared_desk};

/// What no schema knows: who there is.
const BESIDES_THE_SCHEMA: [&str; 1] = ["unknown_user"];
/// Bounds of days and moments stand under keywords that this validator does not know.
const BOUNDS: [&str; 2] = ["below_min", "above_max"];

/// A ticket type with the field of a row, and the schema of its data.
struct Case<'a> {
    client: &'a Client<'a>,
    ticket_type: Value,
    schema: Validator,
}

impl<'a> Case<'a> {
    async fn of(client: &'a Client<'a>, row: &Row) -> Self {
        let hide = field("hide", "boolean", json!({}));
        let form = json!({ "name": unique("matrix_"), "fields": [row.field, hide] });
        let ticket_type = define(client, &form).await;
        let schema = client.get(&path(&ticket_type, "/schema")).await.expect(200);
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{schema}");
        let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        Self { client, ticket_type, schema }
    }

    async fn open(&self, data: &Value) -> Answer {
        open(self.client, &self.ticket_type["name"], data.clone()).await
    }

    /// Whether the schema refuses what was refused, as far as it can know.
    fn agrees(&self, data: &Value, code: &str) -> bool {
        let is_time = data["x"].is_string() && BOUNDS.contains(&code);
        BESIDES_THE_SCHEMA.contains(&code) || is_time || !self.schema.is_valid(data)
    }
}

#[test]
fn every_kind_has_a_row() {
    let name = |kind: &FieldKind| serde_json::to_value(kind).unwrap();
    let mut all: Vec<_> = FieldKind::ALL.iter().map(name).collect();
    // Its row needs uploads and stands with them.
    all.retain(|kind| kind != "file");
    let rows: Vec<_> = rows().into_iter().map(|row| row.field["kind"].clone()).collect();
    assert_eq!(rows.len(), all.len());
    assert!(all.iter().all(|kind| rows.contains(kind)), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_of_a_ticket_is_judged_by_its_type() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let user = desk.people().await.handler.id.clone();
    let put = |value: &Value| -> Value {
        serde_json::from_str(&value.to_string().replace(USER, &user)).unwrap()
    };
    for row in rows() {
        let case = Case::of(&admin, &row).await;
        let what = &row.field;
        let mut ticket = Value::Null;
        for (given, kept) in &row.good {
            let (given, kept) = (json!({ "x": put(given) }), json!({ "x": put(kept) }));
            ticket = case.open(&given).await.expect(201);
            assert_eq!(ticket["data"], kept, "{given} in {what}");
            assert!(case.schema.is_valid(&kept), "{kept} in {what}");
        }
        let form = json!({ "ticket_type_id": case.ticket_type["id"], "version": 1 });
        assert_eq!((&ticket["form"], &ticket["ticket_type"]), (&form, &case.ticket_type["name"]));

        let kept = &ticket["data"]["x"];
        let mut refused = vec![
            (json!({}), "/data/x".to_owned(), "missing"),
            (json!({ "x": null }), "/data/x".to_owned(), "missing"),
            (json!({ "x": kept, "y": 1 }), "/data/y".to_owned(), "unknown_field"),
            (json!({ "x": kept, "a/b.c~": 1 }), "/data/a~1b.c~0".to_owned(), "unknown_field"),
            (json!({ "x": kept, "hide": true }), "/data/x".to_owned(), "hidden_field"),
        ];
        refused.extend(
            row.wrong_type
                .iter()
                .map(|value| (json!({ "x": put(value) }), "/data/x".to_owned(), "type_error")),
        );
        refused.extend(row.out_of_range.iter().map(|(value, place, code)| {
            (json!({ "x": put(value) }), format!("/data/x{place}"), *code)
        }));
        for (data, pointer, code) in refused {
            let expected = bad(&[(pointer.as_str(), code)]);
            let opened = case.open(&data).await;
            assert_eq!(bad_data(&opened), expected, "{data} in {what}");
            assert!(case.agrees(&data, code), "{data} in {what}");
            // What is left out of a change stays, so that it is not missing.
            if data != json!({}) {
                let changed = change(&admin, &ticket, json!({ "data": data })).await;
                assert_eq!(bad_data(&changed), expected, "{data} in {what}");
            }
        }
        // Hidden, it is asked for no more, and what it held goes.
        let opened = case.open(&json!({ "hide": true })).await.expect(201);
        assert_eq!(opened["data"], json!({ "hide": true }), "{what}");
        let changed = change(&admin, &ticket, json!({ "data": { "hide": true } })).await;
        assert_eq!(changed.expect(200)["data"], json!({ "hide": true }), "{what}");
        let schema_says = |data| case.schema.is_valid(&data);
        assert!(schema_says(json!({ "hide": true })) && !schema_says(json!({})));
        let as_seen = seen(&admin, &ticket).await;
        assert_eq!(as_seen["data"], json!({ "hide": true }), "{what}");
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let ticket_type = define(&admin, &site_fault()).await;
    let body = json!({
        "subject": "", "priority": "huge", "colour": "red", "ticket_type": ticket_type["name"],
        "data": { "site_id": "nowhere", "severity": "critical", "alarm_code": "2107", "y": 1 },
    });
    let mut told = bad_data(&admin.post("/api/v1/tickets", body).await);
    told.sort();
    let expected = bad(&[
        ("/colour", "extra_forbidden"),
        ("/data/alarm_code", "type_error"),
        ("/data/site_id", "pattern_mismatch"),
        ("/data/what_happened", "missing"),
        ("/data/y", "unknown_field"),
        ("/priority", "enum"),
        ("/subject", "string_too_short"),
    ]);
    assert_eq!(told, expected);

    let data = json!({ "site_id": "BJ-0042" });
    let ticket = open(&admin, &ticket_type["name"], data).await.expect(201);
    assert_eq!(ticket["data"], json!({ "site_id": "BJ-0042", "severity": "major" }));
    let body = json!({ "priority": "huge", "data": { "alarm_code": 7 } });
    let mut told = bad_data(&change(&admin, &ticket, body).await);
    told.sort();
    assert_eq!(told, bad(&[("/data/alarm_code", "below_min"), ("/priority", "enum")]));

    // In the legacy shape the errors are `detail`, without pointers.
    let body = json!({ "subject": "S", "ticket_type": ticket_type["name"], "data": {} });
    let problem = admin.post("/api/tickets/", body).await.problem(422);
    assert_eq!(problem["detail"][0]["loc"], json!(["body", "data", "site_id"]), "{problem}");
    assert!(problem["detail"][0].get("pointer").is_none());
}
