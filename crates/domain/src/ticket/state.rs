//! What is known of a ticket, folded from its events.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::events::{Customer, FilledForm, TicketEvent, TicketOpened};
use super::ticket_file::TicketFile;
use super::ticket_form::{TicketForm, joined_data};
use super::transitions::{Transition, transition};
use super::values::{LinkKind, Priority, Source, Status, Visibility};
use crate::Timestamp;
use crate::ids::{ExternalId, TicketId, TicketNumber, UserId};
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::vocabulary::{Category, Department, Subcategory, Tag, TypeName};

/// Where a ticket's stream stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TicketState {
    /// There is no such ticket.
    #[default]
    Unopened,
    /// People may work on it.
    Active {
        /// The ticket.
        ticket: Box<Ticket>,
    },
    /// It was deleted and can be restored.
    Deleted {
        /// The ticket as it was.
        ticket: Box<Ticket>,
    },
    /// It was merged into another ticket and can be taken out again.
    Merged {
        /// The ticket as it was.
        ticket: Box<Ticket>,
        /// The ticket that goes on in its place.
        into: TicketId,
    },
}

/// A ticket. Texts of comments are not part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// The number people call it by.
    pub number: TicketNumber,
    /// Its subject.
    pub subject: Personal<String>,
    /// Its description, perhaps empty.
    pub description: Personal<String>,
    /// Its category, if one was chosen.
    pub category: Option<Category>,
    /// Its subcategory.
    pub subcategory: Option<Subcategory>,
    /// The department in charge.
    pub department: Option<Department>,
    /// Its priority.
    pub priority: Priority,
    /// Where it stands.
    pub status: Status,
    /// Its id in another system.
    pub external_id: Option<ExternalId>,
    /// The name of its type.
    pub ticket_type: Option<TypeName>,
    /// The form its data was judged by; none of a free one.
    #[serde(default)]
    pub form: Option<TicketForm>,
    /// Its form data as a whole.
    pub data: Option<Personal<Map<String, Value>>>,
    /// The names of the values among it that the form declares not personal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared_fields: Vec<String>,
    /// Its customer.
    pub customer: Customer,
    /// Its tags, each once, in the order they were added.
    pub tags: Vec<Tag>,
    /// The way it came in.
    pub source: Option<Source>,
    /// The browser it was written with.
    pub browser: Option<Personal<String>>,
    /// The kind of device it was written on.
    pub device_type: Option<Personal<String>>,
    /// The user who opened it; none when it came without a sign-in.
    pub opened_by: Option<UserId>,
    /// Who has it.
    pub assignee: Option<UserId>,
    /// Who watches it, each once, in the order they came.
    pub watchers: Vec<UserId>,
    /// Its links, each once.
    pub links: Vec<Link>,
    /// Its files: images in their order, then or among them the others in theirs.
    #[serde(default)]
    pub files: Vec<TicketFile>,
    /// How many comments it has, internal ones included.
    pub comment_count: u32,
    /// The tickets merged into it.
    pub merged_from: Vec<TicketId>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed; never goes back.
    pub updated_at: Timestamp,
    /// When it was resolved, or closed without being resolved first; none once reopened.
    pub resolved_at: Option<Timestamp>,
    /// When it was closed; none once it left that status.
    pub closed_at: Option<Timestamp>,
    /// When somebody signed in, other than who opened it, first commented publicly.
    pub first_response_at: Option<Timestamp>,
    /// How often it went back to work after it was resolved or closed.
    pub reopened_count: u32,
}

/// A link to another ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    /// What the other ticket is to this one.
    pub kind: LinkKind,
    /// The other ticket.
    pub ticket: TicketId,
}

impl TicketState {
    /// The ticket in whatever state, unless there is none.
    pub fn ticket(&self) -> Option<&Ticket> {
        match self {
            Self::Unopened => None,
            Self::Active { ticket } | Self::Deleted { ticket } | Self::Merged { ticket, .. } => {
                Some(ticket)
            }
        }
    }

    /// The ticket if people may work on it.
    ///
    /// # Errors
    /// There is none, or it is deleted or merged.
    pub fn active(&self) -> Result<&Ticket, Refusal> {
        match self {
            Self::Unopened => Err(Refusal::TicketUnknown),
            Self::Active { ticket } => Ok(ticket),
            Self::Deleted { .. } => Err(Refusal::TicketDeleted),
            Self::Merged { into, .. } => Err(Refusal::TicketMerged { into: *into }),
        }
    }

