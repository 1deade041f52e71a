//! Pictures come in here: sized up before they are decoded, and turned upright.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, RgbImage};

use crate::PictureError;
use crate::transform::Transform;

/// What a picture may cost. A file that claims more is refused on its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels, width times height.
    pub max_pixels: u64,
    /// Longest side in pixels.
    pub max_side: u32,
    /// Most bytes that decoding may allocate.
    pub max_alloc: u64,
}

impl Default for Limits {
    /// A photograph of a good telephone (50 megapixels) with room to spare, in 512 MiB.
    fn default() -> Self {
        Self { max_pixels: 64_000_000, max_side: 20_000, max_alloc: 512 << 20 }
    }
}

/// The formats that are read, known by their content and never by a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// Portable Network Graphics; of an animation the first frame.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP; of an animation the first frame.
    Webp,
    /// TIFF; its first page.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// GIF; its first frame.
    Gif,
}

impl PictureFormat {
    /// What `bytes` begin like, if it is a format that is read.
    pub fn guess(bytes: &[u8]) -> Option<Self> {
        // Other crates turn on more decoders of the image crate than are meant to be reached.
        match image::guess_format(bytes).ok()? {
            ImageFormat::Png => Some(Self::Png),
            ImageFormat::Jpeg => Some(Self::Jpeg),
            ImageFormat::WebP => Some(Self::Webp),
            ImageFormat::Tiff => Some(Self::Tiff),
            ImageFormat::Bmp => Some(Self::Bmp),
            ImageFormat::Gif => Some(Self::Gif),
            _ => None,
        }
    }

    fn decoder(self) -> ImageFormat {
        match self {
            Self::Png => ImageFormat::Png,
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Webp => ImageFormat::WebP,
            Self::Tiff => ImageFormat::Tiff,
            Self::Bmp => ImageFormat::Bmp,
            Self::Gif => ImageFormat::Gif,
        }
    }
}

/// A decoded picture, turned upright as its EXIF orientation says, without transparency.
#[derive(Clone, Debug)]
pub struct Picture {
    pixels: RgbImage,
    format: PictureFormat,
    stored: (u32, u32),
    orientation: Orientation,
}

impl Picture {
    /// Decodes `bytes` within `limits`.
    ///
    /// # Errors
    ///
    /// [`PictureError`]; sizes are judged by the header, before anything is allocated for pixels.
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self, PictureError> {
        if bytes.is_empty() {
            return Err(PictureError::Empty);
        }
        let format = PictureFormat::guess(bytes).ok_or(PictureError::UnknownFormat)?;
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format.decoder());
        let mut allowed = image::Limits::default();
        allowed.max_alloc = Some(limits.max_alloc);
        reader.limits(allowed);
        let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
        let (width, height) = decoder.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        if pixels > limits.max_pixels || width.max(height) > limits.max_side {
            return Err(PictureError::TooLarge { width, height });
        }
        if width == 0 || height == 0 {
            return Err(PictureError::Damaged("it has no pixels".into()));
        }
        // The decoded pixels, and the copy without transparency made of them below.
        if decoder.total_bytes().saturating_add(pixels * 3) > limits.max_alloc {
            return Err(PictureError::TooMuchMemory);
        }
        // A broken EXIF block is no reason not to read the picture.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let decoded = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
        let mut upright = DynamicImage::ImageRgb8(without_transparency(decoded));
        upright.apply_orientation(orientation);
        Ok(Self { pixels: upright.into_rgb8(), format, stored: (width, height), orientation })
    }

    /// A picture that was never stored, such as one page of a document: its boxes are in pixels of
    /// `pixels`.
    pub fn from_pixels(pixels: RgbImage) -> Self {
        let stored = pixels.dimensions();
        Self { pixels, format: PictureFormat::Bmp, stored, orientation: Orientation::NoTransforms }
    }

    /// The pixels, upright.
    pub fn pixels(&self) -> &RgbImage {
        &self.pixels
    }

    /// Width and height in pixels as stored, before the EXIF orientation is applied.
    pub fn stored_size(&self) -> (u32, u32) {
        self.stored
    }

    /// The format it came in; bitmap for one that came as pixels.
    pub fn format(&self) -> PictureFormat {
        self.format
    }

    /// By how many degrees clockwise EXIF turned it (mirroring aside).
    pub(crate) fn rotation(&self) -> u16 {
        match self.orientation {
            Orientation::NoTransforms | Orientation::FlipHorizontal => 0,
            Orientation::Rotate90 | Orientation::Rotate90FlipH => 90,
            Orientation::Rotate180 | Orientation::FlipVertical => 180,
            Orientation::Rotate270 | Orientation::Rotate270FlipH => 270,
        }
    }

    /// From a point of [`Self::pixels`] to the point of the stored image.
    pub(crate) fn to_stored(&self) -> Transform {
        let (width, height) = (self.stored.0 as f32, self.stored.1 as f32);
        match self.orientation {
            Orientation::NoTransforms => Transform::IDENTITY,
            Orientation::FlipHorizontal => Transform::new(-1.0, 0.0, width, 0.0, 1.0, 0.0),
            Orientation::FlipVertical => Transform::new(1.0, 0.0, 0.0, 0.0, -1.0, height),
            Orientation::Rotate180 => Transform::new(-1.0, 0.0, width, 0.0, -1.0, height),
            Orientation::Rotate90 => Transform::new(0.0, 1.0, 0.0, -1.0, 0.0, height),
            Orientation::Rotate270 => Transform::new(0.0, -1.0, width, 1.0, 0.0, 0.0),
            Orientation::Rotate90FlipH => Transform::new(0.0, 1.0, 0.0, 1.0, 0.0, 0.0),
            Orientation::Rotate270FlipH => Transform::new(0.0, -1.0, width, -1.0, 0.0, height),
        }
    }
}

fn refusal(error: &ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooMuchMemory,
        ImageError::Unsupported(_) => PictureError::UnknownFormat,
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::IoError(_) => PictureError::Damaged(error.to_string()),
    }
}

/// Laid on white, or on black if what is to be seen is light.
fn without_transparency(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    let (light, seen) = rgba.pixels().fold((0u64, 0u64), |(light, seen), pixel| {
        let [r, g, b, alpha] = pixel.0.map(u64::from);
        (light + (r + g + b) * alpha, seen + 3 * alpha)
    });
    let transparent = seen < 3 * 255 * u64::from(rgba.width()) * u64::from(rgba.height());
    let ground = if transparent && light > seen * 160 { 0u32 } else { 255 };
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, alpha] = rgba.get_pixel(x, y).0.map(u32::from);
        let laid = |channel: u32| ((channel * alpha + ground * (255 - alpha) + 127) / 255) as u8;
        image::Rgb([laid(r), laid(g), laid(b)])
    })
}
