//! After a policy or a calendar changed, somebody looks at the clocks of every ticket that is not finished.

use std::time::Duration;

use commands::derive_command_id;
use commands::jobs::Progress;
use projections::{Freshness, Queries, QueryError};
use serde_json::json;

use crate::jobs::{Done, JobError, JobRun};
use crate::work::{Assignment, Cause, Work, told};

/// Tickets at a time.
const PAGE: i64 = 500;
/// How long the views may take to know all tickets that were there before the change.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn refresh_sla(run: JobRun, queries: Queries) -> Done {
    let Assignment { cause, .. } = told(&run.job)?;
    // A ticket that came after the change asks for its clocks itself.
    if let Cause::Event { position, .. } = cause {
        queries.wait_for(position, Freshness::Views, PATIENCE).await.map_err(|e| later(&e))?;
    }
    let secrets = run.commands.store().secrets();
    let mut after = None;
    let mut tickets = 0;
    loop {
        let page = queries.unfinished_tickets(after, PAGE).await.map_err(|e| later(&e))?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        let jobs = page.iter().map(|ticket| {
            // The next try of this job asks for the same.
            let id = derive_command_id(secrets, run.job.id, &ticket.to_string(), 0);
            Work::TellSla(*ticket).job(Cause::Job { id })
        });
        let jobs: Vec<_> = jobs.collect();
        let pool = run.commands.store().pool();
        let mut transaction = pool.begin().await.map_err(commands::CommandError::from)?;
        run.commands.enqueue_jobs(&mut transaction, &jobs).await?;
        transaction.commit().await.map_err(commands::CommandError::from)?;
        tickets += page.len() as u64;
        run.progress(Progress::from([("tickets", tickets)]));
    }
    Ok(json!({ "tickets": tickets }))
}

fn later(error: &QueryError) -> JobError {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::warn!(%error, cause, "the clocks of all tickets are looked at later");
    JobError::TryAgain(format!("The views could not be read: {error}."))
}
