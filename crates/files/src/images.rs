//! Small pictures of large ones. Decoding takes processor and memory: call it on a blocking thread, few at a time.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::walk::Dimensions;

/// Bounds for decoding.
#[derive(Clone, Copy, Debug)]
pub struct ImageLimits {
    /// Pixels at most, by what the image says of itself: known before memory is taken.
    pub max_pixels: u64,
    /// Bytes that the decoded image may take beyond the file itself; turning it takes as much again.
    pub max_memory: u64,
}

impl Default for ImageLimits {
    /// 100 megapixels, 512 MiB.
    fn default() -> Self {
        Self { max_pixels: 100_000_000, max_memory: 512 << 20 }
    }
}

/// A small picture, upright, without any metadata: no place, no camera, no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    /// JPEG, or PNG where there is something to see through.
    pub bytes: Vec<u8>,
    /// Media type of them.
    pub mime: &'static str,
    /// Size of it.
    pub dimensions: Dimensions,
    /// Size of the image it shows, as it is seen: turned as its EXIF says.
    pub of: Dimensions,
}

/// Why there is no small picture.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// Not a format that is understood (PNG, JPEG, GIF, WebP, BMP, TIFF).
    #[error("not an image that is understood")]
    Unknown,
    /// More pixels or memory than the limits allow.
    #[error("the image is too large")]
    TooLarge,
    /// It does not decode.
    #[error("the image is damaged")]
    Damaged(#[source] image::ImageError),
}

/// A picture whose sides are at most `side` pixels, of an image in any format that is understood. Never enlarged. Of an
/// animation it shows the first frame.
///
/// # Errors
/// [`ImageError`]; hostile input costs no more than the limits.
pub fn thumbnail(bytes: &[u8], side: u32, limits: ImageLimits) -> Result<Thumbnail, ImageError> {
    let image = upright(bytes, limits)?;
    let of = Dimensions { width: image.width(), height: image.height() };
    let side = side.max(1);
    let small =
        if of.width > side || of.height > side { image.thumbnail(side, side) } else { image };
    let dimensions = Dimensions { width: small.width(), height: small.height() };
    let mut bytes = Vec::new();
    let mime = if see_through(&small) {
        let rgba = DynamicImage::ImageRgba8(small.into_rgba8());
        let out = &mut Cursor::new(&mut bytes);
        rgba.write_to(out, ImageFormat::Png).map_err(ImageError::Damaged)?;
        "image/png"
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut bytes, 82);
        small.into_rgb8().write_with_encoder(encoder).map_err(ImageError::Damaged)?;
        "image/jpeg"
    };
    Ok(Thumbnail { bytes, mime, dimensions, of })
}

/// The image decoded and turned as its EXIF says.
fn upright(bytes: &[u8], limits: ImageLimits) -> Result<DynamicImage, ImageError> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| ImageError::Damaged(error.into()))?;
    match reader.format() {
        Some(
            ImageFormat::Png
            | ImageFormat::Jpeg
            | ImageFormat::Gif
            | ImageFormat::WebP
            | ImageFormat::Bmp
            | ImageFormat::Tiff,
        ) => {}
        Some(_) | None => return Err(ImageError::Unknown),
    }
    let mut bounds = Limits::default();
    bounds.max_alloc = Some(limits.max_memory);
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(too_large_or_damaged)?;
    let (width, height) = decoder.dimensions();
    let taken = decoder.total_bytes();
    if (Dimensions { width, height }).pixels() > limits.max_pixels || taken > limits.max_memory {
        return Err(ImageError::TooLarge);
    }
    let orientation = decoder.orientation().map_err(too_large_or_damaged)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(too_large_or_damaged)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn too_large_or_damaged(error: image::ImageError) -> ImageError {
    if matches!(error, image::ImageError::Limits(_)) {
        ImageError::TooLarge
    } else {
        ImageError::Damaged(error)
    }
}

