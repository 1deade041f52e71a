//! Files as queries answer them.

use std::collections::{HashMap, HashSet};

use domain::file::Readable;
use domain::ticket::{FileRole, Ticket, TicketFile};
use domain::{FileId, TicketId};
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::findings::Findings;
use super::{FileCounts, FileRow, TextStatus};
use crate::users::{self, UserBrief};
use crate::{QueryError, ticket_detail};

/// The files of a ticket, also of a deleted or merged one: the images in their order, then the others in the order they
/// were attached.
pub(crate) async fn of_ticket(pool: &PgPool, ticket: TicketId) -> Result<Vec<FileRow>, QueryError> {
    match ticket_detail::by_ids(pool, &[ticket.uuid()]).await?.pop() {
        Some(item) => rows(pool, ticket, &item.ticket).await,
        None => Ok(Vec::new()),
    }
}

/// The file with this id, if it is on a ticket.
pub(crate) async fn by_id(pool: &PgPool, id: FileId) -> Result<Option<FileRow>, QueryError> {
    let ticket: Option<Uuid> =
        sqlx::query_scalar("select ticket_id from views.ticket_files where file_id = $1 limit 1")
            .bind(id.uuid())
            .fetch_optional(pool)
            .await?;
    let Some(ticket) = ticket else { return Ok(None) };
    let files = of_ticket(pool, TicketId(ticket)).await?;
    Ok(files.into_iter().find(|file| file.id == id))
}

/// How many files these tickets have; those without any are left out.
pub(crate) async fn counts(
    pool: &PgPool,
    tickets: &[Uuid],
) -> Result<HashMap<TicketId, FileCounts>, sqlx::Error> {
    let rows = sqlx::query(
        "select ticket_id, count(*) filter (where role = $2), count(*) filter (where role <> $2) \
         from views.ticket_files where ticket_id = any($1) group by ticket_id",
    )
    .bind(tickets)
    .bind(FileRole::Image.as_str())
    .fetch_all(pool)
    .await?;
    let counts =
        |row: &sqlx::postgres::PgRow| FileCounts { images: row.get(1), attachments: row.get(2) };
    Ok(rows.iter().map(|row| (TicketId(row.get(0)), counts(row))).collect())
}

async fn rows(pool: &PgPool, id: TicketId, ticket: &Ticket) -> Result<Vec<FileRow>, QueryError> {
    let ids: Vec<Uuid> = ticket.files.iter().map(|file| file.id.uuid()).collect();
    let mut findings = findings(pool, &ids).await?;
    let people: HashSet<Uuid> =
        ticket.files.iter().filter_map(|file| file.uploaded_by.map(Uuid::from)).collect();
    let people = users::briefs(pool, people).await?;
    let images = (0..).zip(ticket.images());
    let attachments = (0..).zip(ticket.attachments());
    let all = images.chain(attachments);
    Ok(all
        .map(|(order_index, file)| {
            let found = findings.remove(&file.id.uuid()).unwrap_or_default();
            row(id, order_index, file, found, &people)
        })
        .collect())
}

fn row(
    ticket_id: TicketId,
    order_index: u32,
    file: &TicketFile,
    found: Findings,
    people: &HashMap<Uuid, UserBrief>,
) -> FileRow {
    let brief = |id: domain::UserId| {
        let unknown = || UserBrief { id, email: None, full_name: None };
        people.get(&id.uuid()).cloned().unwrap_or_else(unknown)
    };
    let text = match found.text {
        TextStatus::Pending if Readable::of(&file.content_type).is_none() => TextStatus::None,
        text @ (TextStatus::None
        | TextStatus::Pending
        | TextStatus::Read(_)
        | TextStatus::NotRead { .. }) => text,
    };
    FileRow {
        id: file.id,
        ticket_id,
        role: file.role,
        order_index,
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size: file.size,
        sha256: file.sha256.clone(),
        address: file.address.clone(),
        width: file.width,
        height: file.height,
        uploaded_by: file.uploaded_by.map(brief),
        attached_at: file.attached_at,
        text,
        thumbnail: found.thumbnail,
    }
}

async fn findings(pool: &PgPool, ids: &[Uuid]) -> Result<HashMap<Uuid, Findings>, QueryError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows =
        sqlx::query("select file_id, findings from views.file_findings where file_id = any($1)")
            .bind(ids)
            .fetch_all(pool)
            .await?;
    rows.iter()
        .map(|row| {
            let findings = serde_json::from_str(row.get(1))
                .map_err(|source| QueryError::Row { view: "file_findings", source })?;
            Ok((row.get(0), findings))
        })
        .collect()
}
