//! `GET /sla-policies/{id}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use projections::Freshness;

use super::answer::{missing, sla_policy_id};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag, wait_for_views};
use crate::permissions::Capability;
use crate::render::SlaPolicyBody;

/// See an SLA policy
#[utoipa::path(get, path = "/api/v1/sla-policies/{id}", tag = "Service levels",
    params(("id" = uuid::Uuid, Path, description = "Id of the policy")),
    responses((status = 200, description = "The policy.", body = SlaPolicyBody)))]
pub(crate) async fn view_sla_policy(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    caller.may(Capability::ViewSlaPolicy)?;
    params.finish()?;
    let id = sla_policy_id(&id)?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let row = api.queries.sla_policy(id).await?.filter(|row| row.removed_at.is_none());
    let row = row.ok_or_else(missing)?;
    Ok((AppendHeaders([etag(row.version)]), Json(SlaPolicyBody::of_row(&row))).into_response())
}
