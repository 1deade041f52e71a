//! `POST /tasks/{id}/hold`

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

/// Why a task rests.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct HoldTaskInput {
    /// Why.
    #[schema(max_length = 2000, example = "The spare part comes on Monday.")]
    reason: Option<String>,
}

/// Let a task rest
///
/// Nobody can act on it until it is resumed, and the time of its step stands still. The answer of another system counts
/// all the same.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/hold", tag = "Tasks",
    params(("id" = uuid::Uuid, Path, description = "Id of the task")),
    request_body = HoldTaskInput,
    responses((status = 200, description = "The task.", body = TaskBody)))]
pub(crate) async fn hold_task(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    let task = target(&api, &command.caller, Capability::HoldTask, &id).await?;
    let mut fields = command.body.fields();
    let reason = remark(&mut fields, &["reason"]);
    fields.finish()?;
    match api.commands.hold_task(&command.context, task, reason).await {
        Ok(done) => task_answer(&api, StatusCode::OK, done).await,
        Err(error) => {
            Err(refused(&api, &command.caller, &command.context, Capability::HoldTask, task, error)
                .await)
        }
    }
}
