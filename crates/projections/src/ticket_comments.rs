//! The comments of each ticket.

use chrono::{DateTime, Utc};
use domain::ticket::Visibility;
use domain::ticket::events::CommentAdded;
use domain::{CommentId, Personal, TicketId, UserId};
use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

use crate::users::{self, UserBrief};
use crate::{Cursor, Page, QueryError};

pub(crate) const TABLES: &str = "
create table ticket_comments (
    id         uuid        not null primary key,
    ticket_id  uuid        not null,
    version    integer     not null, -- of the ticket's stream, when it was added
    author     uuid,                 -- none when it came without a sign-in
    internal   boolean     not null,
    body       text,                 -- none once erased
    mentions   uuid[]      not null,
    created_at timestamptz not null
);
";

pub(crate) const INDEXES: &[&str] =
    &["create unique index ticket_comments_ticket on ticket_comments (ticket_id, version)"];

const LIST: &str = "comments";

/// Which comments somebody may read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CommentAccess {
    /// Public ones only.
    #[default]
    PublicOnly,
    /// Internal ones as well.
    All,
}

impl CommentAccess {
    fn sees_internal(self) -> bool {
        match self {
            Self::PublicOnly => false,
            Self::All => true,
        }
    }
}

/// A comment.
#[derive(Debug, Clone, PartialEq)]
pub struct CommentRow {
    /// Its id.
    pub id: CommentId,
    /// The ticket it is on.
    pub ticket_id: TicketId,
    /// The version of the ticket when it was added.
    pub version: i32,
    /// Who wrote it; none when it came without a sign-in.
    pub author: Option<UserId>,
    /// What is known of the author now.
    pub author_user: Option<UserBrief>,
    /// Who may read it.
    pub visibility: Visibility,
    /// What it says.
    pub text: Personal<String>,
    /// Whom it calls upon.
    pub mentions: Vec<UserId>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// A comment to be stored.
pub(crate) struct NewComment<'a> {
    pub(crate) ticket_id: Uuid,
    pub(crate) version: i32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) comment: &'a CommentAdded,
}

/// Stores comments.
pub(crate) async fn store(
    connection: &mut PgConnection,
    comments: &[NewComment<'_>],
) -> Result<(), sqlx::Error> {
    let (mut ids, mut tickets, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut authors, mut internal, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
    let (mut mentions, mut times) = (Vec::new(), Vec::new());
    for new in comments {
        ids.push(new.comment.comment_id.uuid());
        tickets.push(new.ticket_id);
        versions.push(new.version);
        authors.push(new.comment.author.map(UserId::uuid));
        internal.push(match new.comment.visibility {
            Visibility::Public => false,
            Visibility::Internal => true,
        });
        bodies.push(new.comment.text.as_str());
        let names: Vec<String> = new.comment.mentions.iter().map(UserId::to_string).collect();
        mentions.push(format!("{{{}}}", names.join(",")));
        times.push(new.created_at);
    }
    sqlx::query(
        "insert into ticket_comments (id, ticket_id, version, author, internal, body, mentions, created_at) \
         select id, ticket_id, version, author, internal, body, mentions::uuid[], created_at \
         from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::boolean[], $6::text[], $7::text[], $8::timestamptz[]) \
              as n(id, ticket_id, version, author, internal, body, mentions, created_at) \
         on conflict (id) do nothing",
    )
    .bind(ids)
    .bind(tickets)
    .bind(versions)
    .bind(authors)
    .bind(internal)
    .bind(bodies)
    .bind(mentions)
    .bind(times)
    .execute(connection)
    .await?;
    Ok(())
}

/// How many comments there are on a ticket.
pub(crate) async fn count(
    pool: &PgPool,
    ticket: TicketId,
    access: CommentAccess,
) -> Result<i64, QueryError> {
    let row = sqlx::query(
        "select count(*) from views.ticket_comments where ticket_id = $1 and ($2 or not internal)",
    )
    .bind(ticket.uuid())
    .bind(access == CommentAccess::All)
    .fetch_one(pool)
    .await?;
    Ok(row.get(0))
}

/// A page of the comments on a ticket, the oldest first.
pub(crate) async fn list(
    pool: &PgPool,
    ticket: TicketId,
    access: CommentAccess,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Page<CommentRow>, QueryError> {
    let after = match cursor {
        Some(cursor) => cursor.read(LIST)?.0,
        None => 0,
    };
    let internal = access.sees_internal();
    let rows = sqlx::query(
        "select id, ticket_id, version, author, internal, body, mentions, created_at from views.ticket_comments \
         where ticket_id = $1 and version > $2 and (not internal or $3) order by version limit $4",
    )
    .bind(ticket.uuid())
    .bind(after)
    .bind(internal)
    .bind(i64::try_from(limit + 1).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await?;
    let authors = rows.iter().filter_map(|row| row.get::<Option<Uuid>, _>(3)).collect();
    let people = users::briefs(pool, authors).await?;
    let items = rows
        .iter()
        .map(|row| {
            let author: Option<Uuid> = row.get(3);
            CommentRow {
                id: CommentId(row.get(0)),
                ticket_id: TicketId(row.get(1)),
                version: row.get(2),
                author: author.map(UserId),
                author_user: author.and_then(|id| people.get(&id).cloned()),
                visibility: if row.get(4) { Visibility::Internal } else { Visibility::Public },
                text: row.get::<Option<String>, _>(5).map_or(Personal::Erased, Personal::Known),
                mentions: row.get::<Vec<Uuid>, _>(6).into_iter().map(UserId).collect(),
                created_at: row.get(7),
            }
        })
        .collect();
    Ok(Page::of(items, limit, |row: &CommentRow| {
        Cursor::after(LIST, i64::from(row.version), row.id.uuid())
    }))
}
