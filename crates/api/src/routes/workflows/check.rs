//! `POST /workflows/check`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::form::{read_form, with_those_of_the_workflow};
use crate::Api;
use crate::conventions::{CommandContext, FieldProblem, Problem};
use crate::permissions::Capability;
use crate::render::{FindingBody, WorkflowFormBody, warnings};

/// What a look at a workflow found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckBody {
    /// What is wrong with it: everything for which it would be refused, but for its name's being taken.
    problems: Vec<FindingBody>,
    /// What to look at; it could be defined all the same. Empty as long as something is wrong.
    warnings: Vec<FindingBody>,
}

/// See whether a workflow could be defined, and define none
///
/// For those who draw one: everything that is wrong, and what is odd, each with its place.
#[utoipa::path(post, path = "/api/v1/workflows/check", tag = "Workflows", request_body = WorkflowFormBody,
    responses((status = 200, description = "What was found.", body = CheckBody)))]
pub(crate) async fn check_workflow(
    State(api): State<Api>,
    command: CommandContext,
) -> Result<Json<CheckBody>, Problem> {
    command.caller.may(Capability::CheckWorkflow)?;
    let mut fields = command.body.fields();
    let form = read_form(&mut fields);
    let roles = api.commands.role_facts().await?;
    let (problems, warnings) = match fields.finish() {
        Err(unread) => (with_those_of_the_workflow(unread.errors, &form, &roles), Vec::new()),
        Ok(()) => match form.parse(&roles) {
            Err(found) => (found.iter().map(FieldProblem::of_workflow).collect(), Vec::new()),
            Ok(draft) => (Vec::new(), warnings(&draft, &roles)),
        },
    };
    let problems = problems.into_iter().map(FindingBody::from).collect();
    Ok(Json(CheckBody { problems, warnings }))
}
