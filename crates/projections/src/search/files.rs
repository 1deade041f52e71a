//! The words of files. They come from the files' own streams, which a projector may fold before the ticket's or after
//! it, and another one than the ticket's may: so a ticket's row has the words of whatever files there are, made anew
//! whenever one of them changes.

use std::collections::{BTreeSet, HashMap};

use domain::file::FileEvent;
use sqlx::PgConnection;
use uuid::Uuid;

use super::fold::words_within;

/// Words of one file beyond this many bytes are left out.
const MAX_FILE_BYTES: usize = 48 * 1024;
/// Files whose words would make more than this many bytes together, in the order of their ids, have none in their
/// ticket: a `tsvector` holds 1 MiB.
const MAX_FILES_BYTES: i64 = 200 * 1024;

/// What a batch does to files.
#[derive(Default)]
pub(super) struct Files {
    /// The words each of them has now.
    words: HashMap<Uuid, Vec<String>>,
    /// The ticket of each.
    tickets: HashMap<Uuid, Uuid>,
}

impl Files {
    pub(super) fn apply(&mut self, id: Uuid, event: &FileEvent, each: &mut impl FnMut(&str)) {
        let words = match event {
            FileEvent::TextRead(e) => {
                words_within(MAX_FILE_BYTES, e.text.as_str().unwrap_or_default(), each)
            }
            FileEvent::Removed(_) => Vec::new(),
            // A text read before stays.
            FileEvent::TextNotRead(_)
            | FileEvent::ThumbnailMade(_)
            | FileEvent::ThumbnailNotMade(_) => return,
        };
        self.words.insert(id, words);
        self.tickets.insert(id, event.ticket_id().uuid());
    }

    /// Makes the rows of all tickets that are about to be written where they are missing, and locks them, in the order
    /// of their ids. A ticket that is not there yet is found by nothing but the words of its files.
    pub(super) async fn lock(
        &self,
        connection: &mut PgConnection,
        others: &[Uuid],
    ) -> Result<(), sqlx::Error> {
        if self.tickets.is_empty() {
            return Ok(());
        }
        let tickets: BTreeSet<Uuid> = self.tickets.values().chain(others).copied().collect();
        let tickets: Vec<Uuid> = tickets.into_iter().collect();
        sqlx::query(
            "insert into search (ticket_id, comment_bytes) \
             select id, 0 from unnest($1::uuid[]) as n(id) order by id on conflict do nothing",
        )
        .bind(&tickets)
        .execute(&mut *connection)
        .await?;
        sqlx::query("select from search where ticket_id = any($1) order by ticket_id for update")
            .bind(&tickets)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// Stores the words of the files, and then, in a statement that sees what others committed before the rows were
    /// locked, those of their tickets.
    pub(super) async fn store(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.tickets.is_empty() {
            return Ok(());
        }
        let mut gone = Vec::new();
        for (id, words) in &self.words {
            if words.is_empty() {
                gone.push(*id);
                continue;
            }
            let Some(ticket) = self.tickets.get(id) else { continue };
            let bytes: usize = words.iter().map(String::len).sum();
            // Texts are read a few times a second at the most: one statement each will do.
            sqlx::query(
                "insert into search_files (file_id, ticket_id, words, bytes) values ($1, $2, $3, $4) \
                 on conflict (file_id) do update set words = excluded.words, bytes = excluded.bytes",
            )
            .bind(id)
            .bind(ticket)
            .bind(words)
            .bind(i32::try_from(bytes).unwrap_or(i32::MAX))
            .execute(&mut *connection)
            .await?;
        }
        sqlx::query("delete from search_files where file_id = any($1)")
            .bind(gone)
            .execute(&mut *connection)
            .await?;
        let tickets: BTreeSet<&Uuid> = self.tickets.values().collect();
        sqlx::query(
            "update search s set files = n.words from ( \
                 select t.id, array_to_tsvector(array( \
                     select distinct w from ( \
                         select words, sum(bytes) over (order by file_id) as bytes \
                         from search_files where ticket_id = t.id) f, unnest(f.words) w \
                     where f.bytes <= $2)) as words \
                 from unnest($1::uuid[]) as t(id)) n \
             where s.ticket_id = n.id",
        )
        .bind(tickets.into_iter().copied().collect::<Vec<_>>())
        .bind(MAX_FILES_BYTES)
        .execute(connection)
        .await?;
        Ok(())
    }
}
