//! Pictures drawn by code together with the text they hold, and the measure of how well it was
//! read: for tests, for measuring engines, and for demonstrations.

use std::path::Path;

use ab_glyph::{Font, FontVec, Glyph, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage, imageops};
use imageproc::geometric_transformations::{Border, Interpolation, rotate_about_center_no_crop};

/// The fonts that specimens are drawn with: Latin, and Chinese for what that lacks.
pub struct Fonts {
    latin: FontVec,
    chinese: FontVec,
}

impl Fonts {
    /// The Noto fonts where Debian's packages `fonts-noto-core` and `fonts-noto-cjk` put them;
    /// none if they are not installed.
    pub fn noto() -> Option<Self> {
        let latin = Path::new("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf");
        let chinese = Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc");
        Some(Self {
            latin: FontVec::try_from_vec(std::fs::read(latin).ok()?).ok()?,
            // The third face of the collection has the simplified forms.
            chinese: FontVec::try_from_vec_and_index(std::fs::read(chinese).ok()?, 2).ok()?,
        })
    }

    fn of(&self, character: char) -> &FontVec {
        if self.latin.glyph_id(character).0 == 0 { &self.chinese } else { &self.latin }
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        let advance = |c: char| {
            let font = self.of(c).as_scaled(PxScale::from(size));
            font.h_advance(font.glyph_id(c))
        };
        text.chars().map(advance).sum()
    }
}

/// What a specimen is hard for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A page of English.
    Latin,
    /// A page of simplified Chinese.
    Chinese,
    /// Both in the same lines.
    Mixed,
    /// Writing of a small screenshot, 11 pixels to the line.
    Small,
    /// A page on its side.
    Rotated,
    /// A page on its head.
    UpsideDown,
    /// A page photographed askew.
    Skewed,
    /// Specks, uneven light and little contrast.
    Noisy,
    /// Two columns of prose under a heading.
    Columns,
    /// Light on dark, as a terminal has it.
    Dark,
    /// A narrow slip with items and prices.
    Receipt,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Latin,
        Self::Chinese,
        Self::Mixed,
        Self::Small,
        Self::Rotated,
        Self::UpsideDown,
        Self::Skewed,
        Self::Noisy,
        Self::Columns,
        Self::Dark,
        Self::Receipt,
    ];

    /// A short name for tables and file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Latin => "latin",
            Self::Chinese => "chinese",
            Self::Mixed => "mixed",
            Self::Small => "small",
            Self::Rotated => "rotated",
            Self::UpsideDown => "upside_down",
            Self::Skewed => "skewed",
            Self::Noisy => "noisy",
            Self::Columns => "columns",
            Self::Dark => "dark",
            Self::Receipt => "receipt",
        }
    }
}

/// A picture and the text in it, in reading order.
pub struct Specimen {
    /// What is hard about it.
    pub class: Class,
    /// The picture.
    pub pixels: RgbImage,
    /// What an engine should read.
    pub text: String,
}

const LATIN: [&str; 10] = [
    "Site BJ-0427 reports a loss of power",
    "Cell 3 has been down since 08:15 today",
    "Alarm code 29243, severity critical",
    "Battery voltage 46.8 V and falling",
    "The door was found open by the guard",
    "Replace the rectifier module in slot 2",
    "Transmission link to hub is stable",
    "Technician expected before 11:30",
    "Please confirm by phone +49 30 1234567",
    "Contact: field-ops@example.com",
];
const CHINESE: [&str; 10] = [
    "北京朝阳区基站发生断电故障",
    "三号小区今天早上八点退服",
    "告警级别为严重请立即处理",
    "蓄电池电压持续下降",
    "机房门被发现处于打开状态",
    "请更换二号槽位的整流模块",
    "到汇聚节点的传输链路正常",
    "维护人员预计中午之前到达",
    "处理完成后请电话确认",
    "联系人张伟现场维护班组",
];
const MIXED: [&str; 8] = [
    "站点 BJ-0427 断电",
    "小区 Cell 3 于 08:15 退服",
    "告警代码 29243 级别 Critical",
    "电池电压 46.8 V 持续下降",
    "更换 slot 2 整流模块 rectifier",
    "5G NR 频段 n78 中心频率 3500 MHz",
    "传输链路 link to hub 正常",
    "联系 ops@example.com 确认",
];
const COLUMNS: [(&str, &str); 6] = [
    ("The first column tells how the", "The second column goes on with"),
    ("fault was found by the guard", "the work that was done on site"),
    ("who came by in the morning and", "until noon, when the rectifier"),
    ("saw that the door of the cabin", "had been replaced and the cell"),
    ("stood open and that the lamps", "came back without any alarms"),
    ("of the power supply were dark", "and the ticket could be closed"),
];
const RECEIPT: [(&str, &str); 8] = [
    ("Cable tie 200mm", "3.20"),
    ("Fuse 10A", "12.50"),
    ("整流模块", "480.00"),
    ("Battery 12V 100Ah", "899.00"),
    ("防水胶带", "15.80"),
    ("Labour 2h", "160.00"),
    ("Subtotal", "1570.50"),
    ("Total CNY", "1570.50"),
];

