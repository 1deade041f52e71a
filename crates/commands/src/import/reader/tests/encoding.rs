use encoding_rs::{Encoding, GB18030, GBK, WINDOWS_1252};
use serde_json::json;

use super::{FileError, Format, Limits, bad, fields, read_with, whole};

const CHINESE: &str =
    "subject,description\n基站故障,今天早上我们这里的手机没有信号，请尽快派人来修理\n";
const GERMAN: &str =
    "subject,description\nKündigung,Ich möchte meinen Vertrag für das Gerät kündigen – „sofort“\n";

fn encode(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding.encode(text);
    assert!(!unmappable);
    bytes.into_owned()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn same_as_utf8(file: &[u8], text: &str, what: &str) {
    assert_eq!(whole(Format::Csv, file), whole(Format::Csv, text), "{what}");
}

#[test]
fn every_charset_is_found() {
    same_as_utf8(&encode(GBK, CHINESE), CHINESE, "GBK");
    same_as_utf8(&encode(GB18030, CHINESE), CHINESE, "GB18030");
    same_as_utf8(&encode(WINDOWS_1252, GERMAN), GERMAN, "windows-1252");
    for text in [CHINESE, GERMAN] {
        same_as_utf8(format!("\u{feff}{text}").as_bytes(), text, "UTF-8 with mark");
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            same_as_utf8(&utf16(text, bytes), text, "UTF-16");
            same_as_utf8(&utf16(&format!("\u{feff}{text}"), bytes), text, "UTF-16 with mark");
        }
    }
}

#[test]
fn json_and_xml_come_in_utf16_as_well() {
    let json = r#"[{"a": "故障"}]"#;
    let xml =
        "<?xml version='1.0' encoding='UTF-16'?><tickets><ticket><a>故障</a></ticket></tickets>";
    for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        for mark in ["", "\u{feff}"] {
            let expected = json!([{"a": "故障"}]);
            assert_eq!(
                fields(&whole(Format::Json, utf16(&format!("{mark}{json}"), bytes))),
                expected
            );
            assert_eq!(
                fields(&whole(Format::Xml, utf16(&format!("{mark}{xml}"), bytes))),
                expected
            );
        }
    }
    // Says UTF-16 and is not.
    assert_eq!(fields(&whole(Format::Xml, xml)), json!([{"a": "故障"}]));
}

#[test]
fn a_label_wins_over_detection() {
    let file = encode(GBK, "a\n故障\n");
    let (records, _) = read_with(Format::Csv, &file[..], Some(" gb2312 "), Limits::default());
    assert_eq!(fields(&records), json!([{"a": "故障"}]));
    let (records, _) = read_with(Format::Csv, &file[..], Some("iso-8859-1"), Limits::default());
    assert_eq!(fields(&records), json!([{"a": "¹ÊÕÏ"}]));
    let marked = utf16("\u{feff}a\nü\n", u16::to_be_bytes);
    let (records, _) = read_with(Format::Csv, &marked[..], Some("utf-16"), Limits::default());
    assert_eq!(fields(&records), json!([{"a": "ü"}]));
    let marked = "\u{feff}a\nü\n".as_bytes();
    let (records, _) = read_with(Format::Csv, marked, Some("UTF-8"), Limits::default());
    assert_eq!(fields(&records), json!([{"a": "ü"}]));
}

#[test]
fn an_unknown_charset_is_refused() {
    for (file, label) in [(&b"a\n1\n"[..], Some("klingon")), (b"\xFF\xFE\0\0a\0\0\0", None)] {
        let (_, error) = read_with(Format::Csv, file, label, Limits::default());
        assert!(matches!(error, Some(FileError::UnknownCharset { .. })), "{error:?}");
    }
    let xml = b"<?xml version='1.0' encoding='klingon'?><tickets/>";
    let (_, error) = read_with(Format::Xml, &xml[..], None, Limits::default());
    assert!(matches!(error, Some(FileError::UnknownCharset { label }) if label == "klingon"));
}

#[test]
fn an_xml_declaration_is_believed_unless_there_is_a_mark() {
    let text =
        "<?xml version=\"1.0\" encoding = \"GBK\" ?><tickets><ticket><a>号</a></ticket></tickets>";
    assert_eq!(fields(&whole(Format::Xml, encode(GBK, text))), json!([{"a": "号"}]));
    assert_eq!(fields(&whole(Format::Xml, format!("\u{feff}{text}"))), json!([{"a": "号"}]));
}

#[test]
fn one_stray_byte_does_not_make_utf8_another_charset() {
    let mut file = CHINESE.as_bytes().to_vec();
    file.extend(b"x,\xFF\n");
    let records = whole(Format::Csv, &file);
    assert_eq!(fields(&records)[0]["subject"], "基站故障");
    assert_eq!(bad(&records[1]).message, "not valid UTF-8");
}

#[test]
fn malformed_bytes_of_another_charset_cost_their_row() {
    let mut file = encode(GBK, "a\n故障\n");
    file.extend(b"x\xFFy\n");
    let (records, error) = read_with(Format::Csv, &file[..], Some("gbk"), Limits::default());
    assert!(error.is_none());
    assert_eq!(bad(&records[1]).message, "not valid GBK");

    let mut file = utf16("a\nok\n", u16::to_le_bytes);
    file.extend([0x00, 0xD8, b'x', 0, b'\n', 0, b'y', 0, b'\n', 0, b'z']);
    let records = whole(Format::Csv, &file);
    assert_eq!(fields(&records), json!([{"a": "ok"}, null, {"a": "y"}, null]));
}

#[test]
fn a_character_across_the_window_is_whole() {
    for shift in 0..4 {
        let file = format!("a\n{}{}\n", "x".repeat(shift), "你".repeat(30_000));
        let records = whole(Format::Csv, &file);
        assert_eq!(fields(&records)[0]["a"].as_str().unwrap().len(), 90_000 + shift);
    }
}
