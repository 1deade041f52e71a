//! A ticket has the task that it should have.

use domain::TicketId;
use serde_json::json;

use crate::jobs::{Done, JobRun};
use crate::work::{Assignment, context, told};

pub(super) async fn reconcile_task(run: JobRun) -> Done {
    let Assignment { id, cause } = told(&run.job)?;
    let ctx = context(&run.commands, &run.job, cause);
    run.commands.reconcile_task(&ctx, TicketId(id)).await?;
    Ok(json!({}))
}
