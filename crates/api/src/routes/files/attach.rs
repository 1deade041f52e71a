//! `POST /tickets/{id}/images`, `POST /tickets/{id}/attachments`

use axum::Json;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::{CommandError, Committed, Context};
use domain::ticket::{FileRole, TicketState};
use domain::{FieldErrorKind, Refusal, TicketId};
use files::Owner;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{FileBody, bodies_now};
use super::intake::{Intake, Wanted, place};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{
    FieldProblem, Form, Ignored, Params, Place, Problem, Shape, body_chunks, command_context,
    committed_headers, essence, location, unknown_part, unsupported,
};
use crate::permissions::Capability;
use crate::routes::tickets::target;

/// A form with files.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the OpenAPI document; it is read as a stream")]
pub(crate) struct FilesForm {
    /// The file; the field may stand there up to 20 times.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
}

/// What was attached: the file, or the list where it was more than one.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum AttachedBody {
    /// The one file.
    One(Box<FileBody>),
    /// The files in the order they came.
    Several {
        /// Them.
        items: Vec<FileBody>,
    },
}

/// Attach images to a ticket
///
/// Images come behind those that are there. What a file is, is found out from its content: a file that is no whole
/// image, or is something else besides, is refused, and then none of the request is taken.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/images", tag = "Files",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    request_body(content((FilesForm = "multipart/form-data"))),
    responses((status = 201, description = "The image, or the list of them.", body = AttachedBody)))]
pub(crate) async fn attach_images(
    State(api): State<Api>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    attach(&api, Capability::AttachImages, Wanted::Image, &id, request).await
}

/// Attach files to a ticket
///
/// Any but programs and scripts, and but those whose name says something else than their content.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/attachments", tag = "Files",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    request_body(content((FilesForm = "multipart/form-data"))),
    responses((status = 201, description = "The file, or the list of them.", body = AttachedBody)))]
pub(crate) async fn attach_files(
    State(api): State<Api>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    attach(&api, Capability::AttachFiles, Wanted::Attachment, &id, request).await
}

async fn attach(
    api: &Api,
    capability: Capability,
    wanted: Wanted,
    id: &str,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::of(&parts)?;
    let ticket = target(api, &caller, capability, id).await?;
    Params::from_request_parts(&mut parts, api).await?.finish()?;
    let mut context = command_context(&mut parts, api, &caller).await?;
    let shape = parts.extensions.get().copied().unwrap_or(Shape::V1);
    let ignored: Ignored = parts.extensions.get().cloned().unwrap_or_default();
    // A repeat is answered as it was then, whatever has become of the ticket.
    if !context.idempotent {
        has_room(api, ticket).await?;
    }
    let _place = place(api).await?;
    let owner = api.commands.file_owner(ticket).await?;
    let owner = Owner::new(owner.key_id, &owner.key);
    let method_and_path = [parts.method.as_str().to_owned(), parts.uri.path().to_owned()];
    let mut form = multipart(Request::from_parts(parts, body))?;
    let taken = take_all(api, &context, owner, &mut form, wanted, (shape, ignored)).await;
    let (files, sent) = match taken {
        Ok(taken) => taken,
        Err(problem) => {
            form.drain().await;
            return Err(problem);
        }
    };
    context.body_hash = hash(api, &method_and_path, &sent);
    let ids: Vec<_> = files.iter().map(|file| file.file_id).collect();
    let committed = api.commands.attach_files(&context, ticket, files).await?;
    let bodies = bodies_now(api, ticket, &committed.state, &ids).await?;
    answer(&committed, bodies)
}

/// Refuses early what would be refused in the end, before hundreds of megabytes have come.
async fn has_room(api: &Api, ticket: TicketId) -> Result<(), Problem> {
    let missing = || Problem::not_found("ticket");
    let state = api.commands.ticket_state(ticket).await?.ok_or_else(missing)?;
    let max = api.commands.settings().await?.limits.max_files_per_ticket;
    let refusal = match state.state.active() {
        Ok(ticket) if ticket.files.len() < max as usize => return Ok(()),
        Ok(_) => Refusal::TooManyFiles { max },
        Err(refusal) => refusal,
    };
    Err(CommandError::Refused(refusal).into())
}

/// Opens the form that a request brings.
pub(super) fn multipart(request: Request) -> Result<Form, Problem> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    if essence(content_type) != "multipart/form-data" {
        return Err(unsupported("multipart/form-data"));
    }
    let content_type = content_type.to_owned();
    Form::open(&content_type, body_chunks(request))
}

async fn take_all(
    api: &Api,
    context: &Context,
    owner: Owner,
    form: &mut Form,
    wanted: Wanted,
    (shape, ignored): (Shape, Ignored),
) -> Result<(Vec<commands::NewFile>, Vec<Vec<u8>>), Problem> {
    let mut intake = Intake::new(api, context, owner);
    let mut unknown = Vec::new();
    while let Some(part) = form.next_part().await? {
        if part.file_name().is_some() || part.name() == "file" {
            intake.take(part, wanted).await?;
        } else {
            match shape {
                Shape::V1 => unknown.push(unknown_part(&part)),
                Shape::Legacy => ignored.note(part.name()),
            }
        }
    }
    if intake.is_untouched() {
        unknown.push(FieldProblem::new(Place::Body, "file", &FieldErrorKind::Missing));
    }
    intake.finish(unknown)
}

/// What tells a repeat of a request from another one with the same key.
pub(super) fn hash(api: &Api, method_and_path: &[String; 2], sent: &[Vec<u8>]) -> [u8; 32] {
    let parts = method_and_path.iter().map(String::as_bytes);
    let parts: Vec<&[u8]> = parts.chain(sent.iter().map(Vec::as_slice)).collect();
    api.store.secrets().mac("body", &parts)
}

fn answer(
    committed: &Committed<TicketState>,
    mut bodies: Vec<FileBody>,
) -> Result<Response, Problem> {
    let mut headers = committed_headers(committed);
    let body = match (bodies.len(), bodies.pop()) {
        (1, Some(body)) => {
            let folder = match body.role {
                FileRole::Image => "images",
                FileRole::Attachment => "attachments",
            };
            headers.extend(location(&format!(
                "/api/v1/tickets/{}/{folder}/{}",
                committed.id, body.id
            )));
            AttachedBody::One(Box::new(body))
        }
        (_, last) => {
            bodies.extend(last);
            AttachedBody::Several { items: bodies }
        }
    };
    Ok((StatusCode::CREATED, AppendHeaders(headers), Json(body)).into_response())
}
