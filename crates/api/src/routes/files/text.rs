//! `GET POST /tickets/{id}/images/{file}/ocr`, `GET POST /tickets/{id}/attachments/{file}/ocr`

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use domain::file::{
    NotReadReason, OcrEngine, OcrScript, ReadPage, ReadSettings, Readable, TextLayout, TextRead,
};
use domain::ticket::FileRole;
use projections::{FileRow, TextStatus};
use serde::Deserialize;
use utoipa::ToSchema;

use super::find::{erased, file_now, missing, owned, seen_file};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{CommandContext, Params, Problem, location};
use crate::permissions::Capability;
use crate::render::{JobBody, ReadingBody, hocr, known};
use crate::routes::jobs::job_answer;
use crate::routes::tickets::target;

/// More bytes than the layout of any text has: workers keep 12 MiB.
const MAX_LAYOUT: u64 = 16 << 20;

/// How long a request waits until its text may be rendered.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// How a text is to be read once more.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct ReadTextBody {
    /// `paddle` or `tesseract`; the preferred one when nothing is said.
    #[schema(example = "tesseract")]
    engine: Option<String>,
    /// `auto` when nothing is said, `latin` or `chinese`.
    #[schema(example = "latin")]
    script: Option<String>,
}

/// See the text of an image
///
/// As JSON with the place of each line and word, as hOCR (`Accept: text/vnd.hocr+html`, or `text/html`) or as plain
/// text (`Accept: text/plain`). 202 while it is still to be read; 409 when it could not be.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/images/{file}/ocr", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("file" = String, Path, description = "Number of the image, from 1, or its id"),
    ),
    responses(
        (status = 200, description = "The text.", content((ReadingBody = "application/json"), (String = "text/vnd.hocr+html"), (String = "text/html"), (String = "text/plain"))),
        (status = 202, description = "It is still to be read; see `Retry-After`."),
        (status = 406, description = "It is to be had as JSON, hOCR or plain text."),
        (status = 409, description = "It could not be read."),
        (status = 410, description = "It was erased.")))]
pub(crate) async fn view_image_text(
    State(api): State<Api>,
    Path((id, file)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let named = (id.as_str(), FileRole::Image, file.as_str());
    view(&api, &caller, Capability::ViewImageText, &headers, named, params).await
}

/// See the text of an attachment
///
/// Of a PDF or a picture; as of an image.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/attachments/{file}/ocr", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("file" = String, Path, description = "Id of the file, or its number, from 1"),
    ),
    responses(
        (status = 200, description = "The text.", content((ReadingBody = "application/json"), (String = "text/vnd.hocr+html"), (String = "text/html"), (String = "text/plain"))),
        (status = 202, description = "It is still to be read; see `Retry-After`."),
        (status = 406, description = "It is to be had as JSON, hOCR or plain text."),
        (status = 409, description = "It could not be read."),
        (status = 410, description = "It was erased.")))]
pub(crate) async fn view_attachment_text(
    State(api): State<Api>,
    Path((id, file)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let named = (id.as_str(), FileRole::Attachment, file.as_str());
    view(&api, &caller, Capability::ViewAttachmentText, &headers, named, params).await
}

/// Read the text of an image again
///
/// With other settings, say. The text read before stays until there is a new one.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/images/{file}/ocr", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("file" = String, Path, description = "Number of the image, from 1, or its id"),
    ),
    request_body = ReadTextBody,
    responses((status = 202, description = "The job that reads it.", body = JobBody)))]
pub(crate) async fn read_image_text(
    State(api): State<Api>,
    Path((id, file)): Path<(String, String)>,
    command: CommandContext,
) -> Result<Response, Problem> {
    read(&api, Capability::ReadImageText, (&id, FileRole::Image, &file), command).await
}

/// Read the text of an attachment again
///
/// With other settings, say. The text read before stays until there is a new one.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/attachments/{file}/ocr", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("file" = String, Path, description = "Id of the file, or its number, from 1"),
    ),
    request_body = ReadTextBody,
    responses((status = 202, description = "The job that reads it.", body = JobBody)))]
pub(crate) async fn read_attachment_text(
    State(api): State<Api>,
    Path((id, file)): Path<(String, String)>,
    command: CommandContext,
) -> Result<Response, Problem> {
    read(&api, Capability::ReadAttachmentText, (&id, FileRole::Attachment, &file), command).await
}

async fn read(
    api: &Api,
    capability: Capability,
    named: (&str, FileRole, &str),
    command: CommandContext,
) -> Result<Response, Problem> {
    let (ticket, role, file) = named;
    let ticket = target(api, &command.caller, capability, ticket).await?;
    let file = file_now(api, ticket, role, file).await?;
    let mut fields = command.body.fields();
    let engine = fields.text(&["engine"]).value();
    let engine = engine.and_then(|text| fields.parse("engine", OcrEngine::parse(&text)));
    let script = fields.text(&["script"]).value();
    let script = script.and_then(|text| fields.parse("script", OcrScript::parse(&text)));
    fields.finish()?;
    if Readable::of(&file.content_type).is_none() {
        return Err(not_read(NotReadReason::UnknownFormat));
    }
    let settings = ReadSettings { engine, script: script.unwrap_or_default() };
    let job = api.commands.request_reading(&command.context, ticket, file.id, settings).await?;
    let job = api.commands.job(job).await?.ok_or_else(|| Problem::not_found("job"))?;
    let headers = location(&format!("/api/v1/jobs/{}", job.id)).into_iter().collect();
    Ok(job_answer(StatusCode::ACCEPTED, headers, job))
}

