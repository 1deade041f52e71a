//! `DELETE /tickets/{id}/images/{file}`, `DELETE /tickets/{id}/attachments/{file}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::CommandError;
use domain::FileId;
use domain::ticket::FileRole;
use uuid::Uuid;

use super::find::{brought_by, file_now, missing};
use crate::Api;
use crate::conventions::{CommandContext, Problem, committed_headers};
use crate::permissions::Capability;
use crate::routes::tickets::target;

/// Remove an image
///
/// Nobody can bring it back; its content goes within a day.
#[utoipa::path(delete, path = "/api/v1/tickets/{id}/images/{file}", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("file" = String, Path, description = "Number of the image, from 1, or its id"),
    ),
    responses((status = 204, description = "It is removed.")))]
pub(crate) async fn remove_image(
    State(api): State<Api>,
    Path((id, file)): Path<(String, String)>,
    command: CommandContext,
) -> Result<Response, Problem> {
    remove(&api, Capability::RemoveImage, (&id, FileRole::Image, &file), command).await
}

/// Remove an attachment
///
/// Nobody can bring it back; its content goes within a day.
#[utoipa::path(delete, path = "/api/v1/tickets/{id}/attachments/{file}", tag = "Files",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("file" = String, Path, description = "Id of the file, or its number, from 1"),
    ),
    responses((status = 204, description = "It is removed.")))]
pub(crate) async fn remove_attachment(
    State(api): State<Api>,
    Path((id, file)): Path<(String, String)>,
    command: CommandContext,
) -> Result<Response, Problem> {
    remove(&api, Capability::RemoveAttachment, (&id, FileRole::Attachment, &file), command).await
}

async fn remove(
    api: &Api,
    capability: Capability,
    named: (&str, FileRole, &str),
    command: CommandContext,
) -> Result<Response, Problem> {
    let (ticket, role, file) = named;
    let ticket = target(api, &command.caller, capability, ticket).await?;
    command.body.fields().finish()?;
    let id = match file_now(api, ticket, role, file).await {
        Ok(file) => {
            brought_by(&command.caller, capability, &file)?;
            file.id
        }
        // A repeat is answered as it was then, when the file was there.
        Err(_) if command.context.idempotent => file.parse().unwrap_or(FileId(Uuid::nil())),
        Err(problem) => return Err(problem),
    };
    let committed = api.commands.remove_file(&command.context, ticket, id).await;
    let committed = committed.map_err(|error| match error {
        CommandError::NotFound => missing(),
        error => error.into(),
    })?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders(committed_headers(&committed))).into_response())
}
