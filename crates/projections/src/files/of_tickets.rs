//! Which ticket each file is of. Files of deleted and merged tickets go on being theirs.

use domain::ticket::{FileRole, TicketState};
use sqlx::PgConnection;
use uuid::Uuid;

/// A file of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfTicket {
    file: Uuid,
    role: FileRole,
}

impl OfTicket {
    /// The files of a ticket.
    pub(crate) fn all(state: &TicketState) -> Vec<Self> {
        let files = state.ticket().map(|ticket| ticket.files.as_slice()).unwrap_or_default();
        files.iter().map(|file| Self { file: file.id.uuid(), role: file.role }).collect()
    }
}

/// Exchanges the rows of these tickets.
pub(crate) async fn store(
    connection: &mut PgConnection,
    tickets: &[(Uuid, Vec<OfTicket>)],
) -> Result<(), sqlx::Error> {
    if tickets.is_empty() {
        return Ok(());
    }
    sqlx::query("delete from ticket_files where ticket_id = any($1)")
        .bind(tickets.iter().map(|(id, _)| *id).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    let rows: Vec<(Uuid, &OfTicket)> =
        tickets.iter().flat_map(|(id, files)| files.iter().map(|file| (*id, file))).collect();
    sqlx::query(
        "insert into ticket_files (file_id, ticket_id, role) \
         select * from unnest($1::uuid[], $2::uuid[], $3::text[])",
    )
    .bind(rows.iter().map(|(_, file)| file.file).collect::<Vec<_>>())
    .bind(rows.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, file)| file.role.as_str()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}
