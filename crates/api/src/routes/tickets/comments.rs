//! `GET POST /tickets/{id}/comments`

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use chrono::{DateTime, Utc};
use commands::NewComment;
use domain::ticket::{Visibility, parse_comment};
use projections::CommentRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::target;
use super::history::comment_access;
use super::view::seen;
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{CommandContext, Params, Problem, committed_headers, page_params};
use crate::permissions::Capability;
use crate::render::{ListBody, UserRef, known};

/// A comment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommentBody {
    /// The comment.
    id: Uuid,
    /// The ticket it is on.
    ticket_id: Uuid,
    /// What it says; null once erased.
    text: Option<String>,
    /// `public` or `internal`.
    visibility: String,
    /// Who wrote it; null without a sign-in.
    author: Option<UserRef>,
    /// Users it calls upon.
    mentions: Vec<Uuid>,
    /// When it was written.
    created_at: DateTime<Utc>,
}

/// A new comment.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct CommentInput {
    /// What it says; `@name` calls upon a user.
    #[schema(min_length = 1, max_length = 20000)]
    text: String,
    /// `public` when nothing is said, or `internal`.
    #[schema(nullable = false, example = "public")]
    visibility: Option<String>,
}

/// Read the comments of a ticket
///
/// The oldest first. Internal comments are for those who work on tickets.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/comments", tag = "Tickets",
    params(
        ("id" = String, Path, description = "Id or number of the ticket"),
        ("limit" = Option<u32>, Query, description = "Items of a page, 1 to 200"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of comments.", body = ListBody<CommentBody>)))]
pub(crate) async fn list_comments(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<CommentBody>>, Problem> {
    let page = page_params(&mut params);
    params.finish()?;
    let ticket = seen(&api, &caller, Capability::ListComments, &headers, &id).await?;
    let access = comment_access(&caller);
    let rows = api.queries.comments(ticket.id, access, page.after().as_ref(), page.end()).await?;
    let total = match page.count {
        true => Some(api.queries.count_comments(ticket.id, access).await?),
        false => None,
    };
    Ok(Json(page.list(rows, total, body)))
}

/// Comment on a ticket
#[utoipa::path(post, path = "/api/v1/tickets/{id}/comments", tag = "Tickets",
    params(("id" = String, Path, description = "Id or number of the ticket")),
    request_body = CommentInput,
    responses((status = 201, description = "The comment.", body = CommentBody)))]
pub(crate) async fn comment_on_ticket(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: CommandContext,
) -> Result<Response, Problem> {
    let ticket = target(&api, &command.caller, Capability::CommentOnTicket, &id).await?;
    let mut fields = command.body.fields();
    let text = fields.text(&["text", "comment", "body", "content"]);
    let text = fields.required("text", text);
    let text = text.and_then(|text| fields.parse("text", parse_comment(&text)));
    let visibility = fields.text(&["visibility"]).value();
    let visibility =
        visibility.and_then(|text| fields.parse("visibility", Visibility::parse(&text)));
    fields.finish()?;
    let visibility = visibility.unwrap_or_default();
    if visibility == Visibility::Internal && !command.caller.sees_internal() {
        return Err(Problem::forbidden("Internal comments are for those who work on tickets."));
    }
    let Some(text) = text else { return Err(Problem::malformed("The comment has no text.")) };
    let commented = api
        .commands
        .comment_on_ticket(&command.context, ticket, NewComment { text, visibility })
        .await?;
    let comment = commented.comment;
    let author = match comment.author {
        Some(user) => api.commands.user(user).await?.map(|facts| UserRef {
            id: facts.id.uuid(),
            email: facts.email,
            full_name: facts.full_name,
        }),
        None => None,
    };
    let body = CommentBody {
        id: comment.comment_id.uuid(),
        ticket_id: ticket.uuid(),
        text: known(&comment.text),
        visibility: comment.visibility.to_string(),
        author,
        mentions: comment.mentions.iter().map(|user| user.uuid()).collect(),
        created_at: commented.written_at,
    };
    // The place of a created comment is its ticket's list, so there is no header for it.
    let headers = committed_headers(&commented.ticket);
    Ok((StatusCode::CREATED, AppendHeaders(headers), Json(body)).into_response())
}

fn body(row: CommentRow) -> CommentBody {
    CommentBody {
        id: row.id.uuid(),
        ticket_id: row.ticket_id.uuid(),
        text: known(&row.text),
        visibility: row.visibility.to_string(),
        author: row.author_user.map(UserRef::from),
        mentions: row.mentions.iter().map(|user| user.uuid()).collect(),
        created_at: row.created_at,
    }
}
