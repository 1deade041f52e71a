use serde_json::json;

use super::{FileError, Format, Limits, bad, broken, fields, good, read, read_with, whole};

const JSON: Format = Format::Json;

#[test]
fn an_array_keeps_its_types_and_names_are_canonical_at_the_top_only() {
    let file = r#" [ {"Customer ID": 1.5, "tags": ["a", null, true], "data": {"Some Key": {"x": []}}},
        {} ] "#;
    assert_eq!(
        fields(&whole(JSON, file)),
        json!([
            {"customer_id": 1.5, "tags": ["a", null, true], "data": {"Some Key": {"x": []}}},
            {}
        ])
    );
}

#[test]
fn every_wrapping() {
    let expected = json!([{"a": 1}, {"a": 2}]);
    for file in [
        r#"[{"a":1},{"a":2}]"#,
        r#"{"tickets":[{"a":1},{"a":2}]}"#,
        r#"{"total": 2, "meta": {"tickets": [3]}, "items" : [ {"a":1} , {"a":2} ] , "next": null}"#,
        "{\"a\":1}\n{\"a\":2}\n",
        "{\"a\":1}{\"a\":2}",
        "\r\n{\"a\":1}\r\n\r\n{\"a\":2}",
    ] {
        assert_eq!(fields(&whole(JSON, file)), expected, "{file}");
    }
    for file in ["", " \n", "[]", "[ ]", r#"{"items": []}"#] {
        assert_eq!(whole(JSON, file), [], "{file}");
    }
    // An object with a list that is none of ours is a record.
    assert_eq!(fields(&whole(JSON, r#"{"tags":["a"]}"#)), json!([{"tags": ["a"]}]));
}

#[test]
fn what_is_no_list_is_refused() {
    for file in ["7", "\"tickets\"", "subject,description\n", "<tickets/>"] {
        assert!(matches!(broken(JSON, file), FileError::NotAList { line: 1, .. }), "{file}");
    }
}

#[test]
fn an_element_that_is_no_object_is_a_bad_row() {
    let records = whole(JSON, "[{\"a\":1},\n 7, \"x\", null, [{}], -1.5e3, {\"a\":2}]");
    assert_eq!(fields(&records), json!([{"a": 1}, null, null, null, null, null, {"a": 2}]));
    assert_eq!((bad(&records[1]).number, bad(&records[1]).line), (2, 2));
    assert!(bad(&records[1]).message.contains("expected an object"), "{:?}", records[1]);
    assert_eq!(good(&records[6]).number, 7);
}

#[test]
fn a_syntax_error_comes_after_the_rows_before_it_and_is_located() {
    for (file, rows, row, line, column) in [
        ("[{\"a\":1},\n {\"a\":,2}]", 1, 2, 2, 7),
        ("[{\"a\":1},\n {\"a\":2}\n {\"a\":3}]", 2, 2, 3, 2),
        ("[{\"a\":1},]", 1, 2, 1, 10),
        ("[,{\"a\":1}]", 0, 1, 1, 2),
        ("[{\"a\":[1}]", 0, 1, 1, 9),
        ("[{\"a\":\"x\n\"}]", 0, 1, 1, 9),
        ("[{\"a\":1}", 1, 1, 1, 9),
        ("[{\"a\":1", 0, 1, 1, 8),
        ("[{\"a\":1}] x", 1, 1, 1, 11),
        ("{\"items\":[{}], \"b\" 1}", 1, 1, 1, 20),
        ("{\"a\":1}\n{\"a\":tru}\n", 1, 2, 2, 9),
        ("[{'a':1}]", 0, 1, 1, 3),
        ("[{\"a\":\n01}]", 0, 1, 2, 2),
    ] {
        let (records, error) = read(JSON, file);
        assert_eq!(records.len(), rows, "{file}");
        match error {
            Some(FileError::Json { row: r, line: l, column: c, .. }) => {
                assert_eq!((r, l, c), (row, line, column), "{file} {error:?}");
            }
            error => panic!("{file} {error:?}"),
        }
    }
}

#[test]
fn values_that_are_json_but_unusable_cost_their_row() {
    let records = whole(
        JSON,
        r#"[{"a": "\ud83d"}, {"a": 1e999}, {"a": "\u0000"}, {"b": {"\u0000": 1}}, {"a": "\ud83d\ude00"}]"#,
    );
    assert_eq!(fields(&records), json!([null, null, null, null, {"a": "😀"}]));
    assert_eq!(bad(&records[2]).field.as_deref(), Some("a"));
    assert_eq!(bad(&records[3]).field.as_deref(), Some("b"));
    assert!(!bad(&records[0]).message.contains("line"), "{:?}", records[0]);
}

#[test]
fn a_key_twice_is_a_bad_row_naming_it() {
    let records = whole(
        JSON,
        r#"[{"a":1,"b":2,"a":1}, {"Some Key":1,"some_key":2}, {"d":[{"x":{"y":1,"y":1}}]}, {"a":1}]"#,
    );
    assert_eq!(fields(&records), json!([null, null, null, {"a": 1}]));
    assert_eq!(bad(&records[0]).field.as_deref(), Some("a"));
    assert_eq!(bad(&records[1]).field.as_deref(), Some("some_key"));
    assert_eq!(bad(&records[2]).field.as_deref(), Some("d"));
    assert!(bad(&records[2]).message.contains("\"y\""));
}

#[test]
fn brackets_and_quotes_in_strings_are_no_structure() {
    let file = r#"[{"a":"]}\"[{,\\"},{"b\"}":"\\\""}]"#;
    assert_eq!(fields(&whole(JSON, file)), json!([{"a": "]}\"[{,\\"}, {"b\"}": "\\\""}]));
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("[{{\"a\":{}1{}}}]", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(whole(JSON, nested(62)).len(), 1);
    assert!(matches!(broken(JSON, nested(63)), FileError::TooDeep { row: 1, limit: 64, .. }));
    let wide_open = "[".repeat(1_000_000);
    assert!(matches!(broken(JSON, wide_open), FileError::TooDeep { .. }));
}

#[test]
fn what_is_too_long_is_a_bad_row() {
    let limits =
        Limits { max_row_bytes: 100, max_field_bytes: 20, max_fields: 2, ..Limits::default() };
    let long = "x".repeat(30);
    let longer = "x".repeat(200);
    let file = format!(
        r#"{{"meta": "{longer}", "tickets": [{{"a":"{longer}"}},{{"a":["{long}"]}},{{"a":1,"b":2,"c":3}},{{"a":1}}]}}"#
    );
    let (records, error) = read_with(JSON, file.as_bytes(), None, limits);
    assert!(error.is_none(), "{error:?}");
    assert_eq!(fields(&records), json!([null, null, null, {"a": 1}]));
    assert_eq!(bad(&records[0]).message, "the row is longer than 100 bytes");
    assert_eq!(bad(&records[1]).field.as_deref(), Some("a"));
    assert_eq!(bad(&records[2]).message, "has more than 2 fields");
    let (records, _) =
        read_with(JSON, format!("{{\"a\":\"{longer}\"}}\n{{\"a\":1}}").as_bytes(), None, limits);
    assert_eq!(fields(&records), json!([null, {"a": 1}]));
}

#[test]
fn bytes_that_are_not_utf8_cost_their_row() {
    let mut file = b"[{\"a\":\"\xE4\xBD\xA0\"},".to_vec();
    file.extend(b"{\"a\":1},".repeat(10_000));
    file.extend(b"{\"a\":1,\"b\":\"\xE9\"},{\"a\":2}]");
    let records = whole(JSON, &file);
    assert_eq!(bad(&records[10_001]).field.as_deref(), Some("b"));
    assert_eq!(bad(&records[10_001]).message, "not valid UTF-8");
    assert_eq!(good(&records[10_002]).fields["a"], 2);
}
