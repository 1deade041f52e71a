//! Pictures drawn by code together with the text they hold, and the measure of how well it was
//! read: for tests, for measuring engines, and for demonstrations.
//!
//! There is one set that is always the same ([`draw()`]), and one for every seed ([`draw_unseen`]),
//! with texts, faces, sizes, colours and angles of its own, against engines that are only good at
//! what they were set up with.

mod draw;
mod known;
mod score;
mod unseen;

use std::path::Path;

use ab_glyph::{Font, FontVec, PxScale, ScaleFont};
use image::RgbImage;

pub use score::character_error_rate;

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

    /// Faces that [`Self::noto`] does not have, as far as they are installed: of the packages
    /// above, of `fonts-dejavu-core` and of `fonts-liberation`.
    pub fn others() -> Vec<Self> {
        const LATIN: [&str; 8] = [
            "noto/NotoSerif-Regular.ttf",
            "noto/NotoSans-Bold.ttf",
            "dejavu/DejaVuSans.ttf",
            "dejavu/DejaVuSerif.ttf",
            "dejavu/DejaVuSansMono.ttf",
            "liberation/LiberationSans-Regular.ttf",
            "liberation/LiberationSerif-Regular.ttf",
            "liberation/LiberationMono-Regular.ttf",
        ];
        const CHINESE: [&str; 3] =
            ["NotoSerifCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc"];
        let pair = |(index, latin): (usize, &&str)| {
            let latin = Path::new("/usr/share/fonts/truetype").join(latin);
            let chinese = CHINESE[index % CHINESE.len()];
            let chinese = Path::new("/usr/share/fonts/opentype/noto").join(chinese);
            Some(Self {
                latin: FontVec::try_from_vec(std::fs::read(latin).ok()?).ok()?,
                chinese: FontVec::try_from_vec_and_index(std::fs::read(chinese).ok()?, 2).ok()?,
            })
        };
        LATIN.iter().enumerate().filter_map(pair).collect()
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

/// Draws the specimen number `variant` of `class`: the same one for the same numbers.
pub fn draw(fonts: &Fonts, class: Class, variant: u32) -> Specimen {
    let (content, look) = known::specimen(fonts, class, variant);
    draw::specimen(class, content, &look)
}

/// Draws the specimen number `variant` of `class` in the set of `seed`, with one of `fonts`: the
/// same one for the same numbers and fonts. None without fonts.
pub fn draw_unseen(fonts: &[Fonts], class: Class, seed: u64, variant: u32) -> Option<Specimen> {
    let (content, look) = unseen::specimen(fonts, class, seed, variant)?;
    Some(draw::specimen(class, content, &look))
}
