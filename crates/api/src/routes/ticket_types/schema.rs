//! `GET /ticket-types/{id}/schema`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use domain::ticket_type::compile;
use projections::Freshness;
use serde_json::json;

use super::answer::{missing, missing_version, ticket_type_id};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, wait_for_views};
use crate::permissions::Capability;

/// See the form of a ticket type as JSON Schema
///
/// Draft 2020-12, of a ticket's `data` in the spelling in which Docket answers with it. What the schema admits, Docket
/// accepts, unless it names users or files that do not exist or takes more than 64 KiB.
#[utoipa::path(get, path = "/api/v1/ticket-types/{id}/schema", tag = "Ticket types",
    params(
        ("id" = uuid::Uuid, Path, description = "Id of the ticket type"),
        ("version" = Option<u32>, Query, minimum = 1, description = "Version of the form; the current one, when nothing is said"),
    ),
    responses((status = 200, description = "The schema.", body = serde_json::Value,
        content_type = "application/schema+json")))]
pub(crate) async fn view_ticket_type_schema(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, Problem> {
    caller.may(Capability::ViewTicketTypeSchema)?;
    let version = params.number(&["version"], 1, u32::MAX);
    params.finish()?;
    let id = ticket_type_id(&id)?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let row = api.queries.ticket_type(id).await?.ok_or_else(missing)?;
    let version = version.unwrap_or(row.definition_version);
    let definition = if version == row.definition_version {
        row.definition
    } else {
        let definition = api.queries.ticket_type_version(id, version).await?;
        definition.ok_or_else(missing_version)?
    };
    let mut schema = compile(&definition);
    schema["title"] = json!(row.name);
    schema["x-ticket-type"] = json!({ "ticket_type_id": id.uuid(), "version": version });
    let kind = (header::CONTENT_TYPE, "application/schema+json");
    Ok(([kind], Json(schema)).into_response())
}
