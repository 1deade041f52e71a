//! `GET /ticket-types/{id}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use projections::Freshness;

use super::answer::{missing, ticket_type_id};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag, wait_for_views};
use crate::permissions::Capability;
use crate::render::TicketTypeBody;

/// See a ticket type
#[utoipa::path(get, path = "/api/v1/ticket-types/{id}", tag = "Ticket types",
    params(("id" = uuid::Uuid, Path, description = "Id of the ticket type")),
    responses((status = 200, description = "The ticket type.", body = TicketTypeBody)))]
pub(crate) async fn view_ticket_type(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    caller.may(Capability::ViewTicketType)?;
    params.finish()?;
    let id = ticket_type_id(&id)?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let row = api.queries.ticket_type(id).await?.ok_or_else(missing)?;
    let tag = etag(row.version);
    Ok((AppendHeaders([tag]), Json(TicketTypeBody::of_row(row))).into_response())
}
