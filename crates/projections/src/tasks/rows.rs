//! Tasks as queries answer them, with what they name.

use std::collections::HashMap;

use domain::task::{Task, TaskState};
use domain::{RoleId, TaskId, TicketId, UserId};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::fold::is_waiting;
use super::query::{TaskRole, TaskRow, TaskTicket, TaskWorkflow};
use crate::{QueryError, TicketItem, UserBrief, ticket_detail};

/// A task as it is answered, and the whole of it.
pub(super) struct Known {
    pub(super) row: TaskRow,
    pub(super) task: Task,
}

/// One task.
pub(crate) async fn by_id(pool: &PgPool, id: TaskId) -> Result<Option<TaskRow>, QueryError> {
    Ok(by_ids(pool, &[id.uuid()]).await?.pop().map(|known| known.row))
}

/// All tasks of a ticket, in the order of their runs.
pub(crate) async fn of_ticket(pool: &PgPool, ticket: TicketId) -> Result<Vec<TaskRow>, QueryError> {
    let rows = sqlx::query("select id from views.tasks where ticket_id = $1 order by run, id")
        .bind(ticket.uuid())
        .fetch_all(pool)
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    Ok(by_ids(pool, &ids).await?.into_iter().map(|known| known.row).collect())
}

/// The last task of each of these tickets, as far as there is one.
pub(crate) async fn last_of(
    pool: &PgPool,
    tickets: &[TicketId],
) -> Result<HashMap<TicketId, TaskRow>, QueryError> {
    let tickets: Vec<Uuid> = tickets.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query(
        "select k.id from unnest($1::uuid[]) as n(id), lateral \
             (select id from views.tasks where ticket_id = n.id order by run desc limit 1) k",
    )
    .bind(tickets)
    .fetch_all(pool)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let known = by_ids(pool, &ids).await?;
    Ok(known.into_iter().map(|known| (known.row.ticket.id, known.row)).collect())
}

/// The tasks with these ids, in the order of the ids; unknown ones are left out.
pub(super) async fn by_ids(pool: &PgPool, ids: &[Uuid]) -> Result<Vec<Known>, QueryError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(
        "select d.id, d.version, d.state, k.ticket_id, w.name, r.name, u.id, u.email, u.full_name \
         from views.task_details d join views.tasks k on k.id = d.id \
         left join views.workflows w on w.id = k.workflow_id \
         left join views.work_roles r on r.id = k.role and not r.removed \
         left join views.users u on u.id = k.assignee \
         where d.id = any($1)",
    )
    .bind(ids)
    .fetch_all(pool)
    .await?;
    let tickets: Vec<Uuid> = rows.iter().map(|row| row.get(3)).collect();
    let tickets: HashMap<TicketId, TicketItem> = ticket_detail::by_ids(pool, &tickets)
        .await?
        .into_iter()
        .map(|item| (item.id, item))
        .collect();
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        if let Some(known) = known(row, &tickets)? {
            found.insert(row.get::<Uuid, _>(0), known);
        }
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

fn known(
    row: &PgRow,
    tickets: &HashMap<TicketId, TicketItem>,
) -> Result<Option<Known>, QueryError> {
    let state: TaskState = serde_json::from_str(row.get(2))
        .map_err(|source| QueryError::Row { view: "task_details", source })?;
    let TaskState::Opened(task) = state else { return Ok(None) };
    let row = TaskRow {
        id: TaskId(row.get(0)),
        version: row.get(1),
        ticket: ticket(task.ticket, tickets.get(&task.ticket)),
        run: task.run,
        workflow: TaskWorkflow {
            id: task.matched.workflow,
            name: row.get(4),
            version: task.matched.version,
        },
        match_level: task.matched.level,
        role: task.step.role.map(|id: RoleId| TaskRole { id, name: row.get(5) }),
        step: task.step.clone(),
        status: task.status(),
        visit: task.visit,
        assignee: task.assignee.map(|id: UserId| assignee(id, row)),
        waiting: is_waiting(&task),
        waiting_for: task.waiting.clone().filter(|_| is_waiting(&task)),
        due_at: task.due_at(),
        at_risk_at: task.at_risk_at(),
        escalations: task.escalations.clone(),
        opened_at: task.opened_at,
        entered_at: task.entered_at,
        updated_at: task.updated_at,
    };
    Ok(Some(Known { row, task: *task }))
}

/// Who has it, also while the views do not know that user.
fn assignee(id: UserId, row: &PgRow) -> UserBrief {
    UserBrief { id, email: row.get(7), full_name: row.get(8) }
}

fn ticket(id: TicketId, item: Option<&TicketItem>) -> TaskTicket {
    let ticket = item.map(|item| &item.ticket);
    TaskTicket {
        id,
        number: ticket.map(|ticket| ticket.number),
        subject: ticket.and_then(|ticket| ticket.subject.as_str()).map(str::to_owned),
        priority: ticket.map(|ticket| ticket.priority),
        status: ticket.map(|ticket| ticket.status),
    }
}
