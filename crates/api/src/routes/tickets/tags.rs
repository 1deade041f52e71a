//! `POST /tickets/{id}/tags`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use commands::TicketChange;
use domain::ticket::parse_tags;
use domain::{FieldErrorKind, Tag};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{target, ticket_answer};
use crate::Api;
use crate::conventions::{CommandContext, Fields, Problem, Shape};
use crate::permissions::Capability;
use crate::render::TicketBody;

/// Changes to the tags: all of them anew, or some to add and some to remove.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct TagsInput {
    /// The tags there are to be.
    #[schema(nullable = false)]
    tags: Option<Vec<String>>,
    /// Tags to add.
    #[schema(nullable = false)]
    add: Option<Vec<String>>,
    /// Tags to remove.
    #[schema(nullable = false)]
    remove: Option<Vec<String>>,
}

/// Tag a ticket
#[utoipa::path(post, path = "/api/v1/tickets/{id}/tags", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    request_body = TagsInput,
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn tag_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::TagTicket, &id).await?;
    let mut fields = command.body.fields();
    let set = tags(&mut fields, "tags");
    let add = tags(&mut fields, "add");
    let remove = tags(&mut fields, "remove");
    if set.is_none() && add.is_none() && remove.is_none() {
        fields.error("tags", &FieldErrorKind::Missing);
    }
    fields.finish()?;
    let changes = [
        set.map(TicketChange::SetTags),
        add.map(TicketChange::AddTags),
        remove.map(TicketChange::RemoveTags),
    ];
    let changes = changes.into_iter().flatten().collect();
    let committed = api.commands.change_ticket(&command.context, ticket, changes).await?;
    ticket_answer(&api, StatusCode::OK, shape, committed).await
}

fn tags(fields: &mut Fields, name: &'static str) -> Option<Vec<Tag>> {
    let tags = fields.texts(&[name]).value()?;
    fields.parse(name, parse_tags(&tags))
}
