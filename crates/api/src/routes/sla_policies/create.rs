//! `POST /sla-policies`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::{refused, sla_policy_answer};
use super::form::read_sla_policy;
use crate::Api;
use crate::conventions::{CommandContext, Problem};
use crate::permissions::Capability;
use crate::render::{SlaPolicyBody, SlaPolicyFormBody};

/// Create an SLA policy
///
/// Targets for tickets that meet conditions, and what happens when one is at risk or missed. Everything that is wrong with
/// it is told at once, each with its place. Tickets that are open get clocks by it, counted from their opening.
#[utoipa::path(post, path = "/api/v1/sla-policies", tag = "Service levels",
    request_body = SlaPolicyFormBody,
    responses((status = 201, description = "The policy.", body = SlaPolicyBody)))]
pub(crate) async fn create_sla_policy(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::CreateSlaPolicy)?;
    let input = read_sla_policy(command.body.fields())?;
    let created = api.commands.create_sla_policy(&command.context, input).await;
    sla_policy_answer(StatusCode::CREATED, &created.map_err(refused)?)
}
