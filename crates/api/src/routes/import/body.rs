//! The file in a request: the body itself, or the field `file` of a form.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use commands::import::Format;
use domain::FieldErrorKind;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use multer::{Field, Multipart};

use crate::conventions::{FieldProblem, Ignored, Place, Problem, Shape, drain, unsupported};

/// A file on its way in.
pub(super) struct FileBody {
    /// The charset that the client names.
    pub(super) charset: Option<String>,
    pub(super) chunks: Chunks,
}

/// The bytes of a file; an error says why there will be no more.
pub(super) type Chunks = BoxStream<'static, Result<Bytes, Problem>>;

/// What a form may hold besides the file, in bytes.
const MAX_BESIDES: usize = 1 << 20;

/// Opens the file in a request.
pub(super) async fn open_body(
    request: Request,
    format: Format,
    limit: usize,
    legacy: (Shape, Ignored),
) -> Result<FileBody, Problem> {
    let headers = request.headers();
    if announced_bytes(headers).is_some_and(|bytes| bytes > limit as u64) {
        // Who asks first sends nothing in vain.
        if !headers.contains_key(header::EXPECT) {
            drain(body_chunks(request)).await;
        }
        return Err(Problem::too_large(limit));
    }
    let content_type = match headers.get(header::CONTENT_TYPE).map(|value| value.to_str()) {
        None => String::new(),
        Some(Ok(text)) => text.to_owned(),
        Some(Err(_)) => return Err(unsupported_file(format)),
    };
    let chunks = body_chunks(request);
    match essence(&content_type).as_str() {
        "multipart/form-data" => open_form(&content_type, chunks, legacy).await,
        kind if is_of(format, kind) => Ok(FileBody { charset: charset(&content_type), chunks }),
        _ => Err(unsupported_file(format)),
    }
}

fn body_chunks(request: Request) -> Chunks {
    let chunks = request.into_body().into_data_stream();
    chunks.map(|chunk| chunk.map_err(|_| cut_short())).boxed()
}

async fn open_form(
    content_type: &str,
    chunks: Chunks,
    (shape, ignored): (Shape, Ignored),
) -> Result<FileBody, Problem> {
    let boundary = multer::parse_boundary(content_type);
    let boundary = boundary.map_err(|_| Problem::malformed("The form names no boundary."))?;
    let unclaimed = Arc::new(AtomicUsize::new(0));
    let paced = Paced { chunks, unclaimed: Arc::clone(&unclaimed), pause: false };
    let mut form = Multipart::new(paced, boundary);
    let mut unknown = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| broken_form(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" || field.file_name().is_some() {
            if !unknown.is_empty() {
                break;
            }
            let kind = field.content_type().map(ToString::to_string);
            let charset = kind.as_deref().and_then(charset);
            let file = FormFile { field: Some(field), form, unclaimed };
            return Ok(FileBody { charset, chunks: stream::unfold(file, next_chunk).boxed() });
        }
        match shape {
            Shape::V1 => unknown.push(FieldProblem {
                place: Place::Body,
                field: name,
                msg: "There is no such field.".to_owned(),
                kind: "extra_forbidden",
            }),
            Shape::Legacy => ignored.note(&name),
        }
    }
    if unknown.is_empty() {
        unknown.push(FieldProblem::new(Place::Body, "file", &FieldErrorKind::Missing));
    }
    Err(Problem::invalid(unknown))
}

/// A file within a form, and what comes after it.
struct FormFile {
    field: Option<Field<'static>>,
    form: Multipart<'static>,
    unclaimed: Arc<AtomicUsize>,
}

/// The next piece of the file. After its end the rest of the form is read, so that the answer reaches a client that
/// is still sending.
async fn next_chunk(mut file: FormFile) -> Option<(Result<Bytes, Problem>, FormFile)> {
    if let Some(field) = &mut file.field {
        match field.chunk().await {
            Ok(Some(chunk)) => {
                file.unclaimed.store(0, Ordering::Relaxed);
                return Some((Ok(chunk), file));
            }
            Ok(None) => file.field = None,
            Err(error) => return Some((Err(broken_form(&error)), file)),
        }
    }
    loop {
        match file.form.next_field().await {
            Ok(Some(_besides)) => {}
            Ok(None) => return None,
            Err(error) => return Some((Err(broken_form(&error)), file)),
        }
    }
}

/// Hands the body to the parser of forms one piece at a time. By itself it would take in all there is, and buffer
/// the headers of a field however long they are.
struct Paced {
    chunks: Chunks,
    /// Bytes since the last piece of the file.
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
            Some(Err(_)) => Some(Err(PacedError::CutShort)),
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
}

