//! A search as a client writes it, made into a query of Postgres.

use serde_json::Value;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::tokens::{Token, is_spellable, run_prefixes, tokens};
use super::typos;
use crate::{CommentAccess, QueryError};

/// More words than this say nothing more.
const MOST_WORDS: usize = 16;

/// A word that fewer tickets have is rare.
const RARE: i64 = 10_000;

/// Stands between the words of a query; never within one.
const AND: &str = " & ";

/// What a search comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// There is no word in it.
    Nothing,
    /// A `tsquery`, as text.
    Query(String),
}

/// A word that must be there: any of these beginnings, or just this one word.
enum Wanted {
    Beginning(Vec<String>),
    Whole(String),
}

/// Reads a search: all its words must be there.
pub(crate) async fn parse(
    pool: &PgPool,
    text: &str,
    access: CommentAccess,
) -> Result<Parsed, QueryError> {
    let mut tokens = tokens(text);
    tokens.truncate(MOST_WORDS);
    let spellable: Vec<String> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Word(word) if is_spellable(word) => Some(word.clone()),
            Token::Word(_) | Token::Run(_) => None,
        })
        .collect();
    let mut likely = typos::resolve(pool, &spellable).await?;
    let alone = tokens.len() == 1;
    let mut wanted = Vec::new();
    for token in tokens {
        match token {
            Token::Run(run) => wanted.extend(
                run_prefixes(&run).into_iter().take(MOST_WORDS).map(|p| Wanted::Beginning(vec![p])),
            ),
            Token::Word(word) => wanted.push(match likely.remove(&word) {
                Some(words) if !words.is_empty() => Wanted::Beginning(words),
                // A single letter among words begins half of all there are.
                _ if word.len() == 1 && !alone => Wanted::Whole(word),
                _ => Wanted::Beginning(vec![word]),
            }),
        }
    }
    if wanted.is_empty() {
        return Ok(Parsed::Nothing);
    }
    let terms: Vec<String> = wanted.iter().map(|word| term(word, access)).collect();
    Ok(Parsed::Query(terms.join(AND)))
}

/// A word may stand in what everybody reads, or behind a `~` in what staff reads.
fn term(wanted: &Wanted, access: CommentAccess) -> String {
    let marks: &[&str] = match access {
        CommentAccess::PublicOnly => &[""],
        CommentAccess::All => &["", "~"],
    };
    // Words hold letters, digits and hyphens only, so there is nothing to escape.
    let alternatives: Vec<String> = match wanted {
        Wanted::Whole(word) => marks.iter().map(|mark| format!("'{mark}{word}'")).collect(),
        Wanted::Beginning(words) => words
            .iter()
            .flat_map(|word| marks.iter().map(move |mark| format!("'{mark}{word}':*")))
            .collect(),
    };
    format!("({})", alternatives.join(" | "))
}

/// How many tickets the planner thinks a query matches: wrong, but at once.
pub(crate) async fn estimate(pool: &PgPool, query: &str) -> Result<i64, QueryError> {
    let plan: Value = sqlx::query(
        "explain (format json) select 1 from views.search s where s.doc @@ $1::text::tsquery",
    )
    .bind(query)
    .fetch_one(pool)
    .await?
    .get(0);
    Ok(plan.pointer("/0/Plan/Plan Rows").and_then(Value::as_f64).unwrap_or(0.0) as i64)
}

/// The tickets a query matches, if they are at most `most`.
pub(crate) async fn few(
    pool: &PgPool,
    query: &str,
    most: i64,
) -> Result<Option<Vec<Uuid>>, QueryError> {
    // The beginning of a common word is long work for the index; what the rarest word leaves is soon looked through.
    let rarest = rarest(pool, query).await?;
    let rows = sqlx::query(
        "select s.ticket_id from (select s.ticket_id, s.doc from views.search s \
                                  where s.doc @@ $1::text::tsquery offset 0) s \
         where s.doc @@ $2::text::tsquery limit $3",
    )
    .bind(rarest)
    .bind(query)
    .bind(most + 1)
    .fetch_all(pool)
    .await?;
    let few = i64::try_from(rows.len()).is_ok_and(|found| found <= most);
    Ok(few.then(|| rows.iter().map(|row| row.get(0)).collect()))
}

/// The rarest word of a query, if that is rare enough to look through what it matches; else all of the query.
async fn rarest<'a>(pool: &PgPool, query: &'a str) -> Result<&'a str, QueryError> {
    let mut rarest = (RARE, query);
    if query.contains(AND) {
        for term in query.split(AND) {
            let matches = estimate(pool, term).await?;
            if matches < rarest.0 {
                rarest = (matches, term);
            }
        }
    }
    Ok(rarest.1)
}
