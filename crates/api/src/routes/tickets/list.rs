//! `GET /tickets`

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::ticket::{Priority, Source, Status};
use domain::{FieldErrorKind, UserId};
use projections::{
    Assignment, CommentAccess, Count, Direction, Freshness, SlaState, SortKey, TicketFilter,
    TicketQuery,
};

use super::beside::beside;
use super::data_filter::Filterable;
use crate::Api;
use crate::auth::{Caller, Reach};
use crate::conventions::{Page, Params, Problem, page_params, wait_for_views};
use crate::permissions::Capability;
use crate::render::{ListBody, TicketBody};

/// Most tickets that one request reads, skipped ones included.
const MAX_READ: usize = 20_000;

/// List and search tickets
///
/// Filters may be repeated: a ticket matches when it matches one value of every filter. Deleted and merged tickets
/// are not listed.
///
/// The filterable fields of ticket types are filters as well: `data.site_id=BJ-0042`, and ranges of them, from one value
/// to below another, as `data.level_from=3&data.level_to=5`.
#[utoipa::path(get, path = "/api/v1/tickets", tag = "Tickets",
    params(
        ("status" = Option<Vec<String>>, Query, description = "Status"),
        ("priority" = Option<Vec<String>>, Query, description = "Priority"),
        ("category" = Option<Vec<String>>, Query, description = "Category"),
        ("subcategory" = Option<Vec<String>>, Query, description = "Subcategory"),
        ("department" = Option<Vec<String>>, Query, description = "Department"),
        ("ticket_type" = Option<Vec<String>>, Query, description = "Name or id of the type"),
        ("source" = Option<Vec<String>>, Query, description = "Source"),
        ("assigned_to" = Option<Vec<String>>, Query, description = "Assignee: e-mail address or id, `me`, or `none`"),
        ("customer" = Option<Vec<String>>, Query, description = "Customer number or e-mail address"),
        ("tag" = Option<Vec<String>>, Query, description = "Tag"),
        ("external_id" = Option<Vec<String>>, Query, description = "Id in another system"),
        ("created_from" = Option<String>, Query, description = "Opened at this time or later"),
        ("created_to" = Option<String>, Query, description = "Opened before this time"),
        ("updated_from" = Option<String>, Query, description = "Last changed at this time or later"),
        ("updated_to" = Option<String>, Query, description = "Last changed before this time"),
        ("sla" = Option<Vec<String>>, Query, description = "State of the service levels: `breached` (overdue), `at_risk`, `ok`, `paused`, `missed`, `met`, or `none` without a target"),
        ("search" = Option<String>, Query, description = "Words in number, subject, description and comments: whole, by their beginning, or misspelt"),
        ("sort" = Option<String>, Query, description = "`created_at`, `updated_at`, `due_at`, `priority` or `number`, a `-` before it for descending; `-created_at` when nothing is said. Or `data.FIELD`, a filterable field of ticket types. With `due_at`, tickets that are not due come last either way, and with a field those that have no value"),
        ("limit" = Option<u32>, Query, description = "Items of a page, 1 to 200; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of tickets.", body = ListBody<TicketBody>)))]
