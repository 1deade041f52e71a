//! Events into words.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::ticket::{TicketEvent, Visibility};
use futures_util::future::BoxFuture;
use sqlx::PgConnection;
use uuid::Uuid;

use super::files::Files;
use super::tokens::{is_spellable, lexemes};
use super::typos::deletions;
use crate::ProjectionError;
use crate::decoded::{Decoded, Happened};
use crate::runner::Fold;
use crate::schema::Group;

/// Words of one text beyond this many bytes are left out: a `tsvector` holds 1 MiB.
const MAX_TEXT_BYTES: usize = 100 * 1024;
/// Words of all comments of a ticket beyond this many bytes are left out.
const MAX_COMMENT_BYTES: i32 = 700 * 1024;
/// How many words are remembered as already written.
const KNOWN_WORDS: usize = 100_000;

/// Joins the words of one text, as arrays of arrays cannot be sent.
const SEPARATOR: &str = "\u{1f}";

#[derive(Default)]
pub(crate) struct Search {
    known: HashSet<String>,
}

/// What a batch does to one ticket's row; what is not given stays.
#[derive(Default)]
struct Change {
    number: Option<String>,
    subject: Option<String>,
    description: Option<String>,
    public: Vec<String>,
    internal: Vec<String>,
    comment_bytes: i32,
}

impl Fold for Search {
    const GROUP: Group = Group::Search;
    const GATHER: Duration = Duration::from_millis(200);

    fn wants(event_type: &str) -> bool {
        [
            "ticket.opened",
            "ticket.subject_changed",
            "ticket.description_changed",
            "ticket.comment_added",
            "file.text_read",
            "file.removed",
        ]
        .contains(&event_type)
    }

    fn fold<'a>(
        &'a mut self,
        connection: &'a mut PgConnection,
        events: &'a [Decoded],
    ) -> BoxFuture<'a, Result<(), ProjectionError>> {
        Box::pin(self.write(connection, events))
    }

    fn committed(&mut self) {}

    fn failed(&mut self) {
        // Words of the failed batch may be among them.
        self.known.clear();
    }
}

impl Search {
    async fn write(
        &mut self,
        connection: &mut PgConnection,
        events: &[Decoded],
    ) -> Result<(), ProjectionError> {
        let mut order = Vec::new();
        let mut changes: HashMap<Uuid, Change> = HashMap::new();
        let mut words: HashSet<String> = HashSet::new();
        let mut files = Files::default();
        for event in events {
            let mut word = |word: &str| {
                if is_spellable(word) && !self.known.contains(word) {
                    words.insert(word.to_owned());
                }
            };
            if let Happened::File(what) = &event.what {
                files.apply(event.stream_id, what, &mut word);
            }
            let Happened::Ticket(what) = &event.what else { continue };
            let change = changes.entry(event.stream_id).or_insert_with(|| {
                order.push(event.stream_id);
                Change::default()
            });
            change.apply(what, &mut word);
        }
        // Tickets and their files may be folded by two processes: rows are locked in one order.
        order.sort_unstable();
        files.lock(connection, &order).await?;
        store(connection, &order, &changes).await?;
        files.store(connection).await?;
        store_words(connection, &words).await?;
        if self.known.len() + words.len() > KNOWN_WORDS {
            self.known.clear();
        }
        self.known.extend(words);
        Ok(())
    }
}

impl Change {
    fn apply(&mut self, event: &TicketEvent, word: &mut impl FnMut(&str)) {
        if let TicketEvent::Opened(e) = event {
            self.number = Some(joined(&words(&e.number.to_string(), word)));
            self.subject = Some(joined(&words(e.subject.as_str().unwrap_or_default(), word)));
            let description = e.description.as_str().unwrap_or_default();
            self.description = Some(joined(&words(description, word)));
        } else if let TicketEvent::SubjectChanged(e) = event {
            self.subject = Some(joined(&words(e.subject.as_str().unwrap_or_default(), word)));
        } else if let TicketEvent::DescriptionChanged(e) = event {
            self.description =
                Some(joined(&words(e.description.as_str().unwrap_or_default(), word)));
        } else if let TicketEvent::CommentAdded(e) = event {
            let mut found = words(e.text.as_str().unwrap_or_default(), word);
            let bytes: usize = found.iter().map(|word| word.len() + 1).sum();
            let bytes = i32::try_from(bytes).unwrap_or(i32::MAX);
            if self.comment_bytes.saturating_add(bytes) > MAX_COMMENT_BYTES {
                return;
            }
            self.comment_bytes += bytes;
            match e.visibility {
                Visibility::Public => self.public.append(&mut found),
                Visibility::Internal => {
                    self.internal.extend(found.iter().map(|word| format!("~{word}")));
                }
            }
        }
    }
}

