//! Acting on a task: a person takes an action of the current step.

use super::available_actions::available_actions;
use super::events::{Performer, TaskEvent};
use super::move_on::{go, way_out};
use super::refusal::TaskRefusal;
use super::schedule::StepClock;
use super::state::TaskState;
use super::who::Person;
use crate::text::Text;
use crate::workflow::{ActionId, Definition};

/// Takes an action of the current step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActOnTask {
    /// Who acts.
    pub by: Person,
    /// The action.
    pub action: ActionId,
    /// The [`visit`](super::Task::visit) at which the person saw the task. An action goes by the
    /// same name at several steps, so one that was meant for a step that is over must not be taken
    /// at the next: whoever decides again on a newer state gives the visit of the first.
    pub seen: Option<u32>,
    /// What is said about it.
    pub comment: Option<Text>,
}

/// Takes an action of the current step; at an end it completes the task. The next step, if a person
/// does it, is assigned by [`assign_by_strategy`](super::assign_by_strategy()) in the same append; its
/// time counts by `clock`.
///
/// # Errors
/// The task is unknown, ended or on hold; the person may not act on it; it has moved since the
/// person saw it; another system decides; the step does not have the action. The latter ones name
/// what can be done.
pub fn act_on_task(
    state: &TaskState,
    definition: &Definition,
    command: ActOnTask,
    clock: StepClock<'_>,
) -> Result<Vec<TaskEvent>, TaskRefusal> {
    let ActOnTask { by, action, seen, comment } = command;
    let task = state.unended()?;
    if seen.is_some_and(|seen| seen != task.visit) {
        let available = available_actions(task, definition);
        return Err(TaskRefusal::StepChanged { step: task.step.id.clone(), available });
    }
    by.entitled_to(task)?;
    state.running()?;
    if let Some(system) = task.step.system.clone()
        && !task.is_given_up()
    {
        return Err(TaskRefusal::AwaitsExternal { system });
    }
    let way = way_out(task, definition, &action)?;
    go(task, definition, way, Performer::Person { user: by.user }, comment, clock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::samples::{
        action, admin, approval, assigned, at, clock, definition, facts, failed, holder, pending,
        person, step, then, waiting_external,
    };
    use crate::task::{
        AssignmentFacts, By, EscalateTask, EscalationReason, Progress, TaskStatus,
        assign_by_strategy, escalate_task,
    };
    use crate::ticket::Status;
    use crate::ticket::samples::text;
    use crate::workflow::samples::other_definition;

    fn act(by: Person, id: &str) -> ActOnTask {
        ActOnTask { by, action: action(id), seen: None, comment: Some(text("Fine.")) }
    }

    #[test]
    fn given_an_assigned_task_then_an_action_leads_to_the_next_step_and_nobody_has_it() {
        let task = then(
            &assigned(),
            act_on_task(&assigned(), &definition(), act(holder(), "submit"), clock(60)),
        );
        assert_eq!((task.step.id, task.visit), (step("approval"), 2));
        assert_eq!((task.assignee, task.progress.status()), (None, TaskStatus::Pending));
        assert_eq!(task.entered_at, at(60));
        assert_eq!(task.history.len(), 1);
        assert_eq!(task.history[0].comment, Some("Fine.".into()));
        assert_eq!(task.history[0].by, Performer::Person { user: holder().user });
    }

    #[test]
    fn given_a_task_that_waits_and_was_escalated_then_the_next_step_knows_nothing_of_it() {
        let nobody = AssignmentFacts { holders: &[], ..facts() };
        let waits = assign_by_strategy(&pending(), &definition(), nobody).unwrap();
        let why = EscalationReason::NobodyToAssign;
        let escalate = EscalateTask { by: By::Docket, why, comment: None };
        let escalated = escalate_task(&pending(), escalate).unwrap();
        let state = pending().evolved(&waits.task, at(20)).evolved(&escalated, at(30));
        assert!(state.known().unwrap().waiting.is_some());
        let task =
            then(&state, act_on_task(&state, &definition(), act(admin(), "submit"), clock(60)));
        assert_eq!((task.status(), task.waiting), (TaskStatus::Pending, None));
        assert_eq!(task.escalations, []);
    }

    #[test]
    fn given_a_way_to_an_end_then_the_task_is_completed_with_its_outcome() {
        let events = act_on_task(&assigned(), &definition(), act(holder(), "reject"), clock(60));
        assert_eq!(events.as_ref().unwrap().len(), 2);
        let task = then(&assigned(), events);
        let Progress::Completed(end) = task.progress else { panic!("not completed") };
        assert_eq!((end.outcome.as_str(), end.ticket_status), ("rejected", None));
    }

    #[test]
    fn given_reject_and_return_then_the_same_step_is_another_visit() {
        let returned = act_on_task(&approval(), &definition(), act(admin(), "return"), clock(60));
        let task = then(&approval(), returned);
        assert_eq!((task.step.id, task.visit), (step("triage"), 3));
        let again = act_on_task(&approval(), &definition(), act(admin(), "again"), clock(60));
        let task = then(&approval(), again);
        assert_eq!((task.step.id, task.visit), (step("approval"), 3));
    }

    #[test]
    fn given_an_action_of_another_step_then_the_refusal_names_those_of_this() {
        let refused = act_on_task(&assigned(), &definition(), act(holder(), "approve"), clock(60));
        let refusal = refused.unwrap_err();
        let ids: Vec<_> =
            refusal.available().unwrap().iter().map(|a| a.action.id.as_str()).collect();
        assert_eq!(ids, ["submit", "reject"]);
        assert_eq!(
            refusal.to_string(),
            "Action approve is not available at step triage. Available: submit, reject."
        );
    }

    #[test]
    fn given_the_step_was_left_since_it_was_seen_then_the_action_is_not_taken_at_the_next() {
        let late = ActOnTask { seen: Some(1), ..act(admin(), "approve") };
        let refused = act_on_task(&approval(), &definition(), late, clock(60)).unwrap_err();
        assert!(matches!(&refused, TaskRefusal::StepChanged { step: now, available }
            if *now == step("approval") && available.len() == 3));
        let seen = ActOnTask { seen: Some(2), ..act(admin(), "approve") };
        assert!(act_on_task(&approval(), &definition(), seen, clock(60)).is_ok());
    }

    #[test]
    fn only_the_assignee_a_holder_of_the_role_and_an_admin_may() {
        let other = Person { work_roles: vec![], ..person(9) };
        let refused =
            act_on_task(&assigned(), &definition(), act(other.clone(), "submit"), clock(60));
        assert_eq!(refused.unwrap_err().code(), "task_not_entitled");
        let assignee = Person { user: holder().user, ..other };
        let nobody = Person { user: None, ..person(9) };
        for by in [assignee, person(8), admin(), nobody] {
            assert!(act_on_task(&assigned(), &definition(), act(by, "submit"), clock(60)).is_ok());
        }
    }

    #[test]
    fn who_does_not_sign_in_is_not_who_has_a_task_that_nobody_has() {
        let nobody = Person { user: None, work_roles: vec![], ..person(9) };
        let refused = act_on_task(&pending(), &definition(), act(nobody, "submit"), clock(60));
        assert_eq!(refused.unwrap_err().code(), "task_not_entitled");
        let docket = Person { user: None, ..admin() };
        let acted = act_on_task(&pending(), &definition(), act(docket, "submit"), clock(60));
        assert_eq!(then(&pending(), acted).history[0].by, Performer::Person { user: None });
    }

    #[test]
    fn given_an_external_step_then_people_act_only_after_it_was_given_up() {
        let refused =
            act_on_task(&waiting_external(), &definition(), act(admin(), "approve"), clock(60));
        assert_eq!(refused.unwrap_err().code(), "task_awaits_external");
        let task = then(
            &failed(),
            act_on_task(&failed(), &definition(), act(admin(), "approve"), clock(60)),
        );
        let Progress::Completed(end) = task.progress else { panic!("not completed") };
        assert_eq!(end.ticket_status, Some(Status::Resolved));
    }

    #[test]
    fn a_task_runs_on_its_version_and_no_other() {
        let refused =
            act_on_task(&failed(), &other_definition(), act(admin(), "approve"), clock(60));
        assert_eq!(refused, Err(TaskRefusal::OtherDefinition { step: step("budget") }));
    }
}
