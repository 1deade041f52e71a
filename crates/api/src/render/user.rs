//! An account, as admins and its owner see it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::user::{ApiToken, Away, Role, User, UserStatus};
use domain::{Department, RoleId, UserId};
use projections::UserRow;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::known;

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserBody {
    /// The user.
    pub(crate) id: Uuid,
    /// E-mail address to sign in with; null once erased.
    pub(crate) email: Option<String>,
    /// Full name, perhaps empty; null once erased.
    pub(crate) full_name: Option<String>,
    /// Permission role: `admin`, `handler`, `publisher` or `viewer`.
    pub(crate) role: &'static str,
    /// The same as a list of one.
    pub(crate) roles: Vec<&'static str>,
    /// Departments.
    pub(crate) departments: Vec<String>,
    /// Work roles.
    pub(crate) work_roles: Vec<WorkRoleRef>,
    /// May the user sign in?
    pub(crate) active: bool,
    /// The same in words: `active` or `deactivated`.
    pub(crate) status: &'static str,
    /// When the user is away, perhaps over already; null for somebody who is here.
    pub(crate) away: Option<AwayBody>,
    /// When the account was made.
    pub(crate) created_at: DateTime<Utc>,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// The version of its stream: what `ETag` and `If-Match` carry.
    pub(crate) version: i32,
}

/// When a user is away: new tasks go to others then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AwayBody {
    /// From when on.
    from: DateTime<Utc>,
    /// Until when; null until further notice.
    until: Option<DateTime<Utc>>,
    /// Do the open tasks go to others, when it begins?
    hand_over: bool,
}

/// A work role that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WorkRoleRef {
    /// The role.
    pub(crate) id: Uuid,
    /// Its name.
    pub(crate) name: String,
}

/// An API token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiTokenBody {
    /// The token.
    pub(crate) id: Uuid,
    /// What its user calls it; null once erased.
    pub(crate) name: Option<String>,
    /// What it may be used for, within the role of its user.
    pub(crate) scopes: Vec<&'static str>,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
    /// When it stops working; null for never.
    pub(crate) expires_at: Option<DateTime<Utc>>,
}

/// The names of the work roles there are. One that was removed is held by nobody any more.
#[derive(Debug, Default)]
pub(crate) struct WorkRoleNames(HashMap<RoleId, String>);

impl FromIterator<(RoleId, String)> for WorkRoleNames {
    fn from_iter<I: IntoIterator<Item = (RoleId, String)>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}

impl WorkRoleNames {
    fn refs(&self, held: &[RoleId]) -> Vec<WorkRoleRef> {
        let name = |id: &RoleId| self.0.get(id).map(|name| (id.uuid(), name.clone()));
        held.iter().filter_map(name).map(|(id, name)| WorkRoleRef { id, name }).collect()
    }
}

impl UserBody {
    /// A user as the views have it.
    pub(crate) fn of_row(row: UserRow, names: &WorkRoleNames) -> Self {
        let status = if row.active { UserStatus::Active } else { UserStatus::Deactivated };
        Self {
            id: row.id.uuid(),
            email: row.email,
            full_name: row.full_name,
            role: row.role.as_str(),
            roles: roles(row.role),
            departments: departments(&row.departments),
            work_roles: names.refs(&row.work_roles),
            active: row.active,
            status: status.as_str(),
            away: row.away.map(AwayBody::from),
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }

    /// A user as the record itself says.
    pub(crate) fn of_user(id: UserId, version: i32, user: &User, names: &WorkRoleNames) -> Self {
        Self {
            id: id.uuid(),
            email: known(&user.email),
            full_name: known(&user.full_name),
            role: user.role.as_str(),
            roles: roles(user.role),
            departments: departments(&user.departments),
            work_roles: names.refs(&user.work_roles),
            active: user.is_active(),
            status: user.status.as_str(),
            away: user.away.map(AwayBody::from),
            created_at: user.created_at,
            updated_at: user.updated_at,
            version,
        }
    }
}

impl From<Away> for AwayBody {
    fn from(away: Away) -> Self {
        Self { from: away.from, until: away.until, hand_over: away.hand_over }
    }
}

impl From<&ApiToken> for ApiTokenBody {
    fn from(token: &ApiToken) -> Self {
        Self {
            id: token.id.uuid(),
            name: known(&token.name),
            scopes: token.scopes.iter().map(|scope| scope.as_str()).collect(),
            created_at: token.created_at,
            expires_at: token.expires_at,
        }
    }
}

fn roles(role: Role) -> Vec<&'static str> {
    vec![role.as_str()]
}

fn departments(departments: &[Department]) -> Vec<String> {
    departments.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_work_role_is_not_held() {
        let (kept, removed) = (RoleId(Uuid::from_u128(1)), RoleId(Uuid::from_u128(2)));
        let names: WorkRoleNames = [(kept, "Level 2".to_owned())].into_iter().collect();
        let level = WorkRoleRef { id: kept.uuid(), name: "Level 2".to_owned() };
        assert_eq!(names.refs(&[removed, kept]), [level]);
    }
}
