//! `POST /tasks/{id}/assign`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{refused, target, task_answer};
use crate::Api;
use crate::conventions::{CommandContext, Given, Problem};
use crate::permissions::Capability;
use crate::render::TaskBody;

/// Who gets the task.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct AssignTaskInput {
    /// E-mail address or id of somebody who holds the work role of the step; null for whoever is next by the
    /// strategy of the step.
    #[schema(required = true, example = "approver@example.com")]
    assigned_to: Option<String>,
}

/// Give a task to somebody
#[utoipa::path(post, path = "/api/v1/tasks/{id}/assign", tag = "Tasks",
    params(("id" = uuid::Uuid, Path, description = "Id of the task")),
    request_body = AssignTaskInput,
    responses((status = 200, description = "The task.", body = TaskBody)))]
pub(crate) async fn assign_task(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    let task = target(&api, &command.caller, Capability::AssignTask, &id).await?;
    let mut fields = command.body.fields();
    let assignee = match fields.text(&["assigned_to", "assignee", "user"]) {
        Given::Null => None,
        given => {
            let text = fields.required("assigned_to", given);
            text.and_then(|text| fields.parse("assigned_to", text.parse()))
        }
    };
    fields.finish()?;
    match api.commands.assign_task(&command.context, task, assignee).await {
        Ok(done) => task_answer(&api, StatusCode::OK, done).await,
        Err(error) => Err(refused(
            &api,
            &command.caller,
            &command.context,
            Capability::AssignTask,
            task,
            error,
        )
        .await),
    }
}
