//! Giving a task to whom the strategy of its step finds.

use super::events::{AssignmentReason, TaskAssigned, TaskEvent, WaitingForAssignee};
use super::refusal::TaskRefusal;
use super::state::{Task, TaskState};
use crate::ids::{TaskId, UserId};
use crate::rotation::{
    Candidates, Load, RoleHolder, Rotation, RotationEvent, RotationItem, RotationScope,
    advance_rotation, least_loaded,
};
use crate::vocabulary::Department;
use crate::workflow::{Definition, Pool, Strategy, Work};

/// What is looked up before a task is given to anybody.
#[derive(Debug, Clone, Copy)]
pub struct AssignmentFacts<'a> {
    /// The task.
    pub task: TaskId,
    /// The department of its ticket.
    pub department: Option<&'a Department>,
    /// All who hold the step's work role.
    pub holders: &'a [RoleHolder],
    /// Where the turn stands among them, in the scope that [`assignment_scope`] says.
    pub rotation: &'a Rotation,
    /// Their open tasks; who is missing has none.
    pub loads: &'a [Load],
}

/// What an assignment appends, all of it or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assignment {
    /// To the task.
    pub task: Vec<TaskEvent>,
    /// To the rotation, if it was a turn; on the version that was looked up.
    pub rotation: Vec<RotationEvent>,
}

/// Among whose holders the current step of a task is given, and by which strategy: says which facts
/// to look up.
///
/// # Errors
/// Another system does the step, or the definition is not that of the task's version.
pub fn assignment_scope(
    task: &Task,
    definition: &Definition,
    department: Option<&Department>,
) -> Result<(RotationScope, Strategy), TaskRefusal> {
    let id = &task.step.id;
    let step = definition.step(id);
    let step = step.ok_or_else(|| TaskRefusal::OtherDefinition { step: id.clone() })?;
    match &step.work {
        Work::External { system } => Err(TaskRefusal::StepIsExternal { system: system.clone() }),
        Work::Human { role, strategy, pool } => {
            let department = match pool {
                Pool::Department => department.cloned(),
                Pool::Role => None,
            };
            Ok((RotationScope { role: *role, department }, *strategy))
        }
    }
}

/// Gives a task that nobody has to whom the strategy of its step finds; no change if somebody has
/// it. If there is nobody, the task waits, and says so once for each reason. One on hold is given as
/// well, and stays on hold.
///
/// # Errors
/// The task is unknown or ended, another system does its step, or the definition is not that of its
/// version.
pub fn assign_by_strategy(
    state: &TaskState,
    definition: &Definition,
    facts: AssignmentFacts<'_>,
) -> Result<Assignment, TaskRefusal> {
    let task = state.unended()?;
    let (scope, strategy) = assignment_scope(task, definition, facts.department)?;
    if task.assignee.is_some() {
        return Ok(Assignment::default());
    }
    let candidates = match Candidates::of(facts.holders, scope.department.as_ref()) {
        Ok(candidates) => candidates,
        Err(why) => {
            let waiting = WaitingForAssignee { scope, why };
            let is_known = task.waiting.as_ref() == Some(&waiting);
            let news = (!is_known).then_some(TaskEvent::WaitingForAssignee(waiting));
            return Ok(Assignment { task: news.into_iter().collect(), rotation: vec![] });
        }
    };
    Ok(match strategy {
        Strategy::RoundRobin => in_turn(scope, facts, &candidates),
        Strategy::LeastLoaded => by_load(scope, facts, &candidates),
    })
}

fn in_turn(scope: RotationScope, facts: AssignmentFacts<'_>, among: &Candidates) -> Assignment {
    let advanced =
        advance_rotation(facts.rotation, scope, RotationItem::Task { task: facts.task }, among);
    let why = AssignmentReason::RoundRobin {
        scope: advanced.scope.clone(),
        pointer: advanced.pointer,
        candidates: advanced.candidates.clone(),
    };
    let task = vec![assigned(advanced.chosen, why)];
    Assignment { task, rotation: vec![RotationEvent::Advanced(advanced)] }
}

fn by_load(scope: RotationScope, facts: AssignmentFacts<'_>, among: &Candidates) -> Assignment {
    let open_tasks =
        |user| facts.loads.iter().find(|load| load.user == user).map_or(0, |load| load.open_tasks);
    let loads: Vec<_> =
        among.users().iter().map(|&user| Load { user, open_tasks: open_tasks(user) }).collect();
    // There is always one, as there are candidates.
    let task = least_loaded(&loads)
        .map(|user| assigned(user, AssignmentReason::LeastLoaded { scope, loads }))
        .into_iter()
        .collect();
    Assignment { task, rotation: vec![] }
}

