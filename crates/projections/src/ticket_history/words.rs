//! Ticket events as English sentences.

use std::collections::HashMap;

use domain::ticket::events::{
    Categorised, CommentAdded, CustomerChanged, DataChanged, StatusChanged,
};
use domain::ticket::{LinkKind, TicketEvent, Visibility};
use domain::{Personal, Tag, UserId};
use uuid::Uuid;

use super::against::Against;
use crate::users::UserBrief;

/// The users a sentence names.
pub(super) fn people(event: &TicketEvent) -> Vec<UserId> {
    match event {
        TicketEvent::Assigned(e) => std::iter::once(e.assignee).chain(e.previous).collect(),
        TicketEvent::Unassigned(e) => vec![e.previous],
        TicketEvent::WatcherAdded(e) => vec![e.watcher],
        TicketEvent::WatcherRemoved(e) => vec![e.watcher],
        TicketEvent::Opened(_)
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
        | TicketEvent::CommentAdded(_)
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
        | TicketEvent::ImagesReordered(_) => Vec::new(),
    }
}

/// What happened, without who did it.
pub(super) fn summary(
    event: &TicketEvent,
    against: &Against,
    people: &HashMap<Uuid, UserBrief>,
) -> String {
    match event {
        TicketEvent::Opened(e) => format!("Opened as {} with priority {}", e.number, e.priority),
        TicketEvent::SubjectChanged(e) => match e.subject.as_str() {
            Some(subject) => format!("Changed the subject to “{subject}”"),
            None => "Changed the subject".to_owned(),
        },
        TicketEvent::DescriptionChanged(_) => "Changed the description".to_owned(),
        TicketEvent::Categorised(e) => categorised(e),
        TicketEvent::DepartmentChanged(e) => match &e.department {
            Some(department) => format!("Moved to the department {department}"),
            None => "Removed the department".to_owned(),
        },
        TicketEvent::PriorityChanged(e) => {
            format!("Changed the priority from {} to {}", e.from, e.to)
        }
        TicketEvent::StatusChanged(e) => status_changed(e),
        TicketEvent::ExternalIdChanged(e) => match &e.external_id {
            Some(id) => format!("Set the external id to {id}"),
            None => "Removed the external id".to_owned(),
        },
        TicketEvent::DataChanged(e) => data_changed(e, against),
        TicketEvent::CustomerChanged(e) => customer_changed(e),
        TicketEvent::TagsAdded(e) => format!("Added the {}", tags(&e.tags)),
        TicketEvent::TagsRemoved(e) => format!("Removed the {}", tags(&e.tags)),
        TicketEvent::SourceChanged(e) => match e.source {
            Some(source) => format!("Set the source to {}", spaced(source.as_str())),
            None => "Removed the source".to_owned(),
        },
        TicketEvent::Assigned(e) => match e.previous {
            Some(previous) => {
                format!(
                    "Reassigned from {} to {}",
                    name(previous, people),
                    name(e.assignee, people)
                )
            }
            None => format!("Assigned to {}", name(e.assignee, people)),
        },
        TicketEvent::Unassigned(e) => format!("Unassigned from {}", name(e.previous, people)),
        TicketEvent::CommentAdded(e) => commented(e),
        TicketEvent::WatcherAdded(e) => format!("{} began to watch", name(e.watcher, people)),
        TicketEvent::WatcherRemoved(e) => format!("{} stopped watching", name(e.watcher, people)),
        TicketEvent::Linked(e) => format!("Linked {} ticket {}", link(e.kind), e.ticket),
        TicketEvent::Unlinked(e) => format!("Unlinked {} ticket {}", link(e.kind), e.ticket),
        TicketEvent::MergedInto(e) => {
            with_reason(format!("Merged into ticket {}", e.into), &e.reason)
        }
        TicketEvent::Absorbed(e) => format!("Took in the ticket {}", e.ticket),
        TicketEvent::Unmerged(e) => format!("Taken out of ticket {} again", e.from),
        TicketEvent::Released(e) => format!("Let go of the ticket {}", e.ticket),
        TicketEvent::Deleted(e) => with_reason("Deleted".to_owned(), &e.reason),
        TicketEvent::Restored(_) => "Restored".to_owned(),
        TicketEvent::FileAttached(e) => match e.name.as_str() {
            Some(name) => format!("Attached the file “{name}”"),
            None => "Attached a file".to_owned(),
        },
        TicketEvent::FileRenamed(e) => match e.name.as_str() {
            Some(name) => format!("Renamed {} to “{name}”", file(against)),
            None => format!("Renamed {}", file(against)),
        },
        TicketEvent::FileRemoved(_) => format!("Removed {}", file(against)),
        TicketEvent::ImagesReordered(_) => "Put the images in another order".to_owned(),
    }
}

