use serde_json::json;

use super::{FileError, Format, Limits, bad, broken, fields, good, read, read_with, whole};

const XML: Format = Format::Xml;

fn tickets(inside: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<tickets>\n{inside}\n</tickets>\n")
}

#[test]
fn text_lists_and_objects() {
    let file = tickets(
        "<!-- first --><ticket id='7'>
            <Subject>A &lt; B &amp;&#x20;C &#20320;</Subject>
            <description><![CDATA[<b>&amp;</b>]]> and\r\nmore</description>
            <tags><tag>x</tag><?pi?><tag/></tags>
            <customer><id>C-1</id><email/><name>Li &quot;Wei&quot;</name></customer>
            <metadata><source>email</source></metadata>
            <category> </category>
            <n:priority xmlns:n='urn:n'>low</n:priority>
        </ticket>
        <ticket/>",
    );
    let records = whole(XML, file);
    assert_eq!(
        fields(&records),
        json!([
            {
                "subject": "A < B & C 你",
                "description": "<b>&amp;</b> and\nmore",
                "tags": ["x", ""],
                "customer": {"id": "C-1", "email": "", "name": "Li \"Wei\""},
                "metadata": {"source": "email"},
                "category": "",
                "priority": "low",
            },
            {}
        ])
    );
    assert_eq!((good(&records[0]).number, good(&records[0]).line), (1, 3));
    assert_eq!((good(&records[1]).number, good(&records[1]).line), (2, 13));
}

#[test]
fn an_empty_list_or_file_is_no_rows() {
    for file in ["", " \n", "<?xml version='1.0'?>", "<tickets/>", "<Items></Items><!-- x -->"] {
        assert_eq!(whole(XML, file), [], "{file}");
    }
}

#[test]
fn document_types_are_refused() {
    let laughs = r#"<?xml version="1.0"?>
        <!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
        <tickets><ticket><subject>&lol2;</subject></ticket></tickets>"#;
    assert!(matches!(broken(XML, laughs), FileError::EntitiesRefused { line: 2 }));
    let external = r#"<!DOCTYPE x SYSTEM "file:///etc/passwd"><tickets/>"#;
    assert!(matches!(broken(XML, external), FileError::EntitiesRefused { .. }));
    let late = tickets("<ticket><!DOCTYPE x [<!ENTITY a 'b'>]><a>&a;</a></ticket>");
    assert!(matches!(broken(XML, late), FileError::EntitiesRefused { .. }));
}

#[test]
fn a_reference_to_nothing_costs_its_row() {
    let file = tickets(
        "<ticket><a>x&nbsp;y</a></ticket><ticket><b>AT&T</b></ticket><ticket><c>&#0;</c></ticket>
         <ticket><d>&#xD800;</d></ticket><ticket><e>R&D; x</e></ticket><ticket><a>1</a></ticket>",
    );
    let records = whole(XML, file);
    assert_eq!(fields(&records), json!([null, null, null, null, null, {"a": "1"}]));
    assert_eq!(bad(&records[0]).field.as_deref(), Some("a"));
    assert_eq!(bad(&records[0]).message, "the entity `&nbsp;` is not defined");
    assert_eq!(bad(&records[1]).message, "a bare `&`: write `&amp;`");
    assert_eq!(bad(&records[4]).field.as_deref(), Some("e"));
}

#[test]
fn what_does_not_fit_is_a_bad_row() {
    let file = tickets(
        "<ticket><a>1</a><A>2</A></ticket>
         <ticket><c><x>1</x><x>2</x></c></ticket>
         <ticket>stray<a>1</a></ticket>
         <ticket><m>text<x>1</x></m></ticket>
         <note><a>1</a></note>
         stray
         <ticket><a>1</a></ticket>",
    );
    let records = whole(XML, file);
    assert_eq!(fields(&records), json!([null, null, null, null, null, null, {"a": "1"}]));
    assert_eq!(bad(&records[0]).field.as_deref(), Some("a"));
    assert_eq!(bad(&records[1]).field.as_deref(), Some("c"));
    assert_eq!(bad(&records[1]).message, "<x> stands more than once");
    assert!(bad(&records[2]).message.contains("outside of any field"));
    assert_eq!(bad(&records[3]).field.as_deref(), Some("m"));
    assert!(bad(&records[4]).message.contains("<note>"));
    assert!(bad(&records[5]).message.contains("outside of any ticket"));
    assert_eq!(good(&records[6]).number, 7);
}

