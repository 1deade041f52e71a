//! `POST /users`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::committed_body;
use super::initial_password::initial_password;
use super::input::{RegisterUserBody, read_registration};
use crate::Api;
use crate::conventions::{CommandContext, Problem, committed_headers, location};
use crate::permissions::Capability;
use crate::render::UserBody;

/// An account just made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegisteredBody {
    #[serde(flatten)]
    user: UserBody,
    /// The password that was made up because none was given; shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    password: Option<String>,
}

/// Make an account
#[utoipa::path(post, path = "/api/v1/users", tag = "Users", request_body = RegisterUserBody,
    responses((status = 201, description = "The account.", body = RegisteredBody)))]
pub(crate) async fn register_user(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::RegisterUser)?;
    let mut fields = command.body.fields();
    let mut input = read_registration(&mut fields);
    fields.finish()?;
    let password = match input.password {
        Some(_) => None,
        None => Some(initial_password(api.store.secrets(), command.context.command_id)),
    };
    input.password = input.password.or_else(|| password.clone());
    let committed = api.commands.register_user(&command.context, input).await?;
    let mut headers = committed_headers(&committed);
    headers.extend(location(&format!("/api/v1/users/{}", committed.id)));
    let user = committed_body(&api, &committed).await?;
    let body = RegisteredBody { user, password };
    Ok((StatusCode::CREATED, AppendHeaders(headers), Json(body)).into_response())
}
