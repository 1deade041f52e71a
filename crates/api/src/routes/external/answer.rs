//! `POST /external/{task}/{request}/{token}`

use axum::Json;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::{CommandError, ExternalOutcome};
use domain::workflow::ActionId;
use domain::{RequestId, TaskId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::conventions::{JsonBody, Problem, docket_position, plain_context};
use crate::routes::tasks::remark;

/// The decision of a system.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
#[schema(example = json!({ "action_id": "approve", "comment": "Reserved under 4711." }))]
pub(crate) struct ExternalAnswerInput {
    /// One of the actions that the request names.
    #[schema(min_length = 1, max_length = 40)]
    action_id: String,
    /// What is said about it.
    #[schema(max_length = 2000)]
    comment: Option<String>,
}

/// What became of an answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "outcome": "applied", "reason": null }))]
pub(crate) struct ExternalAnswerBody {
    /// `applied`: the task goes on; `repeated`, when it had been given before; `late`, when it is recorded and changes nothing.
    outcome: &'static str,
    /// Why it is late: `task_ended`, `step_left` or `given_up`.
    reason: Option<&'static str>,
}

/// Answer a request that Docket sent
///
/// For the system that was asked: the address, secret and good for one answer, stands in the request as
/// `callback_url`. The same answer again is fine; another one is 409, and the first stands.
#[utoipa::path(post, path = "/api/v1/external/{task}/{request}/{token}", tag = "Tasks",
    params(
        ("task" = String, Path, description = "Id of the task"),
        ("request" = String, Path, description = "Id of the request"),
        ("token" = String, Path, description = "Secret of the request"),
    ),
    request_body = ExternalAnswerInput,
    responses((status = 200, description = "What became of it.", body = ExternalAnswerBody)))]
pub(crate) async fn answer_external(
    State(api): State<Api>,
    Path((task, request, token)): Path<(String, String, String)>,
    http: Request,
) -> Result<Response, Problem> {
    let mut context =
        plain_context(http.method(), http.uri(), http.headers(), http.extensions(), &api, None);
    let body = JsonBody::from_request(http, &api).await?;
    let task: TaskId = task.parse().map_err(|_| missing())?;
    let request: RequestId = request.parse().map_err(|_| missing())?;
    let mut fields = body.fields();
    let action = fields.text(&["action_id", "action"]);
    let action = fields.required("action_id", action);
    let action = action.and_then(|text| fields.parse("action_id", ActionId::parse(&text)));
    let comment = remark(&mut fields, &["comment"]);
    fields.finish()?;
    let Some(action) = action else { return Err(Problem::malformed("There is no action.")) };
    // Whoever has the secret speaks for the system, whatever else was sent along.
    context.user = None;
    let answered = api.commands.answer_external(&context, task, request, &token, action, comment);
    let (committed, outcome) = answered.await.map_err(refused)?;
    let (outcome, reason) = match outcome {
        ExternalOutcome::Applied => ("applied", None),
        ExternalOutcome::Repeated => ("repeated", None),
        ExternalOutcome::Late { why } => ("late", Some(why.as_str())),
        ExternalOutcome::Contradicting { first } => {
            let detail = format!("The request was answered with {first} before, and that stands.");
            return Err(Problem::new(StatusCode::CONFLICT, "not-allowed-now", detail)
                .with("code", "answered_otherwise")
                .with("first", first.to_string()));
        }
    };
    let headers = AppendHeaders([docket_position(committed.position)]);
    Ok((headers, Json(ExternalAnswerBody { outcome, reason })).into_response())
}

/// To whoever does not know the secret, there is no request.
fn missing() -> Problem {
    Problem::not_found("request")
}

fn refused(error: CommandError) -> Problem {
    match error {
        CommandError::NotFound => missing(),
        error => error.into(),
    }
}
