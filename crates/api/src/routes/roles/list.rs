//! `GET /roles`

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::user::Role;
use projections::Freshness;

use super::body::RoleBody;
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, page_params, wait_for_views};
use crate::permissions::Capability;
use crate::render::ListBody;

/// See the roles
///
/// The four permission roles, then the work roles by name.
#[utoipa::path(get, path = "/api/v1/roles", tag = "Roles",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of roles.", body = ListBody<RoleBody>)))]
pub(crate) async fn list_roles(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<RoleBody>>, Problem> {
    caller.may(Capability::ListRoles)?;
    let page = page_params(&mut params);
    params.finish()?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let work = api.queries.work_roles().await?.into_iter();
    let work = work.map(|role| RoleBody::work(role.id.uuid(), role.name, role.version));
    let roles = Role::ALL.iter().map(|role| RoleBody::permission(*role)).chain(work).collect();
    Ok(Json(page.of(roles, |role: &RoleBody| role.id.clone())?))
}
