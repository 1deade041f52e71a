//! `GET /tasks/{id}/available-actions`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{AppendHeaders, IntoResponse, Response};
use domain::task::AvailableAction;
use domain::workflow::Target;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::target;
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag, page_params, plain_context};
use crate::permissions::Capability;
use crate::render::ListBody;

/// An action that can be taken now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActionBody {
    /// Its id, for `action`.
    action_id: String,
    /// What people call it.
    name: String,
    /// The id of the step it leads to; null if it leads to an end.
    to_step: Option<String>,
    /// How the workflow ends with it; null if it leads to a step.
    outcome: Option<String>,
    /// The status that the ticket takes on then; null if it stays as it is.
    ticket_status: Option<String>,
}

/// See what can be done to a task now
///
/// Nothing while it is on hold, while another system decides, and once it has ended. Always up to date; the `ETag` is
/// the task's.
#[utoipa::path(get, path = "/api/v1/tasks/{id}/available-actions", tag = "Tasks",
    params(
        ("id" = uuid::Uuid, Path, description = "Id of the task"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "The actions, in the order of the workflow.", body = ListBody<ActionBody>)))]
pub(crate) async fn list_available_actions(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    parts: Parts,
    mut params: Params,
) -> Result<Response, Problem> {
    let page = page_params(&mut params);
    params.finish()?;
    let task = target(&api, &caller, Capability::ListAvailableActions, &id).await?;
    let Parts { method, uri, headers, extensions, .. } = &parts;
    let context = plain_context(method, uri, headers, extensions, &api, Some(&caller));
    let (found, available) = api.commands.available_actions(&context, task).await?;
    let actions = available.iter().map(ActionBody::from).collect();
    let list = page.of(actions, |action: &ActionBody| action.action_id.clone())?;
    Ok((AppendHeaders([etag(found.version)]), Json(list)).into_response())
}

impl From<&AvailableAction> for ActionBody {
    fn from(available: &AvailableAction) -> Self {
        let (to_step, end) = match &available.to {
            Target::Step(step) => (Some(step.to_string()), None),
            Target::End(end) => (None, Some(end)),
        };
        Self {
            action_id: available.action.id.to_string(),
            name: available.action.name.to_string(),
            to_step,
            outcome: end.map(|end| end.outcome.to_string()),
            ticket_status: end.and_then(|end| end.ticket_status).map(|status| status.to_string()),
        }
    }
}
