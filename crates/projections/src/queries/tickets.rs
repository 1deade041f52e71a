//! Queries about tickets and their files.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::file::TextRead;
use domain::{FileId, TicketId};
use uuid::Uuid;

use super::Queries;
use crate::{
    AsOf, CommentAccess, CommentRow, Cursor, FileCounts, FileRow, History, Page, QueryError,
    TicketItem, TicketPage, TicketQuery, TicketRef, TicketStats, files, ticket_as_of,
    ticket_comments, ticket_detail, ticket_history, ticket_list, ticket_stats,
};

impl Queries {
    /// A page of tickets.
    ///
    /// # Errors
    /// [`QueryError::BadCursor`] for a cursor of another order.
    pub async fn list_tickets(&self, query: &TicketQuery) -> Result<TicketPage, QueryError> {
        ticket_list::list(&self.pool, query).await
    }

    /// The tickets that are neither resolved, closed, deleted nor merged: their ids in order, after one of them, up to
    /// `limit`.
    pub async fn unfinished_tickets(
        &self,
        after: Option<TicketId>,
        limit: i64,
    ) -> Result<Vec<TicketId>, QueryError> {
        Ok(ticket_list::unfinished(&self.pool, after, limit).await?)
    }

    /// One ticket, also a deleted or merged one.
    pub async fn ticket(&self, ticket: TicketRef) -> Result<Option<TicketItem>, QueryError> {
        let Some(id) = self.ticket_id(ticket).await? else { return Ok(None) };
        Ok(self.tickets_by_ids(&[id]).await?.pop())
    }

    /// One ticket as it was at a time or in a version; none when it did not exist then.
    pub async fn ticket_as_of(
        &self,
        ticket: TicketId,
        as_of: AsOf,
    ) -> Result<Option<TicketItem>, QueryError> {
        ticket_as_of::read(&self.pool, &self.store, ticket, as_of).await
    }

    /// The id of a ticket; an id is returned as it is, unlooked.
    pub async fn ticket_id(&self, ticket: TicketRef) -> Result<Option<TicketId>, QueryError> {
        match ticket {
            TicketRef::Id(id) => Ok(Some(id)),
            TicketRef::Number(number) => Ok(ticket_list::id_of_number(&self.pool, number).await?),
        }
    }

    /// These tickets, in the order of the ids, also deleted and merged ones; unknown ids are left out.
    pub async fn tickets_by_ids(&self, ids: &[TicketId]) -> Result<Vec<TicketItem>, QueryError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        ticket_detail::by_ids(&self.pool, &ids).await
    }

    /// A page of the comments on a ticket, the oldest first.
    pub async fn comments(
        &self,
        ticket: TicketId,
        access: CommentAccess,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<CommentRow>, QueryError> {
        ticket_comments::list(&self.pool, ticket, access, cursor, limit).await
    }

    /// How many comments there are on a ticket.
    pub async fn count_comments(
        &self,
        ticket: TicketId,
        access: CommentAccess,
    ) -> Result<i64, QueryError> {
        ticket_comments::count(&self.pool, ticket, access).await
    }

    /// A page of what happened to a ticket, its clocks and its tasks, the oldest first. Read from the log itself, so
    /// always up to date; only which tasks there are is asked of the views.
    pub async fn history(
        &self,
        ticket: TicketId,
        access: CommentAccess,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<History, QueryError> {
        ticket_history::list(&self.pool, &self.store, ticket, access, cursor, limit).await
    }

    /// The statistics; `now` is where the days end that the average is taken over.
    pub async fn stats(&self, now: DateTime<Utc>) -> Result<TicketStats, QueryError> {
        ticket_stats::read(&self.pool, now).await
    }

    /// The files of a ticket, also of a deleted or merged one: the images in their order, then the others in the order
    /// they were attached.
    pub async fn ticket_files(&self, ticket: TicketId) -> Result<Vec<FileRow>, QueryError> {
        files::of_ticket(&self.pool, ticket).await
    }

    /// One file, if it is on a ticket, also on a deleted or merged one.
    pub async fn file(&self, id: FileId) -> Result<Option<FileRow>, QueryError> {
        files::by_id(&self.pool, id).await
    }

    /// How many files these tickets have; those without any are left out.
    pub async fn files_of(
        &self,
        tickets: &[TicketId],
    ) -> Result<HashMap<TicketId, FileCounts>, QueryError> {
        let tickets: Vec<Uuid> = tickets.iter().map(|id| id.uuid()).collect();
        Ok(files::counts(&self.pool, &tickets).await?)
    }

    /// The last text that was read of a file; none of a file that was removed. Read from the log itself.
    pub async fn reading(&self, file: FileId) -> Result<Option<TextRead>, QueryError> {
        files::reading(&self.store, file).await
    }
}
