//! `POST /tickets/{id}/links`, `DELETE /tickets/{id}/links/{other}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ticket::LinkKind;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{other_ticket, target, ticket_answer};
use crate::Api;
use crate::conventions::{CommandContext, Params, Problem, Shape};
use crate::permissions::Capability;
use crate::render::TicketBody;

/// A link to another ticket.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct LinkInput {
    /// What the other ticket is to this one: `parent`, `child`, `duplicate` or `related`.
    #[schema(example = "related")]
    kind: String,
    /// Id or number of the other ticket.
    ticket: String,
}

/// Link a ticket with another one
///
/// The other ticket gets the link seen from its side, in the same append.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/links", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    request_body = LinkInput,
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn link_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::LinkTicket, &id).await?;
    let mut fields = command.body.fields();
    let kind = fields.text(&["kind", "type"]);
    let kind = fields.required("kind", kind);
    let kind = kind.and_then(|text| fields.parse("kind", LinkKind::parse(&text)));
    let other = other_ticket(&api, &mut fields, &["ticket", "ticket_id", "target"]).await?;
    fields.finish()?;
    let (Some(kind), Some(other)) = (kind, other) else {
        return Err(Problem::malformed("The link is not complete."));
    };
    let committed = api.commands.link_tickets(&command.context, ticket, kind, other).await?;
    ticket_answer(&api, StatusCode::OK, shape, committed).await
}

/// Take a link away
///
/// On both sides. Without `kind`, all links between the two.
#[utoipa::path(delete, path = "/api/v1/tickets/{id}/links/{other}", tag = "Tickets",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("other" = String, Path, description = "Id or number of the other ticket"),
        ("kind" = Option<String>, Query, description = "`parent`, `child`, `duplicate` or `related`"),
    ),
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn unlink_ticket(
    State(api): State<Api>,
    Path((id, other)): Path<(String, String)>,
    shape: Shape,
    mut params: Params,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::UnlinkTicket, &id).await?;
    let other = target(&api, &command.caller, Capability::UnlinkTicket, &other).await?;
    let kind = params.parse_one(&["kind"], LinkKind::parse);
    params.finish()?;
    command.body.fields().finish()?;
    let kinds = kind.map_or_else(|| LinkKind::ALL.to_vec(), |kind| vec![kind]);
    let committed = api.commands.unlink_tickets(&command.context, ticket, &kinds, other).await?;
    ticket_answer(&api, StatusCode::OK, shape, committed).await
}