pub(crate) async fn list_tickets(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<TicketBody>>, Problem> {
    let reach = caller.may(Capability::ListTickets)?;
    let shape = params.shape();
    let page = page_params(&mut params);
    let filterable = Filterable::asked_for(&api, &headers, &params).await?;
    let (sort, direction) = sort(&mut params, &filterable);
    let mut filter = filter(&mut params);
    filter.data = filterable.filters(&mut params);
    let assigned = params.all(&["assigned_to", "assignee"]);
    params.finish()?;
    if caller.sees_internal() {
        filter.search_in = CommentAccess::All;
    }
    if reach == Reach::Own {
        filter.opened_by.push(caller.require_user()?);
    }
    let freshness = match filter.search {
        Some(_) => Freshness::ViewsAndSearch,
        None => Freshness::Views,
    };
    wait_for_views(&api, &headers, freshness).await?;
    filter.assigned = assignments(&api, &caller, &assigned).await?;
    if filter.assigned.is_empty() && !assigned.is_empty() {
        // Only people nobody knows: nothing can match.
        let total = page.count.then_some(0);
        return Ok(Json(ListBody { items: Vec::new(), next_cursor: None, total }));
    }
    let found = api.queries.list_tickets(&query(filter, sort, direction, &page)).await?;
    let total = found.total.map(|total| total.value);
    let found = projections::Page { items: found.items, next_cursor: found.next_cursor };
    let ids: Vec<_> = found.items.iter().map(|item| item.id).collect();
    let mut beside = beside(&api, &ids).await?;
    Ok(Json(page.list(found, total, |item| {
        let beside = beside.remove(&item.id).unwrap_or_default();
        TicketBody::of_item(item, beside, shape)
    })))
}

fn query(filter: TicketFilter, sort: SortKey, direction: Direction, page: &Page) -> TicketQuery {
    TicketQuery {
        filter,
        sort,
        direction,
        cursor: page.after(),
        limit: page.end().min(MAX_READ),
        count: if page.count { Count::Wanted } else { Count::Omitted },
    }
}

fn filter(params: &mut Params) -> TicketFilter {
    TicketFilter {
        status: params.parse_all(&["status"], Status::parse),
        priority: params.parse_all(&["priority"], Priority::parse),
        source: params.parse_all(&["source"], Source::parse),
        category: params.all(&["category"]),
        subcategory: params.all(&["subcategory"]),
        department: params.all(&["department"]),
        ticket_type: params.all(&["ticket_type"]),
        customer: params.all(&["customer", "customer_id", "customer_email", "employee"]),
        tag: params.all(&["tag", "tags"]),
        external_id: params.all(&["external_id"]),
        sla: params.parse_all(&["sla"], |text| {
            SlaState::named(text).ok_or_else(|| {
                let allowed = SlaState::ALL.map(|state| state.as_str().to_owned()).to_vec();
                FieldErrorKind::NotOneOf { allowed }
            })
        }),
        created_from: params.time(&["created_from"]),
        created_to: params.time(&["created_to"]),
        updated_from: params.time(&["updated_from"]),
        updated_to: params.time(&["updated_to"]),
        search: params.one(&["search", "q"]).filter(|text| !text.trim().is_empty()),
        ..TicketFilter::default()
    }
}

fn sort(params: &mut Params, filterable: &Filterable) -> (SortKey, Direction) {
    let sort = params.parse_one(&["sort", "ordering"], |text| {
        let (direction, key) = match text.strip_prefix('-') {
            Some(key) => (Direction::Descending, key),
            None => (Direction::Ascending, text),
        };
        let key = match key {
            "created_at" => SortKey::CreatedAt,
            "updated_at" => SortKey::UpdatedAt,
            "due_at" => SortKey::DueAt,
            "priority" => SortKey::Priority,
            "number" | "ticket_id" => SortKey::Number,
            key => filterable.sort_key(key).unwrap_or_else(|| {
                let allowed = ["created_at", "updated_at", "due_at", "priority", "number"];
                let allowed = allowed.map(str::to_owned).into_iter();
                Err(FieldErrorKind::NotOneOf {
                    allowed: allowed.chain(filterable.names()).collect(),
                })
            })?,
        };
        Ok((key, direction))
    });
    sort.unwrap_or((SortKey::CreatedAt, Direction::Descending))
}

/// The assignments that are known, of those that are wanted.
pub(crate) async fn assignments(
    api: &Api,
    caller: &Caller,
    wanted: &[String],
) -> Result<Vec<Assignment>, Problem> {
    let mut known = Vec::new();
    for text in wanted {
        let user = match text.as_str() {
            "none" => {
                known.push(Assignment::Nobody);
                continue;
            }
            "me" => caller.user,
            text => match text.parse::<UserId>() {
                Ok(id) => Some(id),
                Err(_) => api.queries.user_by_email(text).await?.map(|user| user.id),
            },
        };
        known.extend(user.map(Assignment::To));
    }
    Ok(known)
}
