//! `GET /sla-policies`

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use projections::Freshness;

use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, page_params, wait_for_views};
use crate::permissions::Capability;
use crate::render::{ListBody, SlaPolicyBody};

/// See the SLA policies
///
/// In the order they were created.
#[utoipa::path(get, path = "/api/v1/sla-policies", tag = "Service levels",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of policies.", body = ListBody<SlaPolicyBody>)))]
pub(crate) async fn list_sla_policies(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<SlaPolicyBody>>, Problem> {
    caller.may(Capability::ListSlaPolicies)?;
    let page = page_params(&mut params);
    params.finish()?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let policies = api.queries.sla_policies().await?.iter().map(SlaPolicyBody::of_row).collect();
    Ok(Json(page.of(policies, |policy: &SlaPolicyBody| policy.id.to_string())?))
}
