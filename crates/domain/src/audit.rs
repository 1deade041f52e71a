//! What people did, or tried to do, that changed no aggregate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::DomainEvent;
use crate::personal::Personal;
use crate::vocabulary::Capability;

/// An event of an audit stream: one stream per user, and one for those without a sign-in. Who it
/// was, from where and when stands in the event's metadata.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum AuditEvent {
    /// Somebody signed in.
    #[serde(rename = "audit.login_succeeded")]
    LoginSucceeded(LoginSucceeded),
    /// Somebody could not sign in.
    #[serde(rename = "audit.login_refused")]
    LoginRefused(LoginRefused),
    /// Somebody wanted to do what they may not.
    #[serde(rename = "audit.permission_refused")]
    PermissionRefused(PermissionRefused),
    /// A refresh token was used after its successor: the whole family was revoked.
    #[serde(rename = "audit.token_reused")]
    TokenReused(TokenReused),
    /// Somebody signed out.
    #[serde(rename = "audit.logged_out")]
    LoggedOut(LoggedOut),
    /// An import ended.
    #[serde(rename = "audit.import_completed")]
    ImportCompleted(ImportCompleted),
    /// Data was exported.
    #[serde(rename = "audit.exported")]
    Exported(Exported),
}

/// Data of `audit.login_succeeded`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoginSucceeded {}

/// Data of `audit.login_refused`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoginRefused {
    /// Why.
    pub reason: LoginRefusal,
    /// The name that was tried, where no user goes by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempted: Option<Personal<String>>,
}

/// Why somebody could not sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoginRefusal {
    /// No user goes by this name.
    UnknownUser,
    /// The password was wrong.
    WrongPassword,
    /// The user is deactivated.
    Deactivated,
    /// The token was unknown, expired or revoked.
    InvalidToken,
    /// Too many attempts.
    RateLimited,
}

/// Data of `audit.permission_refused`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PermissionRefused {
    /// What they wanted to do.
    pub capability: Capability,
}

/// Data of `audit.token_reused`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenReused {}

/// Data of `audit.logged_out`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoggedOut {}

/// Data of `audit.import_completed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportCompleted {
    /// The format of the file.
    pub format: FileFormat,
    /// How many rows it had.
    pub total: u64,
    /// How many became tickets.
    pub imported: u64,
    /// How many were bad.
    pub failed: u64,
}

/// Data of `audit.exported`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exported {
    /// The format of the file.
    pub format: FileFormat,
    /// How many rows it has.
    pub total: u64,
}

/// The format of a file with tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Comma-separated values.
    Csv,
    /// JSON.
    Json,
    /// XML.
    Xml,
    /// Excel.
    Xlsx,
}

impl DomainEvent for AuditEvent {
    const KIND: &'static str = "audit";

    const TYPES: &'static [(&'static str, i16)] = &[
        ("audit.login_succeeded", 1),
        ("audit.login_refused", 1),
        ("audit.permission_refused", 1),
        ("audit.token_reused", 1),
        ("audit.logged_out", 1),
        ("audit.import_completed", 1),
        ("audit.exported", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::LoginSucceeded(_) => "audit.login_succeeded",
            Self::LoginRefused(_) => "audit.login_refused",
            Self::PermissionRefused(_) => "audit.permission_refused",
            Self::TokenReused(_) => "audit.token_reused",
            Self::LoggedOut(_) => "audit.logged_out",
            Self::ImportCompleted(_) => "audit.import_completed",
            Self::Exported(_) => "audit.exported",
        }
    }
}
