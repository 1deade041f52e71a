//! Recording what was found in a file. A file that was removed records nothing any more; what was
//! recorded before is no event again. So nothing here is refused.

use super::events::{FileEvent, Removed, TextNotRead, TextRead, ThumbnailMade, ThumbnailNotMade};
use super::state::{FileState, ThumbnailState};
use crate::ids::TicketId;

/// Records the text of a file; the same reading once.
pub fn record_text(state: &FileState, read: TextRead) -> Vec<FileEvent> {
    if state.is_removed || state.has_reading(read.reading_id) {
        return vec![];
    }
    vec![FileEvent::TextRead(Box::new(read))]
}

/// Records that the text of a file could not be read; the same reading once.
pub fn record_text_failure(state: &FileState, failed: TextNotRead) -> Vec<FileEvent> {
    if state.is_removed || state.has_reading(failed.reading_id) {
        return vec![];
    }
    vec![FileEvent::TextNotRead(failed)]
}

/// Records the thumbnail of a file, which has one at most.
pub fn record_thumbnail(state: &FileState, made: ThumbnailMade) -> Vec<FileEvent> {
    if state.is_removed {
        return vec![];
    }
    match &state.thumbnail {
        ThumbnailState::Made { .. } => vec![],
        ThumbnailState::Unmade | ThumbnailState::NotMade { .. } => {
            vec![FileEvent::ThumbnailMade(made)]
        }
    }
}

/// Records that there can be no thumbnail of a file, once.
pub fn record_no_thumbnail(state: &FileState, failed: ThumbnailNotMade) -> Vec<FileEvent> {
    if state.is_removed {
        return vec![];
    }
    match &state.thumbnail {
        ThumbnailState::Made { .. } | ThumbnailState::NotMade { .. } => vec![],
        ThumbnailState::Unmade => vec![FileEvent::ThumbnailNotMade(failed)],
    }
}

/// Removes a file of whose contents something was recorded.
pub fn remove(state: &FileState, ticket_id: TicketId) -> Vec<FileEvent> {
    if state.is_removed {
        return vec![];
    }
    vec![FileEvent::Removed(Removed { ticket_id })]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::file::samples::{address, not_made, not_read, text_read, thumbnail, ticket};
    use crate::file::{NotReadReason, TextState};
    use crate::ids::ReadingId;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_780_000_000 + seconds, 0).unwrap()
    }

    fn given(events: &[FileEvent]) -> FileState {
        FileState::default().evolved(events, at(0))
    }

    fn reading(n: u128) -> ReadingId {
        ReadingId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn given_a_text_then_it_is_recorded_once_and_a_later_one_takes_its_place() {
        let state = given(&record_text(&FileState::default(), text_read(1)));
        assert_eq!(record_text(&state, text_read(1)), []);
        assert_eq!(record_text_failure(&state, not_read(1)), [], "one outcome for each reading");

        let state = state.clone().evolved(&record_text(&state, text_read(2)), at(9));
        let TextState::Read { reading: last } = &state.text else { panic!("{state:?}") };
        assert_eq!((last.reading_id, last.read_at), (reading(2), at(9)));
        assert_eq!((state.ticket, state.readings), (Some(ticket()), 2));
        assert_eq!(record_text(&state, text_read(1)), [], "the first one late once more");
    }

    #[test]
    fn given_a_failure_then_a_text_may_follow_but_does_not_go_with_one() {
        let state = given(&record_text_failure(&FileState::default(), not_read(1)));
        let expected = TextState::NotRead {
            reading_id: reading(1),
            reason: NotReadReason::Damaged,
            at: at(0),
        };
        assert_eq!(state.text, expected);
        let read = state.clone().evolved(&record_text(&state, text_read(2)), at(1));
        let failed = read.clone().evolved(&record_text_failure(&read, not_read(3)), at(2));
        assert_eq!(failed.text, read.text);
        assert_eq!(failed.readings, 3);
    }

    #[test]
    fn given_a_thumbnail_then_it_is_the_only_one() {
        let none = given(&record_no_thumbnail(&FileState::default(), not_made()));
        assert_eq!(record_no_thumbnail(&none, not_made()), []);
        let state = none.clone().evolved(&record_thumbnail(&none, thumbnail()), at(1));
        assert_eq!(record_thumbnail(&state, thumbnail()), []);
        assert_eq!(record_no_thumbnail(&state, not_made()), []);
        assert_eq!(state.contents(), [&address(2)]);
    }

    #[test]
    fn given_a_removed_file_then_nothing_is_recorded_any_more() {
        let state = given(&remove(&given(&[]), ticket()));
        assert!(state.is_removed);
        assert_eq!(record_text(&state, text_read(1)), []);
        assert_eq!(record_text_failure(&state, not_read(1)), []);
        assert_eq!(record_thumbnail(&state, thumbnail()), []);
        assert_eq!(record_no_thumbnail(&state, not_made()), []);
        assert_eq!(remove(&state, ticket()), []);
    }
}
