//! Putting tags on a ticket.

use super::events::{TagsAdded, TicketEvent};
use super::fields::MAX_TAGS;
use super::state::TicketState;
use crate::list::each_once;
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
    let mut tags = each_once(command.tags);
    tags.retain(|tag| !ticket.tags.contains(tag));
    if tags.is_empty() {
        return Ok(vec![]);
    }
    if ticket.tags.len() + tags.len() > MAX_TAGS {
        return Err(Refusal::TooManyTags { max: MAX_TAGS });
    }
    Ok(vec![TicketEvent::TagsAdded(TagsAdded { tags })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, busy, given, tags, then};

    #[test]
    fn given_new_and_old_tags_then_only_the_new_are_added_once_in_order() {
        let events = add_tags(&busy(), AddTags { tags: tags(&["5g", "vip", "lte", "5g"]) });
        let added = TagsAdded { tags: tags(&["5g", "lte"]) };
        assert_eq!(events, Ok(vec![TicketEvent::TagsAdded(added)]));
        assert_eq!(then(&busy(), events).tags, tags(&["vip", "5g", "lte"]));
    }

    #[test]
    fn given_tags_it_has_then_nothing_happens() {
        assert_eq!(add_tags(&busy(), AddTags { tags: tags(&["vip"]) }), Ok(vec![]));
    }

    #[test]
    fn given_as_many_as_allowed_then_one_more_is_refused() {
        let many: Vec<_> = (0..MAX_TAGS).map(|n| Tag::parse(&n.to_string()).unwrap()).collect();
        let full = given(&add_tags(&active(), AddTags { tags: many }).unwrap());
        let refused = add_tags(&full, AddTags { tags: tags(&["vip"]) });
        assert_eq!(refused, Err(Refusal::TooManyTags { max: 50 }));
        assert_eq!(add_tags(&full, AddTags { tags: tags(&["7"]) }), Ok(vec![]));
    }
}
