//! Which tickets have clocks, whatever becomes of the policies.

use std::collections::HashSet;

use domain::TicketId;
use domain::sla::{stream_of, ticket_of};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::CommandError;
use crate::core::Commands;
use crate::sla::rules::GENERATION;

impl Commands {
    /// Those of the tickets that have, or had, clocks. Where there never was a policy, nothing is looked for.
    ///
    /// # Errors
    /// The store's.
    pub async fn tickets_with_clocks(
        &self,
        connection: &mut PgConnection,
        tickets: &[TicketId],
    ) -> Result<HashSet<TicketId>, CommandError> {
        let streams: Vec<Uuid> = tickets.iter().map(|ticket| stream_of(*ticket)).collect();
        let found: Vec<Uuid> = sqlx::query_scalar(
            "select stream_id from log.events where stream_id = any ($1) and version = 1 \
             and exists (select from log.claims where kind = $2)",
        )
        .bind(streams)
        .bind(GENERATION)
        .fetch_all(connection)
        .await?;
        Ok(found.into_iter().map(ticket_of).collect())
    }
}
