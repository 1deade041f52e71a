//! The compiled JSON Schema, as a validator that is not ours reads it, and our own judgement agree
//! on generated forms and data.

use std::collections::BTreeSet;

use chrono::DateTime;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Keyword, ValidationError, Validator};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use super::samples::{good, map, parsed, site_fault};
use super::*;
use crate::vocabulary::MediaType;

/// `formatMinimum` and `formatMaximum`, which the validator does not know by itself.
struct FormatBound {
    bound: String,
    is_min: bool,
}

impl FormatBound {
    fn holds(&self, instance: &Value) -> bool {
        let Some(text) = instance.as_str() else { return true };
        let moment = |text| DateTime::parse_from_rfc3339(text).ok();
        let order = match (moment(text), moment(&self.bound)) {
            (Some(given), Some(bound)) => given.cmp(&bound),
            // Days are in the order of their text; what is neither, `format` refuses.
            _ => text.cmp(&self.bound),
        };
        if self.is_min { order.is_ge() } else { order.is_le() }
    }
}

impl<'i> Keyword<'i> for FormatBound {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.holds(instance) { Ok(()) } else { Err(ValidationError::custom("out of bounds")) }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.holds(instance)
    }
}

fn validator(schema: &Value) -> Validator {
    let mut options = jsonschema::options().should_validate_formats(true);
    for (name, is_min) in [("formatMinimum", true), ("formatMaximum", false)] {
        options = options.with_keyword(name, move |_, bound, _| {
            let bound = bound.as_str().unwrap().to_owned();
            Ok(Box::new(FormatBound { bound, is_min }))
        });
    }
    options.build(schema).unwrap()
}

/// Facts in which everything that is named exists.
fn all_known(definition: &Definition, data: &Map<String, Value>) -> FormFacts {
    let named = references(definition, data);
    let png = MediaType::parse("image/png").unwrap();
    FormFacts {
        users: named.users,
        files: named.files.into_iter().map(|file| (file, png.clone())).collect(),
        kept: References::default(),
    }
}

/// The members of the data in which the other validator finds something wrong.
fn bad_members(validator: &Validator, data: &Value) -> BTreeSet<String> {
    let mut bad = BTreeSet::new();
    for error in validator.iter_errors(data) {
        let path = error.instance_path().to_string();
        match (error.kind(), path.split('/').nth(1)) {
            (_, Some(member)) => drop(bad.insert(member.to_owned())),
            (ValidationErrorKind::Required { property }, None) => {
                bad.insert(property.as_str().unwrap().to_owned());
            }
            (ValidationErrorKind::AdditionalProperties { unexpected }, None) => {
                bad.extend(unexpected.iter().cloned());
            }
            (kind, None) => panic!("{kind:?} of the whole"),
        }
    }
    bad
}

fn agree(definition: &Definition, data: &Map<String, Value>) {
    let schema = compile(definition);
    let validator = validator(&schema);
    let normal = normalise(definition, data);
    let facts = all_known(definition, &normal);
    let shown = || format!("{schema:#}\n{}", Value::Object(normal.clone()));
    let instance = Value::Object(normal.clone());
    match validate(definition, data, &facts) {
        Ok(kept) => {
            assert!(validator.is_valid(&instance), "accepted here alone: {}", shown());
            assert_eq!(*kept.as_map(), normal);
            assert_eq!(normalise(definition, &normal), normal, "normalised once and for all");
        }
        Err(problems) => {
            assert!(!validator.is_valid(&instance), "refused here alone: {problems:?} {}", shown());
            let ours: BTreeSet<_> = problems
                .iter()
                .filter_map(|problem| problem.pointer.split('/').nth(1))
                .map(|member| member.replace("~1", "/").replace("~0", "~"))
                .collect();
            assert_eq!(ours.len(), problems.len(), "one for each field: {problems:?}");
            // A value that has to go shows nothing else here, as if it were gone; a schema cannot
            // say that.
            if problems.iter().all(|problem| problem.kind != FieldProblemKind::Hidden) {
                assert_eq!(ours, bad_members(&validator, &instance), "{problems:?} {}", shown());
            }
        }
    }
}

