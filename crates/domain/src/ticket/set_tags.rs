//! Giving a ticket exactly these tags.

use super::events::{TagsAdded, TagsRemoved, TicketEvent};
use super::fields::MAX_TAGS;
use super::state::TicketState;
use crate::list::each_once;
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
    let wanted = each_once(command.tags);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{given, tags, then};

    #[test]
    fn given_other_tags_then_the_difference_is_told() {
        let state = given(&[TicketEvent::TagsAdded(TagsAdded { tags: tags(&["a", "b", "c"]) })]);
        let events = set_tags(&state, SetTags { tags: tags(&["d", "b", "d"]) });
        let expected = vec![
            TicketEvent::TagsRemoved(TagsRemoved { tags: tags(&["a", "c"]) }),
            TicketEvent::TagsAdded(TagsAdded { tags: tags(&["d"]) }),
        ];
        assert_eq!(events, Ok(expected));
        assert_eq!(then(&state, events).tags, tags(&["b", "d"]));
    }

    #[test]
    fn given_the_same_tags_in_another_order_then_nothing_happens() {
        let state = given(&[TicketEvent::TagsAdded(TagsAdded { tags: tags(&["a", "b"]) })]);
        assert_eq!(set_tags(&state, SetTags { tags: tags(&["b", "a"]) }), Ok(vec![]));
    }

    #[test]
    fn given_too_many_tags_then_it_is_refused() {
        let many = (0..=MAX_TAGS).map(|n| Tag::parse(&n.to_string()).unwrap()).collect();
        let refused = set_tags(&given(&[]), SetTags { tags: many });
        assert_eq!(refused, Err(Refusal::TooManyTags { max: 50 }));
    }
}
