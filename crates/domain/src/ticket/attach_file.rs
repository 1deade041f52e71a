//! Attaching a file to a ticket.

use super::events::{FileAttached, TicketEvent};
use super::state::TicketState;
use crate::refusal::Refusal;

/// Attaches a file to a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachFile {
    /// The file, whose content is in the store already.
    pub file: FileAttached,
    /// How many files a ticket may have.
    pub max_files: u32,
}

/// Attaches a file to a ticket; one that it has already is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged, or has too many files.
pub fn attach_file(state: &TicketState, command: AttachFile) -> Result<Vec<TicketEvent>, Refusal> {
    let ticket = state.active()?;
    if ticket.file(command.file.file_id).is_some() {
        return Ok(vec![]);
    }
    if ticket.files.len() >= command.max_files as usize {
        return Err(Refusal::TooManyFiles { max: command.max_files });
    }
    Ok(vec![TicketEvent::FileAttached(command.file)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, at, deleted, file_attached, file_id, given, then};

    fn attach(n: u128, max_files: u32) -> AttachFile {
        AttachFile { file: file_attached(n), max_files }
    }

    #[test]
    fn given_a_new_file_then_it_comes_last_and_once() {
        let state = given(&attach_file(&active(), attach(1, 2)).unwrap());
        assert_eq!(attach_file(&state, attach(1, 2)), Ok(vec![]));
        let ticket = then(&state, attach_file(&state, attach(2, 2)));
        let ids: Vec<_> = ticket.images().map(|file| file.id).collect();
        assert_eq!(ids, [file_id(1), file_id(2)]);
        let file = ticket.file(file_id(2)).unwrap();
        assert_eq!((file.attached_at, ticket.updated_at), (at(60), at(60)));
    }

    #[test]
    fn given_as_many_files_as_allowed_then_one_more_is_refused() {
        let state = given(&attach_file(&active(), attach(1, 1)).unwrap());
        let refused = attach_file(&state, attach(2, 1));
        assert_eq!(refused, Err(Refusal::TooManyFiles { max: 1 }));
        assert_eq!(attach_file(&state, attach(1, 1)), Ok(vec![]), "it has this one");
        assert_eq!(attach_file(&deleted(), attach(1, 1)), Err(Refusal::TicketDeleted));
    }
}
