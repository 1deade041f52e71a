//! What stands beside a ticket: it has streams of its own and is shown with it.

use std::collections::HashMap;

use domain::TicketId;

use crate::Api;
use crate::conventions::Problem;
use crate::render::{Beside, TaskBrief};
use crate::routes::tasks::running_task;

/// What stands beside these tickets, as the views have it.
pub(super) async fn beside(
    api: &Api,
    tickets: &[TicketId],
) -> Result<HashMap<TicketId, Beside>, Problem> {
    let tasks = api.queries.last_tasks(tickets).await?;
    let beside = tasks.into_iter().map(|(ticket, row)| {
        let task = TaskBrief::of_row(row);
        (ticket, Beside { task })
    });
    Ok(beside.collect())
}

/// What stands beside a ticket just after a command on it.
pub(super) async fn beside_now(api: &Api, ticket: TicketId) -> Result<Beside, Problem> {
    Ok(Beside { task: running_task(api, ticket).await? })
}
