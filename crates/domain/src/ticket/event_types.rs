//! The names and versions of a ticket's events; the place to upcast old versions.
//!
//! Version 2 of `ticket.opened` and `ticket.data_changed` may hold the form that the data was judged
//! by. Data of version 1 never does, and is otherwise the same, so nothing has to be upcast; the new
//! number keeps an older Docket from dropping what stands there in clear.

use super::events::TicketEvent;
use crate::event::DomainEvent;

impl DomainEvent for TicketEvent {
    const KIND: &'static str = "ticket";

    const TYPES: &'static [(&'static str, i16)] = &[
        ("ticket.opened", 2),
        ("ticket.subject_changed", 1),
        ("ticket.description_changed", 1),
        ("ticket.categorised", 1),
        ("ticket.department_changed", 1),
        ("ticket.priority_changed", 1),
        ("ticket.status_changed", 1),
        ("ticket.external_id_changed", 1),
        ("ticket.data_changed", 2),
        ("ticket.customer_changed", 1),
        ("ticket.tags_added", 1),
        ("ticket.tags_removed", 1),
        ("ticket.source_changed", 1),
        ("ticket.assigned", 1),
        ("ticket.unassigned", 1),
        ("ticket.comment_added", 1),
        ("ticket.watcher_added", 1),
        ("ticket.watcher_removed", 1),
        ("ticket.linked", 1),
        ("ticket.unlinked", 1),
        ("ticket.merged_into", 1),
        ("ticket.absorbed", 1),
        ("ticket.unmerged", 1),
        ("ticket.released", 1),
        ("ticket.deleted", 1),
        ("ticket.restored", 1),
        ("ticket.file_attached", 1),
        ("ticket.file_renamed", 1),
        ("ticket.file_removed", 1),
        ("ticket.images_reordered", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::Opened(_) => "ticket.opened",
            Self::SubjectChanged(_) => "ticket.subject_changed",
            Self::DescriptionChanged(_) => "ticket.description_changed",
            Self::Categorised(_) => "ticket.categorised",
            Self::DepartmentChanged(_) => "ticket.department_changed",
            Self::PriorityChanged(_) => "ticket.priority_changed",
            Self::StatusChanged(_) => "ticket.status_changed",
            Self::ExternalIdChanged(_) => "ticket.external_id_changed",
            Self::DataChanged(_) => "ticket.data_changed",
            Self::CustomerChanged(_) => "ticket.customer_changed",
            Self::TagsAdded(_) => "ticket.tags_added",
            Self::TagsRemoved(_) => "ticket.tags_removed",
            Self::SourceChanged(_) => "ticket.source_changed",
            Self::Assigned(_) => "ticket.assigned",
            Self::Unassigned(_) => "ticket.unassigned",
            Self::CommentAdded(_) => "ticket.comment_added",
            Self::WatcherAdded(_) => "ticket.watcher_added",
            Self::WatcherRemoved(_) => "ticket.watcher_removed",
            Self::Linked(_) => "ticket.linked",
            Self::Unlinked(_) => "ticket.unlinked",
            Self::MergedInto(_) => "ticket.merged_into",
            Self::Absorbed(_) => "ticket.absorbed",
            Self::Unmerged(_) => "ticket.unmerged",
            Self::Released(_) => "ticket.released",
            Self::Deleted(_) => "ticket.deleted",
            Self::Restored(_) => "ticket.restored",
            Self::FileAttached(_) => "ticket.file_attached",
            Self::FileRenamed(_) => "ticket.file_renamed",
            Self::FileRemoved(_) => "ticket.file_removed",
            Self::ImagesReordered(_) => "ticket.images_reordered",
        }
    }
}
