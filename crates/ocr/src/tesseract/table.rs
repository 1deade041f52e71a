//! What Tesseract says it read.

use crate::orientation::{RawLine, RawWord};
use crate::script;

/// Words of a line stand no farther from one another, in its heights.
const FARTHEST: f32 = 1.2;
/// What may be free before the point of a number, in heights of its digits.
const POINT_OF_A_NUMBER: f32 = 0.8;
/// The same after it: faces whose letters are all as wide as one another leave about 0.37, spaces measure 0.5.
const AFTER_POINT_OF_A_NUMBER: f32 = 0.42;

/// The lines of Tesseract's table: level, page, block, paragraph, line, word, left, top, width,
/// height, confidence, text, apart by tabs.
pub(super) fn lines_of(table: &str) -> Vec<RawLine> {
    let mut lines: Vec<RawLine> = Vec::new();
    for row in table.lines() {
        let fields: Vec<&str> = row.splitn(12, '\t').collect();
        let [level, _, _, _, _, _, left, top, width, height, confidence, text] = fields[..] else {
            continue;
        };
        let number = |field: &str| field.parse::<f32>().unwrap_or_default();
        let (left, top) = (number(left), number(top));
        let bounds = (left, top, left + number(width), top + number(height));
        match level {
            "4" => lines.push(RawLine {
                text: String::new(),
                confidence: 0.0,
                bounds,
                level: bounds,
                words: Vec::new(),
            }),
            "5" if !text.trim().is_empty() => {
                let confidence = number(confidence) / 100.0;
                let text = text.trim().to_owned();
                if let Some(line) = lines.last_mut() {
                    line.words.push(RawWord { text, confidence, bounds });
                }
            }
            _ => {}
        }
    }
    lines.retain(|line| !line.words.is_empty());
    lines.into_iter().flat_map(parts).collect()
}

/// `line` cut where its words stand so far apart that they may be of two columns: whether they are, the order of the
/// whole page tells.
fn parts(line: RawLine) -> Vec<RawLine> {
    let height = line.bounds.3 - line.bounds.1;
    let mut parts: Vec<RawLine> = Vec::new();
    for word in line.words {
        let near = |part: &&mut RawLine| word.bounds.0 - part.bounds.2 <= FARTHEST * height;
        match parts.last_mut().filter(near) {
            Some(part) => {
                part.bounds.2 = part.bounds.2.max(word.bounds.2);
                part.words.push(word);
            }
            None => parts.push(RawLine {
                text: String::new(),
                confidence: 0.0,
                bounds: (word.bounds.0, line.bounds.1, word.bounds.2, line.bounds.3),
                level: line.level,
                words: vec![word],
            }),
        }
    }
    for part in &mut parts {
        part.level = part.bounds;
        sum_up(part);
    }
    parts
}

/// Gives `line` the text and the confidence of its words.
pub(super) fn sum_up(line: &mut RawLine) {
    line.confidence = mean(&line.words);
    line.text = joined(&line.words);
}

/// How sure words are, by characters; 0 without any.
pub(super) fn mean(words: &[RawWord]) -> f32 {
    let count = |word: &RawWord| word.text.chars().count() as f32;
    let all: f32 = words.iter().map(count).sum();
    let sum: f32 = words.iter().map(|word| word.confidence * count(word)).sum();
    sum / all.max(1.0)
}

/// Words with spaces between them, though not between Chinese ones nor within a number.
fn joined(words: &[RawWord]) -> String {
    let mut text = String::new();
    let mut last: Option<&RawWord> = None;
    for word in words {
        let chinese = |character: Option<char>| character.is_some_and(script::is_chinese);
        let together = |last: &RawWord| {
            chinese(last.text.chars().last()) && chinese(word.text.chars().next())
                || is_torn_number(last, word)
        };
        if last.is_some_and(|last| !together(last)) {
            text.push(' ');
        }
        text.push_str(&word.text);
        last = Some(word);
    }
    text
}

/// Whether `left` and `right` are the two parts of one number, address or time, whose point stands so alone that it
/// was taken for an end.
fn is_torn_number(left: &RawWord, right: &RawWord) -> bool {
    let is_point = |c: Option<char>| matches!(c, Some('.' | ':' | ','));
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let (mut before, mut after) = (left.text.chars().rev(), right.text.chars());
    let (one, two) = (before.next(), after.next());
    let height = (left.bounds.3 - left.bounds.1).max(right.bounds.3 - right.bounds.1);
    let gap = (right.bounds.0 - left.bounds.2) / height.max(1.0);
    let (points_on, pointed) = (
        is_digit(one) && is_point(two) && is_digit(after.next()),
        is_point(one) && is_digit(before.next()) && is_digit(two),
    );
    // No space stands before a point; one after it is wider than what is free about the point.
    points_on && gap < POINT_OF_A_NUMBER || pointed && gap < AFTER_POINT_OF_A_NUMBER
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, left: f32, right: f32) -> RawWord {
        RawWord { text: text.into(), confidence: 0.9, bounds: (left, 0.0, right, 20.0) }
    }

    #[test]
    fn words_far_apart_are_lines_of_their_own() {
        let row = |level: u8, left: u8, width: u8, text: &str| {
            format!("{level}\t1\t1\t1\t1\t1\t{left}\t0\t{width}\t20\t90\t{text}\n")
        };
        let words = row(5, 0, 40, "Wire") + &row(5, 50, 40, "loose") + &row(5, 150, 60, "266.90");
        let lines = lines_of(&(row(4, 0, 210, "") + &words));
        let found: Vec<(&str, f32, f32)> =
            lines.iter().map(|line| (&*line.text, line.bounds.0, line.bounds.2)).collect();
        assert_eq!(found, [("Wire loose", 0.0, 90.0), ("266.90", 150.0, 210.0)]);
    }

    #[test]
    fn a_number_is_put_together_and_a_sentence_is_not() {
        assert_eq!(joined(&[word("192.168", 0.0, 90.0), word(".86", 98.0, 130.0)]), "192.168.86");
        assert_eq!(joined(&[word("1628.", 0.0, 60.0), word("40", 67.0, 90.0)]), "1628.40");
        assert_eq!(joined(&[word("2024,", 0.0, 60.0), word("15", 71.0, 90.0)]), "2024, 15");
        assert_eq!(joined(&[word("site", 0.0, 60.0), word("15", 62.0, 90.0)]), "site 15");
        assert_eq!(joined(&[word("基站", 0.0, 40.0), word("退服", 52.0, 90.0)]), "基站退服");
        assert_eq!(joined(&[word("基站", 0.0, 40.0), word("A1", 52.0, 90.0)]), "基站 A1");
    }
}
