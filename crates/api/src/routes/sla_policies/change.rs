//! `PATCH /sla-policies/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use commands::CommandError;

use super::answer::{missing, refused, sla_policy_answer, sla_policy_id};
use super::form::read_sla_policy;
use crate::Api;
use crate::conventions::{CommandContext, Fields, Problem, Shape, patched};
use crate::permissions::Capability;
use crate::render::{ChangeSlaPolicyBody, SlaPolicyBody};

/// How often the patch is put on a newer policy because somebody else was faster.
const ATTEMPTS: u32 = 5;

/// Change an SLA policy
///
/// A JSON merge patch: what is left out stays, what is null goes back to its default, lists are replaced as wholes. Due
/// times of clocks that have not stopped are computed anew, as if it had held from the start.
#[utoipa::path(patch, path = "/api/v1/sla-policies/{id}", tag = "Service levels",
    params(("id" = uuid::Uuid, Path, description = "Id of the policy")),
    request_body = ChangeSlaPolicyBody,
    responses((status = 200, description = "The policy.", body = SlaPolicyBody)))]
pub(crate) async fn change_sla_policy(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::ChangeSlaPolicy)?;
    let id = sla_policy_id(&id)?;
    let mut context = command.context;
    let (patch, ignored) = command.body.into_parts();
    let seen = context.if_match;
    for _ in 0..ATTEMPTS {
        let current = api.commands.sla_policy_input(id).await.map_err(refused)?;
        let (input, version) = current.ok_or_else(missing)?;
        let input = read_sla_policy(Fields::new(patched(&input, &patch)?, shape, ignored.clone()))?;
        // The patch fits the policy that was read, and no other.
        context.if_match = Some(seen.unwrap_or(version));
        match api.commands.change_sla_policy(&context, id, input).await {
            Err(CommandError::VersionMismatch { .. }) if seen.is_none() => {}
            done => return sla_policy_answer(StatusCode::OK, &done.map_err(refused)?),
        }
    }
    Err(CommandError::Contended.into())
}
