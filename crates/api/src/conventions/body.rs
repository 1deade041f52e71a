//! JSON bodies.

use axum::extract::{FromRequest, Request};
use axum::http::header;
use bytes::{Bytes, BytesMut};
use futures_util::stream::{Stream, StreamExt};
use serde_json::{Map, Value};

use super::{Fields, Ignored, Problem, Shape};
use crate::Api;

/// Nesting that serde_json itself refuses lies at 128.
const JSON_TYPES: [&str; 2] = ["application/json", "application/merge-patch+json"];

/// How much of what is not wanted is read, in bytes.
const MAX_DRAINED: usize = 64 << 20;

/// The JSON object of a request, not yet looked at.
pub(crate) struct JsonBody {
    map: Map<String, Value>,
    shape: Shape,
    ignored: Ignored,
}

impl JsonBody {
    /// The body's fields.
    pub(crate) fn fields(self) -> Fields {
        Fields::new(self.map, self.shape, self.ignored)
    }

    /// The object as it is, and where to name what is ignored of it: for what the write side reads itself.
    pub(crate) fn into_parts(self) -> (Map<String, Value>, Ignored) {
        (self.map, self.ignored)
    }
}

impl FromRequest<Api> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Api) -> Result<Self, Problem> {
        let extensions = request.extensions();
        let shape = extensions.get().copied().unwrap_or(Shape::V1);
        let ignored = extensions.get().cloned().unwrap_or_default();
        let content_type = request.headers().get(header::CONTENT_TYPE).cloned();
        let bytes = read(request, state.config.max_body_bytes).await?;
        if bytes.is_empty() {
            // A command without arguments needs no body.
            return Ok(Self { map: Map::new(), shape, ignored });
        }
        let essence = content_type.as_ref().and_then(|value| value.to_str().ok()).unwrap_or("");
        let essence = essence.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        if !JSON_TYPES.contains(&essence.as_str()) {
            return Err(unsupported("application/json"));
        }
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(map)) => Ok(Self { map, shape, ignored }),
            Ok(_) => Err(Problem::malformed("The body must be a JSON object.")),
            Err(error) => Err(Problem::malformed(format!("The body is not JSON: {error}."))),
        }
    }
}

/// 415, naming what would be taken.
pub(crate) fn unsupported(expected: &str) -> Problem {
    let detail = format!("The body must be of the type {expected}.");
    Problem::new(axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
        .with_header(header::ACCEPT, expected)
}

/// Reads a whole body of at most `limit` bytes.
pub(crate) async fn read(request: Request, limit: usize) -> Result<Bytes, Problem> {
    // The idempotency layer has read the body already, where it was needed.
    if let Some(bytes) = request.extensions().get::<ReadBody>() {
        return Ok(bytes.0.clone());
    }
    let mut chunks = request.into_body().into_data_stream();
    let mut bytes = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let cut_short = |_| Problem::malformed("The body could not be read to its end.");
        let chunk = chunk.map_err(cut_short)?;
        if bytes.len() + chunk.len() > limit {
            drain(chunks).await;
            return Err(Problem::too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// Reads on for nothing, within bounds: many clients look for no answer before they have sent all, and lose it when
/// the connection ends under them.
pub(crate) async fn drain<E>(mut chunks: impl Stream<Item = Result<Bytes, E>> + Unpin) {
    let mut left = MAX_DRAINED;
    while let Some(Ok(chunk)) = chunks.next().await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            return;
        }
    }
}

/// A body that was read before its handler ran.
#[derive(Clone)]
pub(crate) struct ReadBody(pub(crate) Bytes);
