//! Text into words: NFKC, lower case, Latin without accents; runs of letters and digits; Chinese and Japanese as
//! pairs of characters.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// Longer words are cut: nobody types them out.
const MAX_WORD_BYTES: usize = 48;

/// A word out of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Token {
    /// A run of letters and digits, or a ticket number.
    Word(String),
    /// A run of Chinese or Japanese characters, which has no spaces to part its words.
    Run(Vec<char>),
}

/// The words and runs of a text, in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let folded = fold(text);
    let mut found = Vec::new();
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next() {
        if let Some(length) = ticket_number(rest) {
            found.push(Token::Word(rest[..length].to_owned()));
            rest = &rest[length..];
        } else if is_cjk(first) {
            let end = rest.find(|c| !is_cjk(c)).unwrap_or(rest.len());
            found.push(Token::Run(rest[..end].chars().collect()));
            rest = &rest[end..];
        } else if first.is_alphanumeric() {
            let end = rest.find(|c: char| !c.is_alphanumeric() || is_cjk(c)).unwrap_or(rest.len());
            found.push(Token::Word(cut(&rest[..end]).to_owned()));
            rest = &rest[end..];
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

/// What stands in the index for a text: sorted, each once.
pub(super) fn lexemes(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for token in tokens(text) {
        match token {
            Token::Word(word) => {
                if let Some((_, sequence)) = word.rsplit_once('-') {
                    all.push(sequence.to_owned());
                }
                all.push(word);
            }
            Token::Run(run) => {
                all.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
                // The last character begins no pair, and must be found by itself.
                all.extend(run.last().map(char::to_string));
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// The beginnings that stand in a query for a run: its pairs, or its only character.
pub(super) fn run_prefixes(run: &[char]) -> Vec<String> {
    match run {
        [only] => vec![only.to_string()],
        longer => longer.windows(2).map(|pair| pair.iter().collect()).collect(),
    }
}

/// Whether a word can be misspelt: letters only, of a length that leaves something to recognise.
pub(super) fn is_spellable(word: &str) -> bool {
    word.chars().all(char::is_alphabetic) && (4..=32).contains(&word.chars().count())
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkc().flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            // A mark that found no letter to join.
            '\u{300}'..='\u{36f}' => {}
            _ if c.is_ascii() => folded.push(c),
            _ => folded.push(without_accent(c)),
        }
    }
    folded
}

fn without_accent(c: char) -> char {
    let mut base = None;
    decompose_canonical(c, |part| {
        base.get_or_insert(part);
    });
    base.filter(char::is_ascii_alphabetic).unwrap_or(c)
}

/// Han, Hiragana and Katakana.
fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// The length of a ticket number (or the beginning of one, with its year) at the start of a text in lower case.
fn ticket_number(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("tkt-")?;
    let year = digits(rest);
    let sequence = rest.get(year..)?.strip_prefix('-').map_or(0, digits);
    let length = "tkt-".len() + year + 1 + sequence;
    (year >= 4 && sequence > 0 && length <= MAX_WORD_BYTES).then_some(length)
}

fn digits(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())
}

fn cut(word: &str) -> &str {
    let mut end = word.len().min(MAX_WORD_BYTES);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    &word[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_parted() {
        assert_eq!(
            lexemes("Café RÉSUMÉ — Straße, ｆｕｌｌ 5G"),
            ["5g", "cafe", "full", "resume", "strasse"]
        );
        assert_eq!(lexemes(""), Vec::<String>::new());
        assert_eq!(lexemes("¿?!"), Vec::<String>::new());
        assert_eq!(lexemes(&"x".repeat(99)), ["x".repeat(48)]);
    }

    #[test]
    fn chinese_is_parted_into_pairs_with_the_last_character() {
        assert_eq!(lexemes("基站故障"), ["基站", "故障", "站故", "障"]);
        assert_eq!(lexemes("5G基站"), ["5g", "基站", "站"]);
        assert_eq!(run_prefixes(&['故', '障']), ["故障"]);
        assert_eq!(run_prefixes(&['故']), ["故"]);
    }

    #[test]
    fn a_ticket_number_stays_whole_and_is_found_by_its_sequence() {
        assert_eq!(lexemes("see TKT-2026-000123."), ["000123", "see", "tkt-2026-000123"]);
        assert_eq!(tokens("tkt-2026-0001"), [Token::Word("tkt-2026-0001".to_owned())]);
        assert_eq!(lexemes("tkt-20"), ["20", "tkt"]);
    }
}
