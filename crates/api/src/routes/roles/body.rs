//! A role, and finding the role that a request is about.

use axum::http::StatusCode;
use domain::user::Role;
use domain::{RoleId, RoleName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::conventions::{Fields, Problem};

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RoleBody {
    /// The role: a permission role by its name, a work role by a UUID.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// `permission`: what a user may do; `work`: whose steps of workflows a user works on.
    pub(super) kind: &'static str,
    /// The version of a work role: what `ETag` and `If-Match` carry; null for permission roles, which are fixed.
    pub(super) version: Option<i32>,
}

/// The name of a work role.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct RoleNameBody {
    /// Its name; names that differ in nothing but case are one.
    #[schema(min_length = 1, max_length = 100, example = "Level 2")]
    name: String,
}

impl RoleBody {
    pub(super) fn permission(role: Role) -> Self {
        let name = role.as_str().to_owned();
        Self { id: name.clone(), name, kind: "permission", version: None }
    }

    pub(super) fn work(id: Uuid, name: String, version: i32) -> Self {
        Self { id: id.to_string(), name, kind: "work", version: Some(version) }
    }
}

/// Any role, as a path names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RoleRef {
    Permission(Role),
    Work(RoleId),
}

pub(super) fn role_ref(text: &str) -> Result<RoleRef, Problem> {
    let named = Role::ALL.iter().find(|role| role.as_str() == text);
    match (named, text.parse()) {
        (Some(role), _) => Ok(RoleRef::Permission(*role)),
        (None, Ok(id)) => Ok(RoleRef::Work(id)),
        (None, Err(_)) => Err(Problem::not_found("role")),
    }
}

/// A role that may be changed.
pub(super) fn work_role(text: &str) -> Result<RoleId, Problem> {
    match role_ref(text)? {
        RoleRef::Work(id) => Ok(id),
        RoleRef::Permission(_) => {
            let detail = "The permission roles are fixed.";
            Err(Problem::new(StatusCode::CONFLICT, "not-allowed-now", detail)
                .with("code", "permission_role_fixed"))
        }
    }
}

/// Reads the one field there is; a problem when anything is wrong.
pub(super) fn read_name(mut fields: Fields) -> Result<RoleName, Problem> {
    let name = fields.text(&["name"]);
    let name = fields.required("name", name);
    let name = name.and_then(|name| fields.parse("name", RoleName::parse(&name)));
    fields.finish()?;
    name.ok_or_else(|| Problem::malformed("The role has no name."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_told_apart() {
        assert_eq!(role_ref("handler").unwrap(), RoleRef::Permission(Role::Handler));
        let id = Uuid::from_u128(5);
        assert_eq!(role_ref(&id.to_string()).unwrap(), RoleRef::Work(RoleId(id)));
        assert_eq!(role_ref("king").unwrap_err().status, StatusCode::NOT_FOUND);
        assert_eq!(work_role("admin").unwrap_err().status, StatusCode::CONFLICT);
    }
}