/// Draws the specimen number `variant` of `class`: the same one for the same numbers.
pub fn draw(fonts: &Fonts, class: Class, variant: u32) -> Specimen {
    let size = 26.0 + 4.0 * (variant % 3) as f32;
    let from = variant as usize;
    let page = |lines: &[&str], size: f32| {
        let lines: Vec<&str> = (0..lines.len()).map(|i| lines[(i + from) % lines.len()]).collect();
        (lines_of_text(fonts, &lines, size, BLACK, WHITE), lines.join("\n"))
    };
    let (pixels, text) = match class {
        Class::Latin => page(&LATIN, size),
        Class::Chinese => page(&CHINESE, size),
        Class::Mixed => page(&MIXED, size),
        Class::Small => {
            page(if variant % 2 == 0 { &LATIN } else { &MIXED }, 12.0 + (variant % 3) as f32)
        }
        Class::Rotated => {
            let (pixels, text) = page(if variant % 2 == 0 { &LATIN } else { &CHINESE }, size);
            let turn = if variant % 4 < 2 { imageops::rotate90 } else { imageops::rotate270 };
            (turn(&pixels), text)
        }
        Class::UpsideDown => {
            let (pixels, text) = page(if variant % 2 == 0 { &LATIN } else { &CHINESE }, size);
            (imageops::rotate180(&pixels), text)
        }
        Class::Skewed => {
            let (pixels, text) = page(if variant % 2 == 0 { &LATIN } else { &CHINESE }, size);
            let angle = [4.0f32, -6.0, 8.0, -3.0][(variant % 4) as usize];
            let ground = Border::Constant(WHITE);
            let radians = angle.to_radians();
            (rotate_about_center_no_crop(&pixels, radians, Interpolation::Bicubic, ground), text)
        }
        Class::Noisy => {
            let (mut pixels, text) = page(if variant % 2 == 0 { &LATIN } else { &CHINESE }, size);
            spoil(&mut pixels, variant);
            (pixels, text)
        }
        Class::Columns => columns(fonts, size - 4.0, from),
        Class::Dark => {
            let lines = if variant % 2 == 0 { &LATIN[..] } else { &MIXED[..] };
            let lines: Vec<&str> =
                (0..lines.len()).map(|i| lines[(i + from) % lines.len()]).collect();
            let (fore, ground) = (Rgb([200, 220, 200]), Rgb([24, 26, 30]));
            (lines_of_text(fonts, &lines, size - 8.0, fore, ground), lines.join("\n"))
        }
        Class::Receipt => receipt(fonts, size - 4.0, from),
    };
    Specimen { class, pixels, text }
}

const BLACK: Rgb<u8> = Rgb([20, 20, 20]);
const WHITE: Rgb<u8> = Rgb([255, 255, 255]);

fn lines_of_text(
    fonts: &Fonts,
    lines: &[&str],
    size: f32,
    fore: Rgb<u8>,
    ground: Rgb<u8>,
) -> RgbImage {
    let width = lines.iter().map(|line| fonts.width(line, size)).fold(0.0, f32::max);
    let leading = size * 1.5;
    let height = leading * lines.len() as f32;
    let mut pixels =
        RgbImage::from_pixel((width + 2.0 * size) as u32, (height + size) as u32, ground);
    for (index, line) in lines.iter().enumerate() {
        write(&mut pixels, fonts, line, (size, size * 0.5 + leading * index as f32), size, fore);
    }
    pixels
}

fn columns(fonts: &Fonts, size: f32, from: usize) -> (RgbImage, String) {
    let heading = "Report of the visit to site BJ-0427 on Monday";
    let width = |side: fn(&(&'static str, &'static str)) -> &'static str| {
        COLUMNS.iter().map(|pair| fonts.width(side(pair), size)).fold(0.0, f32::max)
    };
    let (left, right) = (width(|pair| pair.0), width(|pair| pair.1));
    let second = size + left + 1.6 * size;
    let leading = size * 1.45;
    let height = leading * (COLUMNS.len() as f32 + 2.0) + size;
    let mut pixels = RgbImage::from_pixel((second + right + size) as u32, height as u32, WHITE);
    write(&mut pixels, fonts, heading, (size * 2.0, size * 0.5), size, BLACK);
    // In half of the specimens the columns do not stand on the same lines.
    let shift = if from.is_multiple_of(2) { 0.0 } else { size * 0.5 };
    for (index, (one, two)) in COLUMNS.iter().enumerate() {
        let top = size * 0.5 + leading * (index as f32 + 1.5);
        write(&mut pixels, fonts, one, (size, top), size, BLACK);
        write(&mut pixels, fonts, two, (second, top + shift), size, BLACK);
    }
    let one = COLUMNS.map(|pair| pair.0).join("\n");
    let two = COLUMNS.map(|pair| pair.1).join("\n");
    (pixels, format!("{heading}\n{one}\n{two}"))
}

