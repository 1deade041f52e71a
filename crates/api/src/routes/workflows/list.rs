//! `GET /workflows`

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::workflow::WorkflowStatus;
use projections::{Freshness, WorkflowFilter};

use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, page_params, wait_for_views};
use crate::permissions::Capability;
use crate::render::{ListBody, WorkflowBody};

/// See the workflows
///
/// In the order they were defined, which is the order in which they are chosen among those that fit a ticket equally.
#[utoipa::path(get, path = "/api/v1/workflows", tag = "Workflows",
    params(
        ("status" = Option<Vec<String>>, Query, description = "`active` or `retired`"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of workflows.", body = ListBody<WorkflowBody>)))]
pub(crate) async fn list_workflows(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<WorkflowBody>>, Problem> {
    caller.may(Capability::ListWorkflows)?;
    let page = page_params(&mut params);
    let filter = WorkflowFilter { status: params.parse_all(&["status"], WorkflowStatus::parse) };
    params.finish()?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let found = api.queries.workflows(&filter, page.after().as_ref(), page.end()).await?;
    let total = match page.count {
        true => Some(api.queries.count_workflows(&filter).await?),
        false => None,
    };
    let roles = api.commands.role_facts().await?;
    Ok(Json(page.list(found, total, |row| WorkflowBody::of_row(row, &roles))))
}
