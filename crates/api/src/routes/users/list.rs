//! `GET /users`

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::user::Role;
use domain::{Department, FieldErrorKind};
use projections::{Freshness, UserFilter};

use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, page_params, wait_for_views};
use crate::permissions::Capability;
use crate::render::{ListBody, UserBody, WorkRoleNames};

/// See all accounts
///
/// In the order they were made.
#[utoipa::path(get, path = "/api/v1/users", tag = "Users",
    params(
        ("role" = Option<Vec<String>>, Query, description = "Permission role"),
        ("active" = Option<bool>, Query, description = "Only those who may sign in, or only those who may not"),
        ("work_role" = Option<uuid::Uuid>, Query, description = "Id of a work role they hold"),
        ("department" = Option<String>, Query, description = "Department they belong to"),
        ("search" = Option<String>, Query, description = "Beginning of the e-mail address or of a word of the name"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of accounts.", body = ListBody<UserBody>)))]
pub(crate) async fn list_users(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<UserBody>>, Problem> {
    caller.may(Capability::ListUsers)?;
    let page = page_params(&mut params);
    let filter = filter(&mut params);
    params.finish()?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let found = api.queries.users(&filter, page.after().as_ref(), page.end()).await?;
    let total = match page.count {
        true => Some(api.queries.count_users(&filter).await?),
        false => None,
    };
    let roles = api.queries.work_roles().await?;
    let names: WorkRoleNames = roles.into_iter().map(|role| (role.id, role.name)).collect();
    Ok(Json(page.list(found, total, |row| UserBody::of_row(row, &names))))
}

fn filter(params: &mut Params) -> UserFilter {
    UserFilter {
        role: params.parse_all(&["role", "roles"], Role::parse),
        active: params.flag(&["active"]),
        work_role: params.parse_one(&["work_role"], |text| text.parse()),
        department: params.parse_one(&["department"], Department::parse),
        search: params.parse_one(&["search", "q"], searchable),
    }
}

fn searchable(text: &str) -> Result<String, FieldErrorKind> {
    let max = 200;
    if text.chars().count() > max as usize {
        return Err(FieldErrorKind::TooLong { max });
    }
    Ok(text.to_owned())
}