/// The words of a text, each shown to `each`.
fn words(text: &str, each: &mut impl FnMut(&str)) -> Vec<String> {
    words_within(MAX_TEXT_BYTES, text, each)
}

/// So many bytes of the words of a text, each shown to `each`.
pub(super) fn words_within(
    mut room: usize,
    text: &str,
    each: &mut impl FnMut(&str),
) -> Vec<String> {
    let mut kept = Vec::new();
    for word in lexemes(text) {
        let Some(left) = room.checked_sub(word.len()) else { break };
        room = left;
        each(&word);
        kept.push(word);
    }
    kept
}

fn joined(words: &[String]) -> String {
    words.join(SEPARATOR)
}

async fn store(
    connection: &mut PgConnection,
    order: &[Uuid],
    changes: &HashMap<Uuid, Change>,
) -> Result<(), sqlx::Error> {
    let in_order: Vec<&Change> = order.iter().filter_map(|id| changes.get(id)).collect();
    sqlx::query(
        "insert into search as s (ticket_id, number, subject, description, public, internal, comment_bytes) \
         select id, array_to_tsvector(string_to_array(number, E'\\x1f')), \
                array_to_tsvector(string_to_array(subject, E'\\x1f')), \
                array_to_tsvector(string_to_array(description, E'\\x1f')), \
                array_to_tsvector(string_to_array(public, E'\\x1f')), \
                array_to_tsvector(string_to_array(internal, E'\\x1f')), bytes \
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $8::text[]) \
              as n(id, subject, description, public, internal, bytes, number) \
         order by id \
         on conflict (ticket_id) do update set \
             number = coalesce(excluded.number, s.number), \
             subject = coalesce(excluded.subject, s.subject), \
             description = coalesce(excluded.description, s.description), \
             public = case when s.comment_bytes + excluded.comment_bytes > $7 then s.public \
                           else coalesce(s.public, '') || excluded.public end, \
             internal = case when s.comment_bytes + excluded.comment_bytes > $7 then s.internal \
                             else coalesce(s.internal, '') || excluded.internal end, \
             comment_bytes = least(s.comment_bytes + excluded.comment_bytes, $7)",
    )
    .bind(order)
    .bind(in_order.iter().map(|change| change.subject.as_deref()).collect::<Vec<_>>())
    .bind(in_order.iter().map(|change| change.description.as_deref()).collect::<Vec<_>>())
    .bind(in_order.iter().map(|change| joined(&change.public)).collect::<Vec<_>>())
    .bind(in_order.iter().map(|change| joined(&change.internal)).collect::<Vec<_>>())
    .bind(in_order.iter().map(|change| change.comment_bytes).collect::<Vec<_>>())
    .bind(MAX_COMMENT_BYTES)
    .bind(in_order.iter().map(|change| change.number.as_deref()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

async fn store_words(
    connection: &mut PgConnection,
    words: &HashSet<String>,
) -> Result<(), sqlx::Error> {
    if words.is_empty() {
        return Ok(());
    }
    let mut sorted: Vec<&str> = words.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let mut pairs: Vec<(String, &str)> = Vec::new();
    for word in &sorted {
        pairs.extend(deletions(word).into_iter().map(|deletion| (deletion, *word)));
    }
    pairs.sort_unstable();
    sqlx::query(
        "insert into search_words (word) select * from unnest($1::text[]) on conflict do nothing",
    )
    .bind(&sorted)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into search_deletes (deletion, word) select * from unnest($1::text[], $2::text[]) \
         on conflict do nothing",
    )
    .bind(pairs.iter().map(|(deletion, _)| deletion.as_str()).collect::<Vec<_>>())
    .bind(pairs.iter().map(|(_, word)| *word).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}