    /// Folds events that happened at one moment, as a decision returns them.
    #[must_use]
    pub fn evolved(self, events: &[TicketEvent], at: Timestamp) -> Self {
        events.iter().fold(self, |state, event| evolve(state, event, at))
    }
}

/// The state after `event`, which happened at `at`. Total: an event that no decision would have
/// made in this state changes what it can and leaves the rest.
#[must_use]
pub fn evolve(state: TicketState, event: &TicketEvent, at: Timestamp) -> TicketState {
    let state = match state {
        TicketState::Unopened => {
            // Any other event before the opening has no ticket to change.
            let TicketEvent::Opened(opened) = event else { return TicketState::Unopened };
            return TicketState::Active { ticket: Box::new(Ticket::opened(opened, at)) };
        }
        TicketState::Active { mut ticket } => {
            ticket.apply(event, at);
            TicketState::Active { ticket }
        }
        TicketState::Deleted { mut ticket } => {
            ticket.apply(event, at);
            TicketState::Deleted { ticket }
        }
        TicketState::Merged { mut ticket, into } => {
            ticket.apply(event, at);
            TicketState::Merged { ticket, into }
        }
    };
    moved(state, event)
}

/// The moves between active, deleted and merged.
fn moved(state: TicketState, event: &TicketEvent) -> TicketState {
    match (event, state) {
        (
            TicketEvent::Deleted(_),
            TicketState::Active { ticket } | TicketState::Merged { ticket, .. },
        ) => TicketState::Deleted { ticket },
        (TicketEvent::MergedInto(merged), TicketState::Active { ticket }) => {
            TicketState::Merged { ticket, into: merged.into }
        }
        (TicketEvent::Restored(_), TicketState::Deleted { ticket })
        | (TicketEvent::Unmerged(_), TicketState::Merged { ticket, .. }) => {
            TicketState::Active { ticket }
        }
        (
            TicketEvent::Deleted(_)
            | TicketEvent::MergedInto(_)
            | TicketEvent::Restored(_)
            | TicketEvent::Unmerged(_)
            | TicketEvent::Opened(_)
            | TicketEvent::SubjectChanged(_)
            | TicketEvent::DescriptionChanged(_)
            | TicketEvent::Categorised(_)
            | TicketEvent::DepartmentChanged(_)
            | TicketEvent::PriorityChanged(_)
            | TicketEvent::StatusChanged(_)
            | TicketEvent::ExternalIdChanged(_)
            | TicketEvent::DataChanged(_)
            | TicketEvent::CustomerChanged(_)
            | TicketEvent::TagsAdded(_)
            | TicketEvent::TagsRemoved(_)
            | TicketEvent::SourceChanged(_)
            | TicketEvent::Assigned(_)
            | TicketEvent::Unassigned(_)
            | TicketEvent::CommentAdded(_)
            | TicketEvent::WatcherAdded(_)
            | TicketEvent::WatcherRemoved(_)
            | TicketEvent::Linked(_)
            | TicketEvent::Unlinked(_)
            | TicketEvent::Absorbed(_)
            | TicketEvent::Released(_)
            | TicketEvent::FileAttached(_)
            | TicketEvent::FileRenamed(_)
            | TicketEvent::FileRemoved(_)
            | TicketEvent::ImagesReordered(_),
            state,
        ) => state,
    }
}

impl Ticket {
    fn opened(opened: &TicketOpened, at: Timestamp) -> Self {
        Self {
            number: opened.number,
            subject: opened.subject.clone(),
            description: opened.description.clone(),
            category: opened.category.clone(),
            subcategory: opened.subcategory.clone(),
            department: opened.department.clone(),
            priority: opened.priority,
            status: Status::Open,
            external_id: opened.external_id.clone(),
            ticket_type: opened.ticket_type.clone(),
            form: opened.form.as_ref().map(FilledForm::form),
            data: joined_data(opened.form.as_ref(), opened.data.as_ref()),
            declared_fields: opened
                .form
                .as_ref()
                .map(FilledForm::declared_fields)
                .unwrap_or_default(),
            customer: opened.customer.clone(),
            tags: opened.tags.clone(),
            source: opened.source,
            browser: opened.browser.clone(),
            device_type: opened.device_type.clone(),
            opened_by: opened.opened_by,
            assignee: None,
            watchers: Vec::new(),
            links: Vec::new(),
            files: Vec::new(),
            comment_count: 0,
            merged_from: Vec::new(),
            created_at: at,
            updated_at: at,
            resolved_at: None,
            closed_at: None,
            first_response_at: None,
            reopened_count: 0,
        }
    }

