//! What stands beside a ticket: it has streams of its own and is shown with it.

use std::collections::HashMap;

use domain::TicketId;

use crate::Api;
use crate::conventions::Problem;
use crate::render::{Beside, TaskBrief, TicketSlaBody};
use crate::routes::tasks::running_task;

/// What stands beside these tickets, as the views have it.
pub(super) async fn beside(
    api: &Api,
    tickets: &[TicketId],
) -> Result<HashMap<TicketId, Beside>, Problem> {
    let tasks = api.queries.last_tasks(tickets).await?;
    let clocks = api.queries.ticket_sla(tickets).await?;
    let mut beside: HashMap<TicketId, Beside> = HashMap::with_capacity(tickets.len());
    for (ticket, row) in tasks {
        beside.entry(ticket).or_default().task = TaskBrief::of_row(row);
    }
    for (ticket, sla) in clocks {
        beside.entry(ticket).or_default().sla = Some(TicketSlaBody::from(sla));
    }
    Ok(beside)
}

/// What stands beside a ticket just after a command on it.
pub(super) async fn beside_now(api: &Api, ticket: TicketId) -> Result<Beside, Problem> {
    // Clocks follow what happens, so that the views are as good as the log here; and what was written is not to be
    // answered with a failure because they cannot be read.
    let clocks = api.queries.ticket_sla(&[ticket]).await.unwrap_or_default();
    let sla = clocks.into_values().next().map(TicketSlaBody::from);
    Ok(Beside { task: running_task(api, ticket).await?, sla })
}
