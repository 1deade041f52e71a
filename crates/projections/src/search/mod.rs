//! Full-text search over tickets: number, subject, description and comments. Words are made here, not by Postgres, so
//! that Chinese has them too; they are found by their beginning, and by a likeness when nothing begins like that.

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
    doc           tsvector generated always as (coalesce(number, '') || coalesce(subject, '') || coalesce(description, '')
                                             || coalesce(public, '') || coalesce(internal, '')) stored
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

pub(crate) const INDEXES: &[&str] = &["create index search_doc on search using gin (doc)"];
