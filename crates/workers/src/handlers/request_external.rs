//! Another system is asked; where it cannot be, people are called in.

use commands::CommandError;
use domain::Text;
use domain::task::ExternalFailure;
use serde_json::json;

use super::follow_task::{answer_by, waiting_request};
use crate::external::{Admission, External, Sent, question};
use crate::jobs::{Done, JobError, JobRun};
use crate::work::{Cause, Question, context, told};

/// The longest detail that is kept of a failure.
const DETAIL: usize = 500;

pub(super) async fn request_external(run: JobRun, external: External) -> Done {
    let asked: Question = told(&run.job)?;
    let commands = &run.commands;
    let found = commands.task(asked.task).await?;
    let task = found.as_ref().and_then(|found| found.state.task());
    let waiting = task.and_then(waiting_request);
    let (Some(task), Some((request, system))) = (task, waiting) else {
        return Ok(json!({ "outcome": "not_needed" }));
    };
    if request.id != asked.request {
        return Ok(json!({ "outcome": "not_needed" }));
    }
    let Some(known) = external.system(system) else {
        let detail = format!("The configuration has no system {:?}.", system.as_str());
        return give_up(&run, &asked, ExternalFailure::NotConfigured, detail).await;
    };
    let by = answer_by(request, known.system.answer_within);
    let now = commands.store().ambient().now();
    let body = question(commands, external.public_url(), asked.task, task, request.id, by).await?;
    if let Admission::Wait(after) = external.admit(known, now) {
        let error = "The system failed again and again, and is left alone for a while.".to_owned();
        return Err(JobError::PutOff { error, after });
    }
    match external.send(known, request.id, body.to_string().into_bytes(), now).await {
        Sent::Taken { status } => Ok(json!({ "outcome": "taken", "status": status })),
        Sent::Refused { detail } => give_up(&run, &asked, ExternalFailure::Rejected, detail).await,
        Sent::Unreached { detail } if run.job.tries >= run.job.max_tries => {
            give_up(&run, &asked, ExternalFailure::Unreachable, detail).await
        }
        Sent::Unreached { detail } => Err(JobError::TryAgain(detail)),
    }
}

/// Calls people in.
async fn give_up(run: &JobRun, asked: &Question, why: ExternalFailure, detail: String) -> Done {
    let ctx = context(&run.commands, &run.job, Cause::Job { id: asked.request.uuid() });
    let short: String = detail.chars().take(DETAIL).collect();
    let text = Text::lines(&short, 1, DETAIL as u32).ok();
    match run.commands.fail_external(&ctx, asked.task, asked.request, why, text).await {
        Ok(_) => Err(JobError::Failed(detail)),
        // It was given up on, or answered, meanwhile.
        Err(CommandError::Task(_)) => Err(JobError::Failed(detail)),
        Err(error) => Err(error.into()),
    }
}
