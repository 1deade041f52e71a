//! Pictures, good and bad.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};

/// A picture of this size in a format; another one for another `shade`.
pub fn picture(format: ImageFormat, width: u32, height: u32, shade: u8) -> Vec<u8> {
    let pixel = |x: u32, y: u32| image::Rgb([(x % 251) as u8, (y % 241) as u8, shade]);
    let image = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel));
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A small PNG; another one for another `shade`.
pub fn png(shade: u8) -> Vec<u8> {
    picture(ImageFormat::Png, 64, 48, shade)
}

/// A PNG of few bytes that says it has so many pixels: its checksum is right, its data is not there.
pub fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(1);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// The checksum of PNG and ZIP.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// A ZIP of one file that says it unpacks to `unpacked` bytes, out of a few.
pub fn zip_bomb(unpacked: u32) -> Vec<u8> {
    let (name, data) = (b"a.txt", [3_u8, 0]);
    let mut local = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0".to_vec();
    let mut sizes = Vec::new();
    sizes.extend_from_slice(&[0; 4]);
    sizes.extend_from_slice(&(data.len() as u32).to_le_bytes());
    sizes.extend_from_slice(&unpacked.to_le_bytes());
    sizes.extend_from_slice(&(name.len() as u16).to_le_bytes());
    sizes.extend_from_slice(&[0, 0]);
    local.extend_from_slice(&sizes);
    local.extend_from_slice(name);
    local.extend_from_slice(&data);
    let mut central = b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0".to_vec();
    central.extend_from_slice(&sizes);
    central.extend_from_slice(&[0; 14 - 2]);
    central.extend_from_slice(name);
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    end.extend_from_slice(&(central.len() as u32).to_le_bytes());
    end.extend_from_slice(&(local.len() as u32).to_le_bytes());
    end.extend_from_slice(&[0, 0]);
    [local, central, end].concat()
}

/// Bytes that look like nothing, the same each time.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = vec![0];
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
