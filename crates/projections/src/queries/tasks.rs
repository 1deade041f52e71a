//! Queries about tasks.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{TaskId, TicketId};

use super::Queries;
use crate::{
    Cursor, HistoryRow, Page, QueryError, TaskDetail, TaskPage, TaskQuery, TaskRow, TaskStats,
    tasks,
};

impl Queries {
    /// A page of tasks.
    ///
    /// # Errors
    /// [`QueryError::BadCursor`] for a cursor of another order.
    pub async fn tasks(&self, query: &TaskQuery) -> Result<TaskPage, QueryError> {
        tasks::list(&self.pool, query).await
    }

    /// One task, running or ended.
    pub async fn task(&self, id: TaskId) -> Result<Option<TaskRow>, QueryError> {
        tasks::by_id(&self.pool, id).await
    }

    /// All tasks of a ticket, in the order of their runs.
    pub async fn tasks_of_ticket(&self, ticket: TicketId) -> Result<Vec<TaskRow>, QueryError> {
        tasks::of_ticket(&self.pool, ticket).await
    }

    /// The last task of each of these tickets; those without one are left out.
    pub async fn last_tasks(
        &self,
        tickets: &[TicketId],
    ) -> Result<HashMap<TicketId, TaskRow>, QueryError> {
        tasks::last_of(&self.pool, tickets).await
    }

    /// One task with everything that explains it: how its workflow was found, who it was given to and why, what was
    /// done.
    pub async fn task_detail(&self, id: TaskId) -> Result<Option<TaskDetail>, QueryError> {
        tasks::detail(&self.pool, &self.store, id).await
    }

    /// A page of what happened to a task, the oldest first. Read from the log itself, so always up to date.
    pub async fn task_history(
        &self,
        id: TaskId,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<HistoryRow>, QueryError> {
        tasks::history(&self.pool, &self.store, id, cursor, limit).await
    }

    /// The statistics of tasks; `now` is what overdue ones are late by.
    pub async fn task_stats(&self, now: DateTime<Utc>) -> Result<TaskStats, QueryError> {
        tasks::stats(&self.pool, now).await
    }

    /// How many tasks wait for somebody they could be given to.
    pub async fn waiting_tasks_count(&self) -> Result<i64, QueryError> {
        Ok(tasks::waiting(&self.pool).await?)
    }
}
