//! What follows from a change of a task, in the same append: who does the next step.

use domain::rotation::RotationEvent;
use domain::task::{
    Assignment, AssignmentFacts, AssignmentReason, Progress, RequestExternal, Task, TaskEvent,
    TaskState, assign_by_strategy, assignment_scope, request_external,
};
use domain::user::UserState;
use domain::workflow::{Definition, Strategy};
use domain::{Department, RequestId, TaskId, Timestamp, UserId};

use super::decide::Search;
use crate::core::{Commands, MaxAge, Together, Versioned, derived};
use crate::rotation::Turn;
use crate::{CommandError, Context};

/// What the next step is decided on.
pub(super) struct Place<'a> {
    pub(super) id: TaskId,
    pub(super) definition: &'a Definition,
    pub(super) department: Option<&'a Department>,
    pub(super) now: Timestamp,
    /// How old the records of people may be.
    pub(super) max_age: MaxAge,
}

/// What follows, and what it relies on. The task's own events are to be taken out of it first.
#[derive(Default)]
pub(super) struct FollowUp {
    pub(super) events: Vec<TaskEvent>,
    /// The turn that was looked at, and what it appends there.
    turn: Option<(Turn, Vec<RotationEvent>)>,
    /// Who was chosen, as known.
    chosen: Option<(UserId, Versioned<UserState>)>,
}

impl FollowUp {
    /// Adds what is not the task's own. The turn is to be held until all is appended.
    pub(super) fn add_to(self, ctx: &Context, together: &mut Together) -> Option<Turn> {
        if let Some((user, record)) = &self.chosen {
            together.rely_on(user.uuid(), record);
        }
        let (turn, events) = self.turn?;
        if !events.is_empty() {
            together.append(ctx, turn.stream, &turn.rotation, events);
        }
        Some(turn)
    }
}

impl Commands {
    /// Finds somebody for the current step, or asks its system, as far as that is to be done.
    pub(super) async fn follow_up(
        &self,
        place: Place<'_>,
        before: &TaskState,
        after: &TaskState,
        search: Search,
    ) -> Result<FollowUp, CommandError> {
        let Some(task) = after.task().filter(|task| !task.status().is_ended()) else {
            return Ok(FollowUp::default());
        };
        if task.step.system.is_some() {
            return Ok(FollowUp {
                events: self.ask_system(place.id, after, task)?,
                ..FollowUp::default()
            });
        }
        let is_new_step = before.task().map(|task| task.visit) != Some(task.visit);
        if task.assignee.is_some() || !(is_new_step || search == Search::Always) {
            return Ok(FollowUp::default());
        }
        self.find_assignee(place, after, task).await
    }

    /// Asks the system of the step, unless it was asked or the task rests.
    fn ask_system(
        &self,
        id: TaskId,
        state: &TaskState,
        task: &Task,
    ) -> Result<Vec<TaskEvent>, CommandError> {
        let runs = matches!(task.progress, Progress::Running(_));
        if !runs || task.current_request().is_some() {
            return Ok(vec![]);
        }
        // Follows from where the task is, so that a decision made anew asks under the same id.
        let secrets = self.store.secrets();
        let request = derived(secrets, id.uuid(), "external-request", &task.visit.to_be_bytes());
        let command = RequestExternal { request: RequestId(request) };
        Ok(request_external(state, command)?)
    }

    async fn find_assignee(
        &self,
        place: Place<'_>,
        state: &TaskState,
        task: &Task,
    ) -> Result<FollowUp, CommandError> {
        let Place { id, definition, department, now, max_age } = place;
        let (scope, strategy) = assignment_scope(task, definition, department)?;
        let among = self.holders(scope.role, max_age, now).await?;
        // Assignments by load wait for each other as well, so that they see each other's.
        let turn = self.turn(&scope).await?;
        let loads = match strategy {
            Strategy::RoundRobin => vec![],
            Strategy::LeastLoaded => self.loads(&among.holders).await?,
        };
        let facts = AssignmentFacts {
            task: id,
            department,
            holders: &among.holders,
            rotation: &turn.rotation.state,
            loads: &loads,
        };
        let Assignment { task: events, rotation } = assign_by_strategy(state, definition, facts)?;
        let chosen = events.iter().find_map(assignee_of);
        let chosen = chosen.and_then(|user| Some((user, among.record(user)?.clone())));
        Ok(FollowUp { events, turn: Some((turn, rotation)), chosen })
    }
}

/// Whom an event gives a task by a strategy.
fn assignee_of(event: &TaskEvent) -> Option<UserId> {
    let TaskEvent::Assigned(assigned) = event else { return None };
    match assigned.why {
        AssignmentReason::RoundRobin { .. } | AssignmentReason::LeastLoaded { .. } => {
            Some(assigned.assignee)
        }
        AssignmentReason::ByPerson { .. } => None,
    }
}