fn see_through(image: &DynamicImage) -> bool {
    image.color().has_alpha() && image.to_rgba8().pixels().any(|pixel| pixel.0[3] < 255)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// Left half red, right half blue.
    fn halves(width: u32, height: u32) -> DynamicImage {
        let pixel = |x, _| if x < width / 2 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) };
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel))
    }

    fn small(bytes: &[u8]) -> Thumbnail {
        thumbnail(bytes, 100, ImageLimits::default()).unwrap()
    }

    #[test]
    fn every_format_has_a_small_picture_in_proportion() {
        for format in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::Gif,
            ImageFormat::WebP,
            ImageFormat::Bmp,
            ImageFormat::Tiff,
        ] {
            let small = small(&encode(&halves(400, 200), format));
            assert_eq!(small.dimensions, Dimensions { width: 100, height: 50 }, "{format:?}");
            assert_eq!(small.of, Dimensions { width: 400, height: 200 });
            assert_eq!(small.mime, "image/jpeg");
        }
        let tiny = small(&encode(&halves(10, 6), ImageFormat::Png));
        assert_eq!(tiny.dimensions, Dimensions { width: 10, height: 6 });
    }

    #[test]
    fn what_is_see_through_stays_so() {
        let glass = RgbaImage::from_pixel(200, 200, Rgba([9, 9, 9, 40]));
        let small = small(&encode(&DynamicImage::ImageRgba8(glass), ImageFormat::Png));
        assert_eq!(small.mime, "image/png");
        let back = image::load_from_memory(&small.bytes).unwrap();
        assert_eq!(back.to_rgba8().get_pixel(50, 50).0[3], 40);
    }

    #[test]
    fn a_picture_is_turned_as_its_exif_says_and_loses_it() {
        // APP1 with one EXIF entry: orientation 6, to be turned clockwise by a quarter.
        let exif = b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let mut bytes = encode(&halves(400, 200), ImageFormat::Jpeg);
        bytes.splice(2..2, exif.iter().copied());
        let small = small(&bytes);
        assert_eq!(small.of, Dimensions { width: 200, height: 400 });
        assert_eq!(small.dimensions, Dimensions { width: 50, height: 100 });
        assert!(!small.bytes.windows(4).any(|part| part == b"Exif"));
        let back = image::load_from_memory(&small.bytes).unwrap().to_rgb8();
        let (top, bottom) = (back.get_pixel(25, 10).0, back.get_pixel(25, 90).0);
        assert!(top[0] > 200 && top[2] < 60 && bottom[2] > 200 && bottom[0] < 60);
    }

    #[test]
    fn pictures_out_of_the_ordinary_have_small_ones_too() {
        for (width, height, to) in
            [(1, 1, (1, 1)), (30_000, 1, (100, 1)), (1, 30_000, (1, 100)), (10_000, 3, (100, 1))]
        {
            for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif] {
                let small = small(&encode(&halves(width, height), format));
                let dimensions = Dimensions { width: to.0, height: to.1 };
                assert_eq!(small.dimensions, dimensions, "{width} x {height} {format:?}");
            }
        }
        let deep = |x, _| Rgb([if x < 100 { 64_000_u16 } else { 0 }, 0, 0]);
        let deep = DynamicImage::ImageRgb16(image::ImageBuffer::from_fn(200, 200, deep));
        for image in [deep.clone(), DynamicImage::ImageLuma16(deep.to_luma16())] {
            let small = small(&encode(&image, ImageFormat::Png));
            let back = image::load_from_memory(&small.bytes).unwrap().to_rgb8();
            assert!(back.get_pixel(20, 50).0[0] > back.get_pixel(80, 50).0[0] + 40);
        }
        let mut moving = Vec::new();
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut moving);
        let frames = [halves(200, 100), halves(100, 100), halves(200, 50)];
        encoder.encode_frames(frames.map(|frame| image::Frame::new(frame.to_rgba8()))).unwrap();
        drop(encoder);
        assert_eq!(small(&moving).dimensions, Dimensions { width: 100, height: 50 });
    }

    /// As print shops have them: four inks, and a note by Adobe that they are upside down.
    #[test]
    fn a_picture_in_inks_has_its_colours() {
        const RED: &str = "ffd8ffee000e41646f626500640000000000ffdb004300100b0c0e0c0a100e0d0e1211101318281a1816161831\
            23251d283a333d3c3933383740485c4e404457453738506d51575f626768673e4d71797064785c656763ffc000140800080010044311\
            004d11005911004b1100ffc4001f0000010501010101010100000000000000000102030405060708090a0bffc400b510000201030302\
            0403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a\
            25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92\
            939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9ea\
            f1f2f3f4f5f6f7f8f9faffda000e0443004d0059004b00003f00f40af3faf3faf40a28a28affd9";
        let small = small(&hex::decode(RED).unwrap());
        assert_eq!(small.of, Dimensions { width: 16, height: 8 });
        let back = image::load_from_memory(&small.bytes).unwrap().to_rgb8();
        let [red, green, blue] = back.get_pixel(8, 4).0;
        assert!(red > 200 && green < 60 && blue < 60, "{red} {green} {blue}");
    }

    #[test]
    fn a_bomb_costs_nothing() {
        let mut bomb = encode(&halves(8, 8), ImageFormat::Bmp);
        bomb[18..26].copy_from_slice(&[0x60, 0xea, 0, 0, 0x60, 0xea, 0, 0]);
        assert!(matches!(
            thumbnail(&bomb, 100, ImageLimits::default()),
            Err(ImageError::TooLarge | ImageError::Damaged(_))
        ));
        let large = encode(&halves(400, 400), ImageFormat::Png);
        let few = ImageLimits { max_pixels: 1000, ..ImageLimits::default() };
        assert!(matches!(thumbnail(&large, 100, few), Err(ImageError::TooLarge)));
        let little = ImageLimits { max_memory: 1000, ..ImageLimits::default() };
        assert!(matches!(thumbnail(&large, 100, little), Err(ImageError::TooLarge)));
    }

    #[test]
    fn garbage_is_refused_and_never_panics() {
        assert!(matches!(small_of(b"hello"), Err(ImageError::Unknown)));
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let whole = encode(&halves(60, 40), format);
            for end in (0..whole.len()).step_by(7) {
                // May be lenient, must not panic.
                drop(small_of(&whole[..end]));
            }
            for at in (0..whole.len()).step_by(3) {
                let mut changed = whole.clone();
                changed[at] ^= 0x55;
                drop(small_of(&changed));
            }
        }
    }

    fn small_of(bytes: &[u8]) -> Result<Thumbnail, ImageError> {
        thumbnail(bytes, 100, ImageLimits::default())
    }
}
