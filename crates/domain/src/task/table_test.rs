//! Every state and every command, and whatever happens in whatever order.

use proptest::prelude::*;

use super::samples::{
    action, admin, assigned, assignee, at, cancelled, cancelled_external, clock, completed,
    definition, escalated, every_event, external, external_on_hold, facts, failed, on_hold,
    on_hold_pending, open_command, pending, request, waiting_external,
};
use super::*;
use crate::event_test;
use crate::schema::schemas_of;
use crate::schema_test::offences;

/// A state by name, and what it answers to each command.
type Row = (&'static str, fn() -> TaskState, [&'static str; 14]);
type Decision = fn(&TaskState) -> Result<Vec<TaskEvent>, TaskRefusal>;

/// The commands, in the order of the columns. An admin asks, so that none is refused for its asker.
const COMMANDS: [(&str, Decision); 14] = [
    ("open", |s| open_task(s, &definition(), open_command(1), clock(60))),
    ("act", |s| act_on_task(s, &definition(), act_on(s), clock(60))),
    ("hold", |s| hold_task(s, HoldTask { by: By::Docket, reason: None }, clock(60))),
    ("resume", |s| resume_task(s, ResumeTask { by: By::Docket }, clock(60))),
    ("assign", |s| assign_task(s, AssignTask { by: admin(), assignee: assignee(8) })),
    ("strategy", |s| assign_by_strategy(s, &definition(), facts()).map(|given| given.task)),
    ("unassign", |s| unassign_task(s, UnassignTask { why: UnassignReason::Away })),
    ("escalate", |s| {
        let why = EscalationReason::SlaBreached;
        escalate_task(s, EscalateTask { by: By::Docket, why, comment: None })
    }),
    ("cancel", |s| cancel_task(s, CancelTask { why: CancelReason::ByPerson, comment: None })),
    ("request", |s| request_external(s, RequestExternal { request: request(2) })),
    ("answer", |s| {
        let answer = AnswerExternal {
            request: request(1),
            token: TokenCheck::Genuine,
            action: action("approve"),
            comment: None,
        };
        answer_external(s, &definition(), answer, clock(60)).map(Answer::into_events)
    }),
    ("fail", |s| {
        let why = ExternalFailure::Unreachable;
        fail_external(s, FailExternal { request: request(1), why, detail: None })
    }),
    ("complete", |s| {
        let reject = ActOnTask { action: action("reject"), ..act_on(s) };
        act_on_task(s, &definition(), reject, clock(60))
    }),
    // Beyond the limit of every step that has one.
    ("alarm", |s| Ok(sla_alarms_due(s, at(60 * 525_600 + 9_999)))),
];

/// The first action of the state's step.
fn act_on(state: &TaskState) -> ActOnTask {
    let first = match state.task().is_some_and(|task| task.step.system.is_some()) {
        true => "approve",
        false => "submit",
    };
    ActOnTask { by: admin(), action: action(first), seen: None, comment: None }
}

/// What a cell of the table says: so many events, or the code of a refusal.
fn cell(decided: Result<Vec<TaskEvent>, TaskRefusal>) -> String {
    match decided {
        Ok(events) => events.len().to_string(),
        Err(TaskRefusal::Ended { status }) => status.to_string(),
        Err(refusal) => refusal.code().to_owned(),
    }
}

