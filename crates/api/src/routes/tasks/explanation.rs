//! `GET /tasks/{id}/explanation`

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::rotation::{Load, RotationScope};
use domain::task::{AssignmentReason, ExternalRequest, RequestFate};
use domain::workflow::Considered;
use domain::{UserId, WorkflowId};
use projections::{TaskAssignment, TaskDetail, UserBrief};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::missing;
use super::view::seen;
use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, etag};
use crate::permissions::Capability;
use crate::render::{UserRef, WaitingBody, WorkflowRef};

/// Why a task is what it is and with whom it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplanationBody {
    /// The task.
    task: Uuid,
    /// How its workflow was found.
    matching: MatchingBody,
    /// Why it is with whom it is; null if nobody has it.
    assignment: Option<AssignmentBody>,
    /// Who it was given to before that and why, the oldest first.
    earlier_assignments: Vec<AssignmentBody>,
    /// Whom it waits for, if nobody could be given it.
    waiting_for: Option<WaitingBody>,
    /// What other systems were asked, the oldest first.
    requests: Vec<RequestBody>,
    /// Why it rests, if it does and that was said.
    hold_reason: Option<String>,
    /// How it ended, once completed: an outcome of its workflow.
    outcome: Option<String>,
    /// Why it was cancelled, if it was: `ticket_deleted`, `ticket_merged`, `ticket_closed`, `restarted`, `by_person`.
    cancelled: Option<&'static str>,
}

/// How a task's workflow was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatchingBody {
    /// The workflow.
    workflow: WorkflowRef,
    /// On which keys: `exact`, `without_priority`, `category_and_department` or `default`.
    level: &'static str,
    /// All that fitted the ticket, in the order in which they would have been chosen.
    considered: Vec<ConsideredBody>,
    /// How many more were looked at that did not fit.
    not_fitting: u32,
}

/// A workflow that fitted a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsideredBody {
    /// The workflow.
    workflow: WorkflowRef,
    /// On which keys it fitted.
    level: &'static str,
    /// `chosen`; `newer`, when an older one fitted on the same level; `less_specific`, when another one fitted on a
    /// more specific level.
    verdict: &'static str,
}

/// Why somebody was given a task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssignmentBody {
    /// The version of the task after it.
    version: i32,
    /// When.
    at: DateTime<Utc>,
    /// To whom.
    assignee: UserRef,
    /// Who had it before.
    previous: Option<UserRef>,
    /// `round_robin`, `least_loaded`, or `by_person`.
    strategy: &'static str,
    /// In words.
    summary: String,
    /// Among whose holders it was chosen: a work role; null for a person's choice.
    role: Option<Uuid>,
    /// The department, where only its people were asked.
    department: Option<String>,
    /// Who had the turn before, in a round robin; null at the first turn.
    pointer: Option<UserRef>,
    /// All who could have been given it, in the order of the turns.
    candidates: Vec<CandidateBody>,
    /// Who decided so; null for Docket, and in open mode.
    by: Option<UserRef>,
}

/// Somebody who could have been given a task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CandidateBody {
    /// Who.
    user: UserRef,
    /// The open tasks that the user had, where that was looked at.
    open_tasks: Option<u32>,
}

/// A request to another system.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestBody {
    /// The request.
    id: Uuid,
    /// The visit of the step that asked.
    visit: u32,
    /// `waiting`, `answered`, `failed`, or `answered_late`.
    status: &'static str,
    /// The action it was answered with.
    action_id: Option<String>,
}

/// See why a task is what it is and with whom it is
///
/// How its workflow was found and which others fitted; for every time it was given to somebody, the strategy, whose
/// turn it was and who else could have been given it; whom it waits for.
#[utoipa::path(get, path = "/api/v1/tasks/{id}/explanation", tag = "Tasks",
    params(("id" = uuid::Uuid, Path, description = "Id of the task")),
    responses((status = 200, description = "The explanation.", body = ExplanationBody)))]
pub(crate) async fn explain_task(
    State(api): State<Api>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.finish()?;
    let task = seen(&api, &caller, Capability::ExplainTask, &headers, &id).await?;
    let detail = api.queries.task_detail(task.id).await?.ok_or_else(missing)?;
    let tag = etag(detail.row.version);
    Ok((AppendHeaders([tag]), Json(explanation(detail))).into_response())
}

