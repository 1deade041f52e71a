//! What can happen to a ticket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::values::{FileRole, LinkKind, Priority, Source, Status, Visibility};
use crate::file::FileAddress;
use crate::ids::{CommentId, ExternalId, FileId, TicketId, TicketNumber, TicketTypeId, UserId};
use crate::personal::Personal;
use crate::ticket_type::DeclaredData;
use crate::vocabulary::{Category, Department, MediaType, Subcategory, Tag, TypeName};

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

/// The form of a ticket type that data was judged by, and the part of the data that the form
/// declares not personal. Where there is one, the member `data` beside it holds the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FilledForm {
    /// The ticket type.
    pub ticket_type_id: TicketTypeId,
    /// The version of its form, from 1.
    pub version: u32,
    /// Values that stay when a person is erased.
    #[serde(default, skip_serializing_if = "DeclaredData::is_empty")]
    pub declared: DeclaredData,
}

/// What is known of the customer. A new value replaces the whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Customer {
    /// The customer's id in the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Personal<String>>,
    /// The customer's e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Personal<String>>,
    /// The customer's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal<String>>,
}

impl Customer {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.id.is_none() && self.email.is_none() && self.name.is_none()
    }
}

/// Data of `ticket.opened`. The status is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketOpened {
    /// The number people call it by.
    pub number: TicketNumber,
    /// Its subject.
    pub subject: Personal<String>,
    /// Its description, perhaps empty.
    pub description: Personal<String>,
    /// Its category, if one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Its subcategory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<Subcategory>,
    /// The department in charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// Its priority.
    pub priority: Priority,
    /// Its id in another system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// The name of its type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<TypeName>,
    /// Its form data; with a form, the personal part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Personal<Map<String, Value>>>,
    /// The form its data was judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<FilledForm>,
    /// Its customer.
    #[serde(default, skip_serializing_if = "Customer::is_empty")]
    pub customer: Customer,
    /// Its tags, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// The way it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The browser it was written with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<Personal<String>>,
    /// The kind of device it was written on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_type: Option<Personal<String>>,
    /// The user who opened it; absent when it came without a sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<UserId>,
}

/// Data of `ticket.subject_changed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectChanged {
    /// The new subject.
    pub subject: Personal<String>,
}

/// Data of `ticket.description_changed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DescriptionChanged {
    /// The new description.
    pub description: Personal<String>,
}

/// Data of `ticket.categorised`: both new values, absent for none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Categorised {
    /// The new category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// The new subcategory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<Subcategory>,
}

/// Data of `ticket.department_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentChanged {
    /// The new department, absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
}

/// Data of `ticket.priority_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriorityChanged {
    /// The priority before.
    pub from: Priority,
    /// The priority from now on.
    pub to: Priority,
}

/// Data of `ticket.status_changed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatusChanged {
    /// The status before.
    pub from: Status,
    /// The status from now on.
    pub to: Status,
    /// Why, in a person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}

/// Data of `ticket.external_id_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExternalIdChanged {
    /// The new id, absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
}

/// Data of `ticket.data_changed`: all new values, absent for none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DataChanged {
    /// The name of the new type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<TypeName>,
    /// The new form data; with a form, the personal part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Personal<Map<String, Value>>>,
    /// The form it was judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<FilledForm>,
}

/// Data of `ticket.customer_changed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CustomerChanged {
    /// All that is known of the customer from now on.
    pub customer: Customer,
}

/// Data of `ticket.tags_added`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TagsAdded {
    /// The tags it did not have, in the order they were given.
    pub tags: Vec<Tag>,
}

/// Data of `ticket.tags_removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TagsRemoved {
    /// The tags it had.
    pub tags: Vec<Tag>,
}

/// Data of `ticket.source_changed`: all new values, absent for none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceChanged {
    /// The way it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The browser it was written with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<Personal<String>>,
    /// The kind of device it was written on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_type: Option<Personal<String>>,
}

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

/// Data of `ticket.linked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Linked {
    /// What the other ticket is to this one.
    pub kind: LinkKind,
    /// The other ticket.
    pub ticket: TicketId,
}

/// Data of `ticket.unlinked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unlinked {
    /// What the other ticket was to this one.
    pub kind: LinkKind,
    /// The other ticket.
    pub ticket: TicketId,
}

/// Data of `ticket.merged_into`, in the stream of the ticket that goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MergedInto {
    /// The ticket that stays.
    pub into: TicketId,
    /// Why, in a person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}

/// Data of `ticket.absorbed`, in the stream of the ticket that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Absorbed {
    /// The ticket that went.
    pub ticket: TicketId,
}

/// Data of `ticket.unmerged`, in the stream of the ticket that comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unmerged {
    /// The ticket it was merged into.
    pub from: TicketId,
}

/// Data of `ticket.released`, in the stream of the ticket that stayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Released {
    /// The ticket that came back.
    pub ticket: TicketId,
}

/// Data of `ticket.deleted`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deleted {
    /// Why, in a person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}

/// Data of `ticket.restored`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Restored {}

/// Data of `ticket.file_attached`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileAttached {
    /// The file.
    pub file_id: FileId,
    /// What it is to the ticket. An image comes behind the others.
    pub role: FileRole,
    /// Its name.
    pub name: Personal<String>,
    /// What its content was found to be.
    pub content_type: MediaType,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content, in hex digits.
    pub sha256: Personal<String>,
    /// Where its content lies.
    pub address: FileAddress,
    /// The width in pixels of a picture as it is stored, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Its height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Who attached it; absent when it came without a sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploaded_by: Option<UserId>,
}

/// Data of `ticket.file_renamed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileRenamed {
    /// The file.
    pub file_id: FileId,
    /// Its new name.
    pub name: Personal<String>,
}

/// Data of `ticket.file_removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileRemoved {
    /// The file.
    pub file_id: FileId,
}

/// Data of `ticket.images_reordered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImagesReordered {
    /// All its images in their new order.
    pub order: Vec<FileId>,
}
