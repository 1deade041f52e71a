use serde_json::json;

use super::super::Record;
use super::{FileError, Format, Limits, bad, broken, fields, good, read, read_with, rows, whole};

const CSV: Format = Format::Csv;

#[test]
fn any_column_order_and_spelling_of_names() {
    let records = whole(CSV, " Subject ,Customer-Email,\"TICKET  TYPE\"\nHelp,a@b.example,phone\n");
    assert_eq!(
        fields(&records),
        json!([{"subject": "Help", "customer_email": "a@b.example", "ticket_type": "phone"}])
    );
}

#[test]
fn the_columns_are_those_of_the_header() {
    let reader = rows(CSV, &b"subject,Whatever,\nx,y,\n"[..], None, Limits::default()).unwrap();
    assert_eq!(reader.columns(), Some(vec!["subject", "whatever"]));
}

#[test]
fn the_csv_from_hell() {
    let file = "a;b;c\r\n\
        1;\"x; \"\"y\"\"\r\nz\";3\r\n\
        \r\n\
        ;;\r\n\
        4;5\r\n\
        6;it's 5\" wide;\"\"\r\n\
        7;8;9;10\r\n\
        ' ';\"quoted\"tail;,\r\n\
        nul\0;2;3\r\n\
        last;no;newline";
    let records = whole(CSV, file);
    assert_eq!(
        fields(&records),
        json!([
            {"a": "1", "b": "x; \"y\"\r\nz", "c": "3"},
            null,
            {"a": "6", "b": "it's 5\" wide", "c": ""},
            null,
            {"a": "' '", "b": "quotedtail", "c": ","},
            null,
            {"a": "last", "b": "no", "c": "newline"},
        ])
    );
    assert_eq!((bad(&records[1]).number, bad(&records[1]).line), (2, 6));
    assert_eq!(bad(&records[1]).message, "has 2 fields, but the header has 3");
    assert_eq!(bad(&records[3]).message, "has 4 fields, but the header has 3");
    assert_eq!(bad(&records[5]).field.as_deref(), Some("a"));
    assert_eq!(bad(&records[5]).message, "contains a NUL character");
    assert_eq!((good(&records[6]).number, good(&records[6]).line), (7, 11));
}

#[test]
fn every_delimiter_is_found_and_quoted_ones_do_not_count() {
    for delimiter in [",", ";", "\t", "|"] {
        let file = ["\"a,;|b,;,;|,;|\"", "c", "d\n1", "2", "3\n"].join(delimiter);
        let records = whole(CSV, &file);
        assert_eq!(good(&records[0]).fields["d"], "3", "{delimiter:?}");
    }
    let records = whole(CSV, "sep=^\r\na^b\r\n1^2\r\n");
    assert_eq!(fields(&records), json!([{"a": "1", "b": "2"}]));
    assert_eq!(good(&records[0]).line, 3);
}

#[test]
fn every_line_ending() {
    for ending in ["\n", "\r\n", "\r"] {
        let file = ["", "a,b", "1,2", "", "3,\"4\n5\""].join(ending);
        let records = whole(CSV, &file);
        assert_eq!(good(&records[0]).fields["b"], "2", "{ending:?}");
        assert_eq!(good(&records[1]).fields["b"], "4\n5", "{ending:?}");
        assert_eq!(good(&records[1]).line, 5, "{ending:?}");
    }
}

#[test]
fn nothing_but_a_header_or_less_is_no_rows() {
    for file in ["", "\n\r\n", "a,b", "a,b\n", "\u{feff}a,b\r\n\r\n", "\u{feff}"] {
        assert_eq!(whole(CSV, file), [], "{file:?}");
    }
}

#[test]
fn a_name_twice_in_the_header_is_refused() {
    let error = broken(CSV, "Customer ID,b,customer-id\n1,2,3\n");
    assert!(matches!(error, FileError::DuplicateColumn { column } if column == "customer_id"));
}

#[test]
fn a_column_without_a_name_may_only_be_empty() {
    let records = whole(CSV, "a,,\n1,,\n2,x,\n");
    assert_eq!(fields(&records), json!([{"a": "1"}, null]));
    assert_eq!(bad(&records[1]).message, "column 2 has a value but no name");
}

