//! `POST /tickets/{id}/push_to_workflow`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use commands::{CommandError, Start, Started};
use domain::TicketId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::target;
use crate::Api;
use crate::conventions::{CommandContext, Problem};
use crate::permissions::Capability;
use crate::render::TaskBody;
use crate::routes::tasks::{running_task_answer, task_answer};

/// How to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
#[schema(example = json!({ "restart": true }))]
pub(crate) struct PushToWorkflowInput {
    /// Is a task that runs to be cancelled, so that matching begins anew? Not so, if left out.
    restart: Option<bool>,
}

/// Find the ticket's workflow and begin a task
///
/// What Docket does by itself when a ticket is opened, classified or moved. A task that runs already is answered as it
/// is, unless matching is to begin anew.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/push_to_workflow", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    request_body = PushToWorkflowInput,
    responses(
        (status = 200, description = "The task that runs.", body = TaskBody),
        (status = 201, description = "The task that was begun.", body = TaskBody),
    ))]
pub(crate) async fn push_to_workflow(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::PushToWorkflow, &id).await?;
    let mut fields = command.body.fields();
    let how = match fields.boolean(&["restart"]).value() {
        Some(true) => Start::Restart,
        Some(false) | None => Start::IfNone,
    };
    fields.finish()?;
    unchanged(&api, command.context.if_match, ticket).await?;
    match api.commands.start_task(&command.context, ticket, how).await.map_err(refused)? {
        Started::Task(task) => task_answer(&api, StatusCode::CREATED, task).await,
        Started::Running(task) => running_task_answer(&api, task).await,
        Started::NoWorkflow => {
            Err(conflict("No workflow is for this ticket, and none is the default.", "no_workflow"))
        }
        Started::NotOpen => Err(conflict(
            "A ticket that is resolved, closed, deleted or merged begins no task.",
            "ticket_not_open",
        )),
    }
}

/// The version that the caller saw is the ticket's; the command writes the task alone.
async fn unchanged(api: &Api, seen: Option<i32>, ticket: TicketId) -> Result<(), Problem> {
    let Some(seen) = seen else { return Ok(()) };
    let found = api.commands.ticket_state(ticket).await?.ok_or(CommandError::NotFound);
    match found.map_err(refused)?.version {
        current if current == seen => Ok(()),
        current => Err(CommandError::VersionMismatch { current }.into()),
    }
}

fn conflict(detail: &str, code: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "not-allowed-now", detail).with("code", code)
}

fn refused(error: CommandError) -> Problem {
    match error {
        CommandError::NotFound => Problem::not_found("ticket"),
        error => error.into(),
    }
}
