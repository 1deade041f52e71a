//! File names as people send them, made safe to keep, to show and to put into a header.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// Most file systems end here.
const MAX_BYTES: usize = 255;

/// An ending is kept when a name is shortened, unless it is absurd itself.
const MAX_ENDING: usize = 32;

/// A file name without path, control characters or invisible ones; 1 to 255 bytes of UTF-8 in NFC. It is never used as
/// a path by Docket, but those who download will use it as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Makes a safe name out of any: keeps what follows the last `/` or `\`, drops what does not show (control
    /// characters, and marks that turn the direction of text so that `exe.png` reads `gnp.exe`), replaces what a common
    /// file system refuses by `_`, and shortens. What nothing is left of is `file`.
    pub fn clean(raw: &str) -> Self {
        let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let shown: String = last
            .nfc()
            .filter(|c| !c.is_control() && !is_invisible(*c))
            .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
            .collect();
        let name = shown.trim_matches(|c: char| c.is_whitespace()).trim_end_matches(['.', ' ']);
        // A leading dot hides the file from whoever downloads it.
        let name = name.trim_start_matches('.');
        if name.is_empty() {
            return Self("file".into());
        }
        let name = if is_device(name) { format!("_{name}") } else { name.to_owned() };
        // Cut short, it may end in what was in its middle.
        Self(shorten(&name).trim_end_matches(['.', ' ']).to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the last dot, in lower case; empty when there is none.
    pub fn ending(&self) -> String {
        self.0.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_lowercase())
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Format characters of Unicode (direction marks, zero-width ones, tags), private use and the like.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{ffff}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{e0000}'..='\u{10ffff}'
    )
}

fn shorten(name: &str) -> String {
    if name.len() <= MAX_BYTES {
        return name.to_owned();
    }
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= MAX_ENDING => (stem, format!(".{ending}")),
        Some(_) | None => (name, String::new()),
    };
    let mut end = (MAX_BYTES - ending.len()).min(stem.len());
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &stem[..end])
}

/// Names that are devices on Windows, with any ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|n| n.len() == 1 && n.as_bytes()[0].is_ascii_digit())
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_what_is_harmless_and_nothing_else() {
        for (raw, clean) in [
            ("photo.png", "photo.png"),
            ("现场 照片 (2).jpg", "现场 照片 (2).jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\fakepath\\site.png", "site.png"),
            ("..\\..\\windows\\system32\\x.dll", "x.dll"),
            ("/", "file"),
            ("..", "file"),
            ("   ", "file"),
            ("", "file"),
            (".htaccess", "htaccess"),
            ("a\0b\r\nSet-Cookie: x.png", "abSet-Cookie_ x.png"),
            ("photo\u{202e}gnp.exe", "photognp.exe"),
            ("x\u{200b}\u{feff}.png", "x.png"),
            ("report.pdf. . .", "report.pdf"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("com1.png", "_com1.png"),
            ("common.png", "common.png"),
            ("a<b>:\"|?*.txt", "a_b______.txt"),
            ("e\u{301}.txt", "é.txt"),
        ] {
            assert_eq!(FileName::clean(raw).as_str(), clean, "{raw:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending_and_stays_text() {
        let name = FileName::clean(&format!("{}.png", "照".repeat(500)));
        assert!(name.as_str().len() <= MAX_BYTES && name.as_str().len() > MAX_BYTES - 4);
        assert_eq!(name.ending(), "png");
        let name = FileName::clean(&format!("a.{}", "x".repeat(1000)));
        assert_eq!(name.as_str().len(), MAX_BYTES);
        let device = FileName::clean(&format!("con.{}", "x".repeat(1000)));
        assert_eq!(device.as_str().len(), MAX_BYTES);
        let dotted = FileName::clean(&format!("{}. {}", "x".repeat(MAX_BYTES - 2), "y".repeat(99)));
        assert_eq!(dotted.as_str(), "x".repeat(MAX_BYTES - 2));
    }

    #[test]
    fn the_ending_is_what_follows_the_last_dot() {
        assert_eq!(FileName::clean("invoice.pdf.EXE").ending(), "exe");
        assert_eq!(FileName::clean("README").ending(), "");
    }
}
