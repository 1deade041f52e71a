//! What is due about a task is told, somebody looks again in time, and its system is asked.

use std::time::Duration;

use chrono::TimeDelta;
use commands::CommandError;
use commands::timer::TimerKind;
use domain::task::{ExternalFailure, ExternalRequest, RequestFate, Task};
use domain::vocabulary::SystemName;
use domain::{TaskId, Timestamp};
use serde_json::json;

use crate::external::External;
use crate::jobs::{Done, JobRun};
use crate::work::{Assignment, Question, context, told};

pub(super) async fn follow_task(run: JobRun, external: External) -> Done {
    let Assignment { id, cause } = told(&run.job)?;
    let (task_id, commands) = (TaskId(id), &run.commands);
    let ctx = context(commands, &run.job, cause);
    let found = match commands.alarm_task(&ctx, task_id).await {
        Err(CommandError::NotFound) => return Ok(json!({})),
        found => found?,
    };
    commands.set_timer(TimerKind::Task, id, found.next_at, found.version).await?;

    let task = found.state.task();
    if task.is_none_or(|task| task.requests.is_empty()) {
        return Ok(json!({}));
    }
    let Some((request, system)) = task.and_then(waiting_request) else {
        commands.set_timer(TimerKind::External, id, None, found.version).await?;
        return Ok(json!({}));
    };
    let answer_by = answer_by(request, external.answer_within(system));
    if answer_by <= commands.store().ambient().now() {
        let timed_out = ExternalFailure::TimedOut;
        commands.fail_external(&ctx, task_id, request.id, timed_out, None).await?;
        return Ok(json!({ "timed_out": true }));
    }
    commands.set_timer(TimerKind::External, id, Some(answer_by), found.version).await?;
    let tries = external.system(system).map(|known| known.system.tries);
    let question = Question { task: task_id, request: request.id };
    let mut connection = commands.store().pool().acquire().await.map_err(CommandError::from)?;
    commands.enqueue_job(&mut connection, question.job(system, tries)).await?;
    Ok(json!({}))
}

/// The request that a task waits for an answer to, and whose answer that is.
pub(super) fn waiting_request(task: &Task) -> Option<(&ExternalRequest, &SystemName)> {
    if task.status().is_ended() {
        return None;
    }
    let request = task.current_request()?;
    let system = task.step.system.as_ref()?;
    match request.fate {
        RequestFate::Waiting => Some((request, system)),
        RequestFate::Answered(_) | RequestFate::Failed | RequestFate::AnsweredLate(_) => None,
    }
}

/// When a request is to be answered: so long after it was made.
pub(super) fn answer_by(request: &ExternalRequest, within: Duration) -> Timestamp {
    let within = TimeDelta::from_std(within).unwrap_or(TimeDelta::MAX);
    request.asked_at.checked_add_signed(within).unwrap_or(Timestamp::MAX_UTC)
}
