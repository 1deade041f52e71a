//! `POST /inbound/tickets`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use commands::inbound::{BadField, InboundError, Received, UnknownFields};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::Api;
use crate::conventions::{CommandContext, FieldProblem, Place, Problem, Shape};
use crate::permissions::Capability;
use crate::render::TicketBody;
use crate::routes::tickets::ticket_answer;

/// A ticket of an external help desk. Its fields go by the other names that tickets take as well, and by `ticket_id` or
/// `ticket_number` for `external_id`; `docs/schemas/inbound.ticket.v1.json` has them all.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct InboundTicketBody {
    /// The ticket's id at the help desk: a repeat opens no second ticket.
    #[schema(min_length = 1, max_length = 200, example = "HDTS-2026-00017")]
    external_id: Option<String>,
    /// Subject, 1 to 200 characters unless the settings say otherwise.
    #[schema(min_length = 1, max_length = 200, example = "No signal in the basement")]
    subject: String,
    /// Description, up to 20,000 characters unless the settings say otherwise.
    #[schema(max_length = 20000)]
    description: Option<String>,
    /// Category.
    #[schema(min_length = 1, max_length = 100, example = "technical_issue")]
    category: Option<String>,
    /// Subcategory.
    #[schema(min_length = 1, max_length = 100)]
    subcategory: Option<String>,
    /// Department.
    #[schema(min_length = 1, max_length = 100)]
    department: Option<String>,
    /// `low`, `medium` (when nothing is said), `high` or `urgent`.
    #[schema(example = "medium")]
    priority: Option<String>,
    /// Name of the ticket's type.
    #[schema(min_length = 1, max_length = 100)]
    ticket_type: Option<String>,
    /// Form data: an object of up to 64 KiB.
    #[schema(value_type = Option<Object>)]
    data: Option<Map<String, Value>>,
    /// Who asks.
    customer: Option<InboundCustomerBody>,
    /// Tags: up to 50 of 1 to 50 characters.
    tags: Option<Vec<String>>,
    /// `web_form`, `email`, `api`, `chat` or `phone`.
    #[schema(example = "api")]
    source: Option<String>,
    /// Browser.
    #[schema(max_length = 100)]
    browser: Option<String>,
    /// Device type.
    #[schema(max_length = 100)]
    device_type: Option<String>,
    /// When it was opened at the help desk.
    #[schema(format = "date-time", example = "2026-03-01T12:00:00Z")]
    created_at: Option<String>,
}

/// Who asks.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct InboundCustomerBody {
    /// Customer or personnel number.
    #[schema(max_length = 200)]
    id: Option<String>,
    /// E-mail address.
    email: Option<String>,
    /// Name.
    #[schema(max_length = 200)]
    name: Option<String>,
}

/// Take a ticket from an external help desk
///
/// 201 with the ticket that was opened; 200 with the ticket that is known by this external id (or this
/// `Idempotency-Key`) and stays as it is. `Idempotency-Replayed` tells that the request says what that ticket was opened
/// with; without it, it says something else. For API tokens alone.
#[utoipa::path(post, path = "/api/v1/inbound/tickets", tag = "Inbound", request_body = InboundTicketBody,
    responses(
        (status = 201, description = "The ticket was opened.", body = TicketBody),
        (status = 200, description = "The ticket was known and stays as it is.", body = TicketBody)))]
pub(crate) async fn receive_inbound_ticket(
    State(api): State<Api>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::ReceiveInboundTicket)?;
    let (fields, ignored) = command.body.into_parts();
    let unknown = match shape {
        Shape::V1 => UnknownFields::Refused,
        Shape::Legacy => UnknownFields::Ignored,
    };
    let read = api.commands.read_inbound_ticket(fields, unknown).await.map_err(problem)?;
    read.ignored.iter().for_each(|name| ignored.note(name));
    let received = api.commands.receive_inbound_ticket(&command.context, read.ticket, None).await?;
    let (status, ticket) = match received {
        Received::Opened(ticket) => (StatusCode::CREATED, ticket),
        Received::Known { ticket, .. } => (StatusCode::OK, ticket),
    };
    ticket_answer(&api, status, shape, ticket).await
}

fn problem(error: InboundError) -> Problem {
    match error {
        InboundError::Command(error) => error.into(),
        InboundError::Invalid(fields) => {
            let field = |BadField { field, msg, kind }| FieldProblem {
                place: Place::Body,
                field,
                msg,
                kind,
            };
            Problem::invalid(fields.into_iter().map(field).collect())
        }
    }
}
