//! Multipart bodies, read as they come.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{BoxStream, Stream, StreamExt};
use multer::{Field, Multipart};

use super::pace::{AtPace, Pace, Stopped};
use super::{FieldProblem, Place, Problem};

/// The bytes of a body; an error says why there will be no more.
pub(crate) type Chunks = BoxStream<'static, Result<Bytes, Problem>>;

/// What a form may hold besides the parts that are read, in bytes.
const MAX_BESIDES: usize = 1 << 20;

/// How much of what is not wanted is read, in bytes, and how long.
const MAX_DRAINED: usize = 64 << 20;
const DRAINING: Duration = Duration::from_secs(30);

/// A form whose parts come one after the other.
pub(crate) struct Form {
    multipart: Multipart<'static>,
    unclaimed: Arc<AtomicUsize>,
}

impl Form {
    /// Begins to read a form of this `Content-Type`.
    ///
    /// # Errors
    /// 400 when it names no boundary.
    pub(crate) fn open(content_type: &str, chunks: Chunks) -> Result<Self, Problem> {
        Self::at(Pace::SLOWEST, content_type, chunks)
    }

    fn at(pace: Pace, content_type: &str, chunks: Chunks) -> Result<Self, Problem> {
        let boundary = multer::parse_boundary(content_type);
        let boundary = boundary.map_err(|_| Problem::malformed("The form names no boundary."))?;
        let unclaimed = Arc::new(AtomicUsize::new(0));
        let chunks = AtPace::new(chunks, pace);
        let paced = Paced { chunks, unclaimed: Arc::clone(&unclaimed), pause: false };
        Ok(Self { multipart: Multipart::new(paced, boundary), unclaimed })
    }

    /// The next part. What was not read of the one before is passed over; that one has to be dropped.
    ///
    /// # Errors
    /// 400 when the form is broken, ends before its end, or holds too much that nobody reads; 408 when it comes too
    /// slowly.
    pub(crate) async fn next_part(&mut self) -> Result<Option<Part>, Problem> {
        let field = self.multipart.next_field().await.map_err(|error| broken_form(&error))?;
        Ok(field.map(|field| Part { field, unclaimed: Arc::clone(&self.unclaimed) }))
    }

    /// Reads on for nothing, within bounds: many clients look for no answer before they have sent all, and lose it
    /// when the connection ends under them.
    pub(crate) async fn drain(&mut self) {
        let rest = async {
            let mut left = MAX_DRAINED;
            while let Ok(Some(mut part)) = self.next_part().await {
                while let Ok(Some(chunk)) = part.chunk().await {
                    left = left.saturating_sub(chunk.len());
                    if left == 0 {
                        return;
                    }
                }
            }
        };
        drop(tokio::time::timeout(DRAINING, rest).await);
    }
}

/// A part of a form.
pub(crate) struct Part {
    field: Field<'static>,
    unclaimed: Arc<AtomicUsize>,
}

impl Part {
    /// The field's name; empty when it has none.
    pub(crate) fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// The name of the file, where it is one.
    pub(crate) fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// What type the client says it is.
    pub(crate) fn content_type(&self) -> Option<String> {
        self.field.content_type().map(ToString::to_string)
    }

    /// The next piece of it.
    ///
    /// # Errors
    /// 400 when there should be one and is none, 408 when it comes too slowly.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Problem> {
        let chunk = self.field.chunk().await.map_err(|error| broken_form(&error))?;
        if chunk.is_some() {
            self.unclaimed.store(0, Ordering::Relaxed);
        }
        Ok(chunk)
    }

    /// All of it, if it has at most `limit` bytes.
    ///
    /// # Errors
    /// 413 when it has more, 400 when it breaks off.
    pub(crate) async fn bytes(&mut self, limit: usize) -> Result<Bytes, Problem> {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if bytes.len() + chunk.len() > limit {
                return Err(Problem::too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }
}

/// Hands the body to the parser of forms one piece at a time. By itself it would take in all there is, and buffer
/// the headers of a field however long they are.
struct Paced {
    chunks: AtPace,
    /// Bytes since the last piece that was read.
    unclaimed: Arc<AtomicUsize>,
    pause: bool,
}

impl Stream for Paced {
    type Item = Result<Bytes, PacedError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.pause) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Poll::Ready(chunk) = self.chunks.poll_next_unpin(context) else { return Poll::Pending };
        self.pause = true;
        Poll::Ready(match chunk {
            Some(Ok(bytes)) => {
                let before = self.unclaimed.fetch_add(bytes.len(), Ordering::Relaxed);
                let fits = before.saturating_add(bytes.len()) <= MAX_BESIDES.max(bytes.len());
                Some(if fits { Ok(bytes) } else { Err(PacedError::TooMuchBesides) })
            }
            Some(Err(Stopped::CutShort)) => Some(Err(PacedError::CutShort)),
            Some(Err(Stopped::TooSlow)) => Some(Err(PacedError::TooSlow)),
            None => None,
        })
    }
}

/// Why a form cannot be read on.
#[derive(Debug, thiserror::Error)]
enum PacedError {
    #[error("there is too much in the form besides the file")]
    TooMuchBesides,
    #[error("the body could not be read to its end")]
    CutShort,
    #[error("the body comes too slowly")]
    TooSlow,
}

fn broken_form(error: &multer::Error) -> Problem {
    match error {
        multer::Error::StreamReadFailed(source)
            if matches!(source.downcast_ref(), Some(PacedError::TooSlow)) =>
        {
            let detail = "The form came too slowly, or not to its end.";
            Problem::new(StatusCode::REQUEST_TIMEOUT, "timed-out", detail)
        }
        multer::Error::StreamReadFailed(source) => {
            Problem::malformed(format!("The form cannot be read: {source}."))
        }
        error => Problem::malformed(format!("The form cannot be read: {error}.")),
    }
}

/// The body of a request, piece by piece.
pub(crate) fn body_chunks(request: Request) -> Chunks {
    let cut_short = || Problem::malformed("The body could not be read to its end.");
    let chunks = request.into_body().into_data_stream();
    chunks.map(move |chunk| chunk.map_err(|_| cut_short())).boxed()
}

/// A part that no form of the route has.
pub(crate) fn unknown_part(part: &Part) -> FieldProblem {
    FieldProblem {
        place: Place::Body,
        field: part.name().to_owned(),
        msg: "There is no such field.".to_owned(),
        kind: "extra_forbidden",
    }
}

/// How long the body says it is.
pub(crate) fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The type without its parameters, in lower case.
pub(crate) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_form_that_stops_anywhere_ends_with_a_word_of_it() {
        let pace = Pace { within: Duration::from_millis(50), ..Pace::SLOWEST };
        let head = "--x\r\nContent-Disposition: form-data; name=\"ticket\"\r\n\r\n";
        let stops = |text: &'static str| {
            let begun = stream::iter([Ok(Bytes::from_static(text.as_bytes()))]);
            let chunks = begun.chain(stream::pending()).boxed();
            Form::at(pace, "multipart/form-data; boundary=x", chunks).unwrap()
        };
        assert_eq!(stops("--x").next_part().await.err().unwrap().status, 408);
        let mut form = stops(head);
        let mut part = form.next_part().await.unwrap().unwrap();
        assert_eq!(part.bytes(1000).await.unwrap_err().status, 408);
        drop(part);
        let begun = tokio::time::Instant::now();
        form.drain().await;
        assert!(begun.elapsed() < DRAINING, "nobody waits for more of it");
    }
}
