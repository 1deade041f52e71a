//! Writing a comment.

use super::events::{CommentAdded, TicketEvent};
use super::state::TicketState;
use super::values::Visibility;
use crate::ids::{CommentId, UserId};
use crate::list::each_once;
use crate::refusal::Refusal;
use crate::text::Text;

/// Writes a comment on a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentOnTicket {
    /// The id of the comment, new.
    pub comment_id: CommentId,
    /// Who writes it; none without a sign-in.
    pub author: Option<UserId>,
    /// Who may read it.
    pub visibility: Visibility,
    /// What it says.
    pub text: Text,
    /// The users it calls upon, who exist.
    pub mentions: Vec<UserId>,
}

/// Writes a comment on a ticket, in whatever status.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn comment_on_ticket(
    state: &TicketState,
    command: CommentOnTicket,
) -> Result<Vec<TicketEvent>, Refusal> {
    state.active()?;
    Ok(vec![TicketEvent::CommentAdded(CommentAdded {
        comment_id: command.comment_id,
        author: command.author,
        visibility: command.visibility,
        text: command.text.into_personal(),
        mentions: each_once(command.mentions),
    })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    use crate::ticket::samples::{active, at, given, text, then, user};

    fn comment(author: Option<u128>, visibility: Visibility) -> CommentOnTicket {
        CommentOnTicket {
            comment_id: CommentId(Uuid::from_u128(7)),
            author: author.map(user),
            visibility,
            text: text("We look into it."),
            mentions: vec![user(3), user(3)],
        }
    }

    #[test]
    fn given_a_comment_then_it_is_told_whole_with_each_mention_once() {
        let added = CommentAdded {
            comment_id: CommentId(Uuid::from_u128(7)),
            author: Some(user(2)),
            visibility: Visibility::Public,
            text: "We look into it.".into(),
            mentions: vec![user(3)],
        };
        let events = comment_on_ticket(&active(), comment(Some(2), Visibility::Public));
        assert_eq!(events, Ok(vec![TicketEvent::CommentAdded(added)]));
        assert_eq!(then(&active(), events).comment_count, 1);
    }

    #[test]
    fn given_a_public_comment_of_another_user_then_it_is_the_first_response() {
        let state =
            given(&comment_on_ticket(&active(), comment(Some(2), Visibility::Public)).unwrap());
        assert_eq!(state.ticket().unwrap().first_response_at, Some(at(1)));
        let ticket = then(&state, comment_on_ticket(&state, comment(Some(3), Visibility::Public)));
        assert_eq!(ticket.first_response_at, Some(at(1)), "a second one moves nothing");
    }

    #[test]
    fn given_a_comment_of_the_opener_or_internal_or_without_sign_in_then_it_is_no_response() {
        for (author, visibility) in [
            (Some(1), Visibility::Public),
            (Some(2), Visibility::Internal),
            (None, Visibility::Public),
        ] {
            let ticket = then(&active(), comment_on_ticket(&active(), comment(author, visibility)));
            assert_eq!(ticket.first_response_at, None, "{author:?} {visibility}");
        }
    }
}
