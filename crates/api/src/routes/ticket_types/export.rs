//! `GET /ticket-types/{id}/export`

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::answer::{missing, refused, ticket_type_id};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag};
use crate::permissions::Capability;
use crate::render::TicketTypeFormBody;

/// See a ticket type as a form
///
/// What another Docket takes as it is.
#[utoipa::path(get, path = "/api/v1/ticket-types/{id}/export", tag = "Ticket types",
    params(("id" = uuid::Uuid, Path, description = "Id of the ticket type")),
    responses((status = 200, description = "The form.", body = TicketTypeFormBody)))]
pub(crate) async fn export_ticket_type(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Response, Problem> {
    caller.may(Capability::ExportTicketType)?;
    params.finish()?;
    let form = api.commands.ticket_type_form(ticket_type_id(&id)?).await.map_err(refused)?;
    let (form, version) = form.ok_or_else(missing)?;
    Ok((AppendHeaders([etag(version)]), Json(form)).into_response())
}
