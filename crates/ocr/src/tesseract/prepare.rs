//! A page as Tesseract wants it.

use image::{GrayImage, Luma, RgbImage, imageops};
use imageproc::contrast::{ThresholdType, otsu_level, threshold};
use imageproc::filter::median_filter;
use imageproc::morphology::{Mask, grayscale_dilate};
use imageproc::region_labelling::{Connectivity, connected_components};

use crate::deskew;
use crate::transform::Transform;

/// Letters and strokes of about this height, in pixels, are read best.
const BEST_HEIGHT: f32 = 24.0;
/// No page is scaled beyond this many pixels.
const MOST_PIXELS: f32 = 12_000_000.0;
/// The ground is looked for in a picture so many times smaller.
const GROUND_SCALE: u32 = 4;

/// Gray, dark on light, level and of the size that is read best; and the way back for points.
pub(super) fn prepare(pixels: &RgbImage) -> (GrayImage, Transform) {
    let mut gray = imageops::grayscale(pixels);
    let mean =
        gray.pixels().map(|pixel| u64::from(pixel.0[0])).sum::<u64>() / (gray.len() as u64).max(1);
    if mean < 110 {
        imageops::invert(&mut gray);
    }
    let mut back = Transform::IDENTITY;
    let (mut scale, specks) = scale(&gray);
    if specks {
        // Grain is no measure of letters, and larger it would be taken for them.
        return (evenly_lit(&gray), back);
    }
    let skew = deskew::skew(&gray);
    if skew != 0.0 {
        let (level, undo) = deskew::turn_level(&gray, skew);
        gray = level;
        back = undo;
        scale = scale.min((MOST_PIXELS / gray.len() as f32).sqrt().max(1.0));
    }
    if scale > 1.0 {
        let (width, height) = gray.dimensions();
        let (width, height) = (width as f32 * scale, height as f32 * scale);
        gray =
            imageops::resize(&gray, width as u32, height as u32, imageops::FilterType::CatmullRom);
        back = Transform::scale(1.0 / scale).then(back);
    }
    (gray, back)
}

/// How much larger the text should be, by the median height of its blots; and whether most blots
/// are specks.
fn scale(gray: &GrayImage) -> (f32, bool) {
    let pixels = gray.len() as f32;
    if pixels > MOST_PIXELS / 1.5 {
        return (1.0, false);
    }
    let black_and_white = threshold(gray, otsu_level(gray), ThresholdType::BinaryInverted);
    let labels = connected_components(&black_and_white, Connectivity::Eight, Luma([0u8]));
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for (_, y, label) in labels.enumerate_pixels() {
        let index = label.0[0] as usize;
        if index == 0 {
            continue;
        }
        if spans.len() < index {
            spans.resize(index, (u32::MAX, 0));
        }
        let span = &mut spans[index - 1];
        *span = (span.0.min(y), span.1.max(y));
    }
    let height = |&(top, bottom): &(u32, u32)| bottom.saturating_sub(top) + 1;
    let specks = spans.iter().filter(|span| height(span) < 4).count() * 2 > spans.len();
    let mut heights: Vec<u32> =
        spans.iter().map(height).filter(|height| (4..200).contains(height)).collect();
    heights.sort_unstable();
    let Some(&median) = heights.get(heights.len() / 2) else { return (1.0, specks) };
    let wanted = BEST_HEIGHT / median as f32;
    let possible = wanted.min(4.0).min((MOST_PIXELS / pixels).sqrt());
    (if wanted < 1.3 { 1.0 } else { possible.max(1.0) }, specks)
}

/// `gray` with its ground white everywhere and its ink black: Tesseract tells them apart by one level for the whole
/// page, below which all of a page's darker side falls.
fn evenly_lit(gray: &GrayImage) -> GrayImage {
    let (width, height) = gray.dimensions();
    let small = |side: u32| (side / GROUND_SCALE).max(1);
    let small = imageops::thumbnail(gray, small(width), small(height));
    // The lightest that is near is ground, and the median of that no speck's.
    let ground = median_filter(&grayscale_dilate(&small, &Mask::square(4)), 7, 7);
    let ground = imageops::resize(&ground, width, height, imageops::FilterType::Triangle);
    let share = |x: u32, y: u32, pixel: Luma<u8>| {
        let ground = f32::from(ground.get_pixel(x, y).0[0]).max(1.0);
        (f32::from(pixel.0[0]) / ground).min(1.0)
    };
    let mut shares: Vec<f32> =
        gray.enumerate_pixels().map(|(x, y, pixel)| share(x, y, *pixel)).collect();
    let mut sorted = shares.clone();
    let mut at = |part: f32| {
        let index = (sorted.len() as f32 * part) as usize;
        *sorted.select_nth_unstable_by(index, f32::total_cmp).1
    };
    if shares.is_empty() {
        return gray.clone();
    }
    let (black, white) = (at(0.01), at(0.6));
    let span = (white - black).max(0.05);
    let mut even = gray.clone();
    for (pixel, share) in even.pixels_mut().zip(shares.drain(..)) {
        pixel.0[0] = (255.0 * ((share - black) / span).clamp(0.0, 1.0)) as u8;
    }
    even
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_lit_from_one_side_becomes_white_with_black_ink() {
        let page = GrayImage::from_fn(400, 200, |x, y| {
            let light = 90.0 + 120.0 * x as f32 / 400.0;
            let is_ink = x % 40 < 4 && y % 20 < 10;
            Luma([(if is_ink { 0.5 * light } else { light }) as u8])
        });
        let even = evenly_lit(&page);
        for (x, y, pixel) in even.enumerate_pixels() {
            let is_ink = page.get_pixel(x, y).0[0] < 50 + (60 * x / 400) as u8;
            assert_eq!(pixel.0[0] < 128, is_ink, "{x} {y} {}", pixel.0[0]);
        }
    }
}