fn options() -> Value {
    json!([
        { "value": "a", "label": { "en": "A" } },
        { "value": "b", "label": { "en": "B" } },
        { "value": "c d", "label": { "zh": "丙" } },
        { "value": "old", "label": { "en": "Old" }, "retired": true },
    ])
}

/// A kind with settings of all sorts.
fn settings() -> BoxedStrategy<Value> {
    let fixed = |value: Value| Just(value).boxed();
    let pattern = select(vec!["[A-Z]{2}-\\d{1,4}", "\\w+", "[^\\s,]+.?", "(?:站|a)*b|基", ".+"]);
    prop_oneof![
        (0u32..4, 4u32..9, proptest::option::of(pattern)).prop_map(|(min, max, pattern)| {
            let mut field = json!({ "kind": "text", "min_length": min, "max_length": max });
            if let Some(pattern) = pattern {
                field["pattern"] = json!(pattern);
            }
            field
        }),
        (0u32..4, 4u32..9).prop_map(
            |(min, max)| json!({ "kind": "long_text", "min_length": min, "max_length": max })
        ),
        (-20i64..5, 5i64..20, 1i64..4).prop_map(
            |(min, max, step)| json!({ "kind": "integer", "min": min, "max": max, "step": step })
        ),
        fixed(json!({ "kind": "integer" })),
        (select(vec![0.1, 0.25, 0.5, 0.01, 3.0, 0.000_001]), -9.5f64..0.0).prop_map(
            |(step, min)| json!({ "kind": "decimal", "min": min, "max": 20, "step": step })
        ),
        fixed(json!({ "kind": "decimal" })),
        fixed(json!({ "kind": "boolean" })),
        fixed(json!({ "kind": "date", "min": "2024-02-29", "max": "2026-12-31" })),
        fixed(json!({ "kind": "date" })),
        fixed(json!({ "kind": "date_time", "min": "2024-02-29T12:00:00Z" })),
        fixed(json!({ "kind": "date_time", "max": "2026-06-01T00:00:00.5+08:00" })),
        fixed(json!({ "kind": "select", "options": options() })),
        fixed(json!({ "kind": "multi_select", "options": options(), "max_count": 2 })),
        fixed(json!({ "kind": "user" })),
        fixed(json!({ "kind": "file", "max_count": 2 })),
        fixed(json!({ "kind": "url" })),
        fixed(json!({ "kind": "email" })),
        fixed(json!({ "kind": "phone" })),
    ]
    .boxed()
}

/// What a condition can compare a field of these settings with.
fn comparable(field: &Value) -> Option<Value> {
    match field["kind"].as_str().unwrap() {
        "boolean" => Some(json!(true)),
        "select" | "multi_select" => Some(json!("a")),
        "integer" => Some(json!(0)).filter(|_| field.get("min").is_none()),
        "decimal" => Some(json!(1.5)).filter(|_| field.get("min").is_none()),
        _ => None,
    }
}

/// A test of the field before, in a group or not.
fn condition(id: &str, field: &Value, shape: u8) -> Value {
    let test = match (comparable(field), shape % 3) {
        (Some(value), 0) => json!({ "field": id, "equals": value }),
        (Some(value), 1) => json!({ "field": id, "in": [value] }),
        _ => json!({ "field": id, "is_set": shape.is_multiple_of(2) }),
    };
    match shape % 5 {
        0 => json!({ "all": [test, { "field": "f0", "is_set": true }] }),
        1 => json!({ "any": [test, { "all": [{ "field": "f0", "is_set": false }] }] }),
        _ => test,
    }
}

