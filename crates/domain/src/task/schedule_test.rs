//! The time of steps: when it is over, what is told of it, and that a hold takes none of it away.

use proptest::prelude::*;

use super::samples::{
    act_to, at, clock, definition, external_on_hold, open_command, waiting_external,
};
use super::*;
use crate::calendar::Calendar;
use crate::calendar::samples::{moment, office, round_the_clock};
use crate::workflow::Definition;
use crate::{DomainEvent, Timestamp};

/// The sample definition, every step of it limited to so many minutes.
fn limited(minutes: u32) -> Definition {
    let mut definition = definition();
    definition.steps.iter_mut().for_each(|step| step.sla_minutes = Some(minutes));
    definition
}

/// At triage since the moment of the clock, with so many minutes for it.
fn opened(minutes: u32, clock: StepClock<'_>) -> TaskState {
    let definition = limited(minutes);
    let events = open_task(&TaskState::Unopened, &definition, open_command(1), clock).unwrap();
    TaskState::Unopened.evolved(&events, clock.now)
}

fn held(state: &TaskState, clock: StepClock<'_>) -> TaskState {
    let hold = HoldTask { by: By::Docket, reason: None };
    state.clone().evolved(&hold_task(state, hold, clock).unwrap(), clock.now)
}

fn resumed(state: &TaskState, clock: StepClock<'_>) -> TaskState {
    let resume = ResumeTask { by: By::Docket };
    state.clone().evolved(&resume_task(state, resume, clock).unwrap(), clock.now)
}

fn due_at(state: &TaskState) -> Option<Timestamp> {
    state.known().unwrap().due_at()
}

fn alarms(state: &TaskState, second: i64) -> Vec<EscalationReason> {
    let why = |event| match event {
        TaskEvent::Escalated(escalated) => escalated.why,
        other => panic!("{}", other.event_type()),
    };
    sla_alarms_due(state, at(second)).into_iter().map(why).collect()
}

fn told(state: &TaskState, second: i64) -> TaskState {
    state.clone().evolved(&sla_alarms_due(state, at(second)), at(second))
}

#[test]
fn a_step_is_due_by_the_calendar_or_else_around_the_clock() {
    let office = Calendar::new(&office("Europe/Berlin"));
    // Friday afternoon; the office closes at 17:00 and opens on Monday at 09:00.
    let friday = moment("2026-11-20T16:30:00+01:00");
    let by_office = StepClock { now: friday, calendar: Some(&office), at_risk_percent: 50 };
    let expected = StepSchedule {
        at_risk_at: Some(moment("2026-11-20T17:00:00+01:00")),
        due_at: Some(moment("2026-11-23T09:30:00+01:00")),
    };
    assert_eq!(by_office.schedule(60), expected);
    let task = opened(60, by_office).known().unwrap().clone();
    assert_eq!((task.step.schedule, task.due_at()), (Some(expected), expected.due_at));

    let expected = StepSchedule { at_risk_at: Some(at(48 * 60)), due_at: Some(at(60 * 60)) };
    assert_eq!(clock(0).schedule(60), expected);
    let unlimited = super::samples::approval();
    assert_eq!((due_at(&unlimited), unlimited.known().unwrap().next_alarm()), (None, None));
}

#[test]
fn the_next_step_has_its_own_time_from_when_the_task_came_to_it() {
    let definition = limited(10);
    let state = opened(10, clock(0));
    let events = act_on_task(&state, &definition, act_to("submit"), clock(300)).unwrap();
    let state = state.evolved(&events, at(300));
    assert_eq!(due_at(&state), Some(at(300 + 600)));
}

#[test]
fn each_alarm_is_told_once_and_what_is_breached_is_not_told_to_be_at_risk() {
    use EscalationReason::{SlaAtRisk, SlaBreached};
    let state = opened(10, clock(0));
    let next = |state: &TaskState| state.known().unwrap().next_alarm();
    assert_eq!((alarms(&state, 480), next(&state)), (vec![], Some(at(480))));
    assert_eq!(alarms(&state, 481), [SlaAtRisk]);
    let at_risk = told(&state, 481);
    assert_eq!(at_risk.known().unwrap().status(), TaskStatus::Escalated);
    assert_eq!((alarms(&at_risk, 600), next(&at_risk)), (vec![], Some(at(600))));
    assert_eq!(alarms(&at_risk, 601), [SlaBreached]);
    assert_eq!(alarms(&state, 601), [SlaBreached], "late");
    for state in [&state, &at_risk] {
        let breached = told(state, 601);
        assert_eq!((alarms(&breached, 9_999), next(&breached)), (vec![], None));
        // A clock that jumps back tells nothing anew.
        assert_eq!(alarms(&breached, 500), []);
    }
}

#[test]
fn nothing_is_told_of_a_task_that_rests_or_has_ended() {
    let state = opened(10, clock(0));
    let cancel = CancelTask { why: CancelReason::ByPerson, comment: None };
    let cancelled = state.clone().evolved(&cancel_task(&state, cancel).unwrap(), at(1));
    for state in [held(&state, clock(1)), cancelled, TaskState::Unopened] {
        assert_eq!(alarms(&state, 9_999), []);
        if let Some(task) = state.task() {
            assert_eq!((task.due_at(), task.at_risk_at(), task.next_alarm()), (None, None, None));
        }
    }
}

