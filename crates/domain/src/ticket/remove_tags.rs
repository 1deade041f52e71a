//! Taking tags off a ticket.

use super::events::{TagsRemoved, TicketEvent};
use super::state::TicketState;
use crate::refusal::Refusal;
use crate::vocabulary::Tag;

/// Takes tags off a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveTags {
    /// The tags.
    pub tags: Vec<Tag>,
}

/// Takes tags off a ticket; tags it does not have are no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn remove_tags(state: &TicketState, command: RemoveTags) -> Result<Vec<TicketEvent>, Refusal> {
    let ticket = state.active()?;
    let tags: Vec<_> =
        ticket.tags.iter().filter(|tag| command.tags.contains(tag)).cloned().collect();
    if tags.is_empty() {
        return Ok(vec![]);
    }
    Ok(vec![TicketEvent::TagsRemoved(TagsRemoved { tags })])
}
