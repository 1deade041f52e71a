//! `PATCH /workflows/{id}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use commands::{CommandError, Committed, Context, derive_command_id};
use domain::WorkflowId;
use domain::workflow::{WorkflowForm, WorkflowState, WorkflowStatus};
use serde_json::{Map, Value};

use super::answer::{missing, refused, workflow_answer, workflow_id};
use super::form::{finish, read_form};
use crate::Api;
use crate::conventions::{CommandContext, Fields, Given, Problem, Shape};
use crate::permissions::Capability;
use crate::render::{EditWorkflowBody, WorkflowBody};

/// How often the patch is put on a newer workflow because somebody else was faster.
const ATTEMPTS: u32 = 5;

/// Change a workflow, retire it or reinstate it
///
/// A JSON merge patch over the form: what is left out stays, lists are replaced as wholes. Other steps or transitions
/// make a new version of the definition; tasks that run finish on the one they began with.
#[utoipa::path(patch, path = "/api/v1/workflows/{id}", tag = "Workflows",
    params(("id" = uuid::Uuid, Path, description = "Id of the workflow")),
    request_body = EditWorkflowBody,
    responses((status = 200, description = "The workflow.", body = WorkflowBody)))]
pub(crate) async fn edit_workflow(
    State(api): State<Api>,
    Path(id): Path<String>,
    shape: Shape,
    command: CommandContext,
) -> Result<Response, Problem> {
    command.caller.may(Capability::EditWorkflow)?;
    let id = workflow_id(&id)?;
    let mut context = command.context;
    let (patch, ignored) = command.body.into_parts();
    let seen = context.if_match;
    for _ in 0..ATTEMPTS {
        let current = api.commands.workflow_form(id).await.map_err(refused)?;
        let (form, version) = current.ok_or_else(missing)?;
        let fields = Fields::new(patched(&form, &patch)?, shape, ignored.clone());
        let edit = read(&api, fields, &patch).await?;
        // The patch fits the form that was read, and no other.
        context.if_match = Some(seen.unwrap_or(version));
        match edit.apply(&api, &context, id).await {
            Err(CommandError::VersionMismatch { .. }) if seen.is_none() => {}
            done => return workflow_answer(&api, StatusCode::OK, done.map_err(refused)?).await,
        }
    }
    Err(CommandError::Contended.into())
}

struct Edit {
    /// The new form, where the patch says anything about it.
    form: Option<WorkflowForm>,
    status: Option<WorkflowStatus>,
}

async fn read(api: &Api, mut fields: Fields, patch: &Map<String, Value>) -> Result<Edit, Problem> {
    let status = match fields.text(&["status"]) {
        Given::Absent => None,
        given => fields.required("status", given),
    };
    let status = status.and_then(|text| fields.parse("status", WorkflowStatus::parse(&text)));
    let form = read_form(&mut fields);
    finish(api, fields, &form).await?;
    let concerns_form = status.is_none() || patch.len() > 1;
    Ok(Edit { form: concerns_form.then_some(form), status })
}

impl Edit {
    /// A retired workflow cannot be edited, so that it is reinstated first and retired last.
    async fn apply(
        &self,
        api: &Api,
        context: &Context,
        id: WorkflowId,
    ) -> Result<Committed<WorkflowState>, CommandError> {
        let second = || {
            let secrets = api.store.secrets();
            context.with_command(derive_command_id(
                secrets,
                context.command_id,
                "workflow-status",
                0,
            ))
        };
        let commands = &api.commands;
        match (self.status, &self.form) {
            (None, None) => Err(CommandError::Internal("an edit of nothing")),
            (None, Some(form)) => Ok(commands.edit_workflow(context, id, form).await?.workflow),
            (Some(WorkflowStatus::Active), None) => commands.reinstate_workflow(context, id).await,
            (Some(WorkflowStatus::Retired), None) => commands.retire_workflow(context, id).await,
            (Some(WorkflowStatus::Active), Some(form)) => {
                commands.reinstate_workflow(context, id).await?;
                Ok(commands.edit_workflow(&second(), id, form).await?.workflow)
            }
            (Some(WorkflowStatus::Retired), Some(form)) => {
                commands.edit_workflow(context, id, form).await?;
                commands.retire_workflow(&second(), id).await
            }
        }
    }
}

fn patched(form: &WorkflowForm, patch: &Map<String, Value>) -> Result<Map<String, Value>, Problem> {
    let form = serde_json::to_value(form).map_err(|error| Problem::internal(&error))?;
    let Value::Object(mut map) = form else {
        return Err(CommandError::Internal("the form of a workflow is no object").into());
    };
    merge(&mut map, patch);
    // To be null is wrong for some fields, and to say so takes a null.
    for name in ["name", "start", "steps", "transitions", "status"] {
        if patch.get(name).is_some_and(Value::is_null) {
            map.insert(name.to_owned(), Value::Null);
        }
    }
    Ok(map)
}

/// RFC 7396.
fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => drop(target.remove(name)),
            Value::Object(inner) => {
                let into = target.entry(name).or_insert_with(|| Value::Object(Map::new()));
                if !into.is_object() {
                    *into = Value::Object(Map::new());
                }
                if let Value::Object(into) = into {
                    merge(into, inner);
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_is_merged_as_the_standard_has_it() {
        let mut target = json!({ "a": "b", "c": { "d": "e", "f": "g" }, "l": [1] });
        let patch = json!({ "a": "z", "c": { "f": null, "h": {} }, "l": [2, 3], "x": null });
        let (Value::Object(target), Value::Object(patch)) = (&mut target, &patch) else {
            unreachable!()
        };
        merge(target, patch);
        let merged = json!({ "a": "z", "c": { "d": "e", "h": {} }, "l": [2, 3] });
        assert_eq!(Value::Object(target.clone()), merged);
    }
}
