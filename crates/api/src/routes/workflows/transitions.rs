//! `GET /transitions`

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::workflow::Target;
use domain::{FieldErrorKind, WorkflowId};
use projections::{Freshness, TransitionRow};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, page_params, wait_for_views};
use crate::permissions::Capability;
use crate::render::{ListBody, StepRef, WorkflowRef};

/// A way out of a step of a workflow.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TransitionBody {
    /// The workflow, and the version of its definition.
    workflow: WorkflowRef,
    /// The step it leads out of.
    from: StepRef,
    /// The id of the action that takes it.
    action_id: String,
    /// What people call the action.
    action_name: String,
    /// The step it leads to; null at an end.
    to: Option<StepRef>,
    /// The id of that step; null at an end.
    to_step: Option<String>,
    /// How the workflow ends with it; null if it leads to a step.
    outcome: Option<String>,
    /// The status that the ticket takes on then; null if it stays as it is.
    ticket_status: Option<String>,
}

/// See the ways between the steps of workflows
///
/// Of all active workflows in their present version, or of one.
#[utoipa::path(get, path = "/api/v1/transitions", tag = "Workflows",
    params(
        ("workflow" = Option<uuid::Uuid>, Query, description = "Id of a workflow, active or retired"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of transitions.", body = ListBody<TransitionBody>)))]
pub(crate) async fn list_transitions(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<TransitionBody>>, Problem> {
    caller.may(Capability::ListTransitions)?;
    let page = page_params(&mut params);
    let workflow = params.parse_one(&["workflow", "workflow_id"], |text| {
        let expected = "the id of a workflow";
        text.parse::<WorkflowId>().map_err(|_| FieldErrorKind::Malformed { expected })
    });
    params.finish()?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let rows = api.queries.transitions(workflow).await?;
    let bodies = rows.into_iter().map(TransitionBody::from).collect();
    Ok(Json(page.of(bodies, TransitionBody::key)?))
}

impl TransitionBody {
    /// Unique among all: an action has one way out of a step.
    fn key(&self) -> String {
        format!("{}.{}.{}", self.workflow.id, self.from.step_id, self.action_id)
    }
}

impl From<TransitionRow> for TransitionBody {
    fn from(row: TransitionRow) -> Self {
        let (to, end) = match row.to {
            Target::Step(id) => (Some((id.to_string(), row.to_name.unwrap_or_default())), None),
            Target::End(end) => (None, Some(end)),
        };
        let to = to.map(|(step_id, name)| StepRef { step_id, name });
        Self {
            workflow: WorkflowRef {
                id: row.workflow.uuid(),
                name: Some(row.workflow_name),
                version: row.definition_version,
            },
            from: StepRef { step_id: row.from.to_string(), name: row.from_name },
            action_id: row.action.id.to_string(),
            action_name: row.action.name.to_string(),
            to_step: to.as_ref().map(|step| step.step_id.clone()),
            to,
            outcome: end.as_ref().map(|end| end.outcome.to_string()),
            ticket_status: end.and_then(|end| end.ticket_status).map(|status| status.to_string()),
        }
    }
}