#[test]
fn what_is_no_list_is_refused() {
    for file in ["<html><body/></html>", "<ticket><a>1</a></ticket>", "subject,description", "&a;"]
    {
        assert!(matches!(broken(XML, file), FileError::NotAList { line: 1, .. }), "{file}");
    }
}

#[test]
fn what_is_not_well_formed_comes_after_the_rows_before_it_and_is_located() {
    for (inside, row) in [
        ("<ticket><a>1</b></ticket>", 2),
        ("<ticket><a>1</ticket>", 2),
        ("<ticket><a>1</a>", 2),
        ("</ticket>", 1),
        ("</tickets><more/>", 1),
        ("<ticket><a <b>1</b></ticket>", 2),
    ] {
        let file = format!("<tickets><ticket/>\n\n{inside}");
        let (records, error) = read(XML, &file);
        assert_eq!(records.len(), 1, "{file}");
        assert!(
            matches!(error, Some(FileError::Xml { row: r, line: 3, .. }) if r == row),
            "{file} {error:?}"
        );
    }
    let error = broken(XML, "<tickets><ticket/>");
    assert!(matches!(error, FileError::Xml { row: 1, line: 1, .. }), "{error:?}");
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| {
        tickets(&format!("<ticket>{}x{}</ticket>", "<a>".repeat(depth), "</a>".repeat(depth)))
    };
    assert_eq!(whole(XML, nested(62)).len(), 1);
    assert!(matches!(broken(XML, nested(63)), FileError::TooDeep { row: 1, limit: 64, .. }));
    let endless = format!("<tickets>{}", "<ticket>".repeat(100_000));
    assert!(matches!(broken(XML, endless), FileError::TooDeep { .. }));
}

#[test]
fn what_is_too_long_is_a_bad_row_unless_one_piece_is_longer_still() {
    let limits = Limits {
        max_row_bytes: 10_000,
        max_field_bytes: 5_000,
        max_fields: 2,
        ..Limits::default()
    };
    let text = |length: usize| "x".repeat(length);
    let file = tickets(&format!(
        "<ticket><a>{}</a></ticket><ticket><a>{}</a></ticket>
         <ticket><a/><b/><c/></ticket><ticket><a>1</a></ticket><ticket><a>{}</a></ticket>",
        text(6_000),
        text(20_000),
        text(200_000)
    ));
    let (records, error) = read_with(XML, file.as_bytes(), None, limits);
    assert_eq!(fields(&records), json!([null, null, null, {"a": "1"}]));
    assert_eq!(bad(&records[0]).field.as_deref(), Some("a"));
    assert_eq!(bad(&records[1]).message, "the row is longer than 10000 bytes");
    assert_eq!(bad(&records[2]).message, "has more than 2 fields");
    assert!(matches!(error, Some(FileError::TooLong { row: 5, limit: 80_000, .. })), "{error:?}");
}

#[test]
fn bytes_that_are_not_utf8_cost_their_row() {
    let mut file = b"<tickets><ticket><a>\xE4\xBD\xA0</a></ticket>".to_vec();
    file.extend(b"<ticket><a>1</a></ticket>".repeat(3_000));
    file.extend(b"<ticket><a>1</a><b>\xE9</b></ticket><ticket><a>2</a></ticket></tickets>");
    let records = whole(XML, &file);
    assert_eq!(bad(&records[3_001]).field.as_deref(), Some("b"));
    assert_eq!(bad(&records[3_001]).message, "not valid UTF-8");
    assert_eq!(good(&records[3_002]).fields["a"], "2");
}
