//! Misspelt words, by deletions (after SymSpell, Wolf Garbe): two words a slip apart become equal when a letter is
//! left out of one or of both.

use std::collections::HashMap;

use sqlx::{PgPool, Row};

use crate::QueryError;

/// At most so many words stand in for a misspelt one.
const MOST: usize = 8;

/// A word, whole and with each one of its letters left out; each once.
pub(super) fn deletions(word: &str) -> Vec<String> {
    let mut all = vec![word.to_owned()];
    for (at, c) in word.char_indices() {
        all.push(format!("{}{}", &word[..at], &word[at + c.len_utf8()..]));
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// How many slips a word may have, by its length.
fn slips(word: &str) -> usize {
    if word.chars().count() < 8 { 1 } else { 2 }
}

/// The words that stand in for those of `words` that no known word begins with.
pub(super) async fn resolve(
    pool: &PgPool,
    words: &[String],
) -> Result<HashMap<String, Vec<String>>, QueryError> {
    if words.is_empty() {
        return Ok(HashMap::new());
    }
    let unknown = unknown(pool, words).await?;
    let mut wanted: Vec<String> = Vec::new();
    for word in &unknown {
        let once = deletions(word);
        if slips(word) > 1 {
            wanted.extend(once.iter().flat_map(|shorter| deletions(shorter)));
        }
        wanted.extend(once);
    }
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let rows =
        sqlx::query("select distinct word from views.search_deletes where deletion = any($1)")
            .bind(wanted)
            .fetch_all(pool)
            .await?;
    let candidates: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    Ok(unknown
        .into_iter()
        .map(|word| {
            let nearest = nearest(&word, &candidates);
            (word, nearest)
        })
        .collect())
}

async fn unknown(pool: &PgPool, words: &[String]) -> Result<Vec<String>, QueryError> {
    let rows = sqlx::query(
        "select q.word from unnest($1::text[]) as q(word) \
         where not exists (select 1 from views.search_words w \
                           where w.word >= q.word collate \"C\" and w.word < (q.word || chr(1114111)) collate \"C\")",
    )
    .bind(words)
    .fetch_all(pool)
    .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The candidates with the fewest slips (Damerau–Levenshtein), if few enough.
fn nearest(word: &str, candidates: &[&str]) -> Vec<String> {
    let mut measured: Vec<(usize, &str)> = candidates
        .iter()
        .map(|candidate| (strsim::osa_distance(word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= slips(word))
        .collect();
    measured.sort_unstable();
    let best = measured.first().map_or(0, |(distance, _)| *distance);
    measured
        .into_iter()
        .take_while(|(distance, _)| *distance == best)
        .take(MOST)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_left_with_each_letter_out_once() {
        assert_eq!(deletions("all"), ["al", "all", "ll"]);
        assert_eq!(deletions("故障"), ["故", "故障", "障"]);
    }

    #[test]
    fn the_nearest_words_win() {
        assert_eq!(nearest("refnud", &["refund", "refuse", "return"]), ["refund"]);
        assert_eq!(nearest("pasword", &["password", "passport"]), ["password"]);
        assert_eq!(
            nearest("conection", &["connection", "conviction", "correction"]),
            ["connection"]
        );
        assert!(nearest("bill", &["ball", "kilo"]).contains(&"ball".to_owned()));
        assert!(nearest("bill", &["kilo"]).is_empty());
    }
}
