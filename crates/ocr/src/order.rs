//! The order in which the lines of a page are read: columns of prose one after the other, all else
//! row by row.
//!
//! A recursive cut in the manner of XY-cut (Nagy and Seth, 1984): the page is a sequence of bands
//! that no line crosses; the longest run of bands that a gutter divides into two columns of prose
//! is read column by column, each cut again; other bands are read in rows. Tables, forms and
//! receipts also have gutters, so that a column counts as prose only by the length of its lines.

use crate::orientation::RawLine;

/// `lines` in reading order, by their boxes on the level page.
pub(crate) fn reading_order(lines: Vec<RawLine>) -> Vec<RawLine> {
    let mut ordered = Ordered::default();
    cut(lines, &mut ordered);
    ordered.lines
}

/// Whether `lines` lie as in a table, a form or a receipt: several to a row, and not as columns of prose.
#[cfg(feature = "tesseract")]
pub(crate) fn is_table(lines: &[RawLine]) -> bool {
    let mut ordered = Ordered::default();
    cut(lines.to_vec(), &mut ordered);
    ordered.gutters == 0 && ordered.shared_rows > 0
}

/// Lines in order, and what the page was seen to be on the way.
#[derive(Default)]
struct Ordered {
    lines: Vec<RawLine>,
    /// How often it was cut into columns of prose.
    gutters: usize,
    /// How many rows have several lines.
    shared_rows: usize,
}

fn cut(lines: Vec<RawLine>, ordered: &mut Ordered) {
    let mut bands = bands(lines).into_iter().peekable();
    while let Some(mut block) = bands.next() {
        let mut gutter = prose_gutter(&block);
        // A heading over both columns is a band of its own and ends the run; a single row cannot
        // be seen to be prose before its neighbours have joined it.
        let mut candidate = block.clone();
        let mut waiting = Vec::new();
        while let Some(next) = bands.peek() {
            candidate.extend(next.iter().cloned());
            if free_gap(&candidate).is_none() {
                break;
            }
            waiting.extend(bands.next().unwrap_or_default());
            if let Some(found) = prose_gutter(&candidate) {
                gutter = Some(found);
                block.append(&mut waiting);
            }
        }
        match gutter {
            Some(at) => {
                ordered.gutters += 1;
                let (left, right) = block.into_iter().partition(|line| line.level.2 <= at + 1.0);
                cut(left, ordered);
                cut(right, ordered);
            }
            None => rows(block, ordered),
        }
        if !waiting.is_empty() {
            rows(waiting, ordered);
        }
    }
}

/// Groups of lines that share no height with one another, from the top.
fn bands(mut lines: Vec<RawLine>) -> Vec<Vec<RawLine>> {
    lines.sort_by(|a, b| a.level.1.total_cmp(&b.level.1));
    let mut bands: Vec<Vec<RawLine>> = Vec::new();
    let mut bottom = f32::NEG_INFINITY;
    for line in lines {
        // Boxes are drawn with a margin and may overlap a little.
        let slack = 0.25 * height(&line);
        match bands.last_mut().filter(|_| line.level.1 + slack < bottom) {
            Some(band) => {
                bottom = bottom.max(line.level.3);
                band.push(line);
            }
            None => {
                bottom = line.level.3;
                bands.push(vec![line]);
            }
        }
    }
    bands
}

/// The middle and the width of the widest vertical strip that no line enters, inside the block.
fn free_gap(block: &[RawLine]) -> Option<(f32, f32)> {
    let mut spans: Vec<(f32, f32)> =
        block.iter().map(|line| (line.level.0, line.level.2)).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut right = spans.first()?.1;
    let mut widest: Option<(f32, f32)> = None;
    for (from, to) in spans {
        let gap = from - right;
        if gap > 0.0 && widest.is_none_or(|(_, width)| gap > width) {
            widest = Some((right + gap / 2.0, gap));
        }
        right = right.max(to);
    }
    widest
}

/// Where the gutter between two columns of prose is, if the block has one.
fn prose_gutter(block: &[RawLine]) -> Option<f32> {
    let (at, width) = free_gap(block)?;
    let (left, right): (Vec<&RawLine>, Vec<&RawLine>) =
        block.iter().partition(|line| line.level.2 <= at);
    let line_height = median(block.iter().map(height).collect());
    // Boxes are drawn with a margin, which takes most of a narrow gutter.
    (width >= 0.15 * line_height && is_prose(&left) && is_prose(&right)).then_some(at)
}

