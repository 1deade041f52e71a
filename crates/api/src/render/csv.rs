//! Lines of CSV (RFC 4180) that a spreadsheet may open.

/// One line, with its end.
pub(crate) fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for (index, text) in cells.into_iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        cell(&mut line, text);
    }
    line.push_str("\r\n");
    line
}

fn cell(line: &mut String, text: &str) {
    // A spreadsheet runs what looks like a formula; an apostrophe makes it text.
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !formula && !text.contains([',', '"', '\n', '\r']) {
        line.push_str(text);
        return;
    }
    line.push('"');
    if formula {
        line.push('\'');
    }
    for c in text.chars() {
        if c == '"' {
            line.push('"');
        }
        line.push(c);
    }
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must() {
        assert_eq!(csv_line(["a", "", "b c"]), "a,,b c\r\n");
        assert_eq!(
            csv_line(["a,b", "say \"no\"", "x\ny"]),
            "\"a,b\",\"say \"\"no\"\"\",\"x\ny\"\r\n"
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(csv_line(["=1+1", "-2", "@x"]), "\"'=1+1\",\"'-2\",\"'@x\"\r\n");
    }
}
