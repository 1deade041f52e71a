//! A page of tasks.

use chrono::{DateTime, Utc};
use domain::{RoleId, WorkflowId};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::query::{TaskPage, TaskQuery, TaskScope, TaskSortKey};
use super::rows;
use crate::ticket_detail::micros;
use crate::{Assignment, Count, Cursor, QueryError, Total};

/// What a cursor says of a task that is never due.
const NEVER: i64 = i64::MAX;

/// A row of the page, without its content.
struct Found {
    id: Uuid,
    cursor: (i64, Uuid),
}

/// Which part of the order is read: those never due come behind all others, whichever way the list runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Due,
    NeverDue,
}

/// A page of tasks.
pub(crate) async fn list(pool: &PgPool, query: &TaskQuery) -> Result<TaskPage, QueryError> {
    let cursor = query.cursor.as_ref().map(|cursor| cursor.read(query.sort.name())).transpose()?;
    let mut found = match query.sort {
        TaskSortKey::CreatedAt | TaskSortKey::UpdatedAt | TaskSortKey::Priority => {
            part(pool, query, Part::Whole, cursor, query.limit + 1).await?
        }
        TaskSortKey::DueAt => by_due(pool, query, cursor).await?,
    };
    let more = found.len() > query.limit;
    found.truncate(query.limit);
    let next_cursor = match (more, found.last()) {
        (true, Some(last)) => Some(Cursor::after(query.sort.name(), last.cursor.0, last.cursor.1)),
        (true, None) | (false, _) => None,
    };
    let total = match query.count {
        Count::Wanted => Some(Total::of(count(pool, query).await?)),
        Count::Omitted => None,
    };
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    let items = rows::by_ids(pool, &ids).await?.into_iter().map(|known| known.row).collect();
    Ok(TaskPage { items, next_cursor, total })
}

async fn by_due(
    pool: &PgPool,
    query: &TaskQuery,
    cursor: Option<(i64, Uuid)>,
) -> Result<Vec<Found>, QueryError> {
    let wanted = query.limit + 1;
    let among_never_due = cursor.filter(|(value, _)| *value == NEVER);
    let mut found = match among_never_due {
        Some(_) => Vec::new(),
        None => part(pool, query, Part::Due, cursor, wanted).await?,
    };
    if found.len() < wanted && query.filter.due_before.is_none() {
        let left = wanted - found.len();
        found.extend(part(pool, query, Part::NeverDue, among_never_due, left).await?);
    }
    Ok(found)
}

async fn part(
    pool: &PgPool,
    query: &TaskQuery,
    part: Part,
    cursor: Option<(i64, Uuid)>,
    limit: usize,
) -> Result<Vec<Found>, QueryError> {
    // Two columns that no two tasks share: of a ticket, each run is another one.
    let (value, id) = match (query.sort, part) {
        (TaskSortKey::CreatedAt, _) | (TaskSortKey::DueAt, Part::NeverDue) => {
            ("k.created_at", "k.id")
        }
        (TaskSortKey::UpdatedAt, _) => ("k.updated_at", "k.id"),
        (TaskSortKey::DueAt, Part::Due | Part::Whole) => ("k.due_at", "k.id"),
        (TaskSortKey::Priority, _) => ("t.priority", "k.ticket_id, k.run"),
    };
    let mut sql = QueryBuilder::new(format!("select k.id, {value}, k.ticket_id, k.run"));
    push_matches(&mut sql, query);
    match part {
        Part::Whole => {}
        Part::Due => {
            sql.push(" and k.due_at is not null");
        }
        Part::NeverDue => {
            sql.push(" and k.due_at is null");
        }
    }
    if let Some(cursor) = cursor {
        sql.push(format!(" and ({value}, {id}) {} (", query.direction.after()));
        push_cursor(&mut sql, query.sort, cursor)?;
        sql.push(")");
    }
    let way = query.direction.sql();
    let id = id.replace(',', &format!(" {way},"));
    sql.push(format!(" order by {value} {way}, {id} {way} limit "));
    sql.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = sql.build().fetch_all(pool).await?;
    Ok(rows.iter().map(|row| found(row, query.sort, part)).collect())
}

fn found(row: &PgRow, sort: TaskSortKey, part: Part) -> Found {
    let id: Uuid = row.get(0);
    let cursor = match (sort, part) {
        (TaskSortKey::Priority, _) => {
            let (priority, run): (i16, i32) = (row.get(1), row.get(3));
            ((i64::from(priority) << 32) | i64::from(run), row.get(2))
        }
        (TaskSortKey::DueAt, Part::NeverDue) => (NEVER, id),
        (TaskSortKey::CreatedAt | TaskSortKey::UpdatedAt | TaskSortKey::DueAt, _) => {
            (micros(row.get(1)), id)
        }
    };
    Found { id, cursor }
}

