//! The answer of another system: in time, late, repeated or forged.

use super::events::{ExternalAnswered, Performer, TaskEvent};
use super::move_on::{go, way_out};
use super::refusal::TaskRefusal;
use super::schedule::StepClock;
use super::state::{ExternalRequest, RequestFate, Task, TaskState};
use super::values::Lateness;
use crate::ids::RequestId;
use crate::text::Text;
use crate::workflow::{ActionId, Definition};

/// Answers a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerExternal {
    /// The request.
    pub request: RequestId,
    /// Whether the answer carries the secret of the request, which is checked where that is kept.
    pub token: TokenCheck,
    /// The action that the system chose.
    pub action: ActionId,
    /// What is said about it.
    pub comment: Option<Text>,
}

/// What a look at the token of an answer found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenCheck {
    /// It is that of the request.
    Genuine,
    /// It is not.
    Forged,
}

/// What becomes of an answer that is not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It counts: the task moves on.
    Applied(Vec<TaskEvent>),
    /// It came too late. It is recorded and changes nothing.
    Late {
        /// Why it is late.
        why: Lateness,
        /// The record.
        events: Vec<TaskEvent>,
    },
    /// It was given before.
    Repeated,
    /// Another answer was given before, and stands.
    Contradicting {
        /// The action of the answer that stands.
        first: ActionId,
    },
}

impl Answer {
    /// What is to be appended, perhaps nothing.
    pub fn into_events(self) -> Vec<TaskEvent> {
        match self {
            Self::Applied(events) | Self::Late { events, .. } => events,
            Self::Repeated | Self::Contradicting { .. } => vec![],
        }
    }
}

/// Answers a request with an action of the step that asked. An answer counts until the request is
/// given up, however long that takes; one that comes while the task is on hold counts as well, and
/// the task stays on hold at the step it leads to, whose time begins when it is resumed.
///
/// # Errors
/// There is no such task or request; the token is forged; the step does not have the action, of
/// those it has the refusal names all.
pub fn answer_external(
    state: &TaskState,
    definition: &Definition,
    command: AnswerExternal,
    clock: StepClock<'_>,
) -> Result<Answer, TaskRefusal> {
    let AnswerExternal { request, token, action, comment } = command;
    let task = state.known()?;
    let asked = task.request(request).ok_or(TaskRefusal::RequestUnknown)?;
    // Before anything is said about the request: who forges learns nothing.
    match token {
        TokenCheck::Genuine => {}
        TokenCheck::Forged => return Err(TaskRefusal::TokenForged),
    }
    if let RequestFate::Answered(first) | RequestFate::AnsweredLate(first) = &asked.fate {
        let first = first.clone();
        let is_same = first == action;
        return Ok(if is_same { Answer::Repeated } else { Answer::Contradicting { first } });
    }
    if let Some(why) = lateness(task, asked) {
        let comment = comment.map(Text::into_personal);
        let answered = ExternalAnswered { request, action, late: Some(why), comment };
        return Ok(Answer::Late { why, events: vec![TaskEvent::ExternalAnswered(answered)] });
    }
    let way = way_out(task, definition, &action)?;
    let system = task.step.system.clone().ok_or(TaskRefusal::StepIsHuman)?;
    let answered = ExternalAnswered { request, action, late: None, comment: None };
    let mut events = vec![TaskEvent::ExternalAnswered(answered)];
    let by = Performer::System { system, request };
    events.extend(go(task, definition, way, by, comment, clock)?);
    Ok(Answer::Applied(events))
}

