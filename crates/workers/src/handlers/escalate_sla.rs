//! What a clock at risk, or a breach, sets off is done.

use domain::TicketId;
use serde_json::json;

use crate::jobs::{Done, JobRun};
use crate::work::{Assignment, context, told};

pub(super) async fn escalate_sla(run: JobRun) -> Done {
    let Assignment { id, cause } = told(&run.job)?;
    let ctx = context(&run.commands, &run.job, cause);
    let escalations = run.commands.escalate_sla(&ctx, TicketId(id)).await?;
    Ok(json!({ "escalations": escalations }))
}
