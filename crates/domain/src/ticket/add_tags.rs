//! Putting tags on a ticket.

use super::events::{TagsAdded, TicketEvent};
use super::fields::MAX_TAGS;
use super::state::TicketState;
use crate::refusal::Refusal;
use crate::vocabulary::Tag;

/// Puts tags on a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddTags {
    /// The tags, in order.
    pub tags: Vec<Tag>,
}

/// Puts tags on a ticket; tags it has are left alone.
///
/// # Errors
/// The ticket is unknown, deleted or merged, or would have too many tags.
pub fn add_tags(state: &TicketState, command: AddTags) -> Result<Vec<TicketEvent>, Refusal> {
    let ticket = state.active()?;
    let mut tags = Vec::new();
    for tag in command.tags {
        if !ticket.tags.contains(&tag) && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.is_empty() {
        return Ok(vec![]);
    }
    if ticket.tags.len() + tags.len() > MAX_TAGS {
        return Err(Refusal::TooManyTags { max: MAX_TAGS });
    }
    Ok(vec![TicketEvent::TagsAdded(TagsAdded { tags })])
}
