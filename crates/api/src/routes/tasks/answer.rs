//! Finding a task, answering with it, and saying what can be done when something cannot.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::{CommandError, Committed, Context};
use domain::task::{Performer, Task, TaskRefusal, TaskState};
use domain::{RoleId, TaskId, TicketId, UserId};
use serde_json::json;

use super::available_actions::ActionBody;
use crate::Api;
use crate::auth::{Caller, Reach};
use crate::conventions::{Problem, committed_headers, docket_position, etag, location};
use crate::permissions::Capability;
use crate::render::{StepRef, TaskBody, TaskBrief, TaskNames, TaskTicket, UserRef, WorkRoleRef};

pub(super) fn missing() -> Problem {
    Problem::not_found("task")
}

/// The id in a path; what is none belongs to no task.
pub(super) fn task_id(path: &str) -> Result<TaskId, Problem> {
    path.parse().map_err(|_| missing())
}

/// The task that a command is about, if the caller may do this to it. A task that is no business of the caller's is
/// not there.
pub(super) async fn target(
    api: &Api,
    caller: &Caller,
    capability: Capability,
    path: &str,
) -> Result<TaskId, Problem> {
    caller.may(capability)?;
    let id = task_id(path)?;
    let found = api.commands.task(id).await?.ok_or_else(missing)?;
    let task = found.state.task().ok_or_else(missing)?;
    let visible = may_be_a_repeat(capability, task, caller)
        || is_visible(api, caller, capability, task).await?;
    if visible { Ok(id) } else { Err(missing()) }
}

async fn is_visible(
    api: &Api,
    caller: &Caller,
    capability: Capability,
    task: &Task,
) -> Result<bool, Problem> {
    match caller.may(capability)? {
        Reach::All => Ok(true),
        Reach::Own => concerns(api, caller, task.assignee, task.step.role).await,
    }
}

/// Whether a task is the caller's business: it has it, or holds the work role of its step.
pub(super) async fn concerns(
    api: &Api,
    caller: &Caller,
    assignee: Option<UserId>,
    role: Option<RoleId>,
) -> Result<bool, Problem> {
    if caller.user.is_some() && assignee == caller.user {
        return Ok(true);
    }
    let Some(role) = role else { return Ok(false) };
    Ok(work_roles(api, caller).await?.contains(&role))
}

/// The work roles that the caller holds.
pub(super) async fn work_roles(api: &Api, caller: &Caller) -> Result<Vec<RoleId>, Problem> {
    let Some(user) = caller.user else { return Ok(Vec::new()) };
    let facts = api.commands.user(user).await?;
    Ok(facts.map(|facts| facts.work_roles).unwrap_or_default())
}

/// Who repeats an action that led away from the own steps is told what came of it.
fn may_be_a_repeat(capability: Capability, task: &Task, caller: &Caller) -> bool {
    capability == Capability::ActOnTask
        && caller.user.is_some()
        && task.history.iter().any(|entry| match &entry.by {
            Performer::Person { user } => *user == caller.user,
            Performer::System { .. } => false,
        })
}

/// What kept a command from doing something with a task, and what could be done instead.
pub(super) async fn refused(
    api: &Api,
    caller: &Caller,
    context: &Context,
    capability: Capability,
    task: TaskId,
    error: CommandError,
) -> Problem {
    if matches!(error, CommandError::NotFound) {
        return missing();
    }
    let mut problem = Problem::of_command(&error);
    if matches!(error, CommandError::Task(TaskRefusal::NotEntitled { .. })) {
        // Named, so that the refusal is in the audit.
        problem = problem.with("capability", capability.to_string());
    }
    if !matches!(error, CommandError::Task(_) | CommandError::VersionMismatch { .. }) {
        return problem;
    }
    let Ok((found, available)) = api.commands.available_actions(context, task).await else {
        return problem;
    };
    let Some(task) = found.state.task() else { return problem };
    match is_visible(api, caller, capability, task).await {
        Ok(true) => {}
        // It was no repeat.
        Ok(false) => return missing(),
        Err(problem) => return problem,
    }
    let available: Vec<_> = available.iter().map(ActionBody::from).collect();
    problem
        .with("task_status", task.status().as_str())
        .with("step", json!(StepRef::from(&task.step)))
        .with("visit", task.visit)
        .with("available", json!(available))
}

