//! The closed sets of values on a user.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::field::FieldErrorKind;
use crate::ticket::choice;

choice! {
    /// What a user may do: the row of the permission table.
    Role {
        /// Everything.
        Admin = "admin",
        /// Opens tickets and sees the own ones.
        Publisher = "publisher",
        /// Works on tickets.
        Handler = "handler",
        /// Looks.
        Viewer = "viewer",
    } aliases {}
}

choice! {
    /// What an API token may be used for, within its user's role.
    Scope {
        /// To read.
        Read = "read",
        /// To change.
        Write = "write",
        /// To import tickets.
        Import = "import",
        /// To read the log itself.
        Auditor = "auditor",
        /// To send notifications.
        Notify = "notify",
        /// To hand in tickets and e-mails from another system.
        Inbound = "inbound",
    } aliases {}
}

choice! {
    /// Whether a user may sign in.
    #[derive(Default)]
    UserStatus {
        /// May sign in.
        #[default]
        Active = "active",
        /// May not.
        Deactivated = "deactivated",
    } aliases {}
}

/// When a user is away: from `from` on, and no longer from `until` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Away {
    /// Since when.
    pub from: Timestamp,
    /// Until when; absent until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether the open tasks go to others when it begins. New ones do in any case.
    pub hand_over: bool,
}

impl Away {
    /// Whether it holds at `now`.
    pub fn holds(self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}