fn assigned(assignee: UserId, why: AssignmentReason) -> TaskEvent {
    TaskEvent::Assigned(TaskAssigned { assignee, previous: None, why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rotation::{NoCandidate, Presence};
    use crate::task::TaskStatus;
    use crate::task::samples::{
        approval, assigned as has_somebody, at, definition, facts, on_hold_pending, pending,
        role_holder, task_id, then, waiting_external,
    };
    use crate::ticket::samples::user;
    use crate::user::samples::{department, role_id};

    #[test]
    fn given_nobody_has_it_then_it_is_the_next_ones_turn_and_both_streams_say_why() {
        let rotation = Rotation { pointer: Some(user(2)), turns: 7 };
        let holders = [role_holder(4), role_holder(2)];
        let facts = AssignmentFacts { rotation: &rotation, holders: &holders, ..facts() };
        let given = assign_by_strategy(&pending(), &definition(), facts).unwrap();
        let RotationEvent::Advanced(advanced) = &given.rotation[0];
        let item = RotationItem::Task { task: task_id() };
        assert_eq!((advanced.item, advanced.chosen), (item, user(4)));
        let why = AssignmentReason::RoundRobin {
            scope: RotationScope { role: role_id(1), department: None },
            pointer: Some(user(2)),
            candidates: vec![user(2), user(4)],
        };
        assert_eq!(given.task, [assigned(user(4), why)]);
        assert_eq!(then(&pending(), Ok(given.task)).status(), TaskStatus::InProgress);
    }

    #[test]
    fn given_a_step_within_the_department_then_only_its_people_are_asked() {
        let it = department("IT");
        let local = RoleHolder { departments: vec![it.clone()], ..role_holder(6) };
        let holders = [role_holder(2), local];
        let facts = AssignmentFacts { department: Some(&it), holders: &holders, ..facts() };
        let given = assign_by_strategy(&pending(), &definition(), facts).unwrap();
        let RotationEvent::Advanced(advanced) = &given.rotation[0];
        assert_eq!(advanced.chosen, user(6));
        assert_eq!(advanced.scope, RotationScope { role: role_id(1), department: Some(it) });
    }

    #[test]
    fn given_least_loaded_then_the_loads_explain_it_and_no_turn_is_used() {
        let holders = [role_holder(2), role_holder(4), role_holder(6)];
        let load = |n, open_tasks| Load { user: user(n), open_tasks };
        let loads = [load(2, 3), load(4, 1), load(9, 0)];
        let facts = AssignmentFacts { holders: &holders, loads: &loads, ..facts() };
        let given = assign_by_strategy(&approval(), &definition(), facts).unwrap();
        let why = AssignmentReason::LeastLoaded {
            scope: RotationScope { role: role_id(2), department: None },
            loads: vec![load(2, 3), load(4, 1), load(6, 0)],
        };
        assert_eq!(given, Assignment { task: vec![assigned(user(6), why)], rotation: vec![] });
    }

    #[test]
    fn given_nobody_to_give_it_to_then_it_waits_and_says_so_once_for_each_reason() {
        let away = [RoleHolder { presence: Presence::Away, ..role_holder(2) }];
        let none = AssignmentFacts { holders: &[], ..facts() };
        let all_away = AssignmentFacts { holders: &away, ..facts() };
        let given = assign_by_strategy(&pending(), &definition(), none).unwrap();
        let waits = pending().evolved(&given.task, at(60));
        let waiting = waits.known().unwrap().waiting.clone().unwrap();
        assert_eq!(waiting.why, NoCandidate::NoHolder);
        assert_eq!(waits.known().unwrap().status(), TaskStatus::Pending);

        let again = assign_by_strategy(&waits, &definition(), none);
        assert_eq!(again, Ok(Assignment::default()));
        let other = assign_by_strategy(&waits, &definition(), all_away).unwrap();
        assert_eq!(other.task.len(), 1);
        let found = assign_by_strategy(&waits, &definition(), facts()).unwrap();
        assert_eq!(then(&waits, Ok(found.task)).waiting, None);
    }

    #[test]
    fn given_somebody_has_it_then_nothing_happens_and_a_system_is_not_assigned() {
        let given = assign_by_strategy(&has_somebody(), &definition(), facts());
        assert_eq!(given, Ok(Assignment::default()));
        let refused = assign_by_strategy(&waiting_external(), &definition(), facts());
        assert_eq!(refused.unwrap_err().code(), "step_is_external");
        let held = assign_by_strategy(&on_hold_pending(), &definition(), facts()).unwrap();
        assert_eq!(then(&on_hold_pending(), Ok(held.task)).status(), TaskStatus::OnHold);
    }
}
