//! `PATCH /users/{id}`

use axum::extract::{Path, State};
use axum::response::Response;

use super::answer::{user_answer, user_id};
use super::input::{EditUserBody, read_edit};
use crate::Api;
use crate::conventions::{CommandContext, Problem};
use crate::permissions::Capability;
use crate::render::UserBody;

/// Change an account
///
/// A merge patch: what is absent stays. Each change is an event of its own, all of them together or none. Another
/// role, and a deactivation, end the user's sessions.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "Users",
    params(("id" = uuid::Uuid, Path, description = "Id of the user")),
    request_body = EditUserBody,
    responses((status = 200, description = "The account.", body = UserBody)))]
pub(crate) async fn edit_user(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::ChangeUser)?;
    let id = user_id(&id)?;
    let mut fields = command.body.fields();
    let edit = read_edit(&mut fields);
    fields.finish()?;
    let committed = api.commands.edit_user(&command.context, id, edit).await?;
    user_answer(&api, &committed).await
}
