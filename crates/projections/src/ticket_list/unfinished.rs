//! The tickets that somebody still has to do something about.

use domain::TicketId;
use domain::ticket::Status;
use sqlx::PgPool;
use uuid::Uuid;

/// Their ids, in the order of the ids, after one of them, up to `limit`.
pub(crate) async fn unfinished(
    pool: &PgPool,
    after: Option<TicketId>,
    limit: i64,
) -> Result<Vec<TicketId>, sqlx::Error> {
    let statuses = [Status::Open, Status::InProgress, Status::WaitingCustomer];
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "select id from views.tickets where not hidden and status = any ($1) and id > $2 \
         order by id limit $3",
    )
    .bind(statuses.map(Status::as_str).as_slice())
    .bind(after.map_or(Uuid::nil(), TicketId::uuid))
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(TicketId).collect())
}
