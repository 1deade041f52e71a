//! Matching, over all levels and all differences.

use super::samples::{at, workflow_id};
use super::*;
use crate::ids::WorkflowId;
use crate::ticket::Priority;
use crate::vocabulary::{Category, Department, Subcategory};

fn keys(category: &str, subcategory: &str, department: &str, priority: &str) -> MatchingKeys {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    MatchingKeys {
        category: given(category).map(|text| Category::parse(&text).unwrap()),
        subcategory: given(subcategory).map(|text| Subcategory::parse(&text).unwrap()),
        department: given(department).map(|text| Department::parse(&text).unwrap()),
        priority: given(priority).map(|text| Priority::parse(&text).unwrap()),
    }
}

fn ticket(category: &str, subcategory: &str, department: &str, priority: &str) -> TicketFacts {
    let keys = keys(category, subcategory, department, priority);
    TicketFacts {
        category: keys.category,
        subcategory: keys.subcategory,
        department: keys.department,
        priority: keys.priority.unwrap(),
    }
}

fn candidate(n: u128, matching: MatchingKeys) -> MatchCandidate {
    MatchCandidate {
        workflow: workflow_id(n),
        version: u32::try_from(n).unwrap() * 10,
        matching,
        is_default: false,
        defined_at: at(i64::try_from(n).unwrap()),
    }
}

fn default(n: u128) -> MatchCandidate {
    MatchCandidate { is_default: true, ..candidate(n, MatchingKeys::default()) }
}

/// One workflow for each level: 1 exact, 2 without priority, 3 category and department, 4 default.
fn one_for_each_level() -> Vec<MatchCandidate> {
    vec![
        default(4),
        candidate(3, keys("net", "", "IT", "")),
        candidate(1, keys("net", "vpn", "IT", "high")),
        candidate(2, keys("net", "vpn", "IT", "")),
    ]
}

fn found(candidates: &[MatchCandidate], ticket: &TicketFacts) -> Option<(WorkflowId, MatchLevel)> {
    find_workflow(candidates, ticket).map(|found| (found.workflow, found.level))
}

#[test]
fn every_level_is_come_to_by_what_is_equal_and_by_which_workflows_there_are() {
    // What a ticket has equal (`=`), other (`x`) or not at all (`-`) in category, subcategory and
    // department, and its priority; for each of these any selection of the four workflows.
    use MatchLevel::{CategoryAndDepartment as Broad, Default, Exact, WithoutPriority};
    let word = |sign: char, equal: &'static str| match sign {
        '=' => equal,
        'x' => "other",
        _ => "",
    };
    let mut came_to = std::collections::BTreeMap::new();
    for bits in 0..16_u32 {
        let is_there = |n: u32| bits >> (n - 1) & 1 == 1;
        let mut candidates = one_for_each_level();
        candidates.retain(|candidate| is_there(candidate.version / 10));
        for pick in 0..27_usize {
            let sign = [pick / 9, pick / 3 % 3, pick % 3].map(|index| ['=', 'x', '-'][index]);
            let signs = String::from_iter(sign);
            for priority in ["high", "low"] {
                let ticket = ticket(
                    word(sign[0], "net"),
                    word(sign[1], "vpn"),
                    word(sign[2], "IT"),
                    priority,
                );
                // By hand: which of the four fit, the most specific first.
                let fitting: &[u32] = match (signs.as_str(), priority) {
                    ("===", "high") => &[1, 2, 3, 4],
                    ("===", _) => &[2, 3, 4],
                    ("=x=" | "=-=", _) => &[3, 4],
                    _ => &[4],
                };
                let first = fitting.iter().copied().find(|n| is_there(*n));
                let expected = first.map(|n| {
                    let level = [Exact, WithoutPriority, Broad, Default][n as usize - 1];
                    (workflow_id(n.into()), level)
                });
                let at = format!("{signs} {priority}, workflows {bits:04b}");
                assert_eq!(found(&candidates, &ticket), expected, "{at}");
                *came_to.entry(expected.map(|(_, level)| level)).or_insert(0) += 1;
            }
        }
    }
    let levels: Vec<_> = came_to.into_keys().collect();
    let all = [None, Some(Default), Some(Broad), Some(WithoutPriority), Some(Exact)];
    assert_eq!(levels, all, "every level was come to, and none");
}

