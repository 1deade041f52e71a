//! What can happen to a user.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::{Away, Role, Scope, UserStatus};
use crate::Timestamp;
use crate::event::DomainEvent;
use crate::ids::{RoleId, TokenId};
use crate::personal::Personal;
use crate::vocabulary::Department;

/// An event of a user's stream. No secret is ever part of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum UserEvent {
    /// The user was registered; always the first event.
    #[serde(rename = "user.registered")]
    Registered(UserRegistered),
    /// The user goes by another name.
    #[serde(rename = "user.renamed")]
    Renamed(UserRenamed),
    /// The user has another e-mail address.
    #[serde(rename = "user.email_changed")]
    EmailChanged(EmailChanged),
    /// The user got another permission role.
    #[serde(rename = "user.role_changed")]
    RoleChanged(RoleChanged),
    /// The user belongs to other departments.
    #[serde(rename = "user.departments_changed")]
    DepartmentsChanged(DepartmentsChanged),
    /// The user holds other work roles.
    #[serde(rename = "user.work_roles_changed")]
    WorkRolesChanged(WorkRolesChanged),
    /// The user is away at another time, or here.
    #[serde(rename = "user.away_changed")]
    AwayChanged(AwayChanged),
    /// The user may no longer sign in.
    #[serde(rename = "user.deactivated")]
    Deactivated(UserDeactivated),
    /// The user may sign in again.
    #[serde(rename = "user.reactivated")]
    Reactivated(UserReactivated),
    /// The password was changed.
    #[serde(rename = "user.password_changed")]
    PasswordChanged(PasswordChanged),
    /// An API token was created.
    #[serde(rename = "user.api_token_created")]
    ApiTokenCreated(ApiTokenCreated),
    /// An API token was revoked.
    #[serde(rename = "user.api_token_revoked")]
    ApiTokenRevoked(ApiTokenRevoked),
}

/// Data of `user.registered`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserRegistered {
    /// The e-mail address to sign in with.
    pub email: Personal<String>,
    /// The name, perhaps empty.
    pub full_name: Personal<String>,
    /// The permission role.
    pub role: Role,
    /// The departments, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<Department>,
    /// The work roles, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub work_roles: Vec<RoleId>,
    /// Whether the user may sign in.
    pub status: UserStatus,
}

/// Data of `user.renamed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserRenamed {
    /// The new name.
    pub full_name: Personal<String>,
}

/// Data of `user.email_changed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EmailChanged {
    /// The new address.
    pub email: Personal<String>,
}

/// Data of `user.role_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoleChanged {
    /// The role before.
    pub from: Role,
    /// The role from now on.
    pub to: Role,
}

/// Data of `user.departments_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentsChanged {
    /// All departments from now on.
    pub departments: Vec<Department>,
}

/// Data of `user.work_roles_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkRolesChanged {
    /// All work roles from now on.
    pub work_roles: Vec<RoleId>,
}

/// Data of `user.away_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AwayChanged {
    /// When the user is away; absent if the user is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away: Option<Away>,
}

/// Data of `user.deactivated`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserDeactivated {}

/// Data of `user.reactivated`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserReactivated {}

/// Data of `user.password_changed`: nothing; the hash is kept in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PasswordChanged {}

/// Data of `user.api_token_created`; the hash of the token is kept in the vault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApiTokenCreated {
    /// The token.
    pub token_id: TokenId,
    /// What its user calls it.
    pub name: Personal<String>,
    /// What it may be used for, each once.
    pub scopes: Vec<Scope>,
    /// When it stops working; absent for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Data of `user.api_token_revoked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiTokenRevoked {
    /// The token.
    pub token_id: TokenId,
}

impl DomainEvent for UserEvent {
    const KIND: &'static str = "user";

    const TYPES: &'static [(&'static str, i16)] = &[
        ("user.registered", 1),
        ("user.renamed", 1),
        ("user.email_changed", 1),
        ("user.role_changed", 1),
        ("user.departments_changed", 1),
        ("user.work_roles_changed", 1),
        ("user.away_changed", 1),
        ("user.deactivated", 1),
        ("user.reactivated", 1),
        ("user.password_changed", 1),
        ("user.api_token_created", 1),
        ("user.api_token_revoked", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::Registered(_) => "user.registered",
            Self::Renamed(_) => "user.renamed",
            Self::EmailChanged(_) => "user.email_changed",
            Self::RoleChanged(_) => "user.role_changed",
            Self::DepartmentsChanged(_) => "user.departments_changed",
            Self::WorkRolesChanged(_) => "user.work_roles_changed",
            Self::AwayChanged(_) => "user.away_changed",
            Self::Deactivated(_) => "user.deactivated",
            Self::Reactivated(_) => "user.reactivated",
            Self::PasswordChanged(_) => "user.password_changed",
            Self::ApiTokenCreated(_) => "user.api_token_created",
            Self::ApiTokenRevoked(_) => "user.api_token_revoked",
        }
    }
}
