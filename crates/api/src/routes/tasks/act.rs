//! `POST /tasks/{id}/action`

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::CommandError;
use domain::task::{AvailableAction, Progress, TaskRefusal, TaskState, available_actions};
use domain::workflow::ActionId;
use domain::{FieldErrorKind, TaskId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{missing, refused, target, user};
use super::fields::remark;
use crate::Api;
use crate::conventions::{CommandContext, Problem, committed_headers};
use crate::permissions::Capability;

/// An action of the current step.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
#[schema(example = json!({ "action_id": "approve", "comment": "Within the budget.", "visit": 2 }))]
pub(crate) struct ActionInput {
    /// Its id, as `available-actions` has it.
    #[schema(min_length = 1, max_length = 40)]
    action_id: String,
    /// What is said about it.
    #[schema(max_length = 2000)]
    comment: Option<String>,
    /// The `visit` of the task that was seen: at any other step the action is not taken, whatever its id.
    #[schema(minimum = 1)]
    visit: Option<u32>,
}

/// What came of an action.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "status": "transitioned",
    "next_step": { "step_id": "grant", "name": "Grant access", "assigned_to": "agent2@example.com" },
}))]
pub(crate) struct ActionResult {
    /// `transitioned`, or `completed` at an end of the workflow.
    pub(super) status: &'static str,
    /// The step that the task came to; null at an end.
    pub(super) next_step: Option<NextStep>,
}

/// The step that a task came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NextStep {
    /// Its id within the workflow.
    step_id: String,
    /// What people call it.
    name: String,
    /// E-mail address of who has it; null if nobody could be given it, and at a step of another system.
    assigned_to: Option<String>,
}

/// Act on a task: take an action of its current step
///
/// The next step goes to somebody at once. An action that is not available is 409, which names the step the task is
/// at and the actions it has.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/action", tag = "Tasks",
    params(("id" = uuid::Uuid, Path, description = "Id of the task")),
    request_body = ActionInput,
    responses((status = 200, description = "What came of it.", body = ActionResult)))]
pub(crate) async fn act_on_task(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    let task = target(&api, &command.caller, Capability::ActOnTask, &id).await?;
    let mut fields = command.body.fields();
    let action = fields.text(&["action_id", "action"]);
    let action = fields.required("action_id", action);
    let action = action.and_then(|text| fields.parse("action_id", ActionId::parse(&text)));
    let comment = remark(&mut fields, &["comment"]);
    let seen = fields.integer(&["visit"]).value().and_then(|visit| {
        let valid = u32::try_from(visit).ok().filter(|visit| *visit >= 1);
        let range = FieldErrorKind::OutOfRange { min: 1, max: i64::from(u32::MAX) };
        fields.parse("visit", valid.ok_or(range))
    });
    fields.finish()?;
    let Some(action) = action else { return Err(Problem::malformed("There is no action.")) };
    let (context, commands) = (&command.context, &api.commands);
    let done = match commands.act_on_task(context, task, action.clone(), seen, comment).await {
        Ok(done) => done,
        Err(error) => {
            let error = truer(&api, task, action, error).await;
            let capability = Capability::ActOnTask;
            return Err(refused(&api, &command.caller, context, capability, task, error).await);
        }
    };
    let body = result(&api, &done.state).await?;
    Ok((AppendHeaders(committed_headers(&done)), Json(body)).into_response())
}

/// Whoever acts just after somebody else is told that the action is not available at the new step, rather than that
/// others do that step.
async fn truer(api: &Api, task: TaskId, action: ActionId, error: CommandError) -> CommandError {
    let CommandError::Task(TaskRefusal::NotEntitled { step, .. }) = &error else { return error };
    match at_step(api, task).await {
        Some(available) if available.iter().all(|other| other.action.id != action) => {
            let step = step.clone();
            CommandError::Task(TaskRefusal::ActionNotAvailable { action, step, available })
        }
        Some(_) | None => error,
    }
}

/// What can be done to a task now, by whomever.
async fn at_step(api: &Api, task: TaskId) -> Option<Vec<AvailableAction>> {
    let found = api.commands.task(task).await.ok()??;
    let task = found.state.task()?;
    let matched = &task.matched;
    let definition =
        api.queries.workflow_version(matched.workflow, matched.version).await.ok()??;
    Some(available_actions(task, &definition))
}

async fn result(api: &Api, state: &TaskState) -> Result<ActionResult, Problem> {
    let task = state.task().ok_or_else(missing)?;
    match task.progress {
        Progress::Completed(_) | Progress::Cancelled { .. } => {
            Ok(ActionResult { status: "completed", next_step: None })
        }
        Progress::Running(_) | Progress::OnHold { .. } => {
            let next = NextStep {
                step_id: task.step.id.to_string(),
                name: task.step.name.to_string(),
                assigned_to: user(api, task.assignee).await?.and_then(|user| user.email),
            };
            Ok(ActionResult { status: "transitioned", next_step: Some(next) })
        }
    }
}
