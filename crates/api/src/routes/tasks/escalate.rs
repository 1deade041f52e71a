//! `POST /tasks/{id}/escalate`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{refused, target, task_answer};
use super::fields::remark;
use crate::Api;
use crate::conventions::{CommandContext, Problem};
use crate::permissions::Capability;
use crate::render::TaskBody;

/// Why others are called in.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct EscalateTaskInput {
    /// What is said about it.
    #[schema(max_length = 2000, example = "The site is without power; who can decide?")]
    comment: Option<String>,
}

/// Call others in
///
/// The task can be worked on as before.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/escalate", tag = "Tasks",
    params(("id" = uuid::Uuid, Path, description = "Id of the task")),
    request_body = EscalateTaskInput,
    responses((status = 200, description = "The task.", body = TaskBody)))]
pub(crate) async fn escalate_task(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    let task = target(&api, &command.caller, Capability::EscalateTask, &id).await?;
    let mut fields = command.body.fields();
    let comment = remark(&mut fields, &["comment"]);
    fields.finish()?;
    match api.commands.escalate_task(&command.context, task, comment).await {
        Ok(done) => task_answer(&api, StatusCode::OK, done).await,
        Err(error) => Err(refused(
            &api,
            &command.caller,
            &command.context,
            Capability::EscalateTask,
            task,
            error,
        )
        .await),
    }
}
