//! Who works on a ticket, says something about it, watches it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{CommentId, UserId};
use crate::personal::Personal;
use crate::ticket::values::Visibility;

/// Data of `ticket.assigned`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assigned {
    /// Who has it from now on.
    pub assignee: UserId,
    /// Who had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<UserId>,
}

/// Data of `ticket.unassigned`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unassigned {
    /// Who had it.
    pub previous: UserId,
}

/// Data of `ticket.comment_added`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CommentAdded {
    /// The comment.
    pub comment_id: CommentId,
    /// Who wrote it; absent when it came without a sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<UserId>,
    /// Who may read it.
    pub visibility: Visibility,
    /// What it says.
    pub text: Personal<String>,
    /// The users it calls upon, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
}

/// Data of `ticket.watcher_added`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WatcherAdded {
    /// Who watches.
    pub watcher: UserId,
}

/// Data of `ticket.watcher_removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WatcherRemoved {
    /// Who no longer watches.
    pub watcher: UserId,
}
