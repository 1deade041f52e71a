//! Two identifiers that turn out to belong to one person.
//!
//! An identifier nobody knows is simply mapped to the subject of the one beside it. When both were known, as two
//! subjects, the link is an event in the streams of both, so that erasing one erases the other.

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

/// Adds to the request the links that it reveals and that are not recorded yet.
pub(crate) async fn with_links(
    store: &EventStore,
    mut request: AppendRequest,
) -> Result<AppendRequest, StoreError> {
    let mut links: Vec<(Uuid, Uuid)> = Vec::new();
    for stream in &request.streams {
        let Subject::Identified(identifiers) = &stream.subject else { continue };
        if identifiers.len() < 2 {
            continue;
        }
        let mappings = store.inner.keys.mappings(identifiers).await?;
        for pair in mappings.windows(2) {
            let link = (pair[0].subject_id, pair[1].subject_id);
            if link.0 != link.1 && !links.contains(&link) {
                links.push(link);
            }
        }
    }
    for (a, b) in links {
        let claim = link_claim(a, b);
        if store.claim_owner(&claim).await?.is_some() {
            continue;
        }
        let owner = a.min(b);
        request.claims.push((claim, owner));
        for (stream_id, other) in [(a, b), (b, a)] {
            request.streams.push(StreamAppend {
                stream_id,
                kind: SUBJECT,
                expected: Expected::Any,
                subject: Subject::Stream,
                events: vec![NewEvent {
                    event_type: LINKED.into(),
                    schema_version: 1,
                    data: json!({ "subject_id": other }),
                    occurred_at: None,
                }],
            });
        }
    }
    Ok(request)
}

fn link_claim(a: Uuid, b: Uuid) -> Claim {
    let (low, high) = (a.min(b), a.max(b));
    let mut key = low.as_bytes().to_vec();
    key.extend_from_slice(high.as_bytes());
    Claim::plain(CLAIM, key)
}