#[test]
fn a_hold_stops_the_time_and_it_goes_on_with_what_was_left() {
    let state = held(&opened(10, clock(0)), clock(100));
    let Progress::OnHold { remaining, .. } = state.known().unwrap().progress else {
        panic!("not on hold")
    };
    let left = StepRemaining { at_risk_seconds: Some(380), due_seconds: Some(500) };
    assert_eq!(remaining, Some(left));
    let state = resumed(&state, clock(5_000));
    let schedule = StepSchedule { at_risk_at: Some(at(5_380)), due_at: Some(at(5_500)) };
    assert_eq!(state.known().unwrap().step.schedule, Some(schedule));
}

#[test]
fn what_was_over_before_a_hold_stays_over() {
    let state = resumed(&held(&opened(10, clock(0)), clock(550)), clock(5_000));
    let schedule = StepSchedule { at_risk_at: Some(at(480)), due_at: Some(at(5_050)) };
    assert_eq!(state.known().unwrap().step.schedule, Some(schedule));
    let state = resumed(&held(&opened(10, clock(0)), clock(700)), clock(5_000));
    assert_eq!(due_at(&state), Some(at(600)));
}

#[test]
fn a_step_that_the_task_came_to_on_hold_has_all_of_its_time_from_when_it_goes_on() {
    let mut definition = limited(10);
    definition.transitions[5].to = crate::workflow::Target::Step(super::samples::step("approval"));
    let answer = AnswerExternal {
        request: super::samples::request(1),
        token: TokenCheck::Genuine,
        action: super::samples::action("approve"),
        comment: None,
    };
    let held = external_on_hold();
    let answered = answer_external(&held, &definition, answer, clock(60)).unwrap();
    let state = held.evolved(&answered.into_events(), at(60));
    assert_eq!(state.known().unwrap().step.schedule, None);
    assert_eq!(due_at(&resumed(&state, clock(900))), Some(at(900 + 600)));
}

#[test]
fn a_system_that_is_waited_for_has_a_limit_as_people_have() {
    let state = waiting_external();
    let mut task = state.known().unwrap().clone();
    task.step.schedule = Some(clock(40).schedule(10));
    let state = TaskState::Opened(Box::new(task));
    assert_eq!(alarms(&state, 641), [EscalationReason::SlaBreached]);
    let breached = told(&state, 641);
    // The system still decides.
    let refused = act_on_task(&breached, &definition(), act_to("approve"), clock(650));
    assert_eq!(refused.unwrap_err().code(), "task_awaits_external");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// However often a task is held and resumed, whichever calendar counts at each, and though the
    /// clock jumps back: no step is ever due earlier, or at risk earlier, than it was before.
    #[test]
    fn holding_and_resuming_never_shortens_a_due_time(
        minutes in 1..5_000u32,
        begin in 0..700_000_000_000i64,
        holds in prop::collection::vec((0..400_000_000_000i64, -90_000_000_000..400_000_000_000i64, 0..3usize, 0..3usize), 1..8),
    ) {
        let calendars = [
            None,
            Some(Calendar::new(&office("Europe/Berlin"))),
            Some(Calendar::new(&round_the_clock("Europe/Berlin"))),
        ];
        let clock = |micros: i64, calendar: usize| StepClock {
            now: at(0) + chrono::TimeDelta::microseconds(micros),
            calendar: calendars[calendar].as_ref(),
            at_risk_percent: 80,
        };
        let mut now = begin;
        let mut state = opened(minutes, clock(now, holds[0].2));
        for (work, rest, by, then_by) in holds {
            let before = state.known().unwrap().step.schedule.unwrap();
            now += work;
            let held = held(&state, clock(now, by));
            prop_assert_eq!(due_at(&held), None);
            now += rest;
            state = resumed(&held, clock(now, then_by));
            let after = state.known().unwrap().step.schedule.unwrap();
            prop_assert!(before.due_at <= after.due_at, "{before:?} {after:?}");
            prop_assert!(before.at_risk_at <= after.at_risk_at, "{before:?} {after:?}");
            prop_assert!(after.at_risk_at <= after.due_at, "{after:?}");
        }
    }

    /// With one calendar, a hold moves the due time by exactly the open time it lasts.
    #[test]
    fn a_hold_lasts_as_long_as_it_is_open(
        minutes in 1..5_000u32, begin in 0..700_000i64, work in 0..400_000i64, rest in 0..400_000i64,
    ) {
        let office = Calendar::new(&office("Europe/Berlin"));
        let clock =
            |second| StepClock { calendar: Some(&office), ..StepClock::around_the_clock(at(second)) };
        let state = opened(minutes, clock(begin));
        let due = due_at(&state).unwrap();
        let over = at(begin + work) >= due;
        let state = resumed(&held(&state, clock(begin + work)), clock(begin + work + rest));
        let now_due = due_at(&state).unwrap();
        let rested = office.between(at(begin + work), at(begin + work + rest));
        if over {
            prop_assert_eq!(now_due, due);
        } else {
            prop_assert_eq!(office.between(due, now_due), rested);
        }
    }
}
