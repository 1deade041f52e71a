//! The closed sets of values on a user.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
