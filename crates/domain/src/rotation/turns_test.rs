//! That turns are fair.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::{TaskId, UserId};
use crate::ticket::samples::user;
use crate::user::UserStatus;
use crate::user::samples::{department, role_id};

fn candidates(users: impl IntoIterator<Item = u128>) -> Option<Candidates> {
    let holders: Vec<_> = users
        .into_iter()
        .map(|n| RoleHolder {
            user: user(n),
            status: UserStatus::Active,
            presence: Presence::Here,
            departments: vec![],
        })
        .collect();
    Candidates::of(&holders, None).ok()
}

fn advance(state: &Rotation, candidates: &Candidates) -> RotationAdvanced {
    let scope = RotationScope { role: role_id(1), department: None };
    let item = RotationItem::Task { task: TaskId(Uuid::from_u128(9)) };
    advance_rotation(state, scope, item, candidates)
}

/// Who is chosen, turn by turn.
fn turns<'a>(of: impl IntoIterator<Item = &'a Candidates>) -> Vec<UserId> {
    let mut state = Rotation::default();
    let turn = |candidates| {
        let advanced = advance(&state, candidates);
        state = evolve(state, &RotationEvent::Advanced(advanced.clone()));
        advanced.chosen
    };
    of.into_iter().map(turn).collect()
}

#[test]
fn given_nobody_had_a_turn_then_the_first_has_it() {
    let three = candidates([3, 1, 2]).unwrap();
    let advanced = advance(&Rotation::default(), &three);
    assert_eq!((advanced.pointer, advanced.chosen), (None, user(1)));
    assert_eq!(advanced.candidates, [user(1), user(2), user(3)]);
    let state = evolve(Rotation::default(), &RotationEvent::Advanced(advanced));
    assert_eq!(state, Rotation { pointer: Some(user(1)), turns: 1 });
    assert_eq!(advance(&state, &three).pointer, Some(user(1)));
}

#[test]
fn given_the_last_one_left_then_the_turn_goes_on_after_that_place() {
    let [all, without_2] = [candidates([1, 2, 3]).unwrap(), candidates([1, 3]).unwrap()];
    assert_eq!(turns([&all, &all, &without_2, &without_2, &all]), [1, 2, 3, 1, 2].map(user));
}

#[test]
fn a_thousand_tasks_over_seven_people_differ_by_one() {
    let seven = candidates(1..=7).unwrap();
    let mut counts = BTreeMap::<UserId, u32>::new();
    for chosen in turns(std::iter::repeat_n(&seven, 1_000)) {
        *counts.entry(chosen).or_default() += 1;
    }
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [143, 143, 143, 143, 143, 143, 142]);
}

#[test]
fn events_go_to_json_and_back_and_hold_no_undeclared_text() {
    let mut first = advance(&Rotation::default(), &candidates([1, 2]).unwrap());
    first.scope.department = Some(department("IT"));
    let state = Rotation { pointer: Some(user(1)), turns: 1 };
    let second = advance(&state, &candidates([1, 2]).unwrap());
    crate::event_test::check(&[first, second].map(RotationEvent::Advanced));
    for schema in crate::schema::schemas_of::<RotationEvent>() {
        assert_eq!(crate::schema_test::offences(schema.schema.as_value()), [""; 0]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Over any stretch of turns among the same people, wherever the pointer stood, nobody has two
    /// more than another.
    #[test]
    fn the_same_people_have_the_same_number_of_turns(
        before in prop::option::of(0..40_u128),
        people in prop::collection::btree_set(0..40_u128, 1..12),
        count in 1..60_usize,
    ) {
        let people = candidates(people).unwrap();
        let mut state = Rotation { pointer: before.map(user), turns: 0 };
        let mut counts: BTreeMap<_, u32> = people.users().iter().map(|user| (*user, 0)).collect();
        for _ in 0..count {
            let advanced = advance(&state, &people);
            *counts.get_mut(&advanced.chosen).unwrap() += 1;
            state = evolve(state, &RotationEvent::Advanced(advanced));
            let (least, most) = (counts.values().min().unwrap(), counts.values().max().unwrap());
            prop_assert!(most - least <= 1);
        }
    }

    /// Whoever comes and goes: between two turns of anybody, each who could be chosen all the time
    /// between has had one. So nobody who is there is skipped twice in a row.
    #[test]
    fn nobody_who_is_there_is_skipped_twice(
        people in prop::collection::vec(prop::collection::btree_set(0..12_u128, 1..12), 1..60)
    ) {
        let people: Vec<_> = people.into_iter().map(|set| candidates(set).unwrap()).collect();
        let turns = turns(&people);
        for (first, chosen) in turns.iter().enumerate() {
            let Some(second) = turns[first + 1..].iter().position(|next| next == chosen) else {
                continue;
            };
            let between = first + 1..first + 1 + second;
            let there = |user: UserId| {
                people[between.start..=between.end].iter().all(|these| these.contains(user))
            };
            for other in (0..12).map(user).filter(|other| other != chosen && there(*other)) {
                prop_assert!(turns[between.clone()].contains(&other));
            }
        }
    }
}
