//! `GET POST /users/api-tokens`, `DELETE /users/api-tokens/{id}`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use chrono::{DateTime, Utc};
use commands::CreateApiTokenInput;
use domain::TokenId;
use domain::user::{parse_scopes, parse_token_name};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{known, nothing};
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{
    CommandContext, Fields, Params, Problem, committed_headers, location, page_params, parse_time,
};
use crate::permissions::Capability;
use crate::render::{ApiTokenBody, ListBody};

/// An API token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct CreateApiTokenBody {
    /// What its user calls it.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it may be used for, within the role of its user: `read`, `write`, `import`, `auditor`, `notify`,
    /// `inbound`.
    #[schema(min_items = 1, example = json!(["read"]))]
    scopes: Vec<String>,
    /// When it stops working; never when nothing is said.
    expires_at: Option<DateTime<Utc>>,
}

/// An API token just made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedApiTokenBody {
    #[serde(flatten)]
    facts: ApiTokenBody,
    /// The token itself, shown this once: sent as `Authorization: Bearer …` or `X-Api-Key`.
    token: String,
}

/// See one's own API tokens
#[utoipa::path(get, path = "/api/v1/users/api-tokens", tag = "API tokens",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of API tokens.", body = ListBody<ApiTokenBody>)))]
pub(crate) async fn list_api_tokens(
    State(api): State<Api>,
    caller: Caller,
    mut params: Params,
) -> Result<Json<ListBody<ApiTokenBody>>, Problem> {
    caller.may(Capability::ListApiTokens)?;
    let user = caller.require_user()?;
    let page = page_params(&mut params);
    params.finish()?;
    let record = known(api.commands.user_state(user).await?)?;
    let tokens = known(record.state.user())?.api_tokens.iter().map(ApiTokenBody::from).collect();
    Ok(Json(page.of(tokens, |token: &ApiTokenBody| token.id.to_string())?))
}

/// Make an API token
#[utoipa::path(post, path = "/api/v1/users/api-tokens", tag = "API tokens",
    request_body = CreateApiTokenBody,
    responses((status = 201, description = "The API token.", body = CreatedApiTokenBody)))]
pub(crate) async fn create_api_token(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::CreateApiToken)?;
    let user = command.caller.require_user()?;
    let mut fields = command.body.fields();
    let input = read(&mut fields);
    fields.finish()?;
    let created = api.commands.create_api_token(&command.context, user, input).await?;
    let record = known(created.committed.state.user())?;
    let token = record.api_tokens.iter().find(|token| token.id == created.token_id);
    let facts = token.map(ApiTokenBody::from).ok_or_else(|| Problem::not_found("API token"))?;
    let mut headers = committed_headers(&created.committed);
    headers.extend(location(&format!("/api/v1/users/api-tokens/{}", created.token_id)));
    let body = CreatedApiTokenBody { facts, token: created.token };
    Ok((StatusCode::CREATED, AppendHeaders(headers), Json(body)).into_response())
}

/// Revoke an API token
#[utoipa::path(delete, path = "/api/v1/users/api-tokens/{id}", tag = "API tokens",
    params(("id" = uuid::Uuid, Path, description = "Id of the API token")),
    responses((status = 204, description = "The API token works no longer.")))]
pub(crate) async fn revoke_api_token(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::RevokeApiToken)?;
    let user = command.caller.require_user()?;
    let token: TokenId = id.parse().map_err(|_| Problem::not_found("API token"))?;
    command.body.fields().finish()?;
    let revoked = api.commands.revoke_api_token(&command.context, user, token).await?;
    Ok(nothing(&revoked))
}

fn read(fields: &mut Fields) -> CreateApiTokenInput {
    let name = fields.text(&["name"]);
    let name = fields.required("name", name);
    let name = name.filter(|name| fields.parse("name", parse_token_name(name)).is_some());
    let scopes = fields.texts(&["scopes"]);
    let scopes = fields.required("scopes", scopes);
    let scopes = scopes.filter(|scopes| fields.parse("scopes", parse_scopes(scopes)).is_some());
    let expires_at = fields.text(&["expires_at"]).value();
    let expires_at = expires_at.and_then(|text| fields.parse("expires_at", parse_time(&text)));
    CreateApiTokenInput { name, scopes: scopes.unwrap_or_default(), expires_at }
}
