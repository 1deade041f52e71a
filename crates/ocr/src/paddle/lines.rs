//! Lines of text as they are cut out of a picture, and as they are once they are read.

use image::{RgbImage, imageops};
use oar_ocr::models::recognition::CRNNModelOutput;
use oar_ocr::processors::{BoundingBox as Quad, Point};
use oar_ocr::utils::get_rotate_crop_image;

use crate::orientation::{Bounds, RawLine, RawWord};
use crate::{script, spaces};

/// The recogniser's picture is at least this many times as wide as high; what is shorter it fills up.
const LEAST_RATIO: f32 = 320.0 / 48.0;

/// A place that looks like a line, cut out of the picture and level.
pub(super) struct Crop {
    quad: Quad,
    pub(super) pixels: RgbImage,
}

impl Crop {
    /// None if there is nothing of it in the picture.
    pub(super) fn new(page: &RgbImage, quad: Quad) -> Option<Self> {
        let pixels = get_rotate_crop_image(page, &quad.points).ok()?;
        Some(Self { quad, pixels })
    }

    /// The same line of the page of `width` and `height` put on its head.
    pub(super) fn on_its_head(&self, (width, height): (u32, u32)) -> Self {
        let (width, height) = (width as f32, height as f32);
        let turn = |point: &Point| Point::new(width - point.x, height - point.y);
        Self {
            quad: Quad { points: self.quad.points.iter().map(turn).collect() },
            pixels: imageops::rotate180(&self.pixels),
        }
    }

    /// By how many radians clockwise it falls to the right, and how long it is.
    fn slope(&self) -> Option<(f32, f32)> {
        let &[a, b, c, _] = &self.quad.points[..] else { return None };
        let side = |from: Point, to: Point| (to.x - from.x, to.y - from.y);
        let length = |(x, y): (f32, f32)| x.hypot(y);
        let (one, other) = (side(a, b), side(b, c));
        let (along, across) =
            if length(one) >= length(other) { (one, other) } else { (other, one) };
        let level_enough = along.0.abs() > along.1.abs() && length(along) > 2.0 * length(across);
        // Whichever of its ends comes first.
        level_enough.then(|| ((along.1 / along.0).atan(), length(along)))
    }

    /// Where it is on the page turned back by `slope`.
    fn level(&self, slope: f32) -> Bounds {
        let (sin, cos) = slope.sin_cos();
        let turn = |p: &Point| Point::new(p.x * cos + p.y * sin, p.y * cos - p.x * sin);
        bounds(&Quad { points: self.quad.points.iter().map(turn).collect() })
    }
}

/// What the recogniser makes of a line.
#[derive(Clone, Default)]
pub(super) struct Read {
    pub(super) text: String,
    pub(super) confidence: f32,
    /// For each character the step at which it was seen, out of `steps` from the left to the right.
    columns: Vec<usize>,
    steps: usize,
}

impl Read {
    /// The first line of `output`.
    pub(super) fn first(output: CRNNModelOutput) -> Self {
        Self {
            text: output.texts.into_iter().next().unwrap_or_default(),
            confidence: output.scores.into_iter().next().unwrap_or_default(),
            columns: output.char_col_indices.into_iter().next().unwrap_or_default(),
            steps: output.sequence_lengths.into_iter().next().unwrap_or_default(),
        }
    }
}

/// Whether most of the length of `quads` runs from top to bottom.
pub(super) fn lie_on_their_side(quads: &[Quad]) -> bool {
    let (mut upright, mut all) = (0.0, 0.0);
    for (left, top, right, bottom) in quads.iter().map(bounds) {
        let (width, height) = (right - left, bottom - top);
        all += width.max(height);
        if height < 1.5 * width {
            upright += width.max(height);
        }
    }
    all > 0.0 && upright * 2.0 < all
}

/// By how many radians clockwise the lines of a page fall to the right: the median of them by length. Lines that run
/// rather from top to bottom do not count, nor do those less than half as long as the longest: a pixel more or less in
/// the place of a short one is a slope on which the rows of a table would not meet.
pub(super) fn slope(crops: &[Crop]) -> f32 {
    let mut slopes: Vec<(f32, f32)> = crops.iter().filter_map(|crop| crop.slope()).collect();
    let longest = slopes.iter().map(|(_, length)| *length).fold(0.0, f32::max);
    slopes.retain(|(_, length)| *length >= longest / 2.0);
    slopes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = slopes.iter().map(|(_, length)| length).sum::<f32>() / 2.0;
    let mut passed = 0.0;
    let middle = slopes.into_iter().find(|(_, length)| {
        passed += length;
        passed >= half
    });
    middle.map_or(0.0, |(slope, _)| slope)
}

