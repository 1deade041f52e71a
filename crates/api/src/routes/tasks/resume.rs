//! `POST /tasks/{id}/resume`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::{refused, target, task_answer};
use crate::Api;
use crate::conventions::{CommandContext, Problem};
use crate::permissions::Capability;
use crate::render::TaskBody;

/// Let a task go on that rests
///
/// It goes on where it was, with the time of its step that was left.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/resume", tag = "Tasks",
    params(("id" = uuid::Uuid, Path, description = "Id of the task")),
    responses((status = 200, description = "The task.", body = TaskBody)))]
pub(crate) async fn resume_task(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    let task = target(&api, &command.caller, Capability::ResumeTask, &id).await?;
    command.body.fields().finish()?;
    match api.commands.resume_task(&command.context, task).await {
        Ok(done) => task_answer(&api, StatusCode::OK, done).await,
        Err(error) => Err(refused(
            &api,
            &command.caller,
            &command.context,
            Capability::ResumeTask,
            task,
            error,
        )
        .await),
    }
}
