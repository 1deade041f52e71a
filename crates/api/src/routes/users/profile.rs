//! `GET PATCH /users/profile`

use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::UserEdit;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{known, user_answer, user_body};
use super::input::{AwayFormBody, away, full_name};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{CommandContext, Params, Problem, etag};
use crate::permissions::Capability;
use crate::render::UserBody;

/// What is to change of one's own account.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct ChangeProfileBody {
    /// Full name; null empties it.
    #[schema(max_length = 200)]
    full_name: Option<String>,
    /// When one is away; null: here again.
    away: Option<AwayFormBody>,
}

/// See one's own account
#[utoipa::path(get, path = "/api/v1/users/profile", tag = "Users",
    responses((status = 200, description = "The account.", body = UserBody)))]
pub(crate) async fn view_profile(
    State(api): State<Api>,
    caller: Caller,
    params: Params,
) -> Result<Response, Problem> {
    caller.may(Capability::ViewProfile)?;
    let id = caller.require_user()?;
    params.finish()?;
    // The record itself, not a view: who has just signed in must not be told that there is no such user.
    let record = known(api.commands.user_state(id).await?)?;
    let body = user_body(&api, id, record.version, known(record.state.user())?).await?;
    Ok((AppendHeaders([etag(record.version)]), Json(body)).into_response())
}

/// Change one's own account
///
/// The name, and when one is away; e-mail address, role and all else are for an admin to change.
#[utoipa::path(patch, path = "/api/v1/users/profile", tag = "Users", request_body = ChangeProfileBody,
    responses((status = 200, description = "The account.", body = UserBody)))]
pub(crate) async fn change_profile(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::ChangeProfile)?;
    let id = command.caller.require_user()?;
    let mut fields = command.body.fields();
    let edit = UserEdit {
        full_name: full_name(&mut fields),
        away: away(&mut fields),
        ..UserEdit::default()
    };
    fields.finish()?;
    let committed = api.commands.edit_user(&command.context, id, edit).await?;
    user_answer(&api, &committed).await
}
