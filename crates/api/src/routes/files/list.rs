//! `GET /tickets/{id}/images`, `GET /tickets/{id}/attachments`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use domain::ticket::FileRole;

use super::body::FileBody;
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag, page_params};
use crate::permissions::Capability;
use crate::render::ListBody;
use crate::routes::tickets::seen;

/// List the images of a ticket
///
/// In their order.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/images", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("limit" = Option<u32>, Query, description = "Items of a page, 1 to 200"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of images.", body = ListBody<FileBody>)))]
pub(crate) async fn list_images(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let asked = (Capability::ListImages, FileRole::Image);
    list(&api, &caller, asked, &headers, &id, params).await
}

/// List the attachments of a ticket
///
/// In the order they were attached; images are not among them.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/attachments", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("limit" = Option<u32>, Query, description = "Items of a page, 1 to 200"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of files.", body = ListBody<FileBody>)))]
pub(crate) async fn list_attachments(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let asked = (Capability::ListAttachments, FileRole::Attachment);
    list(&api, &caller, asked, &headers, &id, params).await
}

async fn list(
    api: &Api,
    caller: &Caller,
    (capability, role): (Capability, FileRole),
    headers: &HeaderMap,
    id: &str,
    mut params: Params,
) -> Result<Response, Problem> {
    let page = page_params(&mut params);
    params.finish()?;
    let ticket = seen(api, caller, capability, headers, id).await?;
    let rows = api.queries.ticket_files(ticket.id).await?;
    let bodies = rows.into_iter().filter(|row| row.role == role);
    let bodies = bodies.map(|row| FileBody::of_row(api, row)).collect();
    let list = page.of(bodies, |body: &FileBody| body.id.to_string())?;
    Ok((AppendHeaders([etag(ticket.version)]), Json(list)).into_response())
}