    fn apply(&mut self, event: &TicketEvent, at: Timestamp) {
        self.updated_at = self.updated_at.max(at);
        match event {
            TicketEvent::SubjectChanged(e) => self.subject = e.subject.clone(),
            TicketEvent::DescriptionChanged(e) => self.description = e.description.clone(),
            TicketEvent::Categorised(e) => {
                self.category = e.category.clone();
                self.subcategory = e.subcategory.clone();
            }
            TicketEvent::DepartmentChanged(e) => self.department = e.department.clone(),
            TicketEvent::PriorityChanged(e) => self.priority = e.to,
            TicketEvent::StatusChanged(e) => self.move_to(e.to, at),
            TicketEvent::ExternalIdChanged(e) => self.external_id = e.external_id.clone(),
            TicketEvent::DataChanged(e) => {
                self.ticket_type = e.ticket_type.clone();
                self.form = e.form.as_ref().map(FilledForm::form);
                self.data = joined_data(e.form.as_ref(), e.data.as_ref());
                self.declared_fields =
                    e.form.as_ref().map(FilledForm::declared_fields).unwrap_or_default();
            }
            TicketEvent::CustomerChanged(e) => self.customer = e.customer.clone(),
            TicketEvent::TagsAdded(e) => {
                for tag in &e.tags {
                    add(&mut self.tags, tag.clone());
                }
            }
            TicketEvent::TagsRemoved(e) => self.tags.retain(|tag| !e.tags.contains(tag)),
            TicketEvent::SourceChanged(e) => {
                self.source = e.source;
                self.browser = e.browser.clone();
                self.device_type = e.device_type.clone();
            }
            TicketEvent::Assigned(e) => self.assignee = Some(e.assignee),
            TicketEvent::Unassigned(_) => self.assignee = None,
            TicketEvent::CommentAdded(e) => self.commented(e.author, e.visibility, at),
            TicketEvent::WatcherAdded(e) => add(&mut self.watchers, e.watcher),
            TicketEvent::WatcherRemoved(e) => self.watchers.retain(|user| *user != e.watcher),
            TicketEvent::Linked(e) => {
                add(&mut self.links, Link { kind: e.kind, ticket: e.ticket });
            }
            TicketEvent::Unlinked(e) => {
                self.links.retain(|link| link.kind != e.kind || link.ticket != e.ticket);
            }
            TicketEvent::Absorbed(e) => add(&mut self.merged_from, e.ticket),
            TicketEvent::Released(e) => self.merged_from.retain(|ticket| *ticket != e.ticket),
            TicketEvent::FileAttached(e) => {
                if self.file(e.file_id).is_none() {
                    self.files.push(TicketFile::attached(e, at));
                }
            }
            TicketEvent::FileRenamed(e) => {
                for file in self.files.iter_mut().filter(|file| file.id == e.file_id) {
                    file.name = e.name.clone();
                }
            }
            TicketEvent::FileRemoved(e) => self.files.retain(|file| file.id != e.file_id),
            TicketEvent::ImagesReordered(e) => self.reorder_images(&e.order),
            TicketEvent::Opened(_)
            | TicketEvent::MergedInto(_)
            | TicketEvent::Unmerged(_)
            | TicketEvent::Deleted(_)
            | TicketEvent::Restored(_) => {}
        }
    }

    fn move_to(&mut self, to: Status, at: Timestamp) {
        match transition(self.status, to) {
            Transition::Unchanged | Transition::Work => {}
            Transition::Resolve => self.resolved_at = Some(at),
            Transition::Close => self.closed_at = Some(at),
            Transition::ResolveAndClose => {
                self.resolved_at = Some(at);
                self.closed_at = Some(at);
            }
            Transition::Unclose => self.closed_at = None,
            Transition::Reopen => {
                self.resolved_at = None;
                self.closed_at = None;
                self.reopened_count = self.reopened_count.saturating_add(1);
            }
        }
        self.status = to;
    }

    fn commented(&mut self, author: Option<UserId>, visibility: Visibility, at: Timestamp) {
        self.comment_count = self.comment_count.saturating_add(1);
        // A comment without a sign-in may be the customer's own, so it is no response.
        let responds = author.is_some() && author != self.opened_by;
        if responds && visibility == Visibility::Public && self.first_response_at.is_none() {
            self.first_response_at = Some(at);
        }
    }
}

fn add<T: PartialEq>(items: &mut Vec<T>, item: T) {
    if !items.contains(&item) {
        items.push(item);
    }
}
