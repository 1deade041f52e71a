//! How well a text was read.

/// Character error rate of `read` against `truth`: edits (Levenshtein) per character of the truth.
/// White space counts once between words and not at all beside Chinese; full-width forms, and the
/// quotes, dashes and dots of typographers, are taken for their plain ones.
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
    let typed = |c: char| match c {
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '–' | '—' => '-',
        _ => c,
    };
    let text = text.replace(['…', '⋯'], "...");
    let characters: Vec<char> = text.chars().map(narrow).map(typed).collect();
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
        assert_eq!(character_error_rate("“it’s”—so…", "\"it's\"-so..."), 0.0);
        assert_eq!(character_error_rate("ab", ""), 1.0);
    }
}
