//! Drawn pictures in a folder, where every contestant finds them.

use std::path::{Path, PathBuf};

use ::ocr::specimens::{Class, Fonts, character_error_rate, draw, draw_unseen};
use anyhow::{Context, Result, ensure};

/// Which pictures.
#[derive(Clone, Copy, Debug)]
pub enum Set {
    /// Those that the engines were set up with.
    Known,
    /// Those of this seed.
    Unseen(u64),
}

impl std::fmt::Display for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known => f.write_str("the known set"),
            Self::Unseen(seed) => write!(f, "the unseen set of seed {seed}"),
        }
    }
}

/// A picture of a set.
pub(super) struct Drawn {
    class: Class,
    /// Where it is.
    pub(super) file: PathBuf,
    truth: String,
}

/// Draws `variants` pictures of each class into `folder`.
pub(super) fn draw_into(folder: &Path, set: Set, variants: u32) -> Result<Vec<Drawn>> {
    let missing = "the fonts are missing: fonts-noto-core and fonts-noto-cjk";
    let noto = Fonts::noto().context(missing)?;
    let others = Fonts::others();
    ensure!(!others.is_empty(), missing);
    let mut drawn = Vec::new();
    for class in Class::ALL {
        for variant in 0..variants {
            let specimen = match set {
                Set::Known => draw(&noto, class, variant),
                Set::Unseen(seed) => draw_unseen(&others, class, seed, variant).context(missing)?,
            };
            let file = folder.join(format!("{}-{variant:02}.png", class.name()));
            specimen.pixels.save(&file)?;
            std::fs::write(file.with_extension("txt"), &specimen.text)?;
            drawn.push(Drawn { class, file, truth: specimen.text });
        }
    }
    Ok(drawn)
}

/// Mean character error rate of each class, in the order of [`Class::ALL`].
pub(super) fn rates(drawn: &[Drawn], texts: &[String]) -> Vec<f64> {
    let of = |class: Class| {
        let (sum, count) = drawn
            .iter()
            .zip(texts)
            .filter(|(one, _)| one.class == class)
            .fold((0.0, 0u32), |(sum, count), (one, text)| {
                (sum + character_error_rate(&one.truth, text), count + 1)
            });
        sum / f64::from(count.max(1))
    };
    Class::ALL.into_iter().map(of).collect()
}