/// The line that `read` makes of `crop`, with the spaces that the recogniser left out; none without text. `slope` is
/// that of the page.
pub(super) fn raw_line(crop: &Crop, read: &Read, slope: f32) -> Option<RawLine> {
    if read.text.trim().is_empty() {
        return None;
    }
    let of_line = bounds(&crop.quad);
    let mut characters = characters(crop, read);
    // Without a place for each there is no telling where spaces are; nor are there columns to look at in a line
    // that stands upright.
    let complete = characters.len() == read.text.chars().count();
    let (left, top, right, bottom) = of_line;
    if complete && bottom - top <= right - left {
        let text: Vec<char> = characters.iter().map(|(character, _)| *character).collect();
        let centre = |place: &Bounds| (f32::midpoint(place.0, place.2) - left) / (right - left);
        let centres: Vec<f32> = characters.iter().map(|(_, place)| centre(place)).collect();
        for index in spaces::missing(&crop.pixels, &text, &centres).into_iter().rev() {
            let place = characters.get(index).map(|(_, place)| *place).unwrap_or_default();
            characters.insert(index, (' ', place));
        }
    }
    let text = if complete {
        characters.iter().map(|(character, _)| *character).collect::<String>()
    } else {
        read.text.clone()
    };
    let words = words(&characters, read.confidence);
    let text = text.trim().to_owned();
    Some(RawLine {
        text,
        confidence: read.confidence,
        bounds: of_line,
        level: crop.level(slope),
        words,
    })
}

/// The characters of a line with their places, which are estimates along the line.
fn characters(crop: &Crop, read: &Read) -> Vec<(char, Bounds)> {
    let (left, top, right, bottom) = bounds(&crop.quad);
    let ratio = crop.pixels.width() as f32 / crop.pixels.height().max(1) as f32;
    // The rest of the recogniser's picture is filling.
    let steps = read.steps as f32 * (ratio / LEAST_RATIO).min(1.0);
    if read.columns.is_empty() || steps <= f32::EPSILON {
        return Vec::new();
    }
    let step = (right - left) / steps;
    let centres: Vec<f32> =
        read.columns.iter().map(|&column| left + (column as f32 + 0.5) * step).collect();
    let width_of_one = (right - left) / read.columns.len() as f32;
    let place = |(index, character): (usize, char)| {
        let centre = centres.get(index).copied()?;
        let (from, to) = if script::is_chinese(character) {
            (centre - width_of_one / 2.0, centre + width_of_one / 2.0)
        } else {
            let before = index.checked_sub(1).and_then(|before| centres.get(before));
            let after = centres.get(index + 1);
            (
                before.map_or(left, |before| f32::midpoint(*before, centre)),
                after.map_or(right, |after| f32::midpoint(centre, *after)),
            )
        };
        Some((character, (from.max(left), top, to.min(right), bottom)))
    };
    read.text.chars().enumerate().filter_map(place).collect()
}

/// The recogniser places single characters; what stands between spaces is a word.
fn words(characters: &[(char, Bounds)], confidence: f32) -> Vec<RawWord> {
    let mut words: Vec<RawWord> = Vec::new();
    let mut open = false;
    for &(character, (left, top, right, bottom)) in characters {
        if character.is_whitespace() {
            open = false;
            continue;
        }
        match words.last_mut().filter(|_| open) {
            Some(word) => {
                word.text.push(character);
                let before = word.bounds;
                word.bounds = (
                    before.0.min(left),
                    before.1.min(top),
                    before.2.max(right),
                    before.3.max(bottom),
                );
            }
            None => words.push(RawWord {
                text: character.to_string(),
                confidence,
                bounds: (left, top, right, bottom),
            }),
        }
        open = true;
    }
    words
}

fn bounds(quad: &Quad) -> Bounds {
    (quad.x_min(), quad.y_min(), quad.x_max(), quad.y_max())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of `length` and a height of 20 that falls by `slope`, from a corner.
    fn crop((x, y): (f32, f32), length: f32, slope: f32) -> Crop {
        let (sin, cos) = slope.sin_cos();
        let corner = |along: f32, down: f32| {
            Point::new(x + along * cos - down * sin, y + along * sin + down * cos)
        };
        let points =
            vec![corner(0.0, 0.0), corner(length, 0.0), corner(length, 20.0), corner(0.0, 20.0)];
        Crop { quad: Quad { points }, pixels: RgbImage::new(1, 1) }
    }

    #[test]
    fn the_slope_of_a_page_is_that_of_its_long_lines_whichever_way_up() {
        let lines = [
            crop((0.0, 0.0), 30.0, 1.0),
            crop((0.0, 50.0), 400.0, 0.15),
            crop((9.0, 99.0), 300.0, 0.16),
        ];
        assert!((slope(&lines) - 0.15).abs() < 1e-3, "{}", slope(&lines));
        let turned: Vec<Crop> = lines.iter().map(|line| line.on_its_head((500, 200))).collect();
        assert!((slope(&turned) - 0.15).abs() < 1e-3, "{}", slope(&turned));
        assert_eq!(slope(&[]), 0.0);
    }

    #[test]
    fn lines_that_share_heights_only_askew_share_none_on_the_level_page() {
        let (upper, lower) = (crop((0.0, 0.0), 400.0, 0.15), crop((-4.5, 30.0), 100.0, 0.15));
        assert!(bounds(&upper.quad).3 > bounds(&lower.quad).1);
        assert!(upper.level(0.15).3 < lower.level(0.15).1);
    }
}
