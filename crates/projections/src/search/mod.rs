//! Full-text search over tickets: number, subject, description, comments and the texts of files. Words are made here, not by Postgres, so
//! that Chinese has them too; they are found by their beginning, and by a likeness when nothing begins like that.

mod files;
mod fold;
mod query;
mod tokens;
mod typos;

pub(crate) use fold::Search;
pub(crate) use query::{Parsed, estimate, few, parse};

pub(crate) const TABLES: &str = "
create table search (
    ticket_id     uuid    not null primary key,
    number        tsvector,
    subject       tsvector,
    description   tsvector,
    public        tsvector, -- words of public comments
    internal      tsvector, -- words of internal comments, each behind a '~'
    comment_bytes integer not null,
    files         tsvector, -- words of the texts of its files
    doc           tsvector generated always as (coalesce(number, '') || coalesce(subject, '') || coalesce(description, '')
                                             || coalesce(public, '') || coalesce(internal, '')
                                             || coalesce(files, '')) stored
);
-- The words of each file, folded from its own stream: a ticket has those of all its files.
create table search_files (
    file_id   uuid    not null primary key,
    ticket_id uuid    not null,
    words     text[]  not null,
    bytes     integer not null
);
-- Every distinct word that may be misspelt.
create table search_words (
    word text not null collate \"C\" primary key
);
-- Each of these words, whole and with each one of its letters left out: two words a slip apart meet here.
create table search_deletes (
    deletion text not null collate \"C\",
    word     text not null collate \"C\",
    primary key (deletion, word)
);
";

pub(crate) const INDEXES: &[&str] = &[
    "create index search_doc on search using gin (doc)",
    "create index search_files_ticket on search_files (ticket_id)",
];
