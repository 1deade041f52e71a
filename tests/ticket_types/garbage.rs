//! Whatever is sent as a form or as data gets an answer that says what is wrong with it, and nothing breaks.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Map, Value, json};

use super::*;
use crate::support::{Client, shared_desk};

/// Names and texts that mean something, somewhere, and some that mean nothing.
static WORDS: [&str; 24] = [
    "",
    "x",
    "id",
    "kind",
    "label",
    "en",
    "fields",
    "sections",
    "options",
    "value",
    "visible_if",
    "all",
    "any",
    "equals",
    "in",
    "field",
    "text",
    "select",
    "decimal",
    "file",
    "min",
    "\u{0}",
    "站点\u{202e}",
    "../../etc",
];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(&WORDS[..]).prop_map(str::to_owned)
}

fn garbage() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        word().prop_map(Value::from),
        Just(json!("x".repeat(5000))),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The same values in every run.
fn samples(count: usize) -> Vec<Value> {
    let config = Config { rng_seed: RngSeed::Fixed(6), ..Config::default() };
    let mut runner = TestRunner::new(config);
    (0..count).map(|_| garbage().new_tree(&mut runner).unwrap().current()).collect()
}

/// Puts a value in the place of one that a sound form has.
fn spoilt(form: &Value, place: usize, value: Value) -> Value {
    let mut pointers = Vec::new();
    collect("", form, &mut pointers);
    let mut form = form.clone();
    *form.pointer_mut(&pointers[place % pointers.len()]).unwrap() = value;
    form
}

fn collect(at: &str, value: &Value, pointers: &mut Vec<String>) {
    if !at.is_empty() {
        pointers.push(at.to_owned());
    }
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, inner)| collect(&format!("{at}/{name}"), inner, pointers));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, inner)| collect(&format!("{at}/{index}"), inner, pointers));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn assert_sound(answer: &Answer, sent: &Value) {
    let expected = [200, 201, 400, 409, 413, 422];
    assert!(expected.contains(&answer.status), "{sent}: {} {}", answer.status, answer.text());
    if answer.status == 422 {
        assert!(!answer.bad_fields().is_empty(), "{sent}");
    }
}

async fn post_all(client: &Client<'_>, route: &str, bodies: impl IntoIterator<Item = Value>) {
    for body in bodies {
        assert_sound(&client.post(route, body.clone()).await, &body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_for_forms_is_refused_in_words() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let form = site_fault();
    let (first, second) = ("/api/v1/ticket-types/check", "/api/v1/ticket-types");
    post_all(&admin, first, samples(60)).await;
    let spoilt_forms = samples(240).into_iter().enumerate();
    post_all(&admin, first, spoilt_forms.map(|(n, value)| spoilt(&form, n * 7, value))).await;
    let mut named = samples(40).into_iter().enumerate().map(|(n, value)| {
        let mut form = spoilt(&form, n * 11, value);
        if form["name"].is_string() {
            form["name"] = json!(unique("garbage_"));
        }
        form
    });
    post_all(&admin, second, named.by_ref()).await;
    let ticket_type = define(&admin, &form).await;
    for value in samples(40) {
        let patch = if value.is_object() { value } else { json!({ "fields": value }) };
        let answer = admin.patch(&path(&ticket_type, ""), patch.clone()).await;
        assert_sound(&answer, &patch);
    }
    // Conditions without end, and too many of everything.
    let mut deep = json!({ "field": "a", "is_set": true });
    for _ in 0..40 {
        deep = json!({ "all": [deep] });
    }
    let one = |settings: Value| json!({ "name": unique("deep_"), "fields": [field("a", "text", settings)] });
    admin.post(second, one(json!({ "visible_if": deep }))).await.problem(422);
    admin
        .post(second, one(json!({ "pattern": "(((a{1,200}){1,200}){1,200})" })))
        .await
        .problem(422);
    let many: Vec<_> = (0..101).map(|n| field(&format!("f{n}"), "text", json!({}))).collect();
    let answer = admin.post(second, json!({ "name": unique("many_"), "fields": many })).await;
    assert_eq!(answer.bad_fields(), ["body.fields"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_for_data_is_refused_in_words() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let fields: Vec<_> = ["text", "decimal", "select", "multi_select", "file", "user", "date_time"]
        .iter()
        .map(|kind| {
            let settings = match *kind {
                "select" | "multi_select" => json!({ "options": [option("x"), option("id")] }),
                _ => json!({}),
            };
            field(kind, kind, settings)
        })
        .collect();
    let names: Vec<_> =
        fields.iter().map(|field| field["id"].as_str().unwrap().to_owned()).collect();
    let form = json!({ "name": unique("garbage_"), "fields": fields });
    let ticket_type = define(&admin, &form).await;
    let ticket = open(&admin, &ticket_type["name"], json!({})).await.expect(201);
    let mut refused = 0;
    for (n, value) in samples(160).into_iter().enumerate() {
        let data: Map<_, _> = [(names[n % names.len()].clone(), value)].into_iter().collect();
        let opened = open(&admin, &ticket_type["name"], json!(data)).await;
        assert_sound(&opened, &json!(data));
        refused += usize::from(opened.status == 422);
        let changed = change(&admin, &ticket, json!({ "data": data })).await;
        assert_sound(&changed, &json!(data));
        if let Some(filled) = (opened.status == 201).then(|| opened.json()["data"].clone()) {
            // What is kept is a fixed point: sent again, it stays as it is.
            let filled = if filled.is_null() { json!({}) } else { filled };
            let again = open(&admin, &ticket_type["name"], filled.clone()).await.expect(201);
            assert_eq!(
                again["data"].as_object().map_or(0, Map::len),
                filled.as_object().unwrap().len()
            );
        }
    }
    assert!(refused > 40, "{refused}");
    for value in samples(40).into_iter().filter(|value| !value.is_object() && !value.is_null()) {
        let refused = open(&admin, &ticket_type["name"], value.clone()).await;
        assert_eq!(bad_data(&refused), bad(&[("/data", "type_error")]), "{value}");
    }
    // More than a form takes at all, and more names than are worth telling.
    let wide: Map<_, _> = (0..500).map(|n| (format!("u{n}"), json!(1))).collect();
    let told = bad_data(&open(&admin, &ticket_type["name"], json!(wide)).await);
    assert_eq!(told.len(), 100);
    let large = json!({ "text": "x".repeat(70_000) });
    let told = open(&admin, &ticket_type["name"], large).await;
    assert_eq!(bad_data(&told)[0].0, "/data");
}
