//! Whatever comes in, the readers end, do not panic and hold no more than a row.

use std::io::{self, Read as _};

use proptest::prelude::*;

use super::{FileError, Format, Limits, Record, bad, read, read_with, repeat};

const FORMATS: [Format; 3] = [Format::Csv, Format::Json, Format::Xml];

const MANY: usize = 400_000;

fn small() -> Limits {
    Limits { max_row_bytes: 4096, ..Limits::default() }
}

/// Counts what a long file gives, holding none of it.
fn count(format: Format, input: impl io::Read) -> (usize, usize, Option<FileError>) {
    let (mut good, mut bad) = (0, 0);
    for record in super::rows(format, input, None, small()).unwrap() {
        match record {
            Ok(Record::Row(_)) => good += 1,
            Ok(Record::Bad(_)) => bad += 1,
            Err(error) => return (good, bad, Some(error)),
        }
    }
    (good, bad, None)
}

#[test]
fn long_files_of_every_format() {
    let csv =
        repeat("a,b\n", "1,\"some text of some length, to make up\nthe megabytes\"\n", MANY, "x");
    let json = repeat("[{}", ",\n{\"a\": \"some text of some length\"}", MANY, "]");
    let xml =
        repeat("<tickets>", "<ticket><a>some text of a length</a></ticket>", MANY, "</tickets>");
    assert!(matches!(count(Format::Csv, csv), (MANY, 1, None)));
    assert!(matches!(count(Format::Json, json), (n, 0, None) if n == MANY + 1));
    assert!(matches!(count(Format::Xml, xml), (MANY, 0, None)));
}

/// Readers that kept what they skip would hold a hundred megabytes here; `max_row_bytes` is 4 KiB.
#[test]
fn endless_rows_are_passed_over() {
    let times = 2 * MANY;
    let csv = repeat("a,b\n1,2\n", "never a line end", times, "\n3,4\n");
    assert!(matches!(count(Format::Csv, csv), (2, 1, None)));
    let csv = repeat("a,b\n1,2\n", ",,,,,,,,", times, "\n3,4\n");
    assert!(matches!(count(Format::Csv, csv), (2, 1, None)));
    let csv = repeat("a,b\n1,2\n3,\"", "never a closing quote\n", times, "");
    let (good, bad, error) = count(Format::Csv, csv);
    assert_eq!((good, bad), (1, 0));
    assert!(matches!(error, Some(FileError::UnterminatedQuote { row: 2, line: 3 })), "{error:?}");
    let json = repeat("[{\"a\":1},{\"a\":\"", "never a closing quote", times, "\"},{}]");
    assert!(matches!(count(Format::Json, json), (2, 1, None)));
    let json = repeat("[{\"a\":1},{\"a\":[1", ",1,1,1,1", times, "]},{}]");
    assert!(matches!(count(Format::Json, json), (2, 1, None)));
    let xml =
        repeat("<tickets><ticket/><ticket>", "<a>1</a>", times, "</ticket><ticket/></tickets>");
    assert!(matches!(count(Format::Xml, xml), (2, 1, None)));
    for part in ["never a tag", "<!-- x", "<a "] {
        let xml = repeat("<tickets><ticket/><ticket><a>", part, times, "");
        let (good, bad, error) = count(Format::Xml, xml);
        assert_eq!((good, bad), (1, 0), "{part}");
        assert!(matches!(error, Some(FileError::TooLong { row: 2, .. })), "{part} {error:?}");
    }
}

#[test]
fn an_input_that_fails_says_so_and_ends() {
    struct Failing(&'static [u8]);
    impl io::Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
                count => Ok(count),
            }
        }
    }
    for (format, head) in [
        (Format::Csv, &b"a\n1\n"[..]),
        (Format::Json, b"[{},"),
        (Format::Xml, b"<tickets><ticket/>"),
    ] {
        let (_, error) = read_with(format, Failing(head), None, small());
        let Some(FileError::Read { source, .. }) = error else { panic!("{error:?}") };
        assert_eq!(source.kind(), io::ErrorKind::ConnectionReset);
    }
    // Late, when rows are out already.
    let long = repeat("a\n", "1\n", MANY, "").chain(Failing(b""));
    let (good, _, error) = count(Format::Csv, long);
    assert!(good > 300_000);
    assert!(matches!(error, Some(FileError::Read { .. })));
}

#[test]
fn messages_quote_little_of_the_file() {
    let name = "n".repeat(10_000);
    let (records, _) = read(Format::Json, format!("[{{\"{name}\": 1}}]"));
    let bad = bad(&records[0]);
    assert!(bad.field.as_ref().unwrap().len() < 100 && bad.message.len() < 200, "{bad:?}");
    let (_, error) = read(Format::Xml, format!("<{name}/>"));
    assert!(error.unwrap().to_string().len() < 200);
}

/// Bytes with more of what means something to a parser than chance would give.
fn crafted() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "\"",
        ",",
        ";",
        "\n",
        "\r",
        "\0",
        "[",
        "]",
        "{",
        "}",
        ":",
        "\\",
        "1",
        "-",
        "true",
        "\"a\":",
        "<tickets>",
        "</tickets>",
        "<ticket>",
        "</ticket>",
        "<a>",
        "</a>",
        "<a/>",
        "&amp;",
        "&",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!DOCTYPE",
        ">",
        "<?",
        "?>",
        "a",
        "b",
        " ",
        "é",
        "故",
        "\u{feff}",
        "{\"tickets\":[",
        "\"items\":[",
        "sep=;",
    ]);
    let piece = prop_oneof![
        8 => pieces.prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 1..4),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_bytes_make_a_reader_panic_or_hang(file in prop_oneof![
        crafted(), prop::collection::vec(any::<u8>(), 0..300)
    ]) {
        for format in FORMATS {
            let (records, _) = read(format, &file);
            // Rows are numbered without gaps, and each takes at least one byte.
            prop_assert!(records.len() <= file.len());
            for (index, record) in records.iter().enumerate() {
                let number = match record {
                    Record::Row(row) => row.number,
                    Record::Bad(bad) => bad.number,
                };
                prop_assert_eq!(number, index as u64 + 1);
            }
        }
    }

    #[test]
    fn what_is_written_as_csv_is_read_as_it_was(
        cells in prop::collection::vec(("[^\0\u{FFFF}]{0,8}", "[a-z\",;|\t\r\n]{0,8}"), 0..8)
    ) {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut file = String::from("a,b\n");
        for (a, b) in &cells {
            file += &format!("{},{}\n", quoted(a), quoted(b));
        }
        let (records, error) = read_with(Format::Csv, file.as_bytes(), Some("utf-8"), small());
        prop_assert!(error.is_none());
        let blank = |text: &str| text.trim().is_empty();
        let kept = cells.iter().filter(|(a, b)| !blank(a) || !blank(b));
        let expected: serde_json::Value =
            kept.map(|(a, b)| serde_json::json!({"a": a, "b": b})).collect();
        prop_assert_eq!(super::fields(&records), expected);
    }
}