fn is_prose(column: &[&RawLine]) -> bool {
    let ratio = |line: &&RawLine| (line.level.2 - line.level.0) / height(line);
    column.len() >= 3 && median(column.iter().map(ratio).collect()) >= 6.0
}

fn height(line: &RawLine) -> f32 {
    (line.level.3 - line.level.1).max(1.0)
}

fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Row by row, and each row from the left. The cells of a close table reach into the rows above and below, so that a
/// line joins by where the middle of the row is, and never one that stands above or below it.
fn rows(mut lines: Vec<RawLine>, ordered: &mut Ordered) {
    let middle = |line: &RawLine| f32::midpoint(line.level.1, line.level.3);
    lines.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    let mut row: Vec<RawLine> = Vec::new();
    let flush = |row: &mut Vec<RawLine>, ordered: &mut Ordered| {
        row.sort_by(|a, b| a.level.0.total_cmp(&b.level.0));
        ordered.shared_rows += usize::from(row.len() > 1);
        ordered.lines.append(row);
    };
    for line in lines {
        let of_row = row.iter().map(middle).sum::<f32>() / row.len().max(1) as f32;
        let joins = |last: &RawLine| {
            middle(&line) - of_row < 0.5 * height(last).min(height(&line))
                && !row.iter().any(|other| is_above(other, &line))
        };
        if !row.last().is_some_and(joins) {
            flush(&mut row, ordered);
        }
        row.push(line);
    }
    flush(&mut row, ordered);
}

/// Whether most of the narrower one stands straight above or below the other, as nothing of the same row does.
fn is_above(one: &RawLine, other: &RawLine) -> bool {
    let width = |line: &RawLine| (line.level.2 - line.level.0).max(1.0);
    let shared = one.level.2.min(other.level.2) - one.level.0.max(other.level.0);
    shared > 0.5 * width(one).min(width(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, left: f32, top: f32, width: f32) -> RawLine {
        let bounds = (left, top, left + width, top + 20.0);
        RawLine { text: text.into(), confidence: 1.0, bounds, level: bounds, words: vec![] }
    }

    fn texts(lines: Vec<RawLine>) -> Vec<String> {
        reading_order(lines).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn two_columns_under_a_heading_are_read_one_after_the_other() {
        let mut lines =
            vec![line("heading", 100.0, 0.0, 500.0), line("footer", 50.0, 200.0, 600.0)];
        for row in 0..4u8 {
            let top = 40.0 + 30.0 * f32::from(row);
            lines.push(line(&format!("right {row}"), 360.0, top + 4.0, 300.0));
            lines.push(line(&format!("left {row}"), 20.0, top, 300.0));
        }
        let expected = [
            "heading", "left 0", "left 1", "left 2", "left 3", "right 0", "right 1", "right 2",
            "right 3", "footer",
        ];
        assert_eq!(texts(lines), expected);
    }

    #[test]
    fn a_receipt_is_read_row_by_row() {
        let mut lines = Vec::new();
        for row in 0..4u8 {
            let top = 30.0 * f32::from(row);
            lines.push(line(&format!("price {row}"), 300.0, top, 50.0));
            lines.push(line(&format!("item {row}"), 10.0, top + 3.0, 200.0));
        }
        let expected =
            ["item 0", "price 0", "item 1", "price 1", "item 2", "price 2", "item 3", "price 3"];
        assert_eq!(texts(lines), expected);
    }

    #[test]
    fn the_rows_of_a_close_table_stay_apart_though_its_cells_are_uneven() {
        let mut lines = Vec::new();
        for row in 0..6u8 {
            let top = 13.0 * f32::from(row);
            lines.push(line(&format!("name {row}"), 0.0, top, 80.0));
            lines.push(line(&format!("total {row}"), 200.0, top + 3.0, 20.0));
            lines.push(line(&format!("share {row}"), 300.0, top + 6.0, 20.0));
        }
        let expected: Vec<String> = (0..6)
            .flat_map(|row| ["name", "total", "share"].map(|column| format!("{column} {row}")))
            .collect();
        assert_eq!(texts(lines), expected);
    }

    #[test]
    fn a_page_without_lines_has_no_order() {
        assert!(texts(vec![]).is_empty());
    }
}
