//! Which writing a text is in.

use crate::Line;

/// Whether `character` is of Chinese writing (Han, with the punctuation that goes with it).
pub(crate) fn is_chinese(character: char) -> bool {
    matches!(u32::from(character),
        0x3000..=0x303F | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0xFF00..=0xFF65
        | 0x20000..=0x2FA1F)
}

/// `zh`, `en`, `zh+en`, or `und` if no line has a letter. A tenth of the letters makes a language,
/// and a Chinese character counts for three, as a word of English has five.
pub fn language_of(lines: &[Line]) -> String {
    let (mut chinese, mut latin) = (0usize, 0usize);
    for character in lines.iter().flat_map(|line| line.text.chars()) {
        if is_chinese(character) && character.is_alphabetic() {
            chinese += 3;
        } else if character.is_alphabetic() {
            latin += 1;
        }
    }
    let enough = |part: usize| part > 0 && part * 10 >= chinese + latin;
    match (enough(chinese), enough(latin)) {
        (true, true) => "zh+en",
        (true, false) => "zh",
        (false, true) => "en",
        (false, false) => "und",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(text: &str) -> String {
        language_of(&[Line {
            text: text.into(),
            confidence: crate::Confidence::new(1.0),
            bbox: crate::BoundingBox::default(),
            words: vec![],
        }])
    }

    #[test]
    fn the_language_is_what_the_letters_say() {
        assert_eq!(language("Cell down since 08:15"), "en");
        assert_eq!(language("基站退服,请处理"), "zh");
        assert_eq!(language("基站 gNodeB 退服 alarm raised"), "zh+en");
        assert_eq!(language("12.50 / 7"), "und");
    }
}
