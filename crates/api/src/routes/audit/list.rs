//! `GET /audit`

use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use domain::{FieldErrorKind, TicketNumber, UserId};
use projections::{AuditFilter, Freshness, TicketRef};
use uuid::Uuid;

use super::export::export;
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, page_params, plain_context, wait_for_views};
use crate::permissions::Capability;
use crate::render::{AuditEntry, ListBody};

/// Matching entries are counted to here.
const MAX_COUNT: i64 = 10_000;

/// See who did what
///
/// The newest first. With `Accept: text/csv`, all that match, as a CSV file.
#[utoipa::path(get, path = "/api/v1/audit", tag = "Log",
    params(
        ("user_id" = Option<String>, Query, description = "Who did it: id or e-mail address of a user, or `me`"),
        ("action" = Option<Vec<String>>, Query, description = "Type of the event, such as `ticket.assigned` or `audit.login_refused`"),
        ("resource_type" = Option<Vec<String>>, Query, description = "`ticket`, `user`, `work_role`, `settings`, `audit`, `workflow`, `task`, `rotation`, `calendar`, `sla_policy` or `sla`"),
        ("resource_id" = Option<String>, Query, description = "Id of the resource, or number of the ticket"),
        ("from" = Option<String>, Query, description = "Recorded at this time or later"),
        ("to" = Option<String>, Query, description = "Recorded before this time"),
        ("address" = Option<String>, Query, description = "Network address it came from, exactly"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of entries.",
        content((ListBody<AuditEntry> = "application/json"), (String = "text/csv")))))]
pub(crate) async fn view_audit(
    State(api): State<Api>,
    caller: Caller,
    parts: Parts,
    mut params: Params,
) -> Result<Response, Problem> {
    caller.may(Capability::ViewAudit)?;
    let page = page_params(&mut params);
    let mut filter = filter(&mut params);
    let user = params.one(&["user_id", "user"]);
    let resource = params.parse_one(&["resource_id"], resource);
    params.finish()?;
    wait_for_views(&api, &parts.headers, Freshness::Views).await?;
    let known = name_user(&api, &caller, user, &mut filter).await?
        && name_resource(&api, resource, &mut filter).await?;
    if !known {
        // Somebody, or something, that there is not: nothing can match.
        let total = page.count.then_some(0);
        let nothing = ListBody::<AuditEntry> { items: Vec::new(), next_cursor: None, total };
        return Ok(Json(nothing).into_response());
    }
    if wants_csv(&parts.headers) {
        let (method, uri) = (&parts.method, &parts.uri);
        let (headers, extensions) = (&parts.headers, &parts.extensions);
        let context = plain_context(method, uri, headers, extensions, &api, Some(&caller));
        return Ok(export(api, context, filter));
    }
    let found = api.queries.audit(&filter, page.after().as_ref(), page.end()).await?;
    let total = match page.count {
        true => Some(api.queries.count_audit(&filter, MAX_COUNT).await?),
        false => None,
    };
    Ok(Json(page.list(found, total, AuditEntry::from)).into_response())
}

fn filter(params: &mut Params) -> AuditFilter {
    AuditFilter {
        action: params.all(&["action"]),
        resource_type: params.all(&["resource_type"]),
        from: params.time(&["from", "created_from"]),
        to: params.time(&["to", "created_to"]),
        address: params.one(&["address"]),
        ..AuditFilter::default()
    }
}

/// A resource as a filter names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resource {
    Id(Uuid),
    Ticket(TicketNumber),
}

fn resource(text: &str) -> Result<Resource, FieldErrorKind> {
    let expected = "a UUID or a ticket number";
    let id = text.parse().map(Resource::Id).ok();
    let number = || text.parse().map(Resource::Ticket).ok();
    id.or_else(number).ok_or(FieldErrorKind::Malformed { expected })
}

/// Adds the user to the filter; false when there is none.
async fn name_user(
    api: &Api,
    caller: &Caller,
    named: Option<String>,
    filter: &mut AuditFilter,
) -> Result<bool, Problem> {
    let Some(named) = named else { return Ok(true) };
    filter.user = match (named.as_str(), named.parse::<UserId>()) {
        ("me", _) => caller.user,
        (_, Ok(id)) => Some(id),
        (email, Err(_)) => api.queries.user_by_email(email).await?.map(|user| user.id),
    };
    Ok(filter.user.is_some())
}

/// Adds the resource to the filter; false when there is none.
async fn name_resource(
    api: &Api,
    named: Option<Resource>,
    filter: &mut AuditFilter,
) -> Result<bool, Problem> {
    filter.resource_id = match named {
        None => return Ok(true),
        Some(Resource::Id(id)) => Some(id),
        Some(Resource::Ticket(number)) => {
            let ticket = api.queries.ticket_id(TicketRef::Number(number)).await?;
            ticket.map(|ticket| ticket.uuid())
        }
    };
    Ok(filter.resource_id.is_some())
}

/// Does the caller ask for CSV rather than JSON?
fn wants_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types = accepted
        .flat_map(|value| value.split(','))
        .map(|part| part.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    let first = types.find(|kind| kind == "text/csv" || kind == "application/json");
    first.is_some_and(|kind| kind == "text/csv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_for_those_who_ask_for_it() {
        let wants = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            wants_csv(&headers)
        };
        assert!(wants("text/csv"));
        assert!(wants("text/html, text/CSV;q=0.9, */*"));
        assert!(!wants("*/*"));
        assert!(!wants("application/json, text/csv"));
        assert!(!wants_csv(&HeaderMap::new()));
    }

    #[test]
    fn a_resource_is_an_id_or_a_number() {
        let id = Uuid::from_u128(1);
        assert_eq!(resource(&id.to_string()), Ok(Resource::Id(id)));
        let number = TicketNumber::new(2026, 7);
        assert_eq!(resource("tkt-2026-000007"), Ok(Resource::Ticket(number)));
        assert!(resource("7").is_err());
    }
}