fn explanation(detail: TaskDetail) -> ExplanationBody {
    let people = People(&detail.people);
    let assignee = detail.row.assignee.as_ref().map(|user| user.id);
    let mut assignments = detail.assignments;
    let present = match assignments.last() {
        Some(last) if Some(last.assignee) == assignee => assignments.pop(),
        Some(_) | None => None,
    };
    ExplanationBody {
        task: detail.row.id.uuid(),
        matching: MatchingBody {
            considered: detail
                .matched
                .considered
                .iter()
                .map(|other| considered(other, &detail.workflow_names))
                .collect(),
            not_fitting: detail.matched.not_fitting,
            level: detail.matched.level.as_str(),
            workflow: detail.row.workflow.into(),
        },
        assignment: present.map(|it| people.assignment(it)),
        earlier_assignments: assignments.into_iter().map(|it| people.assignment(it)).collect(),
        waiting_for: detail.waiting_for.map(WaitingBody::from),
        requests: detail.requests.iter().map(RequestBody::from).collect(),
        hold_reason: detail.hold_reason,
        outcome: detail.end.map(|end| end.outcome.to_string()),
        cancelled: detail.cancelled.map(|why| why.as_str()),
    }
}

fn considered(other: &Considered, names: &HashMap<WorkflowId, String>) -> ConsideredBody {
    ConsideredBody {
        workflow: WorkflowRef {
            id: other.workflow.uuid(),
            name: names.get(&other.workflow).cloned(),
            version: other.version,
        },
        level: other.level.as_str(),
        verdict: other.verdict.as_str(),
    }
}

/// Everybody who is named.
struct People<'a>(&'a HashMap<UserId, UserBrief>);

impl People<'_> {
    fn user(&self, id: UserId) -> UserRef {
        match self.0.get(&id) {
            Some(brief) => brief.clone().into(),
            None => UserRef { id: id.uuid(), email: None, full_name: None },
        }
    }

    fn candidate(&self, id: UserId, open_tasks: Option<u32>) -> CandidateBody {
        CandidateBody { user: self.user(id), open_tasks }
    }

    fn assignment(&self, given: TaskAssignment) -> AssignmentBody {
        let bare = AssignmentBody {
            version: given.version,
            at: given.at,
            assignee: self.user(given.assignee),
            previous: given.previous.map(|user| self.user(user)),
            strategy: "by_person",
            summary: "Somebody decided so.".to_owned(),
            role: None,
            department: None,
            pointer: None,
            candidates: Vec::new(),
            by: None,
        };
        match given.why {
            AssignmentReason::RoundRobin { scope, pointer, candidates } => AssignmentBody {
                strategy: "round_robin",
                summary: turn(pointer.is_some(), candidates.len()),
                pointer: pointer.map(|user| self.user(user)),
                candidates: candidates.into_iter().map(|id| self.candidate(id, None)).collect(),
                ..scoped(bare, scope)
            },
            AssignmentReason::LeastLoaded { scope, loads } => AssignmentBody {
                strategy: "least_loaded",
                summary: least(given.assignee, &loads),
                candidates: loads
                    .iter()
                    .map(|load| self.candidate(load.user, Some(load.open_tasks)))
                    .collect(),
                ..scoped(bare, scope)
            },
            AssignmentReason::ByPerson { by } => {
                AssignmentBody { by: by.map(|user| self.user(user)), ..bare }
            }
        }
    }
}

fn scoped(body: AssignmentBody, scope: RotationScope) -> AssignmentBody {
    let department = scope.department.map(|department| department.to_string());
    AssignmentBody { role: Some(scope.role.uuid()), department, ..body }
}

fn turn(had_one_before: bool, candidates: usize) -> String {
    match (candidates, had_one_before) {
        (1, _) => "There was nobody else.".to_owned(),
        (n, true) => format!("Of {n} people, this one comes after who had the turn before."),
        (n, false) => format!("Of {n} people, this one comes first; nobody had a turn before."),
    }
}

fn least(assignee: UserId, loads: &[Load]) -> String {
    let open = loads.iter().find(|load| load.user == assignee).map_or(0, |load| load.open_tasks);
    match loads.len() {
        1 => "There was nobody else.".to_owned(),
        n => format!("Of {n} people, nobody had fewer open tasks: {open}."),
    }
}

impl From<&ExternalRequest> for RequestBody {
    fn from(request: &ExternalRequest) -> Self {
        let (status, action) = match &request.fate {
            RequestFate::Waiting => ("waiting", None),
            RequestFate::Answered(action) => ("answered", Some(action)),
            RequestFate::Failed => ("failed", None),
            RequestFate::AnsweredLate(action) => ("answered_late", Some(action)),
        };
        Self {
            id: request.id.uuid(),
            visit: request.visit,
            status,
            action_id: action.map(ToString::to_string),
        }
    }
}
