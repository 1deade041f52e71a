//! `PATCH /ticket-types/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use commands::{CommandError, Committed, Context, derive_command_id};
use domain::TicketTypeId;
use domain::ticket_type::{TicketTypeForm, TicketTypeState, TicketTypeStatus};
use serde_json::{Map, Value};

use super::answer::{missing, refused, ticket_type_answer, ticket_type_id};
use super::form::{finish, read_form};
use crate::Api;
use crate::conventions::{CommandContext, Fields, Given, Problem, Shape, patched};
use crate::permissions::Capability;
use crate::render::{EditTicketTypeBody, TicketTypeBody};

/// How often the patch is put on a newer ticket type because somebody else was faster.
const ATTEMPTS: u32 = 5;

/// Change a ticket type, retire it or reinstate it
///
/// A JSON merge patch over the form: what is left out stays, lists are replaced as wholes. Other sections or fields
/// make a new version of the form; tickets stay with the version that they were filled in with.
#[utoipa::path(patch, path = "/api/v1/ticket-types/{id}", tag = "Ticket types",
    params(("id" = uuid::Uuid, Path, description = "Id of the ticket type")),
    request_body = EditTicketTypeBody,
    responses((status = 200, description = "The ticket type.", body = TicketTypeBody)))]
pub(crate) async fn edit_ticket_type(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::EditTicketType)?;
    let id = ticket_type_id(&id)?;
    let mut context = command.context;
    let (patch, ignored) = command.body.into_parts();
    let seen = context.if_match;
    for _ in 0..ATTEMPTS {
        let current = api.commands.ticket_type_form(id).await.map_err(refused)?;
        let (form, version) = current.ok_or_else(missing)?;
        let mut map = patched(&form, &patch)?;
        // The form has no status to remove: that there is none has to be told.
        map.extend(
            patch.get_key_value("status").map(|(name, value)| (name.clone(), value.clone())),
        );
        let edit = Edit::read(Fields::new(map, shape, ignored.clone()), &patch)?;
        // The patch fits the form that was read, and no other.
        context.if_match = Some(seen.unwrap_or(version));
        match edit.apply(&api, &context, id).await {
            Err(CommandError::VersionMismatch { .. }) if seen.is_none() => {}
            done => return ticket_type_answer(StatusCode::OK, &done.map_err(refused)?),
        }
    }
    Err(CommandError::Contended.into())
}

struct Edit {
    /// The new form, where the patch says anything about it.
    form: Option<TicketTypeForm>,
    status: Option<TicketTypeStatus>,
}

impl Edit {
    fn read(mut fields: Fields, patch: &Map<String, Value>) -> Result<Self, Problem> {
        let status = match fields.text(&["status"]) {
            Given::Absent => None,
            given => fields.required("status", given),
        };
        let status = status.and_then(|text| fields.parse("status", TicketTypeStatus::parse(&text)));
        let form = read_form(&mut fields);
        finish(fields, &form)?;
        let concerns_form = status.is_none() || patch.len() > 1;
        Ok(Self { form: concerns_form.then_some(form), status })
    }

    /// A retired ticket type cannot be edited, so that it is reinstated first and retired last.
    async fn apply(
        &self,
        api: &Api,
        context: &Context,
        id: TicketTypeId,
    ) -> Result<Committed<TicketTypeState>, CommandError> {
        let second = |seen: i32| {
            let command_id = context.command_id;
            let id = derive_command_id(api.store.secrets(), command_id, "ticket-type-status", 0);
            Context { if_match: Some(seen), ..context.with_command(id) }
        };
        let commands = &api.commands;
        match (self.status, &self.form) {
            (None, None) => Err(CommandError::Internal("an edit of nothing")),
            (None, Some(form)) => commands.edit_ticket_type(context, id, form).await,
            (Some(TicketTypeStatus::Active), None) => {
                commands.reinstate_ticket_type(context, id).await
            }
            (Some(TicketTypeStatus::Retired), None) => {
                commands.retire_ticket_type(context, id).await
            }
            (Some(TicketTypeStatus::Active), Some(form)) => {
                let reinstated = commands.reinstate_ticket_type(context, id).await?;
                commands.edit_ticket_type(&second(reinstated.version), id, form).await
            }
            (Some(TicketTypeStatus::Retired), Some(form)) => {
                let edited = commands.edit_ticket_type(context, id, form).await?;
                commands.retire_ticket_type(&second(edited.version), id).await
            }
        }
    }
}