fn push_cursor(
    sql: &mut QueryBuilder<Postgres>,
    sort: TaskSortKey,
    (value, id): (i64, Uuid),
) -> Result<(), QueryError> {
    match sort {
        TaskSortKey::DueAt if value == NEVER => {
            sql.push("(select c.created_at from views.tasks c where c.id = ").push_bind(id);
            sql.push("), ").push_bind(id);
        }
        TaskSortKey::CreatedAt | TaskSortKey::UpdatedAt | TaskSortKey::DueAt => {
            let at = DateTime::<Utc>::from_timestamp_micros(value).ok_or(QueryError::BadCursor)?;
            sql.push_bind(at).push(", ").push_bind(id);
        }
        TaskSortKey::Priority => {
            let priority = i16::try_from(value >> 32).map_err(|_| QueryError::BadCursor)?;
            let run = i32::try_from(value & 0xFFFF_FFFF).map_err(|_| QueryError::BadCursor)?;
            sql.push_bind(priority).push(", ").push_bind(id).push(", ").push_bind(run);
        }
    }
    Ok(())
}

/// How many tasks match, counted to just over the cap.
async fn count(pool: &PgPool, query: &TaskQuery) -> Result<i64, QueryError> {
    let mut sql = QueryBuilder::new("select count(*) from (select 1");
    push_matches(&mut sql, query);
    sql.push(" limit ").push_bind(Total::CAP + 1).push(") m");
    Ok(sql.build().fetch_one(pool).await?.get(0))
}

/// `from` and `where`: the tasks `k` that match, and their tickets `t`.
fn push_matches(sql: &mut QueryBuilder<Postgres>, query: &TaskQuery) {
    let filter = &query.filter;
    sql.push(" from views.tasks k join views.tickets t on t.id = k.ticket_id");
    // Who names a ticket wants to see what became of its tasks, whatever became of the ticket.
    sql.push(if filter.ticket.is_some() { " where true" } else { " where not t.hidden" });
    push_scope(sql, &query.scope);
    if !filter.status.is_empty() {
        let statuses: Vec<&'static str> = filter.status.iter().map(|it| it.as_str()).collect();
        sql.push(" and k.status = any(").push_bind(statuses).push(")");
    }
    if !filter.role.is_empty() {
        sql.push(" and k.role = any(").push_bind(roles(&filter.role)).push(")");
    }
    push_assigned(sql, &filter.assigned);
    match filter.waiting {
        Some(true) => {
            sql.push(" and k.waiting");
        }
        Some(false) => {
            sql.push(" and not k.waiting");
        }
        None => {}
    }
    if let Some(ticket) = filter.ticket {
        sql.push(" and k.ticket_id = ").push_bind(ticket.uuid());
    }
    if !filter.workflow.is_empty() {
        let ids: Vec<Uuid> = filter.workflow.iter().copied().map(WorkflowId::uuid).collect();
        sql.push(" and k.workflow_id = any(").push_bind(ids).push(")");
    }
    if let Some(moment) = filter.due_before {
        sql.push(" and k.due_at < ").push_bind(moment);
    }
}

fn push_scope(sql: &mut QueryBuilder<Postgres>, scope: &TaskScope) {
    match scope {
        TaskScope::All => {}
        TaskScope::Mine(user) => {
            sql.push(" and k.assignee = ").push_bind(user.uuid());
        }
        TaskScope::Roles(held) => {
            sql.push(" and k.role = any(").push_bind(roles(held)).push(")");
        }
        TaskScope::Own { user, roles: held } => {
            sql.push(" and (k.assignee = ").push_bind(user.uuid());
            sql.push(" or k.role = any(").push_bind(roles(held)).push("))");
        }
    }
}

fn push_assigned(sql: &mut QueryBuilder<Postgres>, assigned: &[Assignment]) {
    if assigned.is_empty() {
        return;
    }
    let mut users = Vec::new();
    let mut nobody = false;
    for assignment in assigned {
        match assignment {
            Assignment::To(user) => users.push(user.uuid()),
            Assignment::Nobody => nobody = true,
        }
    }
    if nobody {
        sql.push(" and (k.assignee is null or k.assignee = any(").push_bind(users).push("))");
    } else {
        sql.push(" and k.assignee = any(").push_bind(users).push(")");
    }
}

fn roles(roles: &[RoleId]) -> Vec<Uuid> {
    roles.iter().copied().map(RoleId::uuid).collect()
}
