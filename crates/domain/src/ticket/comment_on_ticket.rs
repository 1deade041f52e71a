//! Writing a comment.

use super::events::{CommentAdded, TicketEvent};
use super::state::TicketState;
use super::values::Visibility;
use crate::ids::{CommentId, UserId};
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
    let mut mentions = Vec::with_capacity(command.mentions.len());
    for user in command.mentions {
        if !mentions.contains(&user) {
            mentions.push(user);
        }
    }
    Ok(vec![TicketEvent::CommentAdded(CommentAdded {
        comment_id: command.comment_id,
        author: command.author,
        visibility: command.visibility,
        text: command.text.into_personal(),
        mentions,
    })])
}
