//! `GET /files/{id}`, `GET /files/{id}/thumbnail`

use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ticket::TicketFile;
use files::{ByteRange, ContentType, Delivery, Disposition, FileName, LinkRefusal};
use futures_util::StreamExt;
use projections::ThumbnailRow;

use super::find::{Found, find, owned};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem};
use crate::files::{CONTENT, Part, THUMBNAIL};
use crate::permissions::Capability;

/// More bytes than any thumbnail has.
const MAX_THUMBNAIL: u64 = 4 << 20;

/// Download a file
///
/// With a sign-in, or with a signed link to it, which needs none and is good for a short time. Answers with the content,
/// or sends on to the object store (302) where that delivers it itself. Images, PDF, sound and moving pictures are shown
/// when asked for with `disposition=inline`; all else is saved, HTML and SVG above all.
#[utoipa::path(get, path = "/api/v1/files/{id}", tag = "Files",
    params(
        ("id" = String, Path, description = "Id of the file"),
        ("disposition" = Option<String>, Query, description = "`attachment` when nothing is said, or `inline`"),
        ("expires" = Option<String>, Query, description = "Of a signed link: until when it is good"),
        ("signature" = Option<String>, Query, description = "Of a signed link: that it is genuine"),
    ),
    responses(
        (status = 200, description = "The content.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The range of it that was asked for.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 302, description = "It is to be had at `Location`."),
        (status = 304, description = "The caller has it."),
        (status = 410, description = "The link has expired, or the content was erased."),
        (status = 416, description = "The range asked for begins beyond the end.")))]
pub(crate) async fn download_file(
    State(api): State<Api>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let asked = Asked::of(&api, &id, CONTENT, Capability::DownloadFile, &mut parts).await?;
    let file = asked.found.file;
    let name = FileName::clean(file.name.as_str().unwrap_or_default());
    let content_type = ContentType::from_mime(file.content_type.as_str());
    let delivery = Delivery::of(&name, content_type, asked.disposition);
    let (owner, address) = owned(&api, &file.address).await?;
    let files = &api.files;
    if let Some(url) = files.store.presigned(&address, &delivery, files.link_lifetime).await? {
        let url = HeaderValue::try_from(url).map_err(|error| Problem::internal(&error))?;
        return Ok((StatusCode::FOUND, [(header::LOCATION, url)]).into_response());
    }
    let tag = format!("\"{}\"", file.id);
    if has_already(&parts.headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    // Only of GET, HTTP says what a range means.
    let range = (parts.method == Method::GET).then(|| range(&parts.headers, &tag)).flatten();
    let reading = files.store.read(&owner, &address, range).await?.begun().await?;
    let status = match range {
        Some(_) => StatusCode::PARTIAL_CONTENT,
        None => StatusCode::OK,
    };
    let mut headers = delivery_headers(&delivery)?;
    insert(&mut headers, header::ETAG, &tag)?;
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, (reading.range.end - reading.range.start).into());
    if range.is_some() {
        let (first, last) = (reading.range.start, reading.range.end.saturating_sub(1));
        let content_range = format!("bytes {first}-{last}/{}", reading.size);
        insert(&mut headers, header::CONTENT_RANGE, &content_range)?;
    }
    let bytes = reading.bytes.inspect(move |piece| {
        if let Err(error) = piece {
            tracing::error!(%error, file = %file.id, "a file could not be read to its end");
        }
    });
    Ok((status, headers, Body::from_stream(bytes)).into_response())
}

/// Download the thumbnail of a file
///
/// A small picture, upright and without metadata. It is made soon after the file has come; 404 before, and where there
/// can be none.
#[utoipa::path(get, path = "/api/v1/files/{id}/thumbnail", tag = "Files",
    params(
        ("id" = String, Path, description = "Id of the file"),
        ("disposition" = Option<String>, Query, description = "`attachment` when nothing is said, or `inline`"),
        ("expires" = Option<String>, Query, description = "Of a signed link: until when it is good"),
        ("signature" = Option<String>, Query, description = "Of a signed link: that it is genuine"),
    ),
    responses(
        (status = 200, description = "The thumbnail.", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 410, description = "The link has expired, or the content was erased.")))]
pub(crate) async fn download_thumbnail(
    State(api): State<Api>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let asked = Asked::of(&api, &id, THUMBNAIL, Capability::DownloadThumbnail, &mut parts).await?;
    let none = || Problem::not_found("thumbnail");
    let ThumbnailRow { address, .. } = asked.found.row.thumbnail.ok_or_else(none)?;
    let (owner, address) = owned(&api, &address).await?;
    let bytes = api.files.store.read_all(&owner, &address, MAX_THUMBNAIL).await?;
    let (mime, ending) = match bytes.starts_with(b"\x89PNG") {
        true => ("image/png", "png"),
        false => ("image/jpeg", "jpg"),
    };
    let name = thumbnail_name(&asked.found.file, ending);
    let delivery = Delivery::of(&name, ContentType::from_mime(mime), asked.disposition);
    Ok((delivery_headers(&delivery)?, bytes).into_response())
}