#[test]
fn a_quote_never_closed_is_named_by_its_line() {
    let (records, error) = read(CSV, "a,b\n1,2\n3,\"4\n5,6\n7,8\n");
    assert_eq!(fields(&records), json!([{"a": "1", "b": "2"}]));
    assert!(matches!(error, Some(FileError::UnterminatedQuote { row: 2, line: 3 })), "{error:?}");
    for end in ["3,\"", "3,\"4", "3,\"\n"] {
        let error = broken(CSV, format!("a,b\n{end}"));
        assert!(matches!(error, FileError::UnterminatedQuote { row: 1, line: 2 }), "{error:?}");
    }
    let error = broken(CSV, "a,\"b\n1,2\n");
    assert!(matches!(error, FileError::UnterminatedQuote { row: 0, line: 1 }), "{error:?}");
}

#[test]
fn a_quote_closed_too_late_is_one_bad_row_with_a_hint() {
    for (rows, hint) in [
        ("1,\"2\n3,4\n5,\"6\"", "spans lines 2 to 4"),
        ("1,\"2\n3,4\n5,\"6", "spans lines 2 to 4"),
        ("\"1,2\n3,4\n\"5\",6", "spans lines 2 to 4"),
        ("1,\"2\n3,4\n5\",6", "span lines 2 to 4"),
        ("\"1,2\n3,4\"", "span lines 2 to 3"),
    ] {
        for end in ["\n", "\r\n", "\n\n"] {
            let records = whole(CSV, format!("a,b\n{rows}{end}7,8{end}"));
            assert_eq!(fields(&records), json!([null, {"a": "7", "b": "8"}]), "{rows}");
            let message = &bad(&records[0]).message;
            assert!(message.contains(hint), "{rows} {message}");
        }
        let at_end = whole(CSV, format!("a,b\n{rows}"));
        assert!(bad(&at_end[0]).message.contains(hint), "{rows}");
    }
    let harmless = whole(CSV, "a,b\n\"1 \"\"x\"\"\n\" ,\"\"\"\n\"\n");
    assert_eq!(fields(&harmless), json!([{"a": "1 \"x\"\n ", "b": "\"\n"}]));
}

#[test]
fn what_is_too_long_is_a_bad_row() {
    let limits =
        Limits { max_row_bytes: 100, max_field_bytes: 50, max_fields: 2, ..Limits::default() };
    let file = format!(
        "a,b\n{},1\n2,{}\n\"{}\n\",3\n4,5\n",
        "x".repeat(60),
        "y".repeat(200),
        "z".repeat(300)
    );
    let (records, error) = read_with(CSV, file.as_bytes(), None, limits);
    assert!(error.is_none());
    assert_eq!(fields(&records), json!([null, null, null, {"a": "4", "b": "5"}]));
    assert_eq!(bad(&records[0]).field.as_deref(), Some("a"));
    assert_eq!(bad(&records[1]).message, "the row is longer than 100 bytes");
    assert_eq!(bad(&records[2]).message, "the row is longer than 100 bytes");

    let (_, error) = read_with(CSV, &b"a,b,c\n1,2,3\n"[..], None, limits);
    assert!(matches!(error, Some(FileError::HeaderTooLong { max_fields: 2, .. })));
}

#[test]
fn bytes_that_are_not_utf8_late_in_the_file_cost_their_row() {
    let mut file = b"a,b\n".to_vec();
    file.extend(b"1,2\n".repeat(30_000));
    file.extend(b"3,caf\xE9\n4,\xE4\xBD\xA0\n5,\"\xE4\xBD\"\n6,\xEF\xBF\xBD\n");
    let records = whole(CSV, &file);
    let tail = &records[30_000..];
    assert_eq!(
        fields(tail),
        json!([null, {"a": "4", "b": "你"}, null, {"a": "6", "b": "\u{FFFD}"}])
    );
    assert_eq!(bad(&tail[0]).field.as_deref(), Some("b"));
    assert_eq!(bad(&tail[0]).message, "not valid UTF-8");
    assert_eq!(bad(&tail[0]).line, 30_002);
}

#[test]
fn a_header_that_is_not_text_is_refused() {
    let (_, error) = read_with(CSV, &b"a,caf\xE9\n1,2\n"[..], Some("utf-8"), Limits::default());
    assert!(matches!(error, Some(FileError::HeaderNotText { charset: "UTF-8" })), "{error:?}");
}

#[test]
fn the_real_file_where_it_is_at_hand() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/banking77_tickets.csv");
    let Ok(file) = std::fs::File::open(path) else {
        eprintln!("skipped: {path} is not there");
        return;
    };
    let (records, error) = read_with(CSV, file, None, Limits::default());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(records.len(), 5_000);
    for record in &records {
        assert!(matches!(record, Record::Row(row) if row.fields.len() == 11), "{record:?}");
    }
}