/// Fields, some of which are visible depending on one before.
fn fields() -> impl Strategy<Value = Vec<Value>> {
    let field = (settings(), any::<bool>(), proptest::option::of((any::<usize>(), any::<u8>())));
    proptest::collection::vec(field, 1..8).prop_map(|fields| {
        let mut made: Vec<Value> = Vec::new();
        for (index, (mut field, required, asks)) in fields.into_iter().enumerate() {
            field["id"] = json!(format!("f{index}"));
            field["label"] = json!({ "en": "Field" });
            field["required"] = json!(required);
            if let Some((other, shape)) = asks.filter(|_| index > 0) {
                let other = other % index;
                field["visible_if"] = condition(&format!("f{other}"), &made[other], shape);
            }
            made.push(field);
        }
        made
    })
}

fn text() -> BoxedStrategy<Value> {
    prop_oneof![
        "[ -~站基障\t\n\r\u{85}\u{2028}]{0,10}",
        "[A-Zab]{2}-[0-9]{1,5}",
        "20[0-9]{2}-[0-1][0-9]-[0-3][0-9]",
        "20[0-9]{2}-0[1-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?(Z|z|[+-][012][0-9]:[0-6]0)",
        "[0-9A-Fa-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "[a-z.+'\"]{1,6}@[a-zA-Z0-9.-]{1,8}\\.[a-z0-9]{1,3}",
        "https?://[a-z0-9.-]{1,8}(:[0-9]{1,6})?(/[a-z%0-9/?#\\[\\] é]{0,9})?",
        "\\+?[0-9 ().-]{1,18}",
        select(vec!["a", "b", "c d", "old", " a ", "true", "0", "", "2024-02-29", "2023-02-29"])
            .prop_map(str::to_owned),
    ]
    .prop_map(Value::String)
    .boxed()
}

fn number() -> BoxedStrategy<Value> {
    prop_oneof![
        (-30i64..30).prop_map(|n| json!(n)),
        (-300i64..300).prop_map(|n| json!(n as f64 / 10.0)),
        (-3000i64..3000).prop_map(|n| json!(n as f64 / 100.0)),
        (-20i64..20).prop_map(|n| json!(n as f64)),
        any::<f64>().prop_filter("JSON", |n| n.is_finite()).prop_map(|n| json!(n)),
        any::<i64>().prop_map(|n| json!(n)),
        select(vec![
            json!(MAX_INTEGER),
            json!(MAX_INTEGER + 1),
            json!(1e15),
            json!(1.5),
            json!(u64::MAX)
        ]),
    ]
    .boxed()
}

fn junk() -> BoxedStrategy<Value> {
    let scalar = prop_oneof![
        text(),
        number(),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
        Just(json!({ "a": 1 })),
    ];
    prop_oneof![3 => scalar.clone(), 1 => proptest::collection::vec(scalar, 0..4).prop_map(Value::Array)]
        .boxed()
}

/// Mostly values of the kind, good and bad.
fn value_for(field: &Value) -> BoxedStrategy<Value> {
    let id = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}".prop_map(Value::String);
    let kind = field["kind"].as_str().unwrap();
    let likely = match kind {
        "text" => "[A-Zab]{2}-[0-9]{1,4}|[a-c]{1,8}|站{0,3}b".prop_map(Value::String).boxed(),
        "long_text" => "[a-z\n]{1,9}".prop_map(Value::String).boxed(),
        "integer" | "decimal" => number(),
        "boolean" => any::<bool>().prop_map(Value::Bool).boxed(),
        "date" => "202[4-6]-0[1-9]-[0-2][0-9]".prop_map(Value::String).boxed(),
        "date_time" => {
            "202[4-6]-0[1-9]-[0-2][1-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9](Z|[+-]0[0-9]:30)"
                .prop_map(Value::String)
                .boxed()
        }
        "select" => select(vec!["a", "b", "c d", "old"]).prop_map(|v| json!(v)).boxed(),
        "multi_select" => proptest::collection::vec(select(vec!["a", "b", "c d", "old"]), 0..3)
            .prop_map(|v| json!(v))
            .boxed(),
        "user" => id.boxed(),
        "file" => proptest::collection::vec(id, 0..3).prop_map(Value::Array).boxed(),
        "url" => {
            "https?://[a-z]{1,5}(\\.[a-z]{2})?(:[0-9]{1,5})?(/[a-z%20]{0,6}(\\?[a-z=]{0,4})?)?"
                .prop_map(Value::String)
                .boxed()
        }
        "email" => "[a-z.+]{1,6}@[a-z-]{1,8}\\.[a-z]{2,3}".prop_map(Value::String).boxed(),
        "phone" => "\\+?[0-9][0-9 ().-]{3,12}".prop_map(Value::String).boxed(),
        other => panic!("no values for {other}"),
    };
    prop_oneof![6 => likely, 1 => junk(), 2 => Just(Value::Null)].boxed()
}