/// The task after a command.
pub(crate) async fn task_answer(
    api: &Api,
    status: StatusCode,
    committed: Committed<TaskState>,
) -> Result<Response, Problem> {
    let task = committed.state.task().ok_or_else(missing)?;
    let id = TaskId(committed.id);
    let body = TaskBody::of_task(id, committed.version, task, names(api, task).await?);
    let mut headers = committed_headers(&committed);
    if status == StatusCode::CREATED {
        headers.extend(location(&format!("/api/v1/tasks/{id}")));
    }
    Ok((status, AppendHeaders(headers), Json(body)).into_response())
}

/// Looks up what a task's own record does not say.
async fn names(api: &Api, task: &Task) -> Result<TaskNames, Problem> {
    let ticket = api.commands.ticket_state(task.ticket).await?;
    let ticket = ticket.as_ref().and_then(|found| found.state.ticket());
    let ticket = ticket.ok_or_else(|| Problem::not_found("ticket"))?;
    let role = match task.step.role {
        Some(role) => work_role(api, role).await?,
        None => None,
    };
    Ok(TaskNames {
        ticket: TaskTicket::of_ticket(task.ticket.uuid(), ticket),
        workflow: workflow_name(api, task).await?,
        role,
        assignee: user(api, task.assignee).await?,
    })
}

/// A work role with its name; none once it was removed.
async fn work_role(api: &Api, role: RoleId) -> Result<Option<WorkRoleRef>, Problem> {
    let name = api.commands.work_role(role).await?;
    Ok(name.map(|name| WorkRoleRef { id: role.uuid(), name: name.to_string() }))
}

/// What people call a task's workflow now.
async fn workflow_name(api: &Api, task: &Task) -> Result<Option<String>, Problem> {
    let workflow = api.commands.workflow(task.matched.workflow).await?;
    let name = workflow.and_then(|found| Some(found.state.workflow()?.name.to_string()));
    Ok(name)
}

/// Enough of a user to show who it is.
pub(super) async fn user(api: &Api, user: Option<UserId>) -> Result<Option<UserRef>, Problem> {
    let Some(user) = user else { return Ok(None) };
    let facts = api.commands.user(user).await?;
    Ok(facts.map(|facts| UserRef {
        id: facts.id.uuid(),
        email: facts.email,
        full_name: facts.full_name,
    }))
}

/// A task that runs already, as the answer to whoever wanted to begin one.
pub(crate) async fn running_task_answer(api: &Api, id: TaskId) -> Result<Response, Problem> {
    let found = api.commands.task(id).await?.ok_or_else(missing)?;
    let task = found.state.task().ok_or_else(missing)?;
    let body = TaskBody::of_task(id, found.version, task, names(api, task).await?);
    // Whoever goes on to ask the views should find the task that somebody else began.
    let position = docket_position(api.store.head().await?.position);
    Ok((AppendHeaders([etag(found.version), position]), Json(body)).into_response())
}

/// The task under way of a ticket, in short.
pub(crate) async fn running_task(
    api: &Api,
    ticket: TicketId,
) -> Result<Option<TaskBrief>, Problem> {
    let Some(id) = api.commands.running_task(ticket).await? else { return Ok(None) };
    let Some(found) = api.commands.task(id).await? else { return Ok(None) };
    let Some(task) = found.state.task().filter(|task| !task.status().is_ended()) else {
        return Ok(None);
    };
    let assigned_to = user(api, task.assignee).await?.and_then(|user| user.email);
    Ok(Some(TaskBrief::of_task(id, task, workflow_name(api, task).await?, assigned_to)))
}