fn broken_form(error: &multer::Error) -> Problem {
    match error {
        multer::Error::StreamReadFailed(source) => {
            Problem::malformed(format!("The form cannot be read: {source}."))
        }
        error => Problem::malformed(format!("The form cannot be read: {error}.")),
    }
}

fn cut_short() -> Problem {
    Problem::malformed("The body could not be read to its end.")
}

fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The type without its parameters, in lower case.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The charset among the parameters of a type.
fn charset(content_type: &str) -> Option<String> {
    let mut parameters = content_type.split(';').skip(1).filter_map(|pair| pair.split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    let value = value.trim().trim_matches('"').trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The types under which files of a format are sent, the proper one first. None at all is taken for the right one.
fn types(format: Format) -> &'static [&'static str] {
    match format {
        Format::Csv => &["text/csv", "application/csv", "application/vnd.ms-excel"],
        Format::Json => &[
            "application/json",
            "text/json",
            "application/x-ndjson",
            "application/jsonl",
            "application/json-lines",
        ],
        Format::Xml => &["application/xml", "text/xml"],
    }
}

fn is_of(format: Format, kind: &str) -> bool {
    matches!(kind, "" | "application/octet-stream" | "text/plain") || types(format).contains(&kind)
}

fn unsupported_file(format: Format) -> Problem {
    let [proper, ..] = types(format) else { return unsupported("multipart/form-data") };
    unsupported(&format!("{proper}, multipart/form-data"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn read(
        content_type: &str,
        body: Vec<&'static str>,
    ) -> Result<(String, Vec<u8>), Problem> {
        let chunks = body.into_iter().map(|chunk| Ok::<_, std::io::Error>(Bytes::from(chunk)));
        let request = Request::builder().header(header::CONTENT_TYPE, content_type);
        let request = request.body(Body::from_stream(stream::iter(chunks))).unwrap();
        let legacy = (Shape::V1, Ignored::default());
        let mut file = open_body(request, Format::Csv, 1000, legacy).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = file.chunks.next().await {
            bytes.extend_from_slice(&chunk?);
        }
        Ok((file.charset.unwrap_or_default(), bytes))
    }

    #[tokio::test]
    async fn a_file_is_the_body_or_a_field_of_a_form() {
        let (charset, file) = read("Text/CSV; Charset=\"gb18030\"", vec!["a,", "b"]).await.unwrap();
        assert_eq!((charset.as_str(), file.as_slice()), ("gb18030", b"a,b".as_slice()));
        let form = vec![
            "--x\r\nContent-Disposition: form-data; na",
            "me=\"file\"; filename=\"t.csv\"\r\nContent-Type: text/csv; charset=latin1\r\n\r\na,",
            "b\r",
            "\n--x--\r\n",
        ];
        let (charset, file) = read("multipart/form-data; boundary=x", form).await.unwrap();
        assert_eq!((charset.as_str(), file.as_slice()), ("latin1", b"a,b".as_slice()));
    }

    #[tokio::test]
    async fn a_form_has_a_file_and_nothing_else_and_an_end() {
        let kind = "multipart/form-data; boundary=x";
        let field = |name: &str, body: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{body}").leak()
        };
        let missing = read(kind, vec!["--x--\r\n"]).await.unwrap_err();
        assert_eq!((missing.status.as_u16(), missing.errors[0].field.as_str()), (422, "file"));
        let other = read(kind, vec![field("note", "hm\r\n"), "--x--\r\n"]).await.unwrap_err();
        assert_eq!((other.status.as_u16(), other.errors[0].field.as_str()), (422, "note"));
        let cut = read(kind, vec![field("file", "a,b")]).await.unwrap_err();
        assert_eq!(cut.status, 400);
        let boundless = read("multipart/form-data", vec!["a"]).await.unwrap_err();
        assert_eq!(boundless.status, 400);
    }

    #[tokio::test]
    async fn headers_without_end_are_not_collected() {
        let endless = std::iter::repeat_n("x".repeat(1 << 16).leak() as &str, 1 << 10);
        let body = std::iter::once("--x\r\nContent-Disposition: ").chain(endless).collect();
        let problem = read("multipart/form-data; boundary=x", body).await.unwrap_err();
        assert!(problem.detail.contains("too much"), "{}", problem.detail);
    }

    #[tokio::test]
    async fn other_types_are_refused_with_a_hint() {
        for kind in ["image/png", "application/x-www-form-urlencoded", "application/json"] {
            let problem = read(kind, vec!["a"]).await.unwrap_err();
            assert_eq!(problem.status, 415, "{kind}");
            assert_eq!(problem.headers[header::ACCEPT], "text/csv, multipart/form-data");
        }
    }
}
