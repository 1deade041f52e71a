//! `PATCH PUT /tickets/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use commands::{Context, TicketChange};
use domain::ticket::Status;
use domain::ticket_type::FieldProblem;
use domain::{Settings, TicketId};

use super::answer::{target, ticket_answer};
use super::input::{EditTicketBody, read_edit};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{CommandContext, Fields, Given, Problem, Shape};
use crate::permissions::Capability;
use crate::render::TicketBody;

/// Change a ticket
///
/// A JSON merge patch: what is left out stays, null clears. Every change becomes its own event, all in one append.
#[utoipa::path(patch, path = "/api/v1/tickets/{id}", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    request_body = EditTicketBody,
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn edit_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    edit(&api, Capability::EditTicket, &id, shape, command).await
}

/// Change a ticket
///
/// The same as PATCH.
#[utoipa::path(put, path = "/api/v1/tickets/{id}", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    request_body = EditTicketBody,
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn put_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    edit(&api, Capability::PutTicket, &id, shape, command).await
}

async fn edit(
    api: &Api,
    capability: Capability,
    id: &str,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(api, &command.caller, capability, id).await?;
    let settings = api.commands.settings().await?;
    let mut fields = command.body.fields();
    let changes = read_changes(&mut fields, &settings);
    if let Err(problem) = fields.finish() {
        let bad = bad_data(api, &command.context, ticket, changes).await?;
        return Err(problem.and_data(&bad));
    }
    may_all(&command.caller, &changes)?;
    let committed = api.commands.change_ticket(&command.context, ticket, changes).await?;
    ticket_answer(api, StatusCode::OK, shape, committed).await
}

/// What is wrong with the form data among the changes.
async fn bad_data(
    api: &Api,
    context: &Context,
    ticket: TicketId,
    changes: Vec<TicketChange>,
) -> Result<Vec<FieldProblem>, Problem> {
    for change in changes {
        if let TicketChange::Edit(edit) = change {
            return Ok(api.commands.bad_data_of_change(context, ticket, *edit).await?);
        }
    }
    Ok(Vec::new())
}

/// Takes every editable field, status and assignee included.
pub(crate) fn read_changes(fields: &mut Fields, settings: &Settings) -> Vec<TicketChange> {
    let edit = read_edit(fields);
    let status = match fields.text(&["status"]) {
        Given::Absent => None,
        Given::Null => fields.required("status", Given::Null),
        Given::Value(text) => fields.parse("status", Status::parse(&text)),
    };
    let assignment = match fields.text(&["assigned_to"]) {
        Given::Absent => None,
        Given::Value(text) if !text.is_empty() => {
            fields.parse("assigned_to", text.parse()).map(TicketChange::Assign)
        }
        Given::Null | Given::Value(_) => Some(TicketChange::Unassign),
    };
    fields.parsed(edit.clone().parse(settings));
    let mut changes = vec![TicketChange::Edit(Box::new(edit))];
    changes.extend(assignment);
    changes.extend(status.map(|status| TicketChange::ChangeStatus { status, reason: None }));
    changes
}

/// Some fields have a route of their own; they need its right here as well.
pub(crate) fn may_all(caller: &Caller, changes: &[TicketChange]) -> Result<(), Problem> {
    for change in changes {
        caller.may(capability(change))?;
    }
    Ok(())
}

fn capability(change: &TicketChange) -> Capability {
    match change {
        TicketChange::Edit(edit) if !edit.tags.is_keep() => Capability::TagTicket,
        TicketChange::Edit(_) | TicketChange::AttachFiles(_) => Capability::EditTicket,
        TicketChange::Assign(_) | TicketChange::Unassign => Capability::AssignTicket,
        TicketChange::ChangeStatus { .. } => Capability::ChangeStatus,
        TicketChange::AddTags(_) | TicketChange::RemoveTags(_) | TicketChange::SetTags(_) => {
            Capability::TagTicket
        }
        TicketChange::Comment(_) => Capability::CommentOnTicket,
        TicketChange::Watch(_) => Capability::WatchTicket,
        TicketChange::Unwatch(_) => Capability::UnwatchTicket,
        TicketChange::Delete { .. } => Capability::DeleteTicket,
        TicketChange::Restore => Capability::RestoreTicket,
    }
}
