//! What the core must know of an aggregate.

use domain::event::DomainEvent;
use domain::file::{self, FileEvent, FileState};
use domain::rotation::{self, Rotation, RotationEvent};
use domain::settings::{self, Settings, SettingsEvent};
use domain::task::{self, TaskEvent, TaskState};
use domain::ticket::{self, Customer, Ticket, TicketEvent, TicketState};
use domain::ticket_type::{self, TicketTypeEvent, TicketTypeState};
use domain::user::{self, UserEvent, UserState};
use domain::work_role::{self, WorkRole, WorkRoleEvent};
use domain::workflow::{self, WorkflowEvent, WorkflowState};
use domain::{Personal, Timestamp};
use eventstore::{Identifier, Subject};

use super::Inner;
use super::cache::AggregateCache;

/// A state folded from the events of one stream.
pub(crate) trait Aggregate: Default + Clone + Send + Sync + 'static {
    /// Its events.
    type Event: DomainEvent + Clone + Send + Sync;

    /// The state after an event that happened at `at`.
    fn evolve(self, event: &Self::Event, at: Timestamp) -> Self;

    /// Whose personal values `events` carry, when they follow on `self`.
    fn subject(&self, events: &[Self::Event]) -> Subject;

    /// About how many bytes the state takes.
    fn weight(&self) -> usize;

    /// Where states of this kind are cached.
    fn cache(inner: &Inner) -> &AggregateCache<Self>;
}

impl Aggregate for TicketState {
    type Event = TicketEvent;

    fn evolve(self, event: &TicketEvent, at: Timestamp) -> Self {
        ticket::evolve(self, event, at)
    }

    /// The customer, when something identifies one; else the ticket stands for itself.
    fn subject(&self, events: &[TicketEvent]) -> Subject {
        let current = self.ticket().map(|ticket| &ticket.customer);
        let last = events.iter().rev().find_map(customer_of).or(current);
        let identifiers = last.map(identifiers).unwrap_or_default();
        if identifiers.is_empty() { Subject::Stream } else { Subject::Identified(identifiers) }
    }

    fn weight(&self) -> usize {
        const FIXED: usize = 1_000;
        self.ticket().map_or(FIXED, |ticket| FIXED + long_texts(ticket))
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.tickets
    }
}

/// The customer that an event names, if it is one of those that do.
fn customer_of(event: &TicketEvent) -> Option<&Customer> {
    match event {
        TicketEvent::Opened(opened) => Some(&opened.customer),
        TicketEvent::CustomerChanged(changed) => Some(&changed.customer),
        TicketEvent::SubjectChanged(_)
        | TicketEvent::DescriptionChanged(_)
        | TicketEvent::Categorised(_)
        | TicketEvent::DepartmentChanged(_)
        | TicketEvent::PriorityChanged(_)
        | TicketEvent::StatusChanged(_)
        | TicketEvent::ExternalIdChanged(_)
        | TicketEvent::DataChanged(_)
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
        | TicketEvent::MergedInto(_)
        | TicketEvent::Absorbed(_)
        | TicketEvent::Unmerged(_)
        | TicketEvent::Released(_)
        | TicketEvent::Deleted(_)
        | TicketEvent::Restored(_)
        | TicketEvent::FileAttached(_)
        | TicketEvent::FileRenamed(_)
        | TicketEvent::FileRemoved(_)
        | TicketEvent::ImagesReordered(_) => None,
    }
}

/// What identifies a customer. What was erased identifies nobody any more.
pub(crate) fn identifiers(customer: &Customer) -> Vec<Identifier> {
    let known = |value: &Option<Personal<String>>| {
        value.as_ref().and_then(Personal::as_str).map(str::to_owned)
    };
    let email = known(&customer.email).map(|email| Identifier::email(&email));
    let id = known(&customer.id).map(|id| Identifier::customer_id(&id));
    email.into_iter().chain(id).collect()
}

