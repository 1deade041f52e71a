//! One reading out of two, in English and in Chinese: `chi_sim` reads Latin words worse than `eng` does, and `eng`
//! makes words of Chinese ones. So a page of both takes each word from whichever was surer of it.

use super::table;
use crate::orientation::{Bounds, RawLine, RawWord, Reading};
use crate::script;

/// A word less sure than this may be in the other writing.
const DOUBTFUL: f32 = 0.6;
/// Chinese words less sure than this are no sign of Chinese.
const SURE_OF_CHINESE: f32 = 0.6;
/// So much surer, and at least this sure, is an English word that stands where Chinese was read.
const SURE_OF_LATIN: (f32, f32) = (0.15, 0.8);

/// Whether what was read as English may be something else, for less than `sure` in all or in a word.
pub(super) fn is_doubtful(as_latin: &Reading, sure: f32) -> bool {
    let doubted = |word: &RawWord| word.confidence < DOUBTFUL && word.text.chars().count() > 1;
    as_latin.mean() < sure || as_latin.lines.iter().flat_map(|line| &line.words).any(doubted)
}

/// The lines of whichever writing the page is in, with the words of the other that are surer.
pub(super) fn merged(as_latin: Reading, as_chinese: Reading) -> Reading {
    let words: Vec<&RawWord> = as_latin.lines.iter().flat_map(|line| &line.words).collect();
    let chinese = as_chinese.lines.iter().flat_map(|line| &line.words);
    let won = chinese.filter(|word| is_chinese(word) && word.confidence >= SURE_OF_CHINESE);
    let won = won.filter(|word| {
        let other = words.iter().filter(|other| overlap(word.bounds, other.bounds) > 0.3);
        other.map(|other| other.confidence).fold(0.0, f32::max) < word.confidence
    });
    let count: usize = won.map(|word| word.text.chars().count()).sum();
    if count < 2 {
        return as_latin;
    }
    let mut lines = as_chinese.lines;
    for line in &mut lines {
        for word in &words {
            take(line, word);
        }
        table::sum_up(line);
    }
    Reading { lines, unread: as_chinese.unread }
}

/// Puts `word` into `line` for those that it has in the same place, if it is surer: by far where one is Chinese.
fn take(line: &mut RawLine, word: &RawWord) {
    let inside = |other: &RawWord| {
        let middle = f32::midpoint(other.bounds.0, other.bounds.2);
        let height = f32::midpoint(other.bounds.1, other.bounds.3);
        (word.bounds.0..word.bounds.2).contains(&middle)
            && (word.bounds.1..word.bounds.3).contains(&height)
    };
    let Some(from) = line.words.iter().position(inside) else { return };
    let count = line.words.iter().skip(from).take_while(|other| inside(other)).count();
    let Some(same) = line.words.get(from..from + count) else { return };
    let place = same.iter().map(|word| word.bounds).reduce(around).unwrap_or(word.bounds);
    let is_same_place = overlap(place, word.bounds) > 0.7 && overlap(word.bounds, place) > 0.7;
    let least = match same.iter().any(is_chinese) {
        true => (table::mean(same) + SURE_OF_LATIN.0).max(SURE_OF_LATIN.1),
        false => table::mean(same),
    };
    if is_same_place && word.confidence > least {
        line.words.splice(from..from + count, [word.clone()]);
    }
}

fn is_chinese(word: &RawWord) -> bool {
    word.text.chars().any(script::is_chinese)
}

fn around(a: Bounds, b: Bounds) -> Bounds {
    (a.0.min(b.0), a.1.min(b.1), a.2.max(b.2), a.3.max(b.3))
}

/// The part of `a` that lies in `b`.
fn overlap(a: Bounds, b: Bounds) -> f32 {
    let width = (a.2.min(b.2) - a.0.max(b.0)).max(0.0);
    let height = (a.3.min(b.3) - a.1.max(b.1)).max(0.0);
    width * height / ((a.2 - a.0) * (a.3 - a.1)).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[(&str, f32, f32, f32)]) -> RawLine {
        let word = |&(text, confidence, left, right): &(&str, f32, f32, f32)| RawWord {
            text: text.into(),
            confidence,
            bounds: (left, 0.0, right, 20.0),
        };
        let mut line = RawLine {
            text: String::new(),
            confidence: 0.0,
            bounds: (0.0, 0.0, 300.0, 20.0),
            level: (0.0, 0.0, 300.0, 20.0),
            words: words.iter().map(word).collect(),
        };
        table::sum_up(&mut line);
        line
    }

    fn text(latin: &[(&str, f32, f32, f32)], chinese: &[(&str, f32, f32, f32)]) -> String {
        let reading = |words| Reading { lines: vec![line(words)], unread: 0 };
        merged(reading(latin), reading(chinese)).lines.remove(0).text
    }

    #[test]
    fn each_word_is_of_the_surer_writing() {
        let latin = [("MIMO", 0.95, 0.0, 60.0), ("AWAR", 0.3, 70.0, 150.0)];
        let chinese = [("MIM0", 0.8, 1.0, 60.0), ("右侧发票", 0.9, 70.0, 150.0)];
        assert_eq!(text(&latin, &chinese), "MIMO 右侧发票");
        let torn = [("06", 0.8, 0.0, 25.0), (":25", 0.7, 30.0, 60.0), ("测试", 0.9, 70.0, 150.0)];
        let whole = [("06:25", 0.9, 0.0, 60.0), ("Wit", 0.3, 70.0, 150.0)];
        assert_eq!(text(&whole, &torn), "06:25 测试");
        let number = [("#1604", 0.95, 0.0, 60.0), ("Wit", 0.3, 70.0, 150.0)];
        let mistaken =
            [("抽", 0.6, 0.0, 20.0), ("604", 0.8, 24.0, 60.0), ("测试", 0.9, 70.0, 150.0)];
        assert_eq!(text(&number, &mistaken), "#1604 测试");
    }

    #[test]
    fn what_is_surely_english_stays_so() {
        let latin = [("Tower", 0.9, 0.0, 60.0), ("logo", 0.5, 70.0, 100.0)];
        let chinese = [("Tower", 0.8, 0.0, 60.0), ("目", 0.4, 70.0, 100.0)];
        assert_eq!(text(&latin, &chinese), "Tower logo");
    }
}