fn form_and_data() -> impl Strategy<Value = (Definition, Map<String, Value>)> {
    fields().prop_flat_map(|fields| {
        let values: Vec<_> = fields.iter().map(value_for).collect();
        let unknown = proptest::option::weighted(0.05, ("[a-z/~é]{1,4}", junk()));
        (Just(fields), values, unknown).prop_map(|(fields, values, unknown)| {
            let ids = (0..).map(|n| format!("f{n}"));
            (parsed(json!(fields)), ids.zip(values).chain(unknown).collect())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schema_and_validation_agree((definition, data) in form_and_data()) {
        agree(&definition, &data);
    }

    #[test]
    fn one_field_at_a_time_they_agree(
        (field, value) in settings().prop_flat_map(|field| (value_for(&field), Just(field)))
            .prop_map(|(value, mut field)| {
                field["id"] = json!("x");
                field["label"] = json!({ "en": "X" });
                (field, value)
            }),
    ) {
        agree(&parsed(json!([field])), &map(json!({ "x": value })));
    }

    #[test]
    fn a_portable_pattern_means_the_same_to_both(
        pattern in "[ab\\\\dwWsD.\\[\\]\\^$(){}|*+?:,0-2&~站-]{1,8}",
        text in "[ab0-2 _&~站-]{0,6}",
    ) {
        if let Ok(pattern) = Pattern::parse(&pattern) {
            let schema = json!({ "pattern": pattern.portable() });
            let other = validator(&schema).is_valid(&json!(text));
            prop_assert_eq!(pattern.matches(&text), other, "{} on {:?}", pattern, text);
        }
    }
}

/// Agreement says little, if one side of it hardly ever occurs.
#[test]
fn generated_data_is_of_all_sorts() {
    let mut runner = TestRunner::deterministic();
    let (mut accepted, mut refused, mut hidden, mut unseen) = (0, 0, 0, 0);
    for _ in 0..400 {
        let (form, data) = form_and_data().new_tree(&mut runner).unwrap().current();
        let facts = all_known(&form, &normalise(&form, &data));
        unseen += usize::from(visible_fields(&form, &data).len() < form.fields.len());
        match validate(&form, &data, &facts) {
            Ok(_) => accepted += 1,
            Err(problems) => {
                refused += 1;
                hidden += usize::from(problems.iter().any(|p| p.kind == FieldProblemKind::Hidden));
            }
        }
    }
    let counts = [accepted, refused, hidden, unseen];
    assert!(counts.iter().all(|count| *count > 40), "{counts:?}");
}

#[test]
fn they_agree_on_the_sample_and_what_is_near_it() {
    let definition = site_fault().definition;
    agree(&definition, &map(good()));
    for name in map(good()).keys() {
        for value in [json!(null), json!("x"), json!(0), json!(true), json!(["n28"]), json!({})] {
            let mut data = map(good());
            data.insert(name.clone(), value);
            agree(&definition, &data);
        }
    }
}

#[test]
fn the_schema_is_one_and_says_what_a_form_needs() {
    let schema = compile(&site_fault().definition);
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    assert_eq!(schema["required"], json!(["site_id", "severity"]));
    assert_eq!(schema["properties"]["severity"]["title"], "Severity");
    assert_eq!(schema["properties"]["severity"]["default"], "major");
    assert_eq!(schema["properties"]["began_at"]["title"], "开始时间", "the one there is");
    assert_eq!(schema["allOf"].as_array().unwrap().len(), 2);
}
