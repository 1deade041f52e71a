//! Giving a ticket exactly these tags.

use super::events::{TagsAdded, TagsRemoved, TicketEvent};
use super::fields::MAX_TAGS;
use super::state::TicketState;
use crate::refusal::Refusal;
use crate::vocabulary::Tag;

/// Gives a ticket exactly these tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetTags {
    /// The tags it is to have.
    pub tags: Vec<Tag>,
}

/// Gives a ticket exactly these tags: what it has too much is removed, what it lacks is added at
/// the end. The same tags in another order are no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged, or would have too many tags.
pub fn set_tags(state: &TicketState, command: SetTags) -> Result<Vec<TicketEvent>, Refusal> {
    let ticket = state.active()?;
    let mut wanted: Vec<Tag> = Vec::with_capacity(command.tags.len());
    for tag in command.tags {
        if !wanted.contains(&tag) {
            wanted.push(tag);
        }
    }
    if wanted.len() > MAX_TAGS {
        return Err(Refusal::TooManyTags { max: MAX_TAGS });
    }
    let removed: Vec<_> = ticket.tags.iter().filter(|tag| !wanted.contains(tag)).cloned().collect();
    let added: Vec<_> = wanted.into_iter().filter(|tag| !ticket.tags.contains(tag)).collect();
    let mut events = Vec::new();
    if !removed.is_empty() {
        events.push(TicketEvent::TagsRemoved(TagsRemoved { tags: removed }));
    }
    if !added.is_empty() {
        events.push(TicketEvent::TagsAdded(TagsAdded { tags: added }));
    }
    Ok(events)
}
