//! The file in a request: the body itself, or the field `file` of a form.

use axum::extract::Request;
use axum::http::header;
use bytes::Bytes;
use commands::import::Format;
use domain::FieldErrorKind;
use futures_util::stream::{self, StreamExt};

use crate::conventions::{
    Chunks, FieldProblem, Form, Ignored, Part, Place, Problem, Shape, announced_bytes, body_chunks,
    drain, essence, unknown_part, unsupported,
};

/// A file on its way in.
pub(super) struct FileBody {
    /// The charset that the client names.
    pub(super) charset: Option<String>,
    pub(super) chunks: Chunks,
}

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

async fn open_form(
    content_type: &str,
    chunks: Chunks,
    (shape, ignored): (Shape, Ignored),
) -> Result<FileBody, Problem> {
    let mut form = Form::open(content_type, chunks)?;
    let mut unknown = Vec::new();
    while let Some(part) = form.next_part().await? {
        if part.name() == "file" || part.file_name().is_some() {
            if !unknown.is_empty() {
                break;
            }
            let charset = part.content_type().as_deref().and_then(charset);
            let file = FormFile { part: Some(part), form };
            return Ok(FileBody { charset, chunks: stream::unfold(file, next_chunk).boxed() });
        }
        match shape {
            Shape::V1 => unknown.push(unknown_part(&part)),
            Shape::Legacy => ignored.note(part.name()),
        }
    }
    if unknown.is_empty() {
        unknown.push(FieldProblem::new(Place::Body, "file", &FieldErrorKind::Missing));
    }
    Err(Problem::invalid(unknown))
}

/// A file within a form, and what comes after it.
struct FormFile {
    part: Option<Part>,
    form: Form,
}

/// The next piece of the file. After its end the rest of the form is read, so that the answer reaches a client that
/// is still sending.
async fn next_chunk(mut file: FormFile) -> Option<(Result<Bytes, Problem>, FormFile)> {
    if let Some(part) = &mut file.part {
        match part.chunk().await {
            Ok(Some(chunk)) => return Some((Ok(chunk), file)),
            Ok(None) => file.part = None,
            Err(problem) => return Some((Err(problem), file)),
        }
    }
    loop {
        match file.form.next_part().await {
            Ok(Some(_besides)) => {}
            Ok(None) => return None,
            Err(problem) => return Some((Err(problem), file)),
        }
    }
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
