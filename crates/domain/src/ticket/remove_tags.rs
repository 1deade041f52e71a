//! Taking tags off a ticket.

use super::events::{TagsRemoved, TicketEvent};
use super::state::TicketState;
use crate::list::each_once;
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
    let mut tags = each_once(command.tags);
    tags.retain(|tag| ticket.tags.contains(tag));
    if tags.is_empty() {
        return Ok(vec![]);
    }
    Ok(vec![TicketEvent::TagsRemoved(TagsRemoved { tags })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{busy, tags, then};

    #[test]
    fn given_tags_it_has_and_others_then_the_ones_it_has_go() {
        let events = remove_tags(&busy(), RemoveTags { tags: tags(&["5g", "vip", "vip"]) });
        let removed = TagsRemoved { tags: tags(&["vip"]) };
        assert_eq!(events, Ok(vec![TicketEvent::TagsRemoved(removed)]));
        assert_eq!(then(&busy(), events).tags, []);
    }

    #[test]
    fn given_tags_it_lacks_then_nothing_happens() {
        assert_eq!(remove_tags(&busy(), RemoveTags { tags: tags(&["5g"]) }), Ok(vec![]));
    }
}
