//! Spaces between words that the recogniser left out.
//!
//! The PP-OCR model for Chinese and English reads the letters of English well and often runs its
//! words together. The spaces are there to be seen: columns without ink, wider than those between
//! the letters of a word.

use image::{RgbImage, imageops};
use imageproc::contrast::otsu_level;

use crate::script::is_chinese;

/// Narrowest space between words, in heights of the line, where the line itself does not tell: spaces measure about
/// 0.35, and what is free between two of the digit 1 about 0.22.
const NARROWEST: f32 = 0.27;
/// What the line itself may tell: some faces have spaces of 0.2, and those whose letters are all as wide as one another
/// have 0.35 beside an i.
const NARROWEST_AT_LEAST: f32 = 0.18;
const NARROWEST_AT_MOST: f32 = 0.4;
/// What is free between spaces and within words is told apart by a step of this.
const STEP: f32 = 0.08;
/// The same beside the digit 1, which is slim, yet given as much room as the others; and a number or code torn apart
/// is worse than two of them run together.
const NARROWEST_BESIDE_ONE: f32 = 0.42;
/// A space in a line whose letters are spaced out is so many times as wide as what is free between two of them.
const WIDER_THAN_SPACED: f32 = 1.8;
/// So much of its letters has something free between them in such a line.
const SPACED: f32 = 0.5;
/// A column with less ink than this, in heights of the line, is free: specks do not fill it.
const SPECKS: f32 = 0.04;

/// Where a space is missing in `text`: before which of its characters (by index).
///
/// `crop` is the line alone, level; `centres` says for each character where its middle is, from 0
/// at the left of the crop to 1 at its right.
pub(crate) fn missing(crop: &RgbImage, text: &[char], centres: &[f32]) -> Vec<usize> {
    let (width, height) = (crop.width() as f32, crop.height() as f32);
    let mut missing = Vec::new();
    let free = free_columns(crop);
    let widths: Vec<f32> = free.iter().map(|(from, to)| (to - from) as f32 / height).collect();
    let narrowest = spaced(&widths, text).max(narrowest(widths));
    for (from, to) in free {
        if ((to - from) as f32) < narrowest * height {
            continue;
        }
        let middle = (from + to) as f32 / 2.0 / width;
        let before = centres.partition_point(|&centre| centre < middle);
        // A letter is about half as wide as its line is high, so the estimate of where it stands
        // can be off by one letter; the boundary that lies nearest is the one.
        let distance = |index: usize| match (index.checked_sub(1), centres.get(index)) {
            (Some(left), Some(right)) => {
                let left = centres.get(left).copied().unwrap_or_default();
                (f32::midpoint(left, *right) - middle).abs()
            }
            (None, _) | (_, None) => f32::INFINITY,
        };
        let near = [before.saturating_sub(1), before, before + 1];
        let Some(index) = near.into_iter().min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
        else {
            continue;
        };
        let (Some(left), Some(right)) =
            (index.checked_sub(1).and_then(|i| text.get(i)), text.get(index))
        else {
            continue;
        };
        let beside_one = *left == '1' || *right == '1';
        let wide_enough =
            !beside_one || (to - from) as f32 >= NARROWEST_BESIDE_ONE.max(narrowest) * height;
        let before = index.checked_sub(2).and_then(|i| text.get(i));
        if distance(index) * width < 0.5 * height
            && wide_enough
            && may_be_apart(before, *left, *right)
        {
            missing.push(index);
        }
    }
    missing.dedup();
    missing
}

/// Whether writing may have a space between `left` and `right`: not beside Chinese, not before what closes or after
/// what opens, and not within a number, a time or an address.
fn may_be_apart(before: Option<&char>, left: char, right: char) -> bool {
    let needs_none = |c: char| c.is_whitespace() || is_chinese(c);
    let in_a_number = matches!(left, '.' | ',' | ':' | '-' | '/')
        && right.is_ascii_digit()
        && before.is_some_and(char::is_ascii_digit);
    !needs_none(left)
        && !needs_none(right)
        && !matches!(right, '.' | ',' | ':' | ';' | '!' | '?' | ')' | ']' | '%')
        && !matches!(left, '(' | '[')
        && !in_a_number
}

/// The narrowest space of a line with these free `widths`, in its heights: in the middle of the widest step among
/// them, if there is one.
fn narrowest(mut widths: Vec<f32>) -> f32 {
    // Letters that touch leave nothing free.
    widths.push(0.06);
    widths.sort_by(f32::total_cmp);
    let steps = widths.windows(2).enumerate().filter_map(|(index, pair)| {
        let &[below, above] = pair else { return None };
        let spaces = widths.len() - index - 1;
        // One wide place alone may be anything.
        let told = below <= NARROWEST_AT_MOST
            && (above >= NARROWEST || above >= NARROWEST_AT_LEAST && spaces > 1);
        (told && above - below >= STEP).then_some((above - below, f32::midpoint(below, above)))
    });
    steps
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(NARROWEST, |(_, middle)| middle.clamp(NARROWEST_AT_LEAST, NARROWEST_AT_MOST))
}

