//! Pictures in a folder, where every contestant finds them, and the text in them.

use std::path::{Path, PathBuf};

use ::ocr::PictureFormat;
use ::ocr::specimens::{Class, Fonts, character_error_rate, draw, draw_unseen};
use anyhow::{Context, Result, ensure};

/// Which pictures.
#[derive(Clone, Debug)]
pub enum Set {
    /// Those that the engines were set up with.
    Known,
    /// Those of this seed.
    Unseen(u64),
    /// Those below this folder that have their text beside them: `NAME.txt` for `NAME.jpg`. The class of each is the
    /// folder that it lies in.
    Folder(PathBuf),
}

impl std::fmt::Display for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known => f.write_str("the known set"),
            Self::Unseen(seed) => write!(f, "the unseen set of seed {seed}"),
            Self::Folder(folder) => write!(f, "{}", folder.display()),
        }
    }
}

/// A picture of a set.
pub(super) struct Sample {
    class: String,
    /// Where it is.
    pub(super) file: PathBuf,
    truth: String,
}

impl Sample {
    /// Character error rate of `text`.
    pub(super) fn rate(&self, text: &str) -> f64 {
        character_error_rate(&self.truth, text)
    }

    /// What it is called in a table: its class and its name.
    pub(super) fn label(&self) -> String {
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        format!("{}/{name}", self.class)
    }
}

/// The pictures of `set`, `variants` of each class drawn into `folder` unless they are there already.
pub(super) fn pictures(set: &Set, folder: &Path, variants: u32) -> Result<Vec<Sample>> {
    let missing = "the fonts are missing: fonts-noto-core and fonts-noto-cjk";
    match set {
        Set::Folder(of) => {
            let mut found = Vec::new();
            gather(of, of, &mut found)?;
            ensure!(!found.is_empty(), "{}: no picture with a text beside it", of.display());
            Ok(found)
        }
        Set::Known => {
            let noto = Fonts::noto().context(missing)?;
            draw_into(folder, variants, |class, variant| Some(draw(&noto, class, variant)))
        }
        Set::Unseen(seed) => {
            let others = Fonts::others();
            ensure!(!others.is_empty(), missing);
            draw_into(folder, variants, |class, variant| {
                draw_unseen(&others, class, *seed, variant)
            })
        }
    }
}

fn draw_into(
    folder: &Path,
    variants: u32,
    draw: impl Fn(Class, u32) -> Option<::ocr::specimens::Specimen>,
) -> Result<Vec<Sample>> {
    let mut drawn = Vec::new();
    for class in Class::ALL {
        for variant in 0..variants {
            let specimen = draw(class, variant).context("nothing to draw with")?;
            let file = folder.join(format!("{}-{variant:02}.png", class.name()));
            specimen.pixels.save(&file)?;
            std::fs::write(file.with_extension("txt"), &specimen.text)?;
            drawn.push(Sample { class: class.name().to_owned(), file, truth: specimen.text });
        }
    }
    Ok(drawn)
}

/// Adds the pictures in and below `folder` by name, those of a folder before those below it.
fn gather(top: &Path, folder: &Path, found: &mut Vec<Sample>) -> Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    let class = match folder.strip_prefix(top) {
        Ok(below) if below != Path::new("") => below.display().to_string(),
        Ok(_) | Err(_) => ".".to_owned(),
    };
    for file in paths.iter().filter(|path| path.is_file()) {
        let text = file.with_extension("txt");
        if *file == text || !text.is_file() || !is_picture(file)? {
            continue;
        }
        let truth = std::fs::read_to_string(&text).with_context(|| text.display().to_string())?;
        found.push(Sample { class: class.clone(), file: file.clone(), truth });
    }
    for below in paths.iter().filter(|path| path.is_dir()) {
        gather(top, below, found)?;
    }
    Ok(())
}

/// Whether `file` begins like a picture that is read.
fn is_picture(file: &Path) -> Result<bool> {
    use std::io::Read;
    let mut start = Vec::new();
    let open = std::fs::File::open(file).with_context(|| file.display().to_string())?;
    open.take(64).read_to_end(&mut start)?;
    Ok(PictureFormat::guess(&start).is_some())
}

/// The classes of `pictures`, in their order.
pub(super) fn classes(pictures: &[Sample]) -> Vec<&str> {
    let mut classes: Vec<&str> = Vec::new();
    for picture in pictures {
        if !classes.contains(&&*picture.class) {
            classes.push(&picture.class);
        }
    }
    classes
}

/// Mean character error rate of each class, in the order of [`classes`].
pub(super) fn rates(pictures: &[Sample], texts: &[String]) -> Vec<f64> {
    let of = |class: &str| {
        let (sum, count) = pictures
            .iter()
            .zip(texts)
            .filter(|(one, _)| one.class == class)
            .fold((0.0, 0u32), |(sum, count), (one, text)| (sum + one.rate(text), count + 1));
        sum / f64::from(count.max(1))
    };
    classes(pictures).into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_with_their_text_beside_are_of_the_class_of_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("labels");
        std::fs::create_dir(&below).unwrap();
        let png = b"\x89PNG\r\n\x1a\n";
        for (name, bytes) in [
            ("labels/b.jpg", &png[..]),
            ("labels/b.txt", b"two"),
            ("labels/c.png", png),
            ("labels/notes.txt", b"no picture"),
            ("labels/d.pdf", b"%PDF-1.7"),
            ("labels/d.txt", b"not read as a picture"),
            ("a.png", png),
            ("a.txt", b"one"),
        ] {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }

        let set = Set::Folder(folder.path().to_path_buf());
        let found = pictures(&set, folder.path(), 1).unwrap();

        let labels: Vec<String> = found.iter().map(Sample::label).collect();
        assert_eq!(labels, ["./a.png", "labels/b.jpg"]);
        assert_eq!(classes(&found), [".", "labels"]);
        let texts = ["one".to_owned(), "tw".to_owned()];
        assert_eq!(rates(&found, &texts), [0.0, 1.0 / 3.0]);
    }

    #[test]
    fn a_folder_without_pictures_is_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let set = Set::Folder(folder.path().to_path_buf());
        assert!(pictures(&set, folder.path(), 1).is_err());
    }
}
