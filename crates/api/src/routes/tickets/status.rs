//! `POST /tickets/{id}/status`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ticket::{Status, parse_reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{target, ticket_answer};
use crate::Api;
use crate::conventions::{CommandContext, Problem, Shape};
use crate::permissions::Capability;
use crate::render::TicketBody;

/// A move to another status.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct StatusInput {
    /// `open`, `in_progress`, `waiting_customer`, `resolved` or `closed`.
    #[schema(example = "resolved")]
    status: String,
    /// Why.
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

/// Move a ticket to another status
#[utoipa::path(post, path = "/api/v1/tickets/{id}/status", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    request_body = StatusInput,
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn change_status(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::ChangeStatus, &id).await?;
    let mut fields = command.body.fields();
    let status = fields.text(&["status"]);
    let status = fields.required("status", status);
    let status = status.and_then(|text| fields.parse("status", Status::parse(&text)));
    let reason = fields.text(&["reason"]).value();
    let reason = reason.and_then(|text| fields.parse("reason", parse_reason(&text)));
    fields.finish()?;
    let Some(status) = status else { return Err(Problem::malformed("There is no status.")) };
    let committed = api.commands.change_status(&command.context, ticket, status, reason).await?;
    ticket_answer(&api, StatusCode::OK, shape, committed).await
}