#[test]
fn without_the_workflow_of_a_level_the_next_one_is_taken() {
    let ticket = ticket("net", "vpn", "IT", "high");
    let mut candidates = one_for_each_level();
    let levels = [
        MatchLevel::Exact,
        MatchLevel::WithoutPriority,
        MatchLevel::CategoryAndDepartment,
        MatchLevel::Default,
    ];
    for (n, level) in (1..).zip(levels) {
        assert_eq!(found(&candidates, &ticket), Some((workflow_id(n), level)));
        candidates.retain(|candidate| candidate.workflow != workflow_id(n));
    }
    assert_eq!(found(&candidates, &ticket), None);
    assert_eq!(find_workflow(&[], &ticket), None);
}

#[test]
fn a_workflow_for_another_priority_is_for_no_ticket_of_this_one() {
    let urgent = [candidate(1, keys("net", "vpn", "IT", "urgent"))];
    let low = ticket("net", "vpn", "IT", "low");
    assert_eq!(find_workflow(&urgent, &low), None);
    assert_eq!(urgent[0].matching.differing(&low), [MatchingKey::Priority]);
}

#[test]
fn what_was_considered_is_told_in_its_order() {
    let ticket = ticket("net", "vpn", "IT", "low");
    let found = find_workflow(&one_for_each_level(), &ticket).unwrap();
    assert_eq!((found.workflow, found.version, found.not_fitting), (workflow_id(2), 20, 1));
    let considered: Vec<_> =
        found.considered.iter().map(|c| (c.workflow, c.level, c.verdict)).collect();
    assert_eq!(
        considered,
        [
            (workflow_id(2), MatchLevel::WithoutPriority, Verdict::Chosen),
            (workflow_id(3), MatchLevel::CategoryAndDepartment, Verdict::LessSpecific),
            (workflow_id(4), MatchLevel::Default, Verdict::LessSpecific),
        ]
    );
}

#[test]
fn a_tie_goes_to_the_oldest_and_then_to_the_smallest_id_whatever_the_order() {
    let ticket = ticket("net", "", "IT", "low");
    let same = || keys("net", "", "IT", "");
    let twin = MatchCandidate { defined_at: at(5), ..candidate(6, same()) };
    let oldest = MatchCandidate { defined_at: at(1), ..candidate(9, same()) };
    let mut candidates = vec![twin, oldest, candidate(5, same())];
    for _ in 0..3 {
        candidates.rotate_left(1);
        let found = find_workflow(&candidates, &ticket).unwrap();
        let order: Vec<_> = found.considered.iter().map(|c| (c.workflow, c.verdict)).collect();
        assert_eq!(
            order,
            [
                (workflow_id(9), Verdict::Chosen),
                (workflow_id(5), Verdict::Newer),
                (workflow_id(6), Verdict::Newer),
            ]
        );
    }
    let defaults = [default(2), default(1)];
    assert_eq!(found(&defaults, &ticket), Some((workflow_id(1), MatchLevel::Default)));
}

#[test]
fn a_default_with_keys_is_found_by_them_where_it_can_be() {
    let both = MatchCandidate { is_default: true, ..candidate(1, keys("net", "", "IT", "")) };
    let net = ticket("net", "", "IT", "low");
    let other = ticket("disk", "", "IT", "low");
    let found = |ticket| find_workflow(std::slice::from_ref(&both), ticket).unwrap().level;
    assert_eq!(found(&net), MatchLevel::CategoryAndDepartment);
    assert_eq!(found(&other), MatchLevel::Default);
}

#[test]
fn matching_looks_at_three_combinations_of_keys() {
    let mut looked_at = Vec::new();
    for bits in 0..16_u32 {
        let word = |bit: u32, text: &'static str| if bits >> bit & 1 == 1 { text } else { "" };
        let keys = keys(word(0, "c"), word(1, "s"), word(2, "d"), word(3, "low"));
        assert_eq!(keys.are_looked_at(), keys.is_empty() || keys.level().is_some());
        if let Some(level) = keys.level() {
            looked_at.push((bits, level));
        }
    }
    let expected = [
        (0b0101, MatchLevel::CategoryAndDepartment),
        (0b0111, MatchLevel::WithoutPriority),
        (0b1111, MatchLevel::Exact),
    ];
    assert_eq!(looked_at, expected);
}
