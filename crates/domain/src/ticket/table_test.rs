//! The table of states and commands, and the table of statuses, as wholes.

use proptest::prelude::*;

use super::events::StatusChanged;
use super::samples::{
    active, at, busy, deleted, every_command, every_event, given, merged_into, ticket_id, ticket_of,
};
use super::*;
use crate::Refusal;

/// What is expected of every command that is not an exception.
fn expect_of_all(state: &TicketState, expected: Option<&Refusal>, but: &[&str]) {
    for command in every_command() {
        let name = command.capability();
        if but.contains(&name) {
            continue;
        }
        let decided = decide(state, command);
        match expected {
            Some(refusal) => assert_eq!(decided.as_ref(), Err(refusal), "{name}"),
            None => assert!(decided.is_ok_and(|events| !events.is_empty()), "{name}"),
        }
    }
}

fn command(capability: &str) -> TicketCommand {
    every_command().into_iter().find(|command| command.capability() == capability).unwrap()
}

#[test]
fn an_unopened_ticket_can_only_be_opened() {
    let state = TicketState::Unopened;
    expect_of_all(&state, Some(&Refusal::TicketUnknown), &["open_ticket"]);
    assert_eq!(decide(&state, command("open_ticket")).unwrap().len(), 1);
}

#[test]
fn an_active_ticket_takes_every_command_but_a_second_opening() {
    let state = busy();
    expect_of_all(&state, None, &["open_ticket", "restore_ticket"]);
    let number = ticket_of(&state).number;
    let refusal = Refusal::TicketAlreadyOpened { number };
    assert_eq!(decide(&state, command("open_ticket")), Err(refusal));
    assert_eq!(decide(&state, command("restore_ticket")), Ok(vec![]));
}

#[test]
fn a_deleted_ticket_can_only_be_restored() {
    let state = deleted();
    let but = ["open_ticket", "delete_ticket", "restore_ticket"];
    expect_of_all(&state, Some(&Refusal::TicketDeleted), &but);
    assert_eq!(decide(&state, command("delete_ticket")), Ok(vec![]));
    let number = ticket_of(&state).number;
    let refusal = Refusal::TicketAlreadyOpened { number };
    assert_eq!(decide(&state, command("open_ticket")), Err(refusal));
    assert_eq!(decide(&state, command("restore_ticket")).unwrap().len(), 1);
}

#[test]
fn a_merged_ticket_refuses_every_command_on_one_ticket() {
    let state = merged_into(9);
    let refusal = Refusal::TicketMerged { into: ticket_id(9) };
    expect_of_all(&state, Some(&refusal), &["open_ticket"]);
    let number = ticket_of(&state).number;
    let refusal = Refusal::TicketAlreadyOpened { number };
    assert_eq!(decide(&state, command("open_ticket")), Err(refusal));
}

#[test]
fn a_command_applied_again_changes_nothing_more() {
    // The first two are not about a state to be reached; a file that was removed is not remembered.
    let but = ["open_ticket", "comment_on_ticket", "remove_file"];
    for command in every_command() {
        let name = command.capability();
        if but.contains(&name) {
            continue;
        }
        let events = decide(&busy(), command.clone()).unwrap();
        let state = busy().evolved(&events, at(60));
        assert_eq!(decide(&state, command), Ok(vec![]), "{name}");
    }
}

/// A ticket at `status`: opened at 0, there since 1.
fn at_status(status: Status) -> TicketState {
    let from = Status::Open;
    given(&[TicketEvent::StatusChanged(StatusChanged { from, to: status, reason: None })])
}

#[test]
fn every_move_between_statuses_does_what_the_table_says() {
    // (resolved_at, closed_at, reopened_count) after each move at second 60, by status before (row)
    // and after (column). `None` in place of a row: no events.
    const R: Option<i64> = Some(1);
    const N: Option<i64> = Some(60);
    type After = Option<(Option<i64>, Option<i64>, u32)>;
    let work: After = Some((None, None, 0));
    let reopen: After = Some((None, None, 1));
    let resolve: After = Some((N, None, 0));
    let close: After = Some((N, N, 0));
    let table: [[After; 5]; 5] = [
        [None, work, work, resolve, close],
        [work, None, work, resolve, close],
        [work, work, None, resolve, close],
        [reopen, reopen, reopen, None, Some((R, N, 0))],
        [reopen, reopen, reopen, Some((R, None, 0)), None],
    ];
    for (from, row) in Status::ALL.iter().zip(&table) {
        for (to, expected) in Status::ALL.iter().zip(row) {
            let state = at_status(*from);
            let events = change_status(&state, ChangeStatus { status: *to, reason: None }).unwrap();
            let Some((resolved, closed, reopened)) = *expected else {
                assert_eq!(events, [], "{from} → {to}");
                continue;
            };
            let changed = StatusChanged { from: *from, to: *to, reason: None };
            assert_eq!(events, [TicketEvent::StatusChanged(changed)]);
            let state = state.evolved(&events, at(60));
            let ticket = ticket_of(&state);
            assert_eq!(ticket.status, *to);
            assert_eq!(ticket.resolved_at, resolved.map(at), "resolved_at {from} → {to}");
            assert_eq!(ticket.closed_at, closed.map(at), "closed_at {from} → {to}");
            assert_eq!(ticket.reopened_count, reopened, "reopened_count {from} → {to}");
        }
    }
}

#[test]
fn the_table_is_as_wide_as_the_list_of_statuses_and_in_its_order() {
    assert_eq!(TRANSITIONS.len(), Status::ALL.len());
    for (index, status) in Status::ALL.iter().enumerate() {
        assert_eq!(*status as usize, index);
        assert_eq!(transition(*status, *status), Transition::Unchanged);
    }
}

#[test]
fn updated_at_never_goes_back_and_created_at_stays() {
    let state = active().evolved(&[every_event().swap_remove(2)], at(-100));
    assert_eq!(ticket_of(&state).updated_at, at(0));
    assert_eq!(ticket_of(&state).created_at, at(0));
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
        let mut state = TicketState::Unopened;
        let mut clock = 0;
        for (index, pause) in steps {
            clock += pause;
            let before = state.ticket().map(|ticket| ticket.updated_at);
            state = evolve(state, &events[index], at(clock));
            let Some(ticket) = state.ticket() else { continue };
            prop_assert!(before.is_none_or(|before| before <= ticket.updated_at));
            for (n, tag) in ticket.tags.iter().enumerate() {
                prop_assert!(!ticket.tags[..n].contains(tag));
            }
            prop_assert_eq!(ticket.closed_at.is_some(), ticket.status == Status::Closed);
            prop_assert_eq!(ticket.resolved_at.is_some(), ticket.status.is_finished());
        }
        let json = serde_json::to_value(&state).unwrap();
        prop_assert_eq!(serde_json::from_value::<TicketState>(json).unwrap(), state);
    }

    /// Whatever is decided in a state, `decide` never panics and what it returns folds to a state
    /// where the ticket is there.
    #[test]
    fn any_sequence_of_commands_decides(
        picks in prop::collection::vec(0..every_command().len(), 0..60)
    ) {
        let commands = every_command();
        let mut state = TicketState::Unopened;
        for (second, pick) in (0..).zip(picks) {
            let was_open = state.ticket().is_some();
            if let Ok(events) = decide(&state, commands[pick].clone()) {
                state = state.evolved(&events, at(second));
                prop_assert!(state.ticket().is_some());
            } else {
                prop_assert_eq!(state.ticket().is_some(), was_open);
            }
        }
    }
}
