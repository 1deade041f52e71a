//! `GET /users/{id}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use projections::Freshness;

use super::answer::{known, user_id, work_role_names};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag, wait_for_views};
use crate::permissions::Capability;
use crate::render::UserBody;

/// See an account
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "Users",
    params(("id" = uuid::Uuid, Path, description = "Id of the user")),
    responses((status = 200, description = "The account.", body = UserBody)))]
pub(crate) async fn view_user(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    caller.may(Capability::ViewUser)?;
    params.finish()?;
    let id = user_id(&id)?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let row = known(api.queries.user(id).await?)?;
    let names = work_role_names(&api, &row.work_roles).await?;
    let tag = etag(row.version);
    Ok((AppendHeaders([tag]), Json(UserBody::of_row(row, &names))).into_response())
}
