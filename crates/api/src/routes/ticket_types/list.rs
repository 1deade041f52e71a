//! `GET /ticket-types`

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::ticket_type::TicketTypeStatus;
use projections::{Freshness, TicketTypeFilter};

use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, page_params, wait_for_views};
use crate::permissions::Capability;
use crate::render::{ListBody, TicketTypeBody};

/// See the ticket types
///
/// In the order they were defined.
#[utoipa::path(get, path = "/api/v1/ticket-types", tag = "Ticket types",
    params(
        ("status" = Option<Vec<String>>, Query, description = "`active` or `retired`"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of ticket types.", body = ListBody<TicketTypeBody>)))]
pub(crate) async fn list_ticket_types(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<TicketTypeBody>>, Problem> {
    caller.may(Capability::ListTicketTypes)?;
    let page = page_params(&mut params);
    let filter =
        TicketTypeFilter { status: params.parse_all(&["status"], TicketTypeStatus::parse) };
    params.finish()?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let found = api.queries.ticket_types(&filter, page.after().as_ref(), page.end()).await?;
    let total = match page.count {
        true => Some(api.queries.count_ticket_types(&filter).await?),
        false => None,
    };
    Ok(Json(page.list(found, total, TicketTypeBody::of_row)))
}
