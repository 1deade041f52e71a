//! `POST /tickets/bulk`

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::{BulkItem, BulkResult, TicketChange, TicketRef};
use domain::FieldErrorKind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::answer::committed_body;
use super::edit::{may_all, read_changes};
use super::input::EditTicketBody;
use crate::Api;
use crate::conventions::{CommandContext, Fields, Problem, Shape, docket_position, replayed};
use crate::permissions::Capability;
use crate::render::TicketBody;

/// Most items of one request.
const MAX_ITEMS: usize = 500;

/// Changes to many tickets.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct BulkInput {
    /// 1 to 500 items.
    #[schema(min_items = 1, max_items = 500)]
    items: Vec<BulkItemInput>,
}

/// Changes to one of them.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct BulkItemInput {
    /// Id or number of the ticket.
    ticket: String,
    /// The version the caller has seen; the item fails when it differs.
    #[schema(nullable = false, minimum = 1)]
    version: Option<i32>,
    /// `update` when nothing is said, `delete` or `restore`.
    #[schema(nullable = false, example = "update")]
    action: Option<String>,
    /// The changes of an update.
    #[schema(nullable = false)]
    changes: Option<EditTicketBody>,
}

/// The results, one per item in their order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkBody {
    /// Items that went through.
    succeeded: usize,
    /// Items that did not.
    failed: usize,
    /// A result per item.
    results: Vec<BulkItemBody>,
}

/// What became of one item.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkItemBody {
    /// The ticket as the item named it.
    ticket: String,
    /// The HTTP status that the item alone would have had.
    status: u16,
    /// The ticket after the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    result: Option<TicketBody>,
    /// The problem, as a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Object)]
    problem: Option<Value>,
}

/// Change many tickets at once
///
/// Each item stands by itself: it goes through or not whatever becomes of the others.
#[utoipa::path(post, path = "/api/v1/tickets/bulk", tag = "Tickets", request_body = BulkInput,
    responses((status = 200, description = "A result per item.", body = BulkBody)))]
pub(crate) async fn change_tickets(
    State(api): State<Api>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::ChangeTickets)?;
    let settings = api.commands.settings().await?;
    let mut fields = command.body.fields();
    let given = fields.list(&["items"]);
    let given = fields.required("items", given).unwrap_or_default();
    if given.len() > MAX_ITEMS {
        fields.error("items", &FieldErrorKind::TooMany { max: MAX_ITEMS });
    }
    let mut items = Vec::with_capacity(given.len());
    for (index, item) in given.into_iter().take(MAX_ITEMS).enumerate() {
        items.extend(fields.element("items", index, item, |item| read_item(item, &settings)));
    }
    fields.finish()?;
    let names: Vec<String> = items.iter().map(|item| name(&item.ticket)).collect();
    for item in &items {
        may_all(&command.caller, &item.changes)?;
    }
    let results = api.commands.change_tickets(&command.context, items).await;
    let body = answer(&api, shape, names, &results).await?;
    let committed = results.iter().filter_map(|result| result.as_ref().ok());
    let mut headers: Vec<_> =
        committed.clone().map(|c| c.position).max().map(docket_position).into_iter().collect();
    if committed.clone().count() > 0 && committed.clone().all(|committed| committed.replayed) {
        headers.push(replayed());
    }
    Ok((StatusCode::OK, AppendHeaders(headers), Json(body)).into_response())
}

fn read_item(item: &mut Fields, settings: &domain::Settings) -> Option<BulkItem> {
    let ticket = item.text(&["ticket", "id", "ticket_id"]);
    let ticket = item.required("ticket", ticket);
    let ticket = ticket.and_then(|text| item.parse("ticket", text.parse::<TicketRef>()));
    let if_match = item.integer(&["version"]).value().and_then(|version| {
        let valid = i32::try_from(version).ok().filter(|version| *version >= 1);
        let range = FieldErrorKind::OutOfRange { min: 1, max: i64::from(i32::MAX) };
        item.parse("version", valid.ok_or(range))
    });
    let action = item.text(&["action"]).value();
    let changes = item.within(&["changes"], |changes| read_changes(changes, settings)).value();
    let changes = match (action.as_deref(), changes) {
        (None | Some("update"), Some(changes)) => changes,
        (None | Some("update"), None) => {
            item.error("changes", &FieldErrorKind::Missing);
            Vec::new()
        }
        (Some("delete"), None) => vec![TicketChange::Delete { reason: None }],
        (Some("restore"), None) => vec![TicketChange::Restore],
        (Some("delete" | "restore"), Some(_)) => {
            let expected = "left out: this action takes no changes";
            item.error("changes", &FieldErrorKind::Malformed { expected });
            Vec::new()
        }
        (Some(_), _) => {
            let allowed = ["update", "delete", "restore"].map(str::to_owned).to_vec();
            item.error("action", &FieldErrorKind::NotOneOf { allowed });
            Vec::new()
        }
    };
    Some(BulkItem { ticket: ticket?, if_match, changes })
}

async fn answer(
    api: &Api,
    shape: Shape,
    names: Vec<String>,
    results: &[BulkResult],
) -> Result<BulkBody, Problem> {
    let mut body = BulkBody { succeeded: 0, failed: 0, results: Vec::with_capacity(names.len()) };
    for (ticket, result) in names.into_iter().zip(results) {
        match result {
            Ok(committed) => {
                body.succeeded += 1;
                let result = committed_body(api, StatusCode::OK, shape, committed).await?;
                let status = StatusCode::OK.as_u16();
                body.results.push(BulkItemBody {
                    ticket,
                    status,
                    result: Some(result),
                    problem: None,
                });
            }
            Err(error) => {
                body.failed += 1;
                let problem = Problem::of_command(error);
                let status = problem.status.as_u16();
                let errors: Vec<Value> =
                    problem.errors.iter().map(|error| error.to_json(shape)).collect();
                let document = json!({
                    "status": status,
                    "title": problem.status.canonical_reason(),
                    "detail": problem.detail,
                    "errors": errors,
                });
                body.results.push(BulkItemBody {
                    ticket,
                    status,
                    result: None,
                    problem: Some(document),
                });
            }
        }
    }
    Ok(body)
}

fn name(ticket: &TicketRef) -> String {
    match ticket {
        TicketRef::Id(id) => id.to_string(),
        TicketRef::Number(number) => number.to_string(),
    }
}