async fn view(
    api: &Api,
    caller: &Caller,
    capability: Capability,
    headers: &HeaderMap,
    named: (&str, FileRole, &str),
    params: Params,
) -> Result<Response, Problem> {
    params.finish()?;
    let form = TextForm::accepted(headers)?;
    let (row, _) = seen_file(api, caller, capability, headers, named).await?;
    match row.text {
        TextStatus::None => {
            return Err(Problem::not_found("text: the file is of no kind that is read"));
        }
        TextStatus::Pending => return Ok(still_to_be_read(&row)),
        TextStatus::NotRead { reason } => return Err(not_read(reason)),
        TextStatus::Read(_) => {}
    }
    let place = tokio::time::timeout(MAX_WAIT, api.files.renderings.clone().acquire_owned()).await;
    let Ok(Ok(_place)) = place else {
        return Err(Problem::unavailable("Too many texts are asked for just now. Try again."));
    };
    let read = api.queries.reading(row.id).await?.ok_or_else(missing)?;
    let text = known(&read.text).ok_or_else(erased)?;
    let answer = match form {
        TextForm::Plain => {
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
        }
        TextForm::Hocr(media_type) => {
            let pages = pages(api, &read).await?;
            ([(header::CONTENT_TYPE, media_type)], hocr(&read, &text, &pages)).into_response()
        }
        TextForm::Json => {
            let pages = pages(api, &read).await?;
            Json(ReadingBody::new(&row, read, text, pages)).into_response()
        }
    };
    let vary = [(header::VARY, "accept")];
    Ok((AppendHeaders(vary), answer).into_response())
}

/// The pages of a text with the places of its lines; none of a text that the file holds itself.
async fn pages(api: &Api, read: &TextRead) -> Result<Vec<ReadPage>, Problem> {
    match &read.layout {
        None => Ok(Vec::new()),
        Some(TextLayout::Inline { pages }) => known(pages).ok_or_else(erased),
        Some(TextLayout::Stored { address }) => {
            let (owner, address) = owned(api, address).await?;
            let bytes = api.files.store.read_all(&owner, &address, MAX_LAYOUT).await?;
            serde_json::from_slice(&bytes).map_err(|error| Problem::internal(&error))
        }
    }
}

fn still_to_be_read(row: &FileRow) -> Response {
    let body = serde_json::json!({ "status": "pending", "file_id": row.id });
    (StatusCode::ACCEPTED, [(header::RETRY_AFTER, "2")], Json(body)).into_response()
}

fn not_read(reason: NotReadReason) -> Problem {
    let detail = match reason {
        NotReadReason::UnknownFormat => "The file is of no kind that is read.",
        NotReadReason::TooLarge => "The file is too large to be read.",
        NotReadReason::Damaged => "The file is damaged.",
        NotReadReason::Encrypted => "The file opens with a password only.",
        NotReadReason::TimedOut => "Reading the file took too long.",
        NotReadReason::NoEngine => "Nothing is installed that could read the file.",
        NotReadReason::EngineFailed => "What reads the file failed again and again.",
        NotReadReason::ContentGone => "The content of the file is no longer there.",
    };
    Problem::new(StatusCode::CONFLICT, "not-read", detail).with("code", reason.as_str())
}

/// How a text is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextForm {
    Json,
    /// As what media type it is called for.
    Hocr(&'static str),
    Plain,
}

const HOCR: &str = "text/vnd.hocr+html; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

impl TextForm {
    /// The form that the caller likes best; JSON when nothing is said.
    fn accepted(headers: &HeaderMap) -> Result<Self, Problem> {
        let values = headers.get_all(header::ACCEPT).iter();
        let texts: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
        if texts.is_empty() {
            return Ok(Self::Json);
        }
        let ranges = texts.iter().flat_map(|text| text.split(','));
        let mut best: Option<(f32, Self)> = None;
        for (range, quality) in ranges.filter_map(weighed) {
            let form = match range.as_str() {
                "application/json" | "application/*" | "*/*" => Self::Json,
                "text/vnd.hocr+html" => Self::Hocr(HOCR),
                "text/html" | "application/xhtml+xml" => Self::Hocr(HTML),
                "text/plain" | "text/*" => Self::Plain,
                _ => continue,
            };
            if quality > 0.0 && best.is_none_or(|(known, _)| quality > known) {
                best = Some((quality, form));
            }
        }
        best.map(|(_, form)| form).ok_or_else(|| {
            let detail =
                "The text is to be had as application/json, text/vnd.hocr+html or text/plain.";
            Problem::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", detail)
        })
    }
}

/// A media range and how much it is wanted.
fn weighed(range: &str) -> Option<(String, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse);
    Some((name, quality.unwrap_or(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_form_that_is_liked_best_is_taken() {
        for (accept, form) in [
            ("*/*", TextForm::Json),
            ("application/json", TextForm::Json),
            ("text/plain", TextForm::Plain),
            ("text/vnd.hocr+html", TextForm::Hocr(HOCR)),
            ("text/html,application/xhtml+xml,*/*;q=0.8", TextForm::Hocr(HTML)),
            ("text/plain;q=0.2, application/json;q=0.9", TextForm::Json),
            ("image/png, text/plain;q=0.1", TextForm::Plain),
        ] {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(TextForm::accepted(&headers).unwrap(), form, "{accept}");
        }
        assert_eq!(TextForm::accepted(&HeaderMap::new()).unwrap(), TextForm::Json);
        let picture =
            HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("image/png"))]);
        assert_eq!(TextForm::accepted(&picture).unwrap_err().status, 406);
    }
}
