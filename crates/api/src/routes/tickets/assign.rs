//! `POST /tickets/{id}/assign`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use commands::TicketChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{target, ticket_answer};
use crate::Api;
use crate::conventions::{CommandContext, Given, Problem, Shape};
use crate::permissions::Capability;
use crate::render::TicketBody;

/// Who gets the ticket.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct AssignInput {
    /// E-mail address or id of an active admin or handler; null for nobody.
    #[schema(required = true, example = "handler@example.com")]
    assigned_to: Option<String>,
}

/// Give a ticket to somebody, or to nobody
#[utoipa::path(post, path = "/api/v1/tickets/{id}/assign", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    request_body = AssignInput,
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn assign_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::AssignTicket, &id).await?;
    let mut fields = command.body.fields();
    let change = match fields.text(&["assigned_to", "assignee", "user"]) {
        Given::Null => Some(TicketChange::Unassign),
        given => {
            let text = fields.required("assigned_to", given);
            let assignee = text.and_then(|text| fields.parse("assigned_to", text.parse()));
            assignee.map(TicketChange::Assign)
        }
    };
    fields.finish()?;
    let changes = change.into_iter().collect();
    let committed = api.commands.change_ticket(&command.context, ticket, changes).await?;
    ticket_answer(&api, StatusCode::OK, shape, committed).await
}
