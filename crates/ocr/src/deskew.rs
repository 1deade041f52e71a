//! By how much a page is skewed, by the profile of its ink: lines of text that run level make the
//! sharpest steps between full and empty rows (Postl, 1986).

use image::{GrayImage, imageops};
use imageproc::contrast::{ThresholdType, otsu_level, threshold};
use imageproc::geometric_transformations::{Border, Interpolation, rotate_about_center_no_crop};

use crate::transform::Transform;

/// Skews beyond this many degrees are not looked for.
const WIDEST: f32 = 15.0;
/// Smaller ones do not hurt and are left alone.
const SMALLEST: f32 = 0.4;

/// By how many degrees clockwise the lines of `gray` fall to the right; 0 if that is not clear.
pub(crate) fn skew(gray: &GrayImage) -> f32 {
    let (width, height) = gray.dimensions();
    let scale = (800.0 / width.max(height) as f32).min(1.0);
    let (width, height) = ((width as f32 * scale) as u32, (height as f32 * scale) as u32);
    if width < 32 || height < 32 {
        return 0.0;
    }
    let small = imageops::thumbnail(gray, width, height);
    let ink = ink(&small);
    if ink.len() < 100 {
        return 0.0;
    }
    let steps = |from: f32, to: f32, step: f32| {
        let count = ((to - from) / step).round() as u16;
        (0..=count).map(move |index| from + step * f32::from(index))
    };
    let best = |angles: &mut dyn Iterator<Item = f32>| {
        angles
            .map(|angle| (angle, sharpness(&ink, angle, small.dimensions())))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap_or((0.0, 0.0))
    };
    let (rough, _) = best(&mut steps(-WIDEST, WIDEST, 1.0));
    let (fine, sharpest) = best(&mut steps(rough - 0.8, rough + 0.8, 0.2));
    let level = sharpness(&ink, 0.0, small.dimensions());
    if fine.abs() >= SMALLEST && sharpest > 1.2 * level { fine } else { 0.0 }
}

/// `gray` turned level on white, and the way back for points.
pub(crate) fn turn_level(gray: &GrayImage, skew: f32) -> (GrayImage, Transform) {
    let radians = -skew.to_radians();
    let ground = Border::Constant(image::Luma([255]));
    let level = rotate_about_center_no_crop(gray, radians, Interpolation::Bilinear, ground);
    let (sin, cos) = (-radians).sin_cos();
    let (from_x, from_y) = (level.width() as f32 / 2.0, level.height() as f32 / 2.0);
    let (to_x, to_y) = (gray.width() as f32 / 2.0, gray.height() as f32 / 2.0);
    let back = Transform::shift(-from_x, -from_y)
        .then(Transform::new(cos, -sin, 0.0, sin, cos, 0.0))
        .then(Transform::shift(to_x, to_y));
    (level, back)
}

/// Points of whichever is the rarer, dark or light.
fn ink(gray: &GrayImage) -> Vec<(f32, f32)> {
    let black_and_white = threshold(gray, otsu_level(gray), ThresholdType::Binary);
    let light = black_and_white.pixels().filter(|pixel| pixel.0[0] > 0).count();
    let dark = black_and_white.len() - light;
    black_and_white
        .enumerate_pixels()
        .filter(|(_, _, pixel)| (pixel.0[0] > 0) == (light < dark))
        .map(|(x, y, _)| (x as f32, y as f32))
        .collect()
}

fn sharpness(ink: &[(f32, f32)], angle: f32, (width, height): (u32, u32)) -> f32 {
    let (sin, cos) = angle.to_radians().sin_cos();
    let offset = width as f32 * sin.abs();
    let mut rows = vec![0u32; height as usize + 2 * offset.ceil() as usize + 2];
    for &(x, y) in ink {
        let row = (y * cos - x * sin + offset).max(0.0) as usize;
        if let Some(count) = rows.get_mut(row) {
            *count += 1;
        }
    }
    rows.windows(2).map(|pair| (pair[0] as f32 - pair[1] as f32).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripes(angle: f32) -> GrayImage {
        let (sin, cos) = angle.to_radians().sin_cos();
        GrayImage::from_fn(600, 400, |x, y| {
            let across = y as f32 * cos - x as f32 * sin + 1000.0;
            image::Luma([if across % 30.0 < 10.0 { 0 } else { 255 }])
        })
    }

    #[test]
    fn skew_is_found_and_undone() {
        for angle in [-7.0, 3.0, 11.0] {
            let page = stripes(angle);
            assert!((skew(&page) - angle).abs() < 0.5, "{angle}: {}", skew(&page));
            let (level, _) = turn_level(&page, angle);
            assert!(skew(&level).abs() < 0.5);
        }
        assert_eq!(skew(&stripes(0.0)), 0.0);
    }

    #[test]
    fn a_point_of_the_levelled_page_goes_back_to_where_it_was() {
        let mut page = GrayImage::from_pixel(400, 300, image::Luma([255]));
        for (x, y) in [(50, 60), (51, 60), (50, 61), (51, 61)] {
            page.put_pixel(x, y, image::Luma([0]));
        }
        let (level, back) = turn_level(&page, 8.0);
        let (x, y, _) = level.enumerate_pixels().min_by_key(|(_, _, p)| p.0[0]).unwrap();
        let place = (x as f32, y as f32, x as f32 + 1.0, y as f32 + 1.0);
        let found = back.bounds(place, page.dimensions());
        assert!(found.x.abs_diff(50) <= 2 && found.y.abs_diff(60) <= 2, "{found:?}");
    }
}
