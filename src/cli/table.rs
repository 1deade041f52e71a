//! Tables of text.

use std::fmt::Write as _;

/// Columns below each other under their names; nothing where there are no rows.
pub(super) fn table<const N: usize>(
    out: &mut String,
    names: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) {
    let rows: Vec<[String; N]> = rows.collect();
    if rows.is_empty() {
        return;
    }
    out.push('\n');
    let wide = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; N] =
        std::array::from_fn(|column| wide(column).unwrap_or(0).max(names[column].len()));
    for row in std::iter::once(&names.map(str::to_owned)).chain(&rows) {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        line(out, cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// One line.
pub(super) fn line(out: &mut String, text: &str) {
    // A String takes all that is written into it.
    let _ = writeln!(out, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let mut out = String::new();
        let rows = [["a".to_owned(), "1".to_owned()], ["longer".to_owned(), String::new()]];
        table(&mut out, ["name", "count"], rows.into_iter());
        assert_eq!(out, "\nname    count\na       1\nlonger\n");
        table(&mut out, ["nothing"], std::iter::empty());
        assert!(!out.contains("nothing"));
    }
}