#[test]
fn every_state_answers_every_command_as_the_table_says() {
    // Short words for codes of refusals.
    const NO: &str = "task_unknown";
    const HOLD: &str = "task_on_hold";
    const AWAIT: &str = "task_awaits_external";
    const HUMAN: &str = "step_is_human";
    const EXT: &str = "step_is_external";
    const WAITS: &str = "already_requested";
    const NONE: &str = "request_unknown";
    const DONE: &str = "completed";
    const GONE: &str = "cancelled";
    #[rustfmt::skip]
    let table: [Row; 13] = [
        // open, act, hold, resume, assign, strategy, unassign, escalate, cancel, request, answer, fail, complete, alarm
        ("unopened", || TaskState::Unopened,
            ["1", NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, "0"]),
        ("pending", pending,
            ["0", "1", "1", "0", "1", "1", "0", "1", "1", HUMAN, NONE, NONE, "2", "1"]),
        ("in progress", assigned,
            ["0", "1", "1", "0", "1", "0", "1", "1", "1", HUMAN, NONE, NONE, "2", "1"]),
        ("escalated", escalated,
            ["0", "1", "1", "0", "1", "0", "1", "1", "1", HUMAN, NONE, NONE, "2", "1"]),
        ("on hold", on_hold,
            ["0", HOLD, "0", "1", "1", "0", "1", HOLD, "1", HOLD, NONE, NONE, HOLD, "0"]),
        ("on hold with nobody", on_hold_pending,
            ["0", HOLD, "0", "1", "1", "1", "0", HOLD, "1", HOLD, NONE, NONE, HOLD, "0"]),
        ("completed", completed,
            ["0", DONE, DONE, DONE, DONE, DONE, DONE, DONE, DONE, DONE, NONE, NONE, DONE, "0"]),
        ("cancelled", cancelled,
            ["0", GONE, GONE, GONE, GONE, GONE, GONE, GONE, "0", GONE, NONE, NONE, GONE, "0"]),
        ("external", external,
            ["0", AWAIT, "1", "0", "1", EXT, "0", "1", "1", "1", NONE, NONE, AWAIT, "1"]),
        ("external asked", waiting_external,
            ["0", AWAIT, "1", "0", "1", EXT, "0", "1", "1", WAITS, "3", "2", AWAIT, "1"]),
        ("external asked, on hold", external_on_hold,
            ["0", HOLD, "0", "1", "1", EXT, "0", HOLD, "1", HOLD, "3", "2", HOLD, "0"]),
        ("external given up", failed,
            ["0", "2", "1", "0", "1", EXT, "0", "1", "1", "1", "1", "0", "2", "1"]),
        ("external cancelled", cancelled_external,
            ["0", GONE, GONE, GONE, GONE, GONE, GONE, GONE, "0", GONE, "1", "0", GONE, "0"]),
    ];
    for (name, state, row) in table {
        for ((command, decide), expected) in COMMANDS.into_iter().zip(row) {
            assert_eq!(cell(decide(&state())), expected, "{command} when {name}");
        }
    }
}

#[test]
fn the_table_has_every_status() {
    let states = [pending(), assigned(), on_hold(), completed(), cancelled(), escalated()];
    let statuses: Vec<_> = states.iter().map(|state| state.known().unwrap().status()).collect();
    assert_eq!(statuses, TaskStatus::ALL);
}

#[test]
fn actions_are_available_exactly_where_acting_is_accepted() {
    for state in [
        pending(),
        assigned(),
        on_hold(),
        completed(),
        cancelled(),
        escalated(),
        external(),
        waiting_external(),
        external_on_hold(),
        failed(),
    ] {
        let available = available_actions(state.known().unwrap(), &definition());
        for id in ["submit", "reject", "approve", "return", "again"] {
            let act = ActOnTask { action: action(id), ..act_on(&state) };
            let accepted = act_on_task(&state, &definition(), act, clock(60)).is_ok();
            let is_available = available.iter().any(|available| available.action.id == action(id));
            assert_eq!(accepted, is_available, "{id}");
        }
    }
}

#[test]
fn events_go_to_json_and_back_and_hold_no_undeclared_text() {
    event_test::check(&every_event());
    for schema in schemas_of::<TaskEvent>() {
        assert_eq!(offences(schema.schema.as_value()), [""; 0], "{}", schema.event_type);
        assert_eq!(schema.schema.as_value()["type"], "object", "{}", schema.event_type);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order, folding it is total and keeps what it promises, and the
    /// state survives JSON.
    #[test]
    fn any_sequence_of_events_folds(
        steps in prop::collection::vec((0..every_event().len(), -50_i64..50), 0..60)
    ) {
        let events = every_event();
        let mut state = TaskState::Unopened;
        let mut clock = 0;
        for (index, pause) in steps {
            clock += pause;
            let before = state.task().cloned();
            state = evolve(state, &events[index], at(clock));
            let (Some(before), Some(task)) = (before, state.task()) else { continue };
            prop_assert!(before.updated_at <= task.updated_at);
            prop_assert!(before.visit <= task.visit);
            prop_assert!(!before.status().is_ended() || before.progress == task.progress);
        }
        let json = serde_json::to_value(&state).unwrap();
        prop_assert_eq!(serde_json::from_value::<TaskState>(json).unwrap(), state);
    }

    /// Whatever is asked in whatever order, a task that ended stays so, and a command that was just
    /// applied and is about a state to be reached is applied no second time.
    #[test]
    fn any_sequence_of_commands_decides(picks in prop::collection::vec(0..COMMANDS.len(), 0..60)) {
        let mut state = TaskState::Unopened;
        for (second, pick) in (0..).zip(picks) {
            let (name, decide) = COMMANDS[pick];
            let Ok(events) = decide(&state) else { continue };
            let had_ended = state.task().is_some_and(|task| task.status().is_ended());
            prop_assert!(!had_ended || name == "answer" || events.is_empty(), "{}", name);
            state = state.evolved(&events, at(second));
            if name != "act" && name != "complete" {
                prop_assert!(decide(&state).is_ok_and(|again| again.is_empty()), "{}", name);
            }
        }
    }
}
