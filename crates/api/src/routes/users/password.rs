//! `POST /users/profile/password`, `POST /users/{id}/password`

use axum::extract::{Path, State};
use axum::response::Response;
use commands::CommandError;
use commands::user::check_password;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{nothing, user_id};
use crate::Api;
use crate::conventions::{CommandContext, Fields, Problem};
use crate::permissions::Capability;

/// One's own new password.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct ChangePasswordBody {
    /// The present password.
    #[schema(format = Password)]
    current_password: String,
    /// The new one.
    #[schema(format = Password, min_length = 8, max_length = 256)]
    new_password: String,
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct SetPasswordBody {
    /// The password.
    #[schema(format = Password, min_length = 8, max_length = 256)]
    password: String,
}

/// Change one's own password
///
/// Ends all sessions but the present one.
#[utoipa::path(post, path = "/api/v1/users/profile/password", tag = "Users",
    request_body = ChangePasswordBody,
    responses((status = 204, description = "The password was changed.")))]
pub(crate) async fn change_own_password(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::ChangePassword)?;
    let user = command.caller.require_user()?;
    let mut fields = command.body.fields();
    let current = fields.text(&["current_password", "old_password"]);
    let current = fields.required("current_password", current).unwrap_or_default();
    let new = new_password(&mut fields, "new_password");
    fields.finish()?;
    let present = command.caller.session;
    let changed =
        api.commands.change_own_password(&command.context, user, &current, &new, present).await;
    Ok(nothing(&changed.map_err(|error| named(&error))?))
}

/// Give somebody a new password
///
/// Ends all of the user's sessions.
#[utoipa::path(post, path = "/api/v1/users/{id}/password", tag = "Users",
    params(("id" = uuid::Uuid, Path, description = "Id of the user")),
    request_body = SetPasswordBody,
    responses((status = 204, description = "The password was set.")))]
pub(crate) async fn set_password(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::SetPassword)?;
    let user = user_id(&id)?;
    let mut fields = command.body.fields();
    let password = new_password(&mut fields, "password");
    fields.finish()?;
    // An admin's own session goes on.
    let present = command.caller.session.filter(|_| command.caller.user == Some(user));
    let set = api.commands.set_password(&command.context, user, &password, present).await?;
    Ok(nothing(&set))
}

fn new_password(fields: &mut Fields, name: &'static str) -> String {
    let password = fields.text(&[name]);
    let password = fields.required(name, password);
    if let Some(password) = &password
        && let Err(error) = check_password(name, password, None)
    {
        fields.error(name, &error.kind);
    }
    password.unwrap_or_default()
}

/// The new password stands in another field here than where somebody else's is set.
fn named(error: &CommandError) -> Problem {
    let mut problem = Problem::of_command(error);
    for bad in &mut problem.errors {
        if bad.field == "password" {
            bad.field = "new_password".to_owned();
        }
    }
    problem
}
