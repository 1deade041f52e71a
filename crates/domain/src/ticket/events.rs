//! What can happen to a ticket.

mod changed;
mod files;
mod opened;
mod people;
mod related;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use changed::{
    Categorised, CustomerChanged, DataChanged, DepartmentChanged, DescriptionChanged,
    ExternalIdChanged, PriorityChanged, SourceChanged, StatusChanged, SubjectChanged, TagsAdded,
    TagsRemoved,
};
pub use files::{FileAttached, FileRemoved, FileRenamed, ImagesReordered};
pub use opened::{Customer, FilledForm, TicketOpened};
pub use people::{Assigned, CommentAdded, Unassigned, WatcherAdded, WatcherRemoved};
pub use related::{Absorbed, Deleted, Linked, MergedInto, Released, Restored, Unlinked, Unmerged};

/// An event of a ticket's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum TicketEvent {
    /// The ticket was opened; always the first event.
    #[serde(rename = "ticket.opened")]
    Opened(Box<TicketOpened>),
    /// It got another subject.
    #[serde(rename = "ticket.subject_changed")]
    SubjectChanged(SubjectChanged),
    /// It got another description.
    #[serde(rename = "ticket.description_changed")]
    DescriptionChanged(DescriptionChanged),
    /// It got another category, subcategory or both.
    #[serde(rename = "ticket.categorised")]
    Categorised(Categorised),
    /// It went to another department or to none.
    #[serde(rename = "ticket.department_changed")]
    DepartmentChanged(DepartmentChanged),
    /// It became more or less urgent.
    #[serde(rename = "ticket.priority_changed")]
    PriorityChanged(PriorityChanged),
    /// It moved on, was finished or was reopened.
    #[serde(rename = "ticket.status_changed")]
    StatusChanged(StatusChanged),
    /// It got another id in another system, or lost it.
    #[serde(rename = "ticket.external_id_changed")]
    ExternalIdChanged(ExternalIdChanged),
    /// Its type or form data changed.
    #[serde(rename = "ticket.data_changed")]
    DataChanged(DataChanged),
    /// It belongs to another customer, or what is known of the customer changed.
    #[serde(rename = "ticket.customer_changed")]
    CustomerChanged(CustomerChanged),
    /// It got tags it did not have.
    #[serde(rename = "ticket.tags_added")]
    TagsAdded(TagsAdded),
    /// It lost tags it had.
    #[serde(rename = "ticket.tags_removed")]
    TagsRemoved(TagsRemoved),
    /// What is known of the way it came in changed.
    #[serde(rename = "ticket.source_changed")]
    SourceChanged(SourceChanged),
    /// It was given to somebody.
    #[serde(rename = "ticket.assigned")]
    Assigned(Assigned),
    /// It was taken from its assignee.
    #[serde(rename = "ticket.unassigned")]
    Unassigned(Unassigned),
    /// Somebody wrote a comment.
    #[serde(rename = "ticket.comment_added")]
    CommentAdded(CommentAdded),
    /// Somebody watches it.
    #[serde(rename = "ticket.watcher_added")]
    WatcherAdded(WatcherAdded),
    /// Somebody no longer watches it.
    #[serde(rename = "ticket.watcher_removed")]
    WatcherRemoved(WatcherRemoved),
    /// It was linked to another ticket.
    #[serde(rename = "ticket.linked")]
    Linked(Linked),
    /// A link to another ticket was taken off.
    #[serde(rename = "ticket.unlinked")]
    Unlinked(Unlinked),
    /// It was merged into another ticket.
    #[serde(rename = "ticket.merged_into")]
    MergedInto(MergedInto),
    /// Another ticket was merged into it.
    #[serde(rename = "ticket.absorbed")]
    Absorbed(Absorbed),
    /// It was taken out of the ticket it was merged into.
    #[serde(rename = "ticket.unmerged")]
    Unmerged(Unmerged),
    /// A ticket merged into it was taken out again.
    #[serde(rename = "ticket.released")]
    Released(Released),
    /// It was deleted.
    #[serde(rename = "ticket.deleted")]
    Deleted(Deleted),
    /// It was brought back after a deletion.
    #[serde(rename = "ticket.restored")]
    Restored(Restored),
    /// It got a file.
    #[serde(rename = "ticket.file_attached")]
    FileAttached(FileAttached),
    /// A file of it got another name.
    #[serde(rename = "ticket.file_renamed")]
    FileRenamed(FileRenamed),
    /// It lost a file.
    #[serde(rename = "ticket.file_removed")]
    FileRemoved(FileRemoved),
    /// Its images stand in another order.
    #[serde(rename = "ticket.images_reordered")]
    ImagesReordered(ImagesReordered),
}
