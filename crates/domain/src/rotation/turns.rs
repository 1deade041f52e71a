//! The rotation: its event, its state and its one decision.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::candidates::Candidates;
use crate::event::DomainEvent;
use crate::ids::{RoleId, TaskId, TicketId, UserId};
use crate::vocabulary::Department;

/// An event of a rotation's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum RotationEvent {
    /// Somebody had a turn.
    #[serde(rename = "rotation.advanced")]
    Advanced(RotationAdvanced),
}

/// Whose turns a rotation counts. One stream for each.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct RotationScope {
    /// The work role.
    pub role: RoleId,
    /// The department, where only its people are asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
}

/// What somebody was given in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RotationItem {
    /// A task.
    Task {
        /// The task.
        task: TaskId,
    },
    /// A ticket.
    Ticket {
        /// The ticket.
        ticket: TicketId,
    },
}

/// Data of `rotation.advanced`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RotationAdvanced {
    /// Whose turns these are; the same in every event of a stream.
    pub scope: RotationScope,
    /// What was given.
    pub item: RotationItem,
    /// Where the pointer stood: who had the turn before. Absent at the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<UserId>,
    /// Who had the turn; the pointer stands here afterwards.
    pub chosen: UserId,
    /// Among whom, in the order of their ids.
    pub candidates: Vec<UserId>,
}

impl DomainEvent for RotationEvent {
    const KIND: &'static str = "rotation";

    const TYPES: &'static [(&'static str, i16)] = &[("rotation.advanced", 1)];

    fn event_type(&self) -> &'static str {
        match self {
            Self::Advanced(_) => "rotation.advanced",
        }
    }
}

/// Where the turn stands. Nobody has had one at first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// Who had the last turn.
    pub pointer: Option<UserId>,
    /// How many turns there were.
    pub turns: u64,
}

/// The state after `event`. Total.
#[must_use]
pub fn evolve(state: Rotation, event: &RotationEvent) -> Rotation {
    match event {
        RotationEvent::Advanced(e) => {
            Rotation { pointer: Some(e.chosen), turns: state.turns.saturating_add(1) }
        }
    }
}

/// Gives something to whose turn is next. Those who are not there lose their turn and nothing else: the
/// pointer goes by id, so it does not matter who came and went meanwhile.
pub fn advance_rotation(
    state: &Rotation,
    scope: RotationScope,
    item: RotationItem,
    candidates: &Candidates,
) -> RotationAdvanced {
    RotationAdvanced {
        scope,
        item,
        pointer: state.pointer,
        chosen: candidates.after(state.pointer),
        candidates: candidates.users().to_vec(),
    }
}
