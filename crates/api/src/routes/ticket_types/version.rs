//! `GET /ticket-types/{id}/versions/{version}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use projections::Freshness;

use super::answer::{form_version, missing, missing_version, ticket_type_id};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, wait_for_views};
use crate::permissions::Capability;
use crate::render::TicketTypeVersionBody;

/// See the fields of a ticket type in one of its versions
///
/// A ticket stays with the version that it was filled in with.
#[utoipa::path(get, path = "/api/v1/ticket-types/{id}/versions/{version}", tag = "Ticket types",
    params(
        ("id" = uuid::Uuid, Path, description = "Id of the ticket type"),
        ("version" = u32, Path, description = "Version of the form, from 1"),
    ),
    responses((status = 200, description = "The fields.", body = TicketTypeVersionBody)))]
pub(crate) async fn view_ticket_type_version(
    State(api): State<Api>,
    Path((id, version)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Json<TicketTypeVersionBody>, Problem> {
    caller.may(Capability::ViewTicketTypeVersion)?;
    params.finish()?;
    let id = ticket_type_id(&id)?;
    let version = form_version(&version)?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let row = api.queries.ticket_type(id).await?.ok_or_else(missing)?;
    let definition = api.queries.ticket_type_version(id, version).await?;
    let definition = definition.ok_or_else(missing_version)?;
    Ok(Json(TicketTypeVersionBody::new(row, version, definition)))
}
