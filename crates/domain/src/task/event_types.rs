//! The names and versions of a task's events; the place to upcast old versions.

use super::events::TaskEvent;
use crate::event::DomainEvent;

impl DomainEvent for TaskEvent {
    const KIND: &'static str = "task";

    const TYPES: &'static [(&'static str, i16)] = &[
        ("task.opened", 1),
        ("task.assigned", 1),
        ("task.unassigned", 1),
        ("task.waiting_for_assignee", 1),
        ("task.acted", 1),
        ("task.held", 1),
        ("task.resumed", 1),
        ("task.escalated", 1),
        ("task.external_requested", 1),
        ("task.external_answered", 1),
        ("task.external_failed", 1),
        ("task.completed", 1),
        ("task.cancelled", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::Opened(_) => "task.opened",
            Self::Assigned(_) => "task.assigned",
            Self::Unassigned(_) => "task.unassigned",
            Self::WaitingForAssignee(_) => "task.waiting_for_assignee",
            Self::Acted(_) => "task.acted",
            Self::Held(_) => "task.held",
            Self::Resumed(_) => "task.resumed",
            Self::Escalated(_) => "task.escalated",
            Self::ExternalRequested(_) => "task.external_requested",
            Self::ExternalAnswered(_) => "task.external_answered",
            Self::ExternalFailed(_) => "task.external_failed",
            Self::Completed(_) => "task.completed",
            Self::Cancelled(_) => "task.cancelled",
        }
    }
}