/// More fields than this are counted.
const MOST_FIELDS: usize = 6;

fn data_changed(e: &DataChanged, against: &Against) -> String {
    let changed = match &e.ticket_type {
        Some(name) => format!("Changed the form data of the type {name}"),
        None => "Changed the form data".to_owned(),
    };
    let fields = &against.changed_fields;
    match fields.len() {
        0 => changed,
        n if n <= MOST_FIELDS => format!("{changed}: {}", fields.join(", ")),
        n => {
            let named = fields[..MOST_FIELDS].join(", ");
            format!("{changed}: {named} and {} more", n - MOST_FIELDS)
        }
    }
}

fn file(against: &Against) -> String {
    match &against.file_name {
        Some(name) => format!("the file “{name}”"),
        None => "a file".to_owned(),
    }
}

fn categorised(e: &Categorised) -> String {
    match (&e.category, &e.subcategory) {
        (Some(category), Some(subcategory)) => {
            format!("Set the category to {category} / {subcategory}")
        }
        (Some(category), None) => format!("Set the category to {category}"),
        (None, Some(subcategory)) => format!("Set the subcategory to {subcategory}"),
        (None, None) => "Removed the category".to_owned(),
    }
}

fn status_changed(e: &StatusChanged) -> String {
    let moved =
        format!("Changed the status from {} to {}", spaced(e.from.as_str()), spaced(e.to.as_str()));
    with_reason(moved, &e.reason)
}

fn customer_changed(e: &CustomerChanged) -> String {
    let customer = &e.customer;
    let known = [&customer.name, &customer.email, &customer.id];
    match known.into_iter().flatten().find_map(|value| value.as_str()) {
        Some(customer) => format!("Set the customer to {customer}"),
        None => "Changed the customer".to_owned(),
    }
}

fn commented(e: &CommentAdded) -> String {
    match e.visibility {
        Visibility::Public => "Added a comment".to_owned(),
        Visibility::Internal => "Added an internal comment".to_owned(),
    }
}

/// A sentence and, where it is known, why.
pub(crate) fn with_reason(sentence: String, reason: &Option<Personal<String>>) -> String {
    match reason.as_ref().and_then(Personal::as_str) {
        Some(reason) => format!("{sentence}: {reason}"),
        None => sentence,
    }
}

fn tags(tags: &[Tag]) -> String {
    let names: Vec<&str> = tags.iter().map(Tag::as_str).collect();
    let noun = if names.len() == 1 { "tag" } else { "tags" };
    format!("{noun} {}", names.join(", "))
}

/// A word of the domain as people write it.
pub(crate) fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

fn link(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Parent => "the parent",
        LinkKind::Child => "the child",
        LinkKind::Duplicate => "the duplicate",
        LinkKind::Related => "the related",
    }
}

/// What somebody is called in a sentence.
pub(crate) fn name(user: UserId, people: &HashMap<Uuid, UserBrief>) -> String {
    let brief = people.get(&user.uuid());
    let known = brief.and_then(|brief| {
        brief.full_name.clone().filter(|name| !name.is_empty()).or_else(|| brief.email.clone())
    });
    known.unwrap_or_else(|| "a user who is no longer known".to_owned())
}
