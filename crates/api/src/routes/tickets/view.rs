//! `GET /tickets/{id}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use domain::FieldErrorKind;
use projections::{AsOf, Freshness, Presence, TicketItem};

use super::answer::ticket_ref;
use super::beside::beside;
use crate::Api;
use crate::auth::{Caller, Reach};
use crate::conventions::{Params, Problem, Shape, etag, parse_time, wait_for_views};
use crate::permissions::Capability;
use crate::render::{Beside, TicketBody};

/// See a ticket
///
/// With `as_of`, the ticket as it was at a time or in a version.
#[utoipa::path(get, path = "/api/v1/tickets/{id}", tag = "Tickets",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("as_of" = Option<String>, Query, description = "A version (a whole number) or a time"),
    ),
    responses((status = 200, description = "The ticket.", body = TicketBody)))]
pub(crate) async fn view_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, Problem> {
    let shape = params.shape();
    let as_of = params.parse_one(&["as_of"], as_of);
    params.finish()?;
    let item = seen(&api, &caller, Capability::ViewTicket, &headers, &id).await?;
    let (item, beside) = match as_of {
        // Clients that know of no `state` would take it for one that is still there.
        None if shape == Shape::Legacy && item.presence == Presence::Deleted => {
            return Err(Problem::not_found("ticket"));
        }
        None => {
            let beside = beside(&api, &[item.id]).await?.remove(&item.id);
            (item, beside.unwrap_or_default())
        }
        Some(as_of) => {
            let past = api.queries.ticket_as_of(item.id, as_of).await?;
            let past = past.ok_or_else(|| Problem::not_found("ticket at that time"))?;
            (past, Beside::default())
        }
    };
    let tag = etag(item.version);
    Ok((AppendHeaders([tag]), Json(TicketBody::of_item(item, beside, shape))).into_response())
}

/// The ticket that a query is about, if the caller may see it.
pub(crate) async fn seen(
    api: &Api,
    caller: &Caller,
    capability: Capability,
    headers: &HeaderMap,
    path: &str,
) -> Result<TicketItem, Problem> {
    let reach = caller.may(capability)?;
    let missing = || Problem::not_found("ticket");
    let ticket = ticket_ref(path)?;
    wait_for_views(api, headers, Freshness::Views).await?;
    let ticket = match ticket {
        commands::TicketRef::Id(id) => projections::TicketRef::Id(id),
        commands::TicketRef::Number(number) => projections::TicketRef::Number(number),
    };
    let item = api.queries.ticket(ticket).await?.ok_or_else(missing)?;
    match reach {
        Reach::All => Ok(item),
        Reach::Own if item.ticket.opened_by.is_some() && item.ticket.opened_by == caller.user => {
            Ok(item)
        }
        Reach::Own => Err(missing()),
    }
}

fn as_of(text: &str) -> Result<AsOf, FieldErrorKind> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let expected = "a version from 1 on, or a time";
        return match text.parse() {
            Ok(version) if version >= 1 => Ok(AsOf::Version(version)),
            Ok(_) | Err(_) => Err(FieldErrorKind::Malformed { expected }),
        };
    }
    parse_time(text).map(AsOf::Time)
}
