//! Pictures that mean harm, or are none: refused before they cost anything.

#![expect(clippy::unwrap_used, reason = "a test fails where its scene cannot be set")]

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use ocr::{Limits, Picture, PictureError, PictureFormat};

fn encoded(pixels: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn decode(bytes: &[u8]) -> Result<Picture, PictureError> {
    Picture::decode(bytes, &Limits::default())
}

/// A PNG whose header claims a size that its data does not have.
fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(&RgbImage::new(1, 1), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let mut crc = u32::MAX;
    for byte in &bytes[12..29] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    bytes[29..33].copy_from_slice(&(!crc).to_be_bytes());
    bytes
}

#[test]
fn every_format_is_read_by_its_content() {
    let pixels = RgbImage::from_pixel(7, 5, Rgb([9, 8, 7]));
    for (encoder, format) in [
        (ImageFormat::Png, PictureFormat::Png),
        (ImageFormat::Jpeg, PictureFormat::Jpeg),
        (ImageFormat::WebP, PictureFormat::Webp),
        (ImageFormat::Tiff, PictureFormat::Tiff),
        (ImageFormat::Bmp, PictureFormat::Bmp),
        (ImageFormat::Gif, PictureFormat::Gif),
    ] {
        let picture = decode(&encoded(&pixels, encoder)).unwrap();
        assert_eq!((picture.format(), picture.stored_size()), (format, (7, 5)));
    }
}

#[test]
fn huge_dimensions_are_refused_on_the_header() {
    for (width, height) in [(60_000, 60_000), (1, 30_000), (20_000, 20_000)] {
        let error = decode(&png_claiming(width, height)).unwrap_err();
        assert_eq!(error, PictureError::TooLarge { width, height });
    }
    let tight = Limits { max_alloc: 1000, ..Limits::default() };
    let small = encoded(&RgbImage::new(100, 100), ImageFormat::Png);
    assert_eq!(Picture::decode(&small, &tight).unwrap_err(), PictureError::TooMuchMemory);
}

#[test]
fn what_is_cut_off_is_damaged_and_no_picture_is_none() {
    assert_eq!(decode(&[]).unwrap_err(), PictureError::Empty);
    for disguised in ["<html><script>alert(1)</script>", "%PDF-1.7", "PK\u{3}\u{4}", "<svg/>"] {
        assert_eq!(decode(disguised.as_bytes()).unwrap_err(), PictureError::UnknownFormat);
    }
    let noise = RgbImage::from_fn(64, 64, |x, y| Rgb([(x * 7 + y * 13) as u8, x as u8, y as u8]));
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::Tiff] {
        let whole = encoded(&noise, format);
        let error = decode(&whole[..whole.len() / 2]).unwrap_err();
        assert!(matches!(error, PictureError::Damaged(_)), "{format:?}: {error:?}");
        // Wherever it is cut, it is an answer and not a crash.
        for length in (0..whole.len()).step_by(97) {
            let _ = decode(&whole[..length]);
        }
    }
}

#[test]
fn a_picture_of_one_pixel_is_a_picture() {
    let picture = decode(&encoded(&RgbImage::new(1, 1), ImageFormat::Png)).unwrap();
    assert_eq!(picture.pixels().dimensions(), (1, 1));
}

#[test]
fn what_is_transparent_gets_a_ground_that_shows_the_text() {
    let drawn = |colour: u8| {
        let mut pixels = RgbaImage::from_pixel(10, 10, Rgba([0, 0, 0, 0]));
        pixels.put_pixel(5, 5, Rgba([colour, colour, colour, 255]));
        let mut bytes = Cursor::new(Vec::new());
        pixels.write_to(&mut bytes, ImageFormat::Png).unwrap();
        decode(&bytes.into_inner()).unwrap()
    };
    assert_eq!(drawn(10).pixels().get_pixel(0, 0), &Rgb([255, 255, 255]));
    assert_eq!(drawn(250).pixels().get_pixel(0, 0), &Rgb([0, 0, 0]));
}
