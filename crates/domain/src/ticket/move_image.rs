//! Moving an image of a ticket to another place among its images.

use super::events::{ImagesReordered, TicketEvent};
use super::state::TicketState;
use super::values::FileRole;
use crate::ids::FileId;
use crate::refusal::Refusal;

/// Moves an image of a ticket to another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoveImage {
    /// The image.
    pub file_id: FileId,
    /// The place it is to have, from 0; beyond the end is the last one.
    pub to: usize,
}

/// Moves an image of a ticket; the others close up. The place it has is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged, has no such file, or the file is no image.
pub fn move_image(state: &TicketState, command: MoveImage) -> Result<Vec<TicketEvent>, Refusal> {
    let ticket = state.active()?;
    let file = ticket.file(command.file_id).ok_or(Refusal::FileUnknown)?;
    match file.role {
        FileRole::Image => {}
        FileRole::Attachment => return Err(Refusal::FileIsNoImage),
    }
    let before: Vec<FileId> = ticket.images().map(|image| image.id).collect();
    let mut order: Vec<FileId> =
        before.iter().copied().filter(|id| *id != command.file_id).collect();
    order.insert(command.to.min(order.len()), command.file_id);
    if order == before {
        return Ok(vec![]);
    }
    Ok(vec![TicketEvent::ImagesReordered(ImagesReordered { order })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{at, file_attached, file_id, then, with_images};
    use crate::ticket::{FileAttached, evolve};

    fn moved(n: u128, to: usize) -> Vec<FileId> {
        let state = with_images(3);
        let command = MoveImage { file_id: file_id(n), to };
        then(&state, move_image(&state, command)).images().map(|image| image.id).collect()
    }

    #[test]
    fn given_three_images_then_each_may_go_anywhere() {
        assert_eq!(moved(1, 2), [2, 3, 1].map(file_id));
        assert_eq!(moved(3, 0), [3, 1, 2].map(file_id));
        assert_eq!(moved(1, 1), [2, 1, 3].map(file_id));
        assert_eq!(moved(1, 99), [2, 3, 1].map(file_id));
        let state = with_images(3);
        let stays = MoveImage { file_id: file_id(2), to: 1 };
        assert_eq!(move_image(&state, stays), Ok(vec![]));
    }

    #[test]
    fn given_an_attachment_then_it_has_no_place() {
        let file = FileAttached { role: FileRole::Attachment, ..file_attached(9) };
        let state = evolve(with_images(1), &TicketEvent::FileAttached(file), at(9));
        let command = MoveImage { file_id: file_id(9), to: 0 };
        assert_eq!(move_image(&state, command), Err(Refusal::FileIsNoImage));
        let command = MoveImage { file_id: file_id(8), to: 0 };
        assert_eq!(move_image(&state, command), Err(Refusal::FileUnknown));
    }

    #[test]
    fn given_an_order_that_knows_less_then_the_others_come_behind() {
        let reordered = ImagesReordered { order: vec![file_id(3), file_id(7)] };
        let state = evolve(with_images(3), &TicketEvent::ImagesReordered(reordered), at(9));
        let order: Vec<_> = state.ticket().unwrap().images().map(|image| image.id).collect();
        assert_eq!(order, [3, 1, 2].map(file_id));
    }
}
