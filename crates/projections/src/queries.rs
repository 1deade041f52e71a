//! The front of the read side: every query there is.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::file::TextRead;
use domain::ticket_type::{Definition as FormDefinition, FieldId, FieldKind};
use domain::workflow::Definition;
use domain::{FileId, RoleId, TaskId, TicketId, TicketTypeId, UserId, WorkflowId};
use eventstore::{EventStore, pool_options};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;

use crate::reached::reached;
use crate::schema::Group;
use crate::{
    AsOf, AuditFilter, AuditRow, CommentAccess, CommentRow, ConsumerLag, Cursor, FanOut,
    FileCounts, FileRow, Freshness, History, HistoryRow, Lag, Page, ParkedStream, Progress,
    QueryError, TaskDetail, TaskPage, TaskQuery, TaskRow, TaskStats, TicketItem, TicketPage,
    TicketQuery, TicketRef, TicketStats, TicketTypeFilter, TicketTypeRow, TransitionRow, UserBrief,
    UserFilter, UserRow, WorkRoleRow, WorkflowFilter, WorkflowRow, audit, files, lag, tasks,
    ticket_as_of, ticket_comments, ticket_detail, ticket_history, ticket_list, ticket_stats,
    ticket_types, users, work_roles, workflows,
};

/// What the queries are made of.
#[derive(Clone)]
pub struct QueryOptions {
    /// Where the database is. The queries open a pool of their own, with settings of their own.
    pub database: PgConnectOptions,
    /// At most so many connections.
    pub max_connections: u32,
    /// A query that takes longer is given up.
    pub statement_timeout: Duration,
    /// The log, which histories are read from.
    pub store: EventStore,
    /// What the projectors of this process report to; a fresh one when there are none.
    pub progress: Progress,
}

/// All queries. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queries {
    pool: PgPool,
    store: EventStore,
    progress: Progress,
}

impl Queries {
    /// Makes the pool; connects when first asked.
    pub fn new(options: QueryOptions) -> Self {
        let timeout = options.statement_timeout.as_millis().to_string();
        let database = options.database.options([
            // A list must not fall back to reading the whole table because an estimate is off.
            ("enable_seqscan", "off"),
            // A plan made for any parameters would be wrong for most of them.
            ("plan_cache_mode", "force_custom_plan"),
            // Planning and compiling must not cost more than these short queries do.
            ("jit", "off"),
            ("max_parallel_workers_per_gather", "0"),
            ("work_mem", "32MB"),
            ("statement_timeout", timeout.as_str()),
        ]);
        let pool =
            pool_options().max_connections(options.max_connections).connect_lazy_with(database);
        Self { pool, store: options.store, progress: options.progress }
    }

    /// What queries in other files read from.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

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

    /// A page of users, in the order they were registered.
    pub async fn users(
        &self,
        filter: &UserFilter,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<UserRow>, QueryError> {
        users::list(&self.pool, filter, cursor, limit).await
    }

    /// How many users match.
    pub async fn count_users(&self, filter: &UserFilter) -> Result<i64, QueryError> {
        users::count(&self.pool, filter).await
    }

    /// One user.
    pub async fn user(&self, id: UserId) -> Result<Option<UserRow>, QueryError> {
        users::by_id(&self.pool, id).await
    }

    /// The user with this e-mail address, in any case.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserRow>, QueryError> {
        users::by_email(&self.pool, email).await
    }

    /// The short form of these users; unknown ids are left out.
    pub async fn user_briefs(&self, ids: &[UserId]) -> Result<Vec<UserBrief>, QueryError> {
        let ids = ids.iter().map(|id| id.uuid()).collect();
        Ok(users::briefs(&self.pool, ids).await?.into_values().collect())
    }

    /// All work roles, by name.
    pub async fn work_roles(&self) -> Result<Vec<WorkRoleRow>, QueryError> {
        work_roles::list(&self.pool).await
    }

    /// One work role.
    pub async fn work_role(&self, id: RoleId) -> Result<Option<WorkRoleRow>, QueryError> {
        work_roles::by_id(&self.pool, id).await
    }

