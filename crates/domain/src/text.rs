//! Free text as people write it.

use crate::field::FieldErrorKind;
use crate::personal::Personal;

/// Text that went through a parser: measured, with `\n` as its only line end, and without control
/// characters but `\n` and `\t`.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Reads text of several lines, as it stands but for line ends.
    ///
    /// # Errors
    /// Too short, too long, or a control character.
    pub fn lines(text: &str, min: u32, max: u32) -> Result<Self, FieldErrorKind> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        check_length(&text, min, max)?;
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(FieldErrorKind::ControlCharacter);
        }
        Ok(Self(text))
    }

    /// Reads text of one line: trimmed; line ends and tabs within become single spaces.
    ///
    /// # Errors
    /// Too short, too long, or a control character.
    pub fn line(text: &str, min: u32, max: u32) -> Result<Self, FieldErrorKind> {
        let text = text.trim();
        let text = if text.contains(['\n', '\r', '\t']) {
            let words = text.split(['\n', '\r', '\t']).filter(|part| !part.is_empty());
            words.collect::<Vec<_>>().join(" ")
        } else {
            text.to_owned()
        };
        check_length(&text, min, max)?;
        check_one_line(&text)?;
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself.
    pub fn into_string(self) -> String {
        self.0
    }

    /// The text as an event holds it.
    pub fn into_personal(self) -> Personal<String> {
        Personal::Known(self.0)
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Text is personal: a log line must not give it away.
        write!(f, "Text({} bytes)", self.0.len())
    }
}

/// Checks the length in Unicode characters (scalar values), both ends included.
///
/// # Errors
/// Too short or too long.
pub fn check_length(text: &str, min: u32, max: u32) -> Result<(), FieldErrorKind> {
    let count = text.chars().count();
    if count < min as usize {
        return Err(FieldErrorKind::TooShort { min });
    }
    if count > max as usize {
        return Err(FieldErrorKind::TooLong { max });
    }
    Ok(())
}

/// Checks that there is no control character at all.
///
/// # Errors
/// A control character, line ends and tabs included.
pub fn check_one_line(text: &str) -> Result<(), FieldErrorKind> {
    if text.chars().any(char::is_control) {
        return Err(FieldErrorKind::ControlCharacter);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_shape_and_lose_their_carriage_returns() {
        assert_eq!(Text::lines("a\r\n\tb\rc ", 0, 100).unwrap().as_str(), "a\n\tb\nc ");
        assert_eq!(Text::lines("a\0", 0, 100), Err(FieldErrorKind::ControlCharacter));
        assert_eq!(Text::lines("a\u{85}", 0, 100), Err(FieldErrorKind::ControlCharacter));
    }

    #[test]
    fn a_line_is_trimmed_and_folded() {
        assert_eq!(Text::line(" a\r\nb\tc \n", 1, 5).unwrap().as_str(), "a b c");
        assert_eq!(Text::line(" \n ", 1, 5), Err(FieldErrorKind::TooShort { min: 1 }));
        assert_eq!(Text::line("障障障", 1, 2), Err(FieldErrorKind::TooLong { max: 2 }));
        assert_eq!(Text::line("a\u{7f}b", 1, 5), Err(FieldErrorKind::ControlCharacter));
    }

    #[test]
    fn debug_shows_no_content() {
        assert_eq!(format!("{:?}", Text::line("Ada", 1, 5).unwrap()), "Text(3 bytes)");
    }
}