fn long_texts(ticket: &Ticket) -> usize {
    let length = |text: &Personal<String>| text.as_str().map_or(0, str::len);
    // Form data has no length to ask for; it is rare, and bounded by 64 KiB as JSON.
    let data = ticket.data.as_ref().and_then(Personal::known).map_or(0, |data| data.len() * 200);
    let files = ticket.files.len() * 500;
    length(&ticket.subject)
        + length(&ticket.description)
        + data
        + ticket.watchers.len() * 16
        + files
}

impl Aggregate for FileState {
    type Event = FileEvent;

    fn evolve(self, event: &FileEvent, at: Timestamp) -> Self {
        file::evolve(self, event, at)
    }

    /// Of no event: what is personal in a file is its ticket's customer's, whom only the ticket knows.
    fn subject(&self, _events: &[FileEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        600 + self.reading_ids.len() * 16
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.files
    }
}

impl Aggregate for UserState {
    type Event = UserEvent;

    fn evolve(self, event: &UserEvent, at: Timestamp) -> Self {
        user::evolve(self, event, at)
    }

    fn subject(&self, _events: &[UserEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        2_000
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.users
    }
}

impl Aggregate for WorkRole {
    type Event = WorkRoleEvent;

    fn evolve(self, event: &WorkRoleEvent, _at: Timestamp) -> Self {
        work_role::evolve(self, event)
    }

    fn subject(&self, _events: &[WorkRoleEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        200
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.work_roles
    }
}

impl Aggregate for Settings {
    type Event = SettingsEvent;

    fn evolve(self, event: &SettingsEvent, _at: Timestamp) -> Self {
        settings::evolve(self, event)
    }

    fn subject(&self, _events: &[SettingsEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        50_000
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.settings
    }
}

impl Aggregate for WorkflowState {
    type Event = WorkflowEvent;

    fn evolve(self, event: &WorkflowEvent, at: Timestamp) -> Self {
        workflow::evolve(self, event, at)
    }

    fn subject(&self, _events: &[WorkflowEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        // Steps and transitions, of some hundred bytes each, and the instructions.
        const EACH: usize = 400;
        self.workflow().map_or(EACH, |workflow| {
            let definition = &workflow.definition;
            let instructions = definition.steps.iter().filter_map(|step| {
                step.instructions.as_ref().and_then(Personal::as_str).map(str::len)
            });
            let parts = 2 + definition.steps.len() + definition.transitions.len();
            parts * EACH + instructions.sum::<usize>()
        })
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.workflows
    }
}

impl Aggregate for TicketTypeState {
    type Event = TicketTypeEvent;

    fn evolve(self, event: &TicketTypeEvent, at: Timestamp) -> Self {
        ticket_type::evolve(self, event, at)
    }

    fn subject(&self, _events: &[TicketTypeEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        // Fields with their labels, rules and options.
        const EACH: usize = 1_000;
        self.ticket_type().map_or(EACH, |known| EACH * (1 + known.definition.fields.len()))
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.ticket_types
    }
}

impl Aggregate for TaskState {
    type Event = TaskEvent;

    fn evolve(self, event: &TaskEvent, at: Timestamp) -> Self {
        task::evolve(self, event, at)
    }

    /// What is said about a task is about its ticket's customer; it is erased with the task's stream.
    fn subject(&self, _events: &[TaskEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        const FIXED: usize = 1_500;
        const EACH: usize = 600;
        self.task().map_or(FIXED, |task| FIXED + EACH * task.history.len())
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.tasks
    }
}

impl Aggregate for Rotation {
    type Event = RotationEvent;

    fn evolve(self, event: &RotationEvent, _at: Timestamp) -> Self {
        rotation::evolve(self, event)
    }

    fn subject(&self, _events: &[RotationEvent]) -> Subject {
        Subject::Stream
    }

    fn weight(&self) -> usize {
        100
    }

    fn cache(inner: &Inner) -> &AggregateCache<Self> {
        &inner.rotations
    }
}
