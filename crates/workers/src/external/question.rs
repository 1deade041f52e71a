//! What another system is told of a task.

use chrono::SecondsFormat;
use commands::{CommandError, Commands};
use domain::task::Task;
use domain::{RequestId, TaskId, Timestamp};
use serde_json::{Value, json};

/// The body of a request: what is to be decided, which actions there are, and where the decision goes. No more of the
/// ticket than names it and matches it; who wrote it is nobody's business there.
///
/// # Errors
/// The store's; [`CommandError::NotFound`] when the ticket or the workflow is not there.
pub(crate) async fn question(
    commands: &Commands,
    public_url: &str,
    id: TaskId,
    task: &Task,
    request: RequestId,
    answer_by: Timestamp,
) -> Result<Value, CommandError> {
    let ticket = commands.ticket_state(task.ticket).await?.ok_or(CommandError::NotFound)?;
    let ticket = ticket.state.ticket().ok_or(CommandError::NotFound)?;
    let (workflow, version) = (task.matched.workflow, task.matched.version);
    let definition = commands.definition(workflow, version).await?;
    let found = commands.workflow(workflow).await?.ok_or(CommandError::NotFound)?;
    let name = found.state.workflow().map(|workflow| workflow.name.as_str().to_owned());
    let step = definition.step(&task.step.id);
    let instructions = step.and_then(|step| step.instructions.as_ref()?.as_str());
    let actions = definition.transitions_from(&task.step.id).map(|transition| {
        let action = &transition.action;
        json!({ "action_id": action.id, "name": action.name })
    });
    let token = commands.external_token(request);
    Ok(json!({
        "request_id": request,
        "task_id": id,
        "ticket": {
            "id": task.ticket,
            "number": ticket.number,
            "subject": ticket.subject.as_str(),
            "category": ticket.category,
            "subcategory": ticket.subcategory,
            "department": ticket.department,
            "priority": ticket.priority,
        },
        "workflow": { "id": workflow, "name": name, "version": version },
        "step": { "id": task.step.id, "name": task.step.name, "instructions": instructions },
        "actions": actions.collect::<Vec<_>>(),
        "callback_url": format!("{public_url}/api/v1/external/{id}/{request}/{token}"),
        "answer_by": answer_by.to_rfc3339_opts(SecondsFormat::Secs, true),
    }))
}
