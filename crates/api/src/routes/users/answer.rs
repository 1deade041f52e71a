//! What commands on users answer, and finding the user they are about.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::Committed;
use domain::user::{User, UserState};
use domain::{RoleId, UserId};

use crate::Api;
use crate::conventions::{Problem, committed_headers};
use crate::render::{UserBody, WorkRoleNames};

/// The account after a command.
pub(super) async fn user_answer(
    api: &Api,
    committed: &Committed<UserState>,
) -> Result<Response, Problem> {
    let headers = committed_headers(committed);
    let body = committed_body(api, committed).await?;
    Ok((AppendHeaders(headers), Json(body)).into_response())
}

/// The body of an account after a command.
pub(super) async fn committed_body(
    api: &Api,
    committed: &Committed<UserState>,
) -> Result<UserBody, Problem> {
    let user = known(committed.state.user())?;
    user_body(api, UserId(committed.id), committed.version, user).await
}

/// The body of an account as its record says.
pub(super) async fn user_body(
    api: &Api,
    id: UserId,
    version: i32,
    user: &User,
) -> Result<UserBody, Problem> {
    let names = work_role_names(api, &user.work_roles).await?;
    Ok(UserBody::of_user(id, version, user, &names))
}

/// The answer to a command that leaves nothing to show: 204.
pub(super) fn nothing<T>(committed: &Committed<T>) -> Response {
    (StatusCode::NO_CONTENT, AppendHeaders(committed_headers(committed))).into_response()
}

/// The names of these work roles.
pub(super) async fn work_role_names(api: &Api, roles: &[RoleId]) -> Result<WorkRoleNames, Problem> {
    let mut names = Vec::with_capacity(roles.len());
    for role in roles {
        let name = api.commands.work_role(*role).await?;
        names.extend(name.map(|name| (*role, name.to_string())));
    }
    Ok(names.into_iter().collect())
}

/// A user as a path names it. Anything but a UUID is no user.
pub(super) fn user_id(text: &str) -> Result<UserId, Problem> {
    text.parse().map_err(|_| Problem::not_found("user"))
}

/// The user, or 404.
pub(super) fn known<T>(user: Option<T>) -> Result<T, Problem> {
    user.ok_or_else(|| Problem::not_found("user"))
}
