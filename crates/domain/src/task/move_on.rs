//! Taking a way out of a step: what a person's action and a system's answer have in common.

use super::available_actions::ways_out;
use super::events::{Arrival, Performer, TaskActed, TaskEvent};
use super::refusal::TaskRefusal;
use super::schedule::StepClock;
use super::state::{Progress, Task};
use crate::text::Text;
use crate::workflow::{ActionId, Definition, Target, Transition};

/// The way that `action` takes out of the task's step.
pub(super) fn way_out<'a>(
    task: &Task,
    definition: &'a Definition,
    action: &ActionId,
) -> Result<&'a Transition, TaskRefusal> {
    let step = &task.step.id;
    if definition.step(step).is_none() {
        return Err(TaskRefusal::OtherDefinition { step: step.clone() });
    }
    definition.transition(step, action).ok_or_else(|| TaskRefusal::ActionNotAvailable {
        action: action.clone(),
        step: step.clone(),
        available: ways_out(task, definition),
    })
}

/// The events of going that way; at an end they complete the task. The time of the next step begins
/// now, unless the task rests.
pub(super) fn go(
    task: &Task,
    definition: &Definition,
    way: &Transition,
    by: Performer,
    comment: Option<Text>,
    clock: StepClock<'_>,
) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let (to, end) = match &way.to {
        Target::End(end) => (Arrival::End(end.clone()), Some(end.clone())),
        Target::Step(id) => {
            let step = definition.step(id);
            let step = step.ok_or_else(|| TaskRefusal::OtherDefinition { step: id.clone() })?;
            let rests = matches!(task.progress, Progress::OnHold { .. });
            let step = if rests { step.into() } else { clock.begin(step) };
            (Arrival::Step(step), None)
        }
    };
    let acted = TaskEvent::Acted(Box::new(TaskActed {
        action: way.action.clone(),
        from: way.from.clone(),
        to,
        by,
        comment: comment.map(Text::into_personal),
    }));
    Ok(std::iter::once(acted).chain(end.map(TaskEvent::Completed)).collect())
}
