//! An entry of the audit.

use chrono::{DateTime, Utc};
use projections::AuditRow;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{UserRef, csv_line};
use domain::UserId;

/// Who did what to which resource, when and from where.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    /// Position of the event in the log.
    position: i64,
    /// The user behind it; null for Docket itself and for those without a sign-in.
    user_id: Option<Uuid>,
    /// The user, as known now.
    user: Option<UserRef>,
    /// `user`, `token`, `open`, `system` or `anonymous`.
    actor: &'static str,
    /// The API token it was done with.
    token_id: Option<Uuid>,
    /// The type of the event, such as `ticket.assigned` or `audit.login_refused`.
    action: String,
    /// `ticket`, `user`, `work_role`, `settings` or `audit`.
    resource_type: String,
    /// The resource.
    resource_id: Uuid,
    /// The version of the resource after it.
    version: i32,
    /// When it happened.
    timestamp: DateTime<Utc>,
    /// When it was recorded: later than it happened where history was imported.
    recorded_at: DateTime<Utc>,
    /// Joins everything that one request caused.
    correlation_id: String,
    /// Network address it came from; null when unknown or erased.
    address: Option<String>,
    /// Program it came from; null when unknown or erased.
    agent: Option<String>,
    /// The event's data; erased values are null.
    #[schema(value_type = Object)]
    details: Value,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            position: row.position,
            user_id: row.user_id.map(UserId::uuid),
            user: row.user.map(UserRef::from),
            actor: row.actor,
            token_id: row.token_id,
            action: row.action,
            resource_type: row.resource_type,
            resource_id: row.resource_id,
            version: row.version,
            timestamp: row.occurred_at,
            recorded_at: row.recorded_at,
            correlation_id: row.correlation_id,
            address: row.address,
            agent: row.agent,
            details: row.details,
        }
    }
}

impl AuditEntry {
    /// The columns of a CSV export.
    pub(crate) const COLUMNS: [&'static str; 13] = [
        "position",
        "timestamp",
        "recorded_at",
        "user_id",
        "user_email",
        "actor",
        "action",
        "resource_type",
        "resource_id",
        "correlation_id",
        "address",
        "agent",
        "details",
    ];

    /// The entry as a line of a CSV export.
    pub(crate) fn csv_line(&self) -> String {
        let email = self.user.as_ref().and_then(|user| user.email.as_deref());
        csv_line([
            self.position.to_string().as_str(),
            &self.timestamp.to_rfc3339(),
            &self.recorded_at.to_rfc3339(),
            &self.user_id.map(|id| id.to_string()).unwrap_or_default(),
            email.unwrap_or_default(),
            self.actor,
            &self.action,
            &self.resource_type,
            &self.resource_id.to_string(),
            &self.correlation_id,
            self.address.as_deref().unwrap_or_default(),
            self.agent.as_deref().unwrap_or_default(),
            &self.details.to_string(),
        ])
    }
}
