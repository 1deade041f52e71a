//! `GET /roles/{id}/users`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use projections::{Freshness, UserFilter, UserRow};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{RoleRef, role_ref};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, page_params, wait_for_views};
use crate::permissions::Capability;
use crate::render::{AwayBody, ListBody};

/// Somebody who holds a role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleUser {
    /// The user.
    id: Uuid,
    /// E-mail address; null once erased.
    email: Option<String>,
    /// Full name; null once erased.
    full_name: Option<String>,
    /// Permission role, as a list of one.
    roles: Vec<&'static str>,
    /// When the user is away, perhaps over already; null for somebody who is here.
    away: Option<AwayBody>,
}

/// See who holds a role
///
/// Those who may sign in, in the order their accounts were made.
#[utoipa::path(get, path = "/api/v1/roles/{id}/users", tag = "Roles",
    params(
        ("id" = String, Path, description = "Name of a permission role, or id of a work role"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of users.", body = ListBody<RoleUser>)))]
pub(crate) async fn list_role_users(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<RoleUser>>, Problem> {
    caller.may(Capability::ListRoleUsers)?;
    let page = page_params(&mut params);
    params.finish()?;
    let role = role_ref(&id)?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let mut filter = UserFilter { active: Some(true), ..UserFilter::default() };
    match role {
        RoleRef::Permission(role) => filter.role.push(role),
        RoleRef::Work(id) => {
            let found = api.queries.work_role(id).await?;
            found.ok_or_else(|| Problem::not_found("role"))?;
            filter.work_role = Some(id);
        }
    }
    let found = api.queries.users(&filter, page.after().as_ref(), page.end()).await?;
    let total = match page.count {
        true => Some(api.queries.count_users(&filter).await?),
        false => None,
    };
    Ok(Json(page.list(found, total, RoleUser::from)))
}

impl From<UserRow> for RoleUser {
    fn from(row: UserRow) -> Self {
        let (email, full_name) = (row.email, row.full_name);
        let (roles, away) = (vec![row.role.as_str()], row.away.map(AwayBody::from));
        Self { id: row.id.uuid(), email, full_name, roles, away }
    }
}
