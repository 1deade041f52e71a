//! Two identifiers that turn out to belong to one person.
//!
//! An identifier nobody knows is simply mapped to the subject of the one beside it. When both were known, as two
//! subjects, the link is an event in the streams of both, so that erasing one erases the other.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;

use crate::{
    AppendRequest, Claim, EventStore, Expected, NewEvent, StoreError, StreamAppend, StreamKind,
    Subject,
};

/// Kind of the streams that record what became of a subject.
pub(crate) const SUBJECT: StreamKind = StreamKind("subject");
/// Type of the event that joins two subjects.
pub(crate) const LINKED: &str = "subject.linked";
const CLAIM: &str = "subject.link";

/// The request, and with it the links between people that it reveals and that are not recorded yet.
pub(crate) async fn with_links(
    store: &EventStore,
    request: &Arc<AppendRequest>,
) -> Result<Arc<AppendRequest>, StoreError> {
    let mut links: Vec<(Uuid, Uuid)> = Vec::new();
    for stream in &request.streams {
        let Subject::Identified(identifiers) = &stream.subject else { continue };
        if identifiers.len() < 2 {
            continue;
        }
        let mappings = store.inner.keys.mappings(identifiers).await?;
        for pair in mappings.windows(2) {
            let (a, b) = (pair[0].subject_id, pair[1].subject_id);
            if a == b || links.contains(&(a, b)) || links.contains(&(b, a)) {
                continue;
            }
            if store.claim_owner(&link_claim(a, b)).await?.is_none() {
                links.push((a, b));
            }
        }
    }
    if links.is_empty() {
        return Ok(Arc::clone(request));
    }
    let mut request = AppendRequest::clone(request);
    for (a, b) in links {
        request.claims.push((link_claim(a, b), a.min(b)));
        add_link(&mut request.streams, a, b);
        add_link(&mut request.streams, b, a);
    }
    Ok(Arc::new(request))
}

/// Records in the stream of `subject` that `other` is the same person.
fn add_link(streams: &mut Vec<StreamAppend>, subject: Uuid, other: Uuid) {
    let event = NewEvent {
        event_type: LINKED.into(),
        schema_version: 1,
        data: json!({ "subject_id": other }),
        occurred_at: None,
    };
    match streams.iter_mut().find(|stream| stream.stream_id == subject) {
        Some(stream) => stream.events.push(event),
        None => streams.push(StreamAppend {
            stream_id: subject,
            kind: SUBJECT,
            expected: Expected::Any,
            subject: Subject::Stream,
            events: vec![event],
        }),
    }
}

fn link_claim(a: Uuid, b: Uuid) -> Claim {
    let (low, high) = (a.min(b), a.max(b));
    let mut key = low.as_bytes().to_vec();
    key.extend_from_slice(high.as_bytes());
    Claim::plain(CLAIM, key)
}
