//! What is due about a task is told, somebody looks again in time, and its system is asked.

use commands::timer::TimerKind;
use commands::{CommandError, Commands};
use domain::task::{ExternalFailure, RequestFate, Task};
use domain::vocabulary::SystemName;
use domain::{RequestId, TaskId, Timestamp};
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
    let waiting = task.and_then(waiting_request);
    let answer_by = match &waiting {
        Some((_, system)) => answer_by(commands, task_id, external.answer_within(system)).await?,
        None => None,
    };
    let now = commands.store().ambient().now();
    if let (Some((request, _)), Some(answer_by)) = (&waiting, answer_by)
        && answer_by <= now
    {
        let timed_out = ExternalFailure::TimedOut;
        commands.fail_external(&ctx, task_id, *request, timed_out, None).await?;
        return Ok(json!({ "timed_out": true }));
    }
    commands.set_timer(TimerKind::External, id, answer_by, found.version).await?;
    if let Some((request, system)) = waiting {
        let tries = external.system(&system).map(|known| known.system.tries);
        let question = Question { task: task_id, request };
        let mut connection = commands.store().pool().acquire().await.map_err(CommandError::from)?;
        commands.enqueue_job(&mut connection, question.job(&system, tries)).await?;
    }
    Ok(json!({}))
}

/// The request that a task waits for an answer to, and whose answer that is.
pub(super) fn waiting_request(task: &Task) -> Option<(RequestId, SystemName)> {
    if task.status().is_ended() {
        return None;
    }
    let request = task.current_request()?;
    let system = task.step.system.clone()?;
    match request.fate {
        RequestFate::Waiting => Some((request.id, system)),
        RequestFate::Answered(_) | RequestFate::Failed | RequestFate::AnsweredLate(_) => None,
    }
}

/// When the last request of a task is to be answered: so long after it was made.
pub(super) async fn answer_by(
    commands: &Commands,
    task: TaskId,
    within: std::time::Duration,
) -> Result<Option<Timestamp>, CommandError> {
    let events = commands.store().read_stream(task.uuid(), 0).await?;
    let asked = events.iter().rev().find(|event| event.event_type == "task.external_requested");
    let within = chrono::TimeDelta::from_std(within).unwrap_or(chrono::TimeDelta::MAX);
    Ok(asked.and_then(|event| event.recorded_at.checked_add_signed(within)))
}