/// The narrowest space as far as the letters of signs and titles tell, which are often spaced out; 0 where they touch.
fn spaced(widths: &[f32], text: &[char]) -> f32 {
    let letters = text.iter().filter(|c| !c.is_whitespace()).count();
    let apart = widths.len() as f32 >= SPACED * letters.saturating_sub(1) as f32;
    if widths.len() < 2 || !apart || text.iter().any(|c| is_chinese(*c)) {
        return 0.0;
    }
    let mut widths = widths.to_vec();
    widths.sort_by(f32::total_cmp);
    let median = widths.get((widths.len() - 1) / 2).copied().unwrap_or_default();
    WIDER_THAN_SPACED * median
}

/// Runs of columns without ink between the first and the last ink of the line.
fn free_columns(crop: &RgbImage) -> Vec<(usize, usize)> {
    let gray = imageops::grayscale(crop);
    let level = otsu_level(&gray);
    let light = gray.pixels().filter(|pixel| pixel.0[0] > level).count();
    let dark_on_light = light * 2 > gray.len();
    let mut ink = vec![0u32; gray.width() as usize];
    for (x, _, pixel) in gray.enumerate_pixels() {
        if (pixel.0[0] <= level) == dark_on_light {
            ink[x as usize] += 1;
        }
    }
    let specks = (SPECKS * gray.height() as f32) as u32;
    let mut runs = Vec::new();
    let mut last_ink: Option<usize> = None;
    for (x, &count) in ink.iter().enumerate() {
        if count > specks {
            if let Some(last) = last_ink.filter(|&last| x - last > 1) {
                runs.push((last + 1, x));
            }
            last_ink = Some(x);
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters as bars of six pixels, twenty high, each with its distance to the next.
    fn bars(distances: &[u32]) -> (RgbImage, Vec<f32>) {
        let width = 4 + distances.iter().map(|distance| 6 + distance).sum::<u32>();
        let mut crop = RgbImage::from_pixel(width, 20, image::Rgb([250, 250, 250]));
        let mut centres = Vec::new();
        let mut left = 2;
        for distance in distances {
            for (x, y) in (left..left + 6).flat_map(|x| (3..17).map(move |y| (x, y))) {
                crop.put_pixel(x, y, image::Rgb([10, 10, 10]));
            }
            centres.push((left + 3) as f32 / width as f32);
            left += 6 + distance;
        }
        (crop, centres)
    }

    #[test]
    fn a_wide_gap_between_letters_is_a_space_and_between_chinese_characters_none() {
        let (crop, centres) = bars(&[2, 8, 2, 2]);
        assert_eq!(missing(&crop, &['a', 'b', 'c', 'd'], &centres), [2]);
        assert_eq!(missing(&crop, &['A', '1', '0', '7'], &centres), [0usize; 0]);
        assert_eq!(missing(&crop, &['基', '站', '退', '服'], &centres), [0usize; 0]);
        let (dark, centres) = {
            let (mut crop, centres) = (crop, centres);
            imageops::invert(&mut crop);
            (crop, centres)
        };
        assert_eq!(missing(&dark, &['a', 'b', 'c', 'd'], &centres), [2]);
    }

    #[test]
    fn the_line_tells_how_wide_its_spaces_are() {
        // 0.2 of the height is a space where letters stand close, and none beside slim letters of a typewriter.
        let (crop, centres) = bars(&[1, 4, 1, 4, 1]);
        assert_eq!(missing(&crop, &['a', 'b', 'c', 'd', 'e'], &centres), [2, 4]);
        let (crop, centres) = bars(&[2, 6, 2, 13, 2]);
        assert_eq!(missing(&crop, &['a', 'i', 'c', 'd', 'e'], &centres), [4]);
    }

    #[test]
    fn letters_that_are_spaced_out_are_no_words() {
        let (crop, centres) = bars(&[6, 7, 6, 8, 2]);
        assert_eq!(missing(&crop, &['H', 'O', 'T', 'E', 'L'], &centres), [0usize; 0]);
        let (crop, centres) = bars(&[6, 7, 14, 6, 7, 2]);
        assert_eq!(missing(&crop, &['T', 'H', 'E', 'B', 'A', 'R'], &centres), [3]);
    }

    #[test]
    fn numbers_and_ends_of_sentences_are_not_torn_off() {
        let (crop, centres) = bars(&[2, 8, 2, 8, 2]);
        assert_eq!(missing(&crop, &['a', 'b', '.', '5', '6'], &centres), [4]);
        assert_eq!(missing(&crop, &['a', 'b', ')', 'c', 'd'], &centres), [4]);
        let (crop, centres) = bars(&[2, 2, 8, 2, 2]);
        assert_eq!(missing(&crop, &['4', '5', ':', '3', '6'], &centres), [0usize; 0]);
        assert_eq!(missing(&crop, &['a', 'b', ':', '3', '6'], &centres), [3]);
    }
}
