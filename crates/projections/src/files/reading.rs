//! The text of a file, out of the log.

use domain::file::{FileEvent, TextRead};
use domain::{DomainEvent, FileId};
use eventstore::EventStore;

use crate::QueryError;
use crate::ticket_history::decode;

/// The last text that was read of a file; none of a file that was removed.
pub(crate) async fn reading(
    store: &EventStore,
    id: FileId,
) -> Result<Option<TextRead>, QueryError> {
    let stored = store.read_stream(id.uuid(), 0).await?;
    let mut last = None;
    for event in stored.into_iter().filter(|event| event.kind == FileEvent::KIND) {
        // Only the last text is worth opening.
        match event.event_type.as_str() {
            "file.text_read" => last = Some(event),
            "file.removed" => last = None,
            _ => {}
        }
    }
    let Some(event) = last else { return Ok(None) };
    let Some(opened) = store.open_events(vec![event]).await?.pop() else { return Ok(None) };
    Ok(match decode(&opened)? {
        FileEvent::TextRead(read) => Some(*read),
        FileEvent::TextNotRead(_)
        | FileEvent::ThumbnailMade(_)
        | FileEvent::ThumbnailNotMade(_)
        | FileEvent::Removed(_) => None,
    })
}
