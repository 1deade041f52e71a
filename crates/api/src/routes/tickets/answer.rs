//! What commands on tickets answer, and finding the ticket they are about.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::{CommandError, Committed, TicketRef};
use domain::ticket::TicketState;
use domain::{FieldErrorKind, TicketId};

use super::beside::beside_now;
use crate::Api;
use crate::auth::{Caller, Reach};
use crate::conventions::{Fields, Problem, Shape, committed_headers, location};
use crate::permissions::Capability;
use crate::render::{Beside, TicketBody, TicketFacts, UserRef, present};

/// The ticket after a command.
pub(crate) async fn ticket_answer(
    api: &Api,
    status: StatusCode,
    shape: Shape,
    committed: Committed<TicketState>,
) -> Result<Response, Problem> {
    let mut headers = committed_headers(&committed);
    if status == StatusCode::CREATED {
        headers.extend(location(&format!("/api/v1/tickets/{}", committed.id)));
    }
    let body = committed_body(api, status, shape, &committed).await?;
    Ok((status, AppendHeaders(headers), Json(body)).into_response())
}

/// The body of a ticket after a command, which is answered with `status`.
pub(crate) async fn committed_body(
    api: &Api,
    status: StatusCode,
    shape: Shape,
    committed: &Committed<TicketState>,
) -> Result<TicketBody, Problem> {
    let (ticket, presence) =
        present(&committed.state).ok_or_else(|| Problem::not_found("ticket"))?;
    let assignee = match ticket.assignee {
        Some(user) => api.commands.user(user).await?.map(|facts| UserRef {
            id: facts.id.uuid(),
            email: facts.email,
            full_name: facts.full_name,
        }),
        None => None,
    };
    let (id, version) = (committed.id, committed.version);
    let beside = match status {
        // Nothing stands beside a ticket before it is there.
        StatusCode::CREATED => Beside::default(),
        _ => beside_now(api, TicketId(id)).await?,
    };
    let facts = TicketFacts { id, version, ticket, presence, assignee, beside };
    let mut body = TicketBody::new(facts, shape);
    // It may have been renamed since the ticket was filled in.
    if let Some(form) = ticket.form
        && let Some(name) = api.commands.ticket_type_name(form.type_id).await?
    {
        body.ticket_type = Some(name.to_string());
    }
    Ok(body)
}

/// A ticket as a path names it: by id or number. Anything else is no ticket.
pub(crate) fn ticket_ref(text: &str) -> Result<TicketRef, Problem> {
    text.parse().map_err(|_| Problem::not_found("ticket"))
}

/// The ticket that a command is about, if the caller may do this to it. A ticket that the caller may not see is not
/// there.
pub(crate) async fn target(
    api: &Api,
    caller: &Caller,
    capability: Capability,
    path: &str,
) -> Result<TicketId, Problem> {
    let reach = caller.may(capability)?;
    let missing = || Problem::not_found("ticket");
    let id = api.commands.resolve_ticket(ticket_ref(path)?).await.map_err(ticket_problem)?;
    match reach {
        Reach::All => Ok(id),
        Reach::Own => {
            let state = api.commands.ticket_state(id).await?.ok_or_else(missing)?;
            let opened_by = state.state.ticket().and_then(|ticket| ticket.opened_by);
            if opened_by.is_some() && opened_by == caller.user { Ok(id) } else { Err(missing()) }
        }
    }
}

/// The other ticket that a field names. One that does not exist is an error at the field.
pub(crate) async fn other_ticket(
    api: &Api,
    fields: &mut Fields,
    names: &[&'static str],
) -> Result<Option<TicketId>, Problem> {
    let name = names.first().copied().unwrap_or("ticket");
    let given = fields.text(names);
    let Some(text) = fields.required(name, given) else { return Ok(None) };
    let found = match text.parse::<TicketRef>() {
        Ok(reference) => api.commands.resolve_ticket(reference).await,
        Err(_) => Err(CommandError::NotFound),
    };
    match found {
        Ok(id) if api.commands.ticket_state(id).await?.is_some() => return Ok(Some(id)),
        Ok(_) | Err(CommandError::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    fields.error(name, &FieldErrorKind::Malformed { expected: "the id or number of a ticket" });
    Ok(None)
}

fn ticket_problem(error: CommandError) -> Problem {
    match error {
        CommandError::NotFound => Problem::not_found("ticket"),
        other => other.into(),
    }
}
