//! `POST /ticket-types/check`

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::form::{read_form, with_those_of_the_type};
use crate::conventions::{CommandContext, FieldProblem, Problem};
use crate::permissions::Capability;
use crate::render::{FindingBody, TicketTypeFormBody};

/// What a look at a ticket type found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketTypeCheckBody {
    /// What is wrong with it: everything for which it would be refused, but for its name's being taken.
    problems: Vec<FindingBody>,
}

/// See whether a ticket type could be defined, and define none
///
/// For those who build a form: everything that is wrong, each with its place.
#[utoipa::path(post, path = "/api/v1/ticket-types/check", tag = "Ticket types", request_body = TicketTypeFormBody,
    responses((status = 200, description = "What was found.", body = TicketTypeCheckBody)))]
pub(crate) async fn check_ticket_type(
    command: CommandContext,
) -> Result<Json<TicketTypeCheckBody>, Problem> {
    command.caller.may(Capability::CheckTicketType)?;
    let mut fields = command.body.fields();
    let form = read_form(&mut fields);
    let problems = match fields.finish() {
        Err(unread) => with_those_of_the_type(unread.errors, &form),
        Ok(()) => {
            let found = form.parse().err().unwrap_or_default();
            found.iter().map(FieldProblem::of_ticket_type).collect()
        }
    };
    let problems = problems.into_iter().map(FindingBody::from).collect();
    Ok(Json(TicketTypeCheckBody { problems }))
}
