//! `GET /tickets/{id}/images/{file}`, `GET /tickets/{id}/attachments/{file}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use domain::ticket::FileRole;

use super::body::FileBody;
use super::find::seen_file;
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag};
use crate::permissions::Capability;

/// See an image
///
/// What is known of it; its content is at `url`.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/images/{file}", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("file" = String, Path, description = "Number of the image, from 1, or its id"),
    ),
    responses((status = 200, description = "The image.", body = FileBody)))]
pub(crate) async fn view_image(
    State(api): State<Api>,
    Path((id, file)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let named = (id.as_str(), FileRole::Image, file.as_str());
    view(&api, &caller, Capability::ViewImage, &headers, named, params).await
}

/// See an attachment
///
/// What is known of it; its content is at `url`.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/attachments/{file}", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("file" = String, Path, description = "Id of the file, or its number, from 1"),
    ),
    responses((status = 200, description = "The file.", body = FileBody)))]
pub(crate) async fn view_attachment(
    State(api): State<Api>,
    Path((id, file)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let named = (id.as_str(), FileRole::Attachment, file.as_str());
    view(&api, &caller, Capability::ViewAttachment, &headers, named, params).await
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
    let (row, version) = seen_file(api, caller, capability, headers, named).await?;
    Ok((AppendHeaders([etag(version)]), Json(FileBody::of_row(api, row))).into_response())
}
