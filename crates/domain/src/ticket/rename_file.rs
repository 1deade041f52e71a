//! Renaming a file of a ticket.

use super::events::{FileRenamed, TicketEvent};
use super::state::TicketState;
use crate::ids::FileId;
use crate::refusal::Refusal;
use crate::text::Text;

/// Gives a file of a ticket another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameFile {
    /// The file.
    pub file_id: FileId,
    /// Its new name, read by [`parse_file_name`](super::parse_file_name).
    pub name: Text,
}

/// Gives a file of a ticket another name; the same one is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged, or has no such file.
pub fn rename_file(state: &TicketState, command: RenameFile) -> Result<Vec<TicketEvent>, Refusal> {
    let file = state.active()?.file(command.file_id).ok_or(Refusal::FileUnknown)?;
    if file.name.is(command.name.as_str()) {
        return Ok(vec![]);
    }
    let name = command.name.into_personal();
    Ok(vec![TicketEvent::FileRenamed(FileRenamed { file_id: command.file_id, name })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, file_id, text, then, with_images};

    fn rename(name: &str) -> RenameFile {
        RenameFile { file_id: file_id(1), name: text(name) }
    }

    #[test]
    fn given_another_name_then_only_the_name_changes() {
        let state = with_images(2);
        let before = state.ticket().unwrap().files.clone();
        let ticket = then(&state, rename_file(&state, rename("north.png")));
        assert_eq!(ticket.files[0].name.as_str(), Some("north.png"));
        assert_eq!(ticket.files[1], before[1]);
        let same = before[0].name.as_str().unwrap();
        assert_eq!(rename_file(&state, rename(same)), Ok(vec![]));
    }

    #[test]
    fn given_a_file_of_another_ticket_then_it_is_refused() {
        assert_eq!(rename_file(&active(), rename("a.png")), Err(Refusal::FileUnknown));
    }
}
