//! `POST /tickets/{id}/merge`, `POST /tickets/{id}/unmerge`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ticket::parse_reason;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{other_ticket, target, ticket_answer};
use crate::Api;
use crate::conventions::{CommandContext, Problem, Shape};
use crate::permissions::Capability;
use crate::render::TicketBody;

/// Where a ticket is merged into.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct MergeInput {
    /// Id or number of the ticket that goes on.
    into: String,
    /// Why.
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

/// Merge a ticket into another one
///
/// It can be taken back.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/merge", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket that ends")),
    request_body = MergeInput,
    responses((status = 200, description = "The merged ticket.", body = TicketBody)))]
pub(crate) async fn merge_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::MergeTicket, &id).await?;
    let mut fields = command.body.fields();
    let into = other_ticket(&api, &mut fields, &["into", "target"]).await?;
    let reason = fields.text(&["reason"]).value();
    let reason = reason.and_then(|text| fields.parse("reason", parse_reason(&text)));
    fields.finish()?;
    let Some(into) = into else { return Err(Problem::malformed("There is no other ticket.")) };
    let committed = api.commands.merge_tickets(&command.context, ticket, into, reason).await?;
    ticket_answer(&api, StatusCode::OK, shape, committed).await
}

/// Take a merge back
#[utoipa::path(post, path = "/api/v1/tickets/{id}/unmerge", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the merged ticket")),
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn unmerge_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::UnmergeTicket, &id).await?;
    command.body.fields().finish()?;
    let committed = api.commands.unmerge_tickets(&command.context, ticket).await?;
    ticket_answer(&api, StatusCode::OK, shape, committed).await
}
