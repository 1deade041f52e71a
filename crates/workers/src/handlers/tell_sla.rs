//! What is told of a ticket's clocks is what there is to tell, and somebody looks again in time.

use commands::timer::TimerKind;
use domain::TicketId;
use serde_json::json;

use crate::jobs::{Done, JobRun};
use crate::work::{Assignment, context, told};

pub(super) async fn tell_sla(run: JobRun) -> Done {
    let Assignment { id, cause } = told(&run.job)?;
    let ctx = context(&run.commands, &run.job, cause);
    let clocks = run.commands.tell_sla(&ctx, TicketId(id)).await?;
    run.commands.set_timer(TimerKind::Sla, id, clocks.next_at, clocks.version).await?;
    Ok(json!({}))
}