/// What was asked for, by whom may have it.
struct Asked {
    found: Found,
    disposition: Disposition,
}

impl Asked {
    /// A signed link is good without a sign-in; all others have to be allowed to see the ticket.
    async fn of(
        api: &Api,
        id: &str,
        part: Part,
        capability: Capability,
        parts: &mut Parts,
    ) -> Result<Self, Problem> {
        let mut params = Params::from_request_parts(parts, api).await?;
        let disposition = params.one(&["disposition"]);
        let (expires, signature) = (params.one(&["expires"]), params.one(&["signature"]));
        let Some(signature) = signature else {
            let disposition = disposition.and_then(|text| {
                params.parsed("disposition", super::link::parse_disposition(&text))
            });
            params.finish()?;
            let caller = Caller::of(parts)?;
            caller.may(capability)?;
            let found = find(api, &parts.headers, id).await?.visible_to(&caller, capability)?;
            return Ok(Self { found, disposition: disposition.unwrap_or(Disposition::Attachment) });
        };
        params.finish()?;
        let disposition = disposition.unwrap_or_default();
        let expires = expires.unwrap_or_default();
        let target = part.target(id);
        let now = api.ambient.now();
        let verified = api.files.links.verify(&target, &disposition, &expires, &signature, now);
        let disposition = verified.map_err(refused)?;
        Ok(Self { found: find(api, &parts.headers, id).await?, disposition })
    }
}

fn refused(refusal: LinkRefusal) -> Problem {
    match refusal {
        LinkRefusal::Expired => {
            Problem::new(StatusCode::GONE, "link-expired", "The link has expired.")
        }
        LinkRefusal::Forged => Problem::forbidden("The link is not genuine."),
    }
}

fn thumbnail_name(file: &TicketFile, ending: &str) -> FileName {
    let name = file.name.as_str().unwrap_or("file");
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    FileName::clean(&format!("{stem}.{ending}"))
}

fn delivery_headers(delivery: &Delivery) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    insert(&mut headers, header::CONTENT_TYPE, &delivery.content_type)?;
    insert(&mut headers, header::CONTENT_DISPOSITION, &delivery.content_disposition)?;
    insert(&mut headers, header::CONTENT_SECURITY_POLICY, delivery.content_security_policy)?;
    insert(&mut headers, header::X_CONTENT_TYPE_OPTIONS, delivery.content_type_options)?;
    Ok(headers)
}

fn insert(headers: &mut HeaderMap, name: header::HeaderName, value: &str) -> Result<(), Problem> {
    let value = HeaderValue::from_str(value).map_err(|error| Problem::internal(&error))?;
    headers.insert(name, value);
    Ok(())
}

/// Whether the caller names the tag as one of those it has.
fn has_already(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).any(|known| {
        let known = known.trim();
        known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
    })
}

/// The range that is asked for, unless the caller has the beginning of something else.
fn range(headers: &HeaderMap, tag: &str) -> Option<ByteRange> {
    let only_if = headers.get(header::IF_RANGE).map(|value| value.to_str().unwrap_or_default());
    if only_if.is_some_and(|known| known != tag) {
        return None;
    }
    ByteRange::parse(headers.get(header::RANGE)?.to_str().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_tag_is_recognised_among_others() {
        for (known, has) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            assert_eq!(
                has_already(&headers(header::IF_NONE_MATCH, known), "\"a\""),
                has,
                "{known}"
            );
        }
    }

    #[test]
    fn a_range_of_something_else_is_not_what_is_meant() {
        let mut asked = headers(header::RANGE, "bytes=2-");
        assert_eq!(range(&asked, "\"a\""), Some(ByteRange::From(2)));
        asked.insert(header::IF_RANGE, HeaderValue::from_static("\"a\""));
        assert_eq!(range(&asked, "\"a\""), Some(ByteRange::From(2)));
        asked.insert(header::IF_RANGE, HeaderValue::from_static("\"b\""));
        assert_eq!(range(&asked, "\"a\""), None);
        asked.insert(header::IF_RANGE, HeaderValue::from_static("Sat, 21 Nov 2026 13:00:00 GMT"));
        assert_eq!(range(&asked, "\"a\""), None);
    }
}
