//! Drawing: letters on a ground, and what befalls the page after.

use ab_glyph::{Font, Glyph, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage, imageops};
use imageproc::geometric_transformations::{Border, Interpolation, rotate_about_center_no_crop};

use super::{Class, Fonts, Specimen};

/// What a specimen says, by how it is laid out.
pub(super) enum Content {
    /// Line by line.
    Page(Vec<String>),
    /// Two columns under a heading, the second `shift` lines lower than the first.
    Columns { heading: String, rows: Vec<(String, String)>, shift: f32 },
    /// Items with their prices at the right edge.
    Receipt { title: String, rows: Vec<(String, String)> },
}

/// How a specimen looks; what only some classes show is there for all.
pub(super) struct Look<'a> {
    pub(super) fonts: &'a Fonts,
    /// Height of a line's letters in pixels, as fonts count it.
    pub(super) size: f32,
    /// From line to line of a page, in sizes.
    pub(super) leading: f32,
    pub(super) fore: Rgb<u8>,
    pub(super) ground: Rgb<u8>,
    /// Degrees of a skewed page.
    pub(super) angle: f32,
    /// Of a rotated page, clockwise: 1 or 3.
    pub(super) quarter_turns: u8,
    /// Of the specks of a noisy page.
    pub(super) seed: u32,
    /// Of a noisy page, in steps of gray.
    pub(super) grain: f32,
}

/// Draws `content` and does to it what `class` stands for.
pub(super) fn specimen(class: Class, content: Content, look: &Look<'_>) -> Specimen {
    let (mut pixels, text) = match content {
        Content::Page(lines) => (page(&lines, look), lines.join("\n")),
        Content::Columns { heading, rows, shift } => columns(&heading, &rows, shift, look),
        Content::Receipt { title, rows } => receipt(title, &rows, look),
    };
    let pixels = match class {
        Class::Latin
        | Class::Chinese
        | Class::Mixed
        | Class::Small
        | Class::Columns
        | Class::Dark
        | Class::Receipt => pixels,
        Class::Rotated if look.quarter_turns == 1 => imageops::rotate90(&pixels),
        Class::Rotated => imageops::rotate270(&pixels),
        Class::UpsideDown => imageops::rotate180(&pixels),
        Class::Skewed => {
            let (radians, ground) = (look.angle.to_radians(), Border::Constant(look.ground));
            rotate_about_center_no_crop(&pixels, radians, Interpolation::Bicubic, ground)
        }
        Class::Noisy => {
            spoil(&mut pixels, look.seed, look.grain);
            pixels
        }
    };
    Specimen { class, pixels, text }
}

fn page(lines: &[String], look: &Look<'_>) -> RgbImage {
    let size = look.size;
    let width = lines.iter().map(|line| look.fonts.width(line, size)).fold(0.0, f32::max);
    let leading = size * look.leading;
    let height = leading * lines.len() as f32;
    let (width, height) = ((width + 2.0 * size) as u32, (height + size) as u32);
    let mut pixels = RgbImage::from_pixel(width, height, look.ground);
    for (index, line) in lines.iter().enumerate() {
        write(&mut pixels, look, line, (size, size * 0.5 + leading * index as f32));
    }
    pixels
}

fn columns(
    heading: &str,
    rows: &[(String, String)],
    shift: f32,
    look: &Look<'_>,
) -> (RgbImage, String) {
    let (size, fonts) = (look.size, look.fonts);
    let width = |side: fn(&(String, String)) -> &String| {
        rows.iter().map(|row| fonts.width(side(row), size)).fold(0.0, f32::max)
    };
    let (left, right) = (width(|row| &row.0), width(|row| &row.1));
    let second = size + left + 1.6 * size;
    let leading = size * 1.45;
    let height = leading * (rows.len() as f32 + 2.0) + size;
    let width = (second + right + size).max(3.0 * size + fonts.width(heading, size));
    let mut pixels = RgbImage::from_pixel(width as u32, height as u32, look.ground);
    write(&mut pixels, look, heading, (size * 2.0, size * 0.5));
    for (index, (one, two)) in rows.iter().enumerate() {
        let top = size * 0.5 + leading * (index as f32 + 1.5);
        write(&mut pixels, look, one, (size, top));
        write(&mut pixels, look, two, (second, top + shift * size));
    }
    let side = |of: fn(&(String, String)) -> &str| rows.iter().map(of).collect::<Vec<_>>();
    let one = side(|row| row.0.as_str()).join("\n");
    let two = side(|row| row.1.as_str()).join("\n");
    (pixels, format!("{heading}\n{one}\n{two}"))
}

fn receipt(title: String, rows: &[(String, String)], look: &Look<'_>) -> (RgbImage, String) {
    let (size, fonts) = (look.size, look.fonts);
    let widest = |(item, price): &(String, String)| {
        fonts.width(item, size) + fonts.width(price, size) + 4.0 * size
    };
    let width = rows.iter().map(widest).fold(16.0 * size, f32::max);
    let leading = size * 1.4;
    let height = leading * (rows.len() as f32 + 1.0) + size;
    let mut pixels = RgbImage::from_pixel(width as u32, height as u32, look.ground);
    write(&mut pixels, look, &title, (size * 2.0, size * 0.5));
    let mut text = vec![title];
    for (index, (item, price)) in rows.iter().enumerate() {
        let top = size * 0.5 + leading * (index as f32 + 1.0);
        write(&mut pixels, look, item, (size, top));
        write(&mut pixels, look, price, (width - size - fonts.width(price, size), top));
        text.push(format!("{item} {price}"));
    }
    (pixels, text.join("\n"))
}

/// Writes `text` with its top left at `left`, `top`.
fn write(pixels: &mut RgbImage, look: &Look<'_>, text: &str, (left, top): (f32, f32)) {
    let scale = PxScale::from(look.size);
    let mut x = left;
    for character in text.chars() {
        let font = look.fonts.of(character);
        let scaled = font.as_scaled(scale);
        let glyph: Glyph = scaled
            .glyph_id(character)
            .with_scale_and_position(scale, point(x, top + look.size * 0.85));
        x += scaled.h_advance(glyph.id);
        let Some(outline) = font.outline_glyph(glyph) else { continue };
        let place = outline.px_bounds();
        outline.draw(|dx, dy, cover| {
            let (x, y) = (place.min.x + dx as f32, place.min.y + dy as f32);
            if x < 0.0 || y < 0.0 || x >= pixels.width() as f32 || y >= pixels.height() as f32 {
                return;
            }
            let pixel = pixels.get_pixel_mut(x as u32, y as u32);
            for (channel, wanted) in pixel.0.iter_mut().zip(look.fore.0) {
                let (from, to) = (f32::from(*channel), f32::from(wanted));
                *channel = (from + (to - from) * cover.clamp(0.0, 1.0)).round() as u8;
            }
        });
    }
}

/// Little contrast, light from one side, and specks; the same for the same `seed`.
fn spoil(pixels: &mut RgbImage, seed: u32, grain: f32) {
    let (width, _) = pixels.dimensions();
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    for (x, _, pixel) in pixels.enumerate_pixels_mut() {
        let light = 0.75 + 0.25 * x as f32 / width as f32;
        let grain = ((random() % 61) as f32 / 30.0 - 1.0) * grain;
        let speck = random() % 400 == 0;
        for channel in &mut pixel.0 {
            let washed = 70.0 + f32::from(*channel) * 0.6;
            let spoiled = if speck { 60.0 } else { washed * light + grain };
            *channel = spoiled.clamp(0.0, 255.0) as u8;
        }
    }
}