fn receipt(fonts: &Fonts, size: f32, from: usize) -> (RgbImage, String) {
    let width = 16.0 * size;
    let leading = size * 1.4;
    let height = leading * (RECEIPT.len() as f32 + 1.0) + size;
    let mut pixels = RgbImage::from_pixel(width as u32, height as u32, Rgb([248, 246, 240]));
    let mut text = vec!["RECEIPT 2026-11-21".to_owned()];
    write(&mut pixels, fonts, &text[0], (size * 2.0, size * 0.5), size, BLACK);
    for index in 0..RECEIPT.len() {
        let (item, price) = RECEIPT[(index + from) % RECEIPT.len()];
        let top = size * 0.5 + leading * (index as f32 + 1.0);
        write(&mut pixels, fonts, item, (size, top), size, BLACK);
        let at = width - size - fonts.width(price, size);
        write(&mut pixels, fonts, price, (at, top), size, BLACK);
        text.push(format!("{item} {price}"));
    }
    (pixels, text.join("\n"))
}

/// Writes `text` with its top left at `left`, `top`.
fn write(
    pixels: &mut RgbImage,
    fonts: &Fonts,
    text: &str,
    (left, top): (f32, f32),
    size: f32,
    colour: Rgb<u8>,
) {
    let mut x = left;
    for character in text.chars() {
        let font = fonts.of(character);
        let scaled = font.as_scaled(PxScale::from(size));
        let glyph: Glyph = scaled
            .glyph_id(character)
            .with_scale_and_position(PxScale::from(size), point(x, top + size * 0.85));
        x += scaled.h_advance(glyph.id);
        let Some(outline) = font.outline_glyph(glyph) else { continue };
        let place = outline.px_bounds();
        outline.draw(|dx, dy, cover| {
            let (x, y) = (place.min.x + dx as f32, place.min.y + dy as f32);
            if x < 0.0 || y < 0.0 || x >= pixels.width() as f32 || y >= pixels.height() as f32 {
                return;
            }
            let pixel = pixels.get_pixel_mut(x as u32, y as u32);
            for (channel, wanted) in pixel.0.iter_mut().zip(colour.0) {
                let (from, to) = (f32::from(*channel), f32::from(wanted));
                *channel = (from + (to - from) * cover.clamp(0.0, 1.0)).round() as u8;
            }
        });
    }
}

/// Little contrast, light from one side, and specks; the same for the same `seed`.
fn spoil(pixels: &mut RgbImage, seed: u32) {
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
        let grain = (random() % 61) as f32 - 30.0;
        let speck = random() % 400 == 0;
        for channel in &mut pixel.0 {
            let washed = 70.0 + f32::from(*channel) * 0.6;
            let spoiled = if speck { 60.0 } else { washed * light + grain };
            *channel = spoiled.clamp(0.0, 255.0) as u8;
        }
    }
}

/// Character error rate of `read` against `truth`: edits (Levenshtein) per character of the truth.
/// White space counts once between words and not at all beside Chinese; full-width forms are taken
/// for their plain ones.
pub fn character_error_rate(truth: &str, read: &str) -> f64 {
    let (truth, read) = (plain(truth), plain(read));
    if truth.is_empty() {
        return if read.is_empty() { 0.0 } else { 1.0 };
    }
    let mut row: Vec<usize> = (0..=read.len()).collect();
    for (i, wanted) in truth.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, found) in read.iter().enumerate() {
            let change = diagonal + usize::from(wanted != found);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[read.len()] as f64 / truth.len() as f64
}

fn plain(text: &str) -> Vec<char> {
    let narrow = |c: char| match u32::from(c) {
        0xFF01..=0xFF5E => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    };
    let characters: Vec<char> = text.chars().map(narrow).collect();
    let words: Vec<Vec<char>> = characters
        .split(|c| c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(<[char]>::to_vec)
        .collect();
    let mut plain: Vec<char> = Vec::new();
    for word in words {
        let chinese = |c: Option<&char>| c.is_some_and(|c| crate::script::is_chinese(*c));
        if !plain.is_empty() && !chinese(plain.last()) && !chinese(word.first()) {
            plain.push(' ');
        }
        plain.extend(word);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_counted_in_characters() {
        assert_eq!(character_error_rate("abcd", "abxd"), 0.25);
        assert_eq!(character_error_rate("基站 A1", "基站A1"), 0.0);
        assert_eq!(character_error_rate("two  words", "two\nwords"), 0.0);
        assert_eq!(character_error_rate("ab", ""), 1.0);
    }
}