    /// A page of workflows, in the order they were defined.
    pub async fn workflows(
        &self,
        filter: &WorkflowFilter,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<WorkflowRow>, QueryError> {
        workflows::list(&self.pool, filter, cursor, limit).await
    }

    /// How many workflows match.
    pub async fn count_workflows(&self, filter: &WorkflowFilter) -> Result<i64, QueryError> {
        workflows::count(&self.pool, filter).await
    }

    /// One workflow, also a retired one.
    pub async fn workflow(&self, id: WorkflowId) -> Result<Option<WorkflowRow>, QueryError> {
        workflows::by_id(&self.pool, id).await
    }

    /// A version of a workflow's definition, from 1; none when there is no such one. Read from the log itself.
    pub async fn workflow_version(
        &self,
        id: WorkflowId,
        version: u32,
    ) -> Result<Option<Definition>, QueryError> {
        workflows::version(&self.store, id, version).await
    }

    /// A page of ticket types, in the order they were defined.
    pub async fn ticket_types(
        &self,
        filter: &TicketTypeFilter,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<TicketTypeRow>, QueryError> {
        ticket_types::list(&self.pool, filter, cursor, limit).await
    }

    /// How many ticket types match.
    pub async fn count_ticket_types(&self, filter: &TicketTypeFilter) -> Result<i64, QueryError> {
        ticket_types::count(&self.pool, filter).await
    }

    /// One ticket type, also a retired one.
    pub async fn ticket_type(&self, id: TicketTypeId) -> Result<Option<TicketTypeRow>, QueryError> {
        ticket_types::by_id(&self.pool, id).await
    }

    /// A version of a ticket type's form, from 1; none when there is no such one. Read from the log itself.
    pub async fn ticket_type_version(
        &self,
        id: TicketTypeId,
        version: u32,
    ) -> Result<Option<FormDefinition>, QueryError> {
        ticket_types::version(&self.store, id, version).await
    }

    /// The types that have this name now, in any case: one, or none.
    pub async fn ticket_type_ids_named(&self, name: &str) -> Result<Vec<TicketTypeId>, QueryError> {
        Ok(ticket_types::ids_named(&self.pool, &[name.to_owned()]).await?)
    }

    /// The names that these types have now; unknown ids are left out.
    pub async fn ticket_type_names(
        &self,
        ids: &[TicketTypeId],
    ) -> Result<HashMap<TicketTypeId, String>, QueryError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        Ok(ticket_types::names(&self.pool, &ids).await?)
    }

    /// The fields that tickets can be filtered and sorted by, of all types and versions, by id. Types may use one id
    /// for several kinds: then it stands here once for each.
    pub async fn filterable_fields(&self) -> Result<Vec<(FieldId, FieldKind)>, QueryError> {
        ticket_types::filterable_fields(&self.pool).await
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

    /// The ways between the steps of one workflow, or of all active ones, in their current versions.
    pub async fn transitions(
        &self,
        workflow: Option<WorkflowId>,
    ) -> Result<Vec<TransitionRow>, QueryError> {
        workflows::transitions(&self.pool, workflow).await
    }

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

    /// A page of who did what, the newest first.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<AuditRow>, QueryError> {
        audit::list(&self.pool, &self.store, filter, cursor, limit).await
    }

    /// How many entries of the audit match, counted to `cap`.
    pub async fn count_audit(&self, filter: &AuditFilter, cap: i64) -> Result<i64, QueryError> {
        audit::count(&self.pool, filter, cap).await
    }

    /// Waits until the views have reached a position: the `Docket-Min-Position` of a request.
    ///
    /// # Errors
    /// [`QueryError::Behind`] when they have not after `timeout`.
    pub async fn wait_for(
        &self,
        position: i64,
        freshness: Freshness,
        timeout: Duration,
    ) -> Result<(), QueryError> {
        self.progress.wait(&self.pool, freshness, position, timeout).await
    }

    /// The position up to which the views show everything.
    pub async fn position(&self, freshness: Freshness) -> Result<i64, QueryError> {
        let views = reached(&self.pool, Group::Views).await?;
        Ok(match freshness {
            Freshness::Views => views,
            Freshness::ViewsAndSearch => views.min(reached(&self.pool, Group::Search).await?),
        })
    }

    /// How far the views are behind the log.
    pub async fn lag(&self) -> Result<Lag, QueryError> {
        let views = reached(&self.pool, Group::Views).await?;
        let search = reached(&self.pool, Group::Search).await?;
        Ok(Lag { head: self.store.head().await?.position, views, search })
    }

    /// How far everybody is who reads the log.
    pub async fn consumers(&self) -> Result<Vec<ConsumerLag>, QueryError> {
        lag::consumers(&self.pool).await
    }

    /// The same, and how far the log is on Kafka.
    pub async fn fan_out(&self) -> Result<FanOut, QueryError> {
        lag::fan_out(&self.pool).await
    }

    /// The streams that could not be folded and wait for a person, the oldest first, up to `limit`.
    pub async fn parked_streams(&self, limit: i64) -> Result<Vec<ParkedStream>, QueryError> {
        lag::parked(&self.pool, limit).await
    }
}
