//! `GET /files/{id}/link`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use domain::FieldErrorKind;
use files::{ContentType, Delivery, Disposition, FileName};
use serde::Serialize;
use utoipa::ToSchema;

use super::find::{find, owned};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem};
use crate::files::{CONTENT, THUMBNAIL};
use crate::permissions::Capability;

/// A link to a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileLinkBody {
    /// Where the content is to be had without a sign-in. A path of this Docket, or an address of the object store.
    url: String,
    /// Where its thumbnail is; null where there is none yet.
    thumbnail_url: Option<String>,
    /// Until when the links are good.
    expires_at: DateTime<Utc>,
}

/// Get a link to a file
///
/// Whoever has the link may download the file until it expires; it is for this one file alone.
#[utoipa::path(get, path = "/api/v1/files/{id}/link", tag = "Files",
    params(
        ("id" = String, Path, description = "Id of the file"),
        ("disposition" = Option<String>, Query, description = "`attachment` when nothing is said, or `inline`"),
    ),
    responses((status = 200, description = "The link.", body = FileLinkBody)))]
pub(crate) async fn link_file(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<FileLinkBody>, Problem> {
    let disposition = params.parse_one(&["disposition"], parse_disposition);
    params.finish()?;
    caller.may(Capability::LinkFile)?;
    let found = find(&api, &headers, &id).await?.visible_to(&caller, Capability::LinkFile)?;
    let disposition = disposition.unwrap_or(Disposition::Attachment);
    let id = found.file.id;
    let (expires_at, signed) = api.files.link(&api.ambient, id, CONTENT, disposition);
    let name = FileName::clean(found.file.name.as_str().unwrap_or_default());
    let content_type = ContentType::from_mime(found.file.content_type.as_str());
    let delivery = Delivery::of(&name, content_type, disposition);
    let (_, address) = owned(&api, &found.file.address).await?;
    let lifetime = api.files.link_lifetime;
    let presigned = api.files.store.presigned(&address, &delivery, lifetime).await?;
    let thumbnail = found.row.thumbnail.is_some();
    let thumbnail =
        thumbnail.then(|| api.files.link(&api.ambient, id, THUMBNAIL, Disposition::Inline).1);
    Ok(Json(FileLinkBody {
        url: presigned.unwrap_or(signed),
        thumbnail_url: thumbnail,
        expires_at,
    }))
}

pub(super) fn parse_disposition(text: &str) -> Result<Disposition, FieldErrorKind> {
    Disposition::parse(text).ok_or_else(|| FieldErrorKind::NotOneOf {
        allowed: [Disposition::Attachment, Disposition::Inline]
            .map(|known| known.as_str().to_owned())
            .to_vec(),
    })
}
