//! `PATCH /tickets/{id}/images/{file}`, `PATCH /tickets/{id}/attachments/{file}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::{Context, derive_command_id};
use domain::FieldErrorKind;
use domain::ticket::{FileRole, TicketFile, TicketState};
use files::{ContentType, FileName};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{FileBody, bodies_now};
use super::find::{brought_by, file_in, file_now, missing};
use crate::Api;
use crate::conventions::{
    CommandContext, FieldProblem, Fields, Given, Place, Problem, committed_headers,
};
use crate::permissions::Capability;
use crate::routes::tickets::target;

/// Beyond this place there is no image.
const MAX_PLACE: i64 = 1_000_000;

/// Changes to an image.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct EditImageBody {
    /// Its name, whose ending may promise nothing else than its content.
    #[schema(min_length = 1, max_length = 255, nullable = false, example = "mast.png")]
    filename: Option<String>,
    /// Its place among the images, from 0; the others close up. Beyond the end is the last place.
    #[schema(minimum = 0, maximum = 1_000_000, nullable = false)]
    order_index: Option<i64>,
}

/// Changes to an attachment.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct EditAttachmentBody {
    /// Its name, whose ending may promise nothing else than its content.
    #[schema(min_length = 1, max_length = 255, nullable = false, example = "trace.log")]
    filename: Option<String>,
}

/// Rename an image, or move it among the others
#[utoipa::path(patch, path = "/api/v1/tickets/{id}/images/{file}", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("file" = String, Path, description = "Number of the image, from 1, or its id"),
    ),
    request_body = EditImageBody,
    responses((status = 200, description = "The image.", body = FileBody)))]
pub(crate) async fn edit_image(
    State(api): State<Api>,
    Path((id, file)): Path<(String, String)>,
    command: CommandContext,
) -> Result<Response, Problem> {
    edit(&api, Capability::EditImage, (&id, FileRole::Image, &file), command).await
}

/// Rename an attachment
#[utoipa::path(patch, path = "/api/v1/tickets/{id}/attachments/{file}", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("file" = String, Path, description = "Id of the file, or its number, from 1"),
    ),
    request_body = EditAttachmentBody,
    responses((status = 200, description = "The file.", body = FileBody)))]
pub(crate) async fn edit_attachment(
    State(api): State<Api>,
    Path((id, file)): Path<(String, String)>,
    command: CommandContext,
) -> Result<Response, Problem> {
    edit(&api, Capability::EditAttachment, (&id, FileRole::Attachment, &file), command).await
}

async fn edit(
    api: &Api,
    capability: Capability,
    named: (&str, FileRole, &str),
    command: CommandContext,
) -> Result<Response, Problem> {
    let (ticket, role, path) = named;
    let ticket = target(api, &command.caller, capability, ticket).await?;
    let file = file_now(api, ticket, role, path).await?;
    brought_by(&command.caller, capability, &file)?;
    let mut fields = command.body.fields();
    let name = name(&mut fields, &file);
    let to = match file.role {
        FileRole::Image => order_index(&mut fields),
        FileRole::Attachment => None,
    };
    fields.finish()?;
    let context = command.context;
    let committed = match (name, to) {
        (Some(name), None) => {
            api.commands.rename_file(&context, ticket, file.id, name.as_str()).await?
        }
        (None, Some(to)) => api.commands.move_image(&context, ticket, file.id, to).await?,
        (Some(name), Some(to)) => {
            api.commands.rename_file(&context, ticket, file.id, name.as_str()).await?;
            api.commands.move_image(&second(api, context), ticket, file.id, to).await?
        }
        (None, None) => {
            let as_it_is = file.name.as_str().ok_or_else(super::find::erased)?;
            api.commands.rename_file(&context, ticket, file.id, as_it_is).await?
        }
    };
    // A repeat by number may find another file at that number by now; then, it was this one.
    let file = match to {
        Some(to) if is_number(path) => image_at(&committed.state, to),
        Some(_) | None => file_in(&committed.state, role, path).ok(),
    };
    let file = file.ok_or_else(missing)?.id;
    let mut bodies = bodies_now(api, ticket, &committed.state, &[file]).await?;
    let body = bodies.pop().ok_or_else(missing)?;
    let headers = committed_headers(&committed);
    Ok((StatusCode::OK, AppendHeaders(headers), Json(body)).into_response())
}

fn is_number(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_digit())
}

/// The image at a place, or the last one.
fn image_at(state: &TicketState, place: usize) -> Option<&TicketFile> {
    let images = state.ticket()?.images();
    images.take(place.saturating_add(1)).last()
}

/// The command that follows in the same request: a repeat finds both.
fn second(api: &Api, first: Context) -> Context {
    let command_id = derive_command_id(api.store.secrets(), first.command_id, "move-image", 0);
    Context { command_id, if_match: None, ..first }
}

fn name(fields: &mut Fields, file: &TicketFile) -> Option<FileName> {
    let given = match fields.text(&["filename", "name"]) {
        Given::Absent => return None,
        given @ (Given::Null | Given::Value(_)) => given,
    };
    let text = fields.required("filename", given)?;
    if text.trim().is_empty() {
        fields.error("filename", &FieldErrorKind::TooShort { min: 1 });
        return None;
    }
    let name = FileName::clean(&text);
    let content = ContentType::from_mime(file.content_type.as_str());
    match content.may_be_named(&name) {
        Ok(()) => Some(name),
        Err(refusal) => {
            fields.errors.push(FieldProblem {
                place: Place::Body,
                field: "filename".to_owned(),
                msg: super::intake::sentence(&refusal),
                kind: super::intake::code(&refusal),
            });
            None
        }
    }
}

fn order_index(fields: &mut Fields) -> Option<usize> {
    let given = match fields.integer(&["order_index"]) {
        Given::Absent => return None,
        given @ (Given::Null | Given::Value(_)) => given,
    };
    let to = fields.required("order_index", given)?;
    match usize::try_from(to) {
        Ok(place) if to <= MAX_PLACE => Some(place),
        Ok(_) | Err(_) => {
            fields.error("order_index", &FieldErrorKind::OutOfRange { min: 0, max: MAX_PLACE });
            None
        }
    }
}