fn lateness(task: &Task, asked: &ExternalRequest) -> Option<Lateness> {
    if task.status().is_ended() {
        Some(Lateness::TaskEnded)
    } else if asked.visit != task.visit {
        Some(Lateness::StepLeft)
    } else if asked.fate == RequestFate::Failed {
        Some(Lateness::GivenUp)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::samples::{
        action, admin, at, cancelled_external, clock, definition, external_on_hold, failed,
        request, step, then, waiting_external,
    };
    use crate::task::{
        ActOnTask, By, Progress, RequestExternal, ResumeTask, TaskStatus, act_on_task,
        available_actions, request_external, resume_task,
    };
    use crate::ticket::samples::text;
    use crate::workflow::Target;

    fn answer(n: u128, id: &str) -> AnswerExternal {
        AnswerExternal {
            request: request(n),
            token: TokenCheck::Genuine,
            action: action(id),
            comment: Some(text("Within the budget.")),
        }
    }

    fn given(state: &TaskState, command: AnswerExternal) -> Result<Answer, TaskRefusal> {
        answer_external(state, &definition(), command, clock(60))
    }

    /// The state after the answer, which is not refused.
    fn after(state: &TaskState, command: AnswerExternal) -> TaskState {
        let events = given(state, command).unwrap().into_events();
        state.clone().evolved(&events, at(60))
    }

    #[test]
    fn given_a_request_then_its_answer_moves_the_task_on() {
        let answered = given(&waiting_external(), answer(1, "approve")).unwrap();
        assert!(matches!(&answered, Answer::Applied(events) if events.len() == 3));
        let task = then(&waiting_external(), Ok(answered.into_events()));
        assert_eq!(task.status(), TaskStatus::Completed);
        let last = task.history.last().unwrap();
        assert!(matches!(&last.by, Performer::System { system, .. } if system.as_str() == "BMS"));
        assert_eq!(last.comment, Some("Within the budget.".into()));
    }

    #[test]
    fn given_an_answer_then_the_same_again_and_another_change_nothing() {
        let state = after(&waiting_external(), answer(1, "approve"));
        assert_eq!(given(&state, answer(1, "approve")), Ok(Answer::Repeated));
        let first = action("approve");
        assert_eq!(given(&state, answer(1, "reject")), Ok(Answer::Contradicting { first }));
    }

    #[test]
    fn given_a_forged_token_or_an_unknown_request_then_it_is_refused_whatever_the_state() {
        let forged = || AnswerExternal { token: TokenCheck::Forged, ..answer(1, "approve") };
        let answered = after(&waiting_external(), answer(1, "approve"));
        for state in [waiting_external(), failed(), cancelled_external(), answered] {
            assert_eq!(given(&state, forged()), Err(TaskRefusal::TokenForged));
            assert_eq!(given(&state, answer(7, "approve")), Err(TaskRefusal::RequestUnknown));
        }
    }

    #[test]
    fn given_an_action_the_step_does_not_have_then_the_refusal_names_those_it_has() {
        let refusal = given(&waiting_external(), answer(1, "maybe")).unwrap_err();
        let ids: Vec<_> =
            refusal.available().unwrap().iter().map(|a| a.action.id.as_str()).collect();
        assert_eq!(ids, ["approve", "reject"]);
    }

    #[test]
    fn given_it_is_too_late_then_the_answer_is_recorded_once_and_changes_nothing() {
        let act = ActOnTask { by: admin(), action: action("reject"), seen: None, comment: None };
        let acted = act_on_task(&failed(), &definition(), act, clock(60)).unwrap();
        let by_person = failed().evolved(&acted, at(50));
        for (state, why) in [
            (cancelled_external(), Lateness::TaskEnded),
            (by_person, Lateness::TaskEnded),
            (failed(), Lateness::GivenUp),
        ] {
            let late = given(&state, answer(1, "approve")).unwrap();
            assert!(
                matches!(&late, Answer::Late { why: told, events } if *told == why && events.len() == 1)
            );
            let after = after(&state, answer(1, "approve"));
            let (before, now) = (state.known().unwrap(), after.known().unwrap());
            assert_eq!((&now.progress, &now.history), (&before.progress, &before.history));
            assert_eq!(
                available_actions(now, &definition()),
                available_actions(before, &definition())
            );
            assert_eq!(given(&after, answer(1, "approve")), Ok(Answer::Repeated));
        }
    }

    #[test]
    fn given_people_took_the_step_on_then_the_answer_is_late_for_it() {
        let mut definition = definition();
        definition.transitions[5].to = Target::Step(step("approval"));
        let act = ActOnTask { by: admin(), action: action("approve"), seen: None, comment: None };
        let acted = act_on_task(&failed(), &definition, act, clock(60)).unwrap();
        let left = failed().evolved(&acted, at(50));
        let late = answer_external(&left, &definition, answer(1, "reject"), clock(60));
        assert!(matches!(late, Ok(Answer::Late { why: Lateness::StepLeft, .. })));
    }

    #[test]
    fn given_it_was_asked_again_then_only_the_last_request_counts() {
        let ask = RequestExternal { request: request(2) };
        let again = failed().evolved(&request_external(&failed(), ask).unwrap(), at(50));
        let late = after(&again, answer(1, "reject"));
        assert_eq!(late.known().unwrap().status(), TaskStatus::InProgress);
        let task = then(&late, given(&late, answer(2, "approve")).map(Answer::into_events));
        assert!(matches!(task.progress, Progress::Completed(_)));
    }

    #[test]
    fn given_the_task_is_on_hold_then_the_answer_counts_all_the_same() {
        let task = then(
            &external_on_hold(),
            given(&external_on_hold(), answer(1, "approve")).map(Answer::into_events),
        );
        assert_eq!(task.status(), TaskStatus::Completed);
    }

    #[test]
    fn given_the_task_is_on_hold_then_it_stays_so_at_the_step_the_answer_leads_to() {
        let mut definition = definition();
        definition.transitions[5].to = Target::Step(step("approval"));
        let answered =
            answer_external(&external_on_hold(), &definition, answer(1, "approve"), clock(60));
        let held = external_on_hold().evolved(&answered.unwrap().into_events(), at(60));
        let task = held.known().unwrap();
        assert_eq!((&task.step.id, task.status()), (&step("approval"), TaskStatus::OnHold));
        let resumed = resume_task(&held, ResumeTask { by: By::Docket }, clock(60));
        assert_eq!(then(&held, resumed).status(), TaskStatus::Pending);
        let late = given(&held, answer(1, "approve"));
        assert_eq!(late, Ok(Answer::Repeated));
    }
}
