//! What is told when, and that it is told once.

use super::announce::sla_events_due;
use super::case::Case;
use super::clock::Rulebook;
use super::events::SlaEvent;
use super::policy::{Metric, Reopening, Target};
use super::record::{SlaRecord, evolve};
use super::samples::{
    always, answer, at, case, played, policy, policy_id, priority, rule, rulebook, status, ticket,
};
use super::terms::{PauseCause, RescheduleCause, Terms};
use crate::DomainEvent;
use crate::ticket::events::Deleted;
use crate::ticket::{Priority, Status, TicketEvent};

use Status::{Open, Resolved, WaitingCustomer};

/// Brings the record in line at a minute; returns the new events' types with `r` for the response.
fn tell(record: &mut SlaRecord, case: &Case, rulebook: &Rulebook<'_>, minute: i64) -> Vec<String> {
    let events = sla_events_due(record, ticket(), case, rulebook, at(minute));
    *record = events.iter().fold(record.clone(), evolve);
    let again = sla_events_due(record, ticket(), case, rulebook, at(minute));
    assert_eq!(again, [], "telling twice");
    events.iter().map(named).collect()
}

fn named(event: &SlaEvent) -> String {
    let metric = match event.clock().metric {
        Metric::Response => "r",
        Metric::Resolution => "",
    };
    format!("{}{metric}", event.event_type().trim_start_matches("sla."))
}

/// What would be told of a history, with the minutes.
fn story(then: &[(i64, TicketEvent)], rulebook: &Rulebook<'_>, until: i64) -> Vec<(i64, String)> {
    let events = played(then, rulebook, until).events;
    events.iter().map(|(when, e)| ((*when - at(0)).num_minutes(), named(e))).collect()
}

fn said(story: &[(i64, String)]) -> Vec<(i64, &str)> {
    story.iter().map(|(minute, name)| (*minute, name.as_str())).collect()
}

#[test]
fn a_ticket_that_goes_well_is_started_and_met() {
    let (policy, calendar) = (policy(vec![rule("", 60, 600)]), always());
    let then = [
        (10, answer()),
        (20, status(Open, WaitingCustomer)),
        (500, status(WaitingCustomer, Open)),
        (600, status(Open, Resolved)),
        (700, status(Resolved, Status::Closed)),
    ];
    let story = story(&then, &rulebook(&policy, &calendar), 9_999);
    let expected = [
        (0, "startedr"),
        (0, "started"),
        (10, "metr"),
        (20, "paused"),
        (500, "resumed"),
        (600, "met"),
    ];
    assert_eq!(said(&story), expected);
}

#[test]
fn a_ticket_that_is_left_alone_is_at_risk_breached_and_missed_once_each() {
    let (policy, calendar) = (policy(vec![rule("", 100, 1_000)]), always());
    let then = [(200, answer()), (2_000, status(Open, Resolved))];
    let story = story(&then, &rulebook(&policy, &calendar), 9_999);
    let expected = [
        (0, "startedr"),
        (0, "started"),
        (80, "at_riskr"),
        (100, "breachedr"),
        (200, "missedr"),
        (800, "at_risk"),
        (1_000, "breached"),
        (2_000, "missed"),
    ];
    assert_eq!(said(&story), expected);
}

#[test]
fn a_timer_may_come_late_repeat_itself_and_see_time_go_back() {
    let (policy, calendar) = (policy(vec![rule("", 100, 1_000)]), always());
    let rulebook = rulebook(&policy, &calendar);
    let (mut record, case) = (SlaRecord::default(), case(&[]));
    assert_eq!(tell(&mut record, &case, &rulebook, 0), ["startedr", "started"]);
    assert_eq!(record.next_at(), Some(at(80)));
    assert_eq!(tell(&mut record, &case, &rulebook, 80), [""; 0], "not before it has passed");
    assert_eq!(tell(&mut record, &case, &rulebook, 81), ["at_riskr"]);
    assert_eq!(tell(&mut record, &case, &rulebook, 20), [""; 0], "a clock that jumped back");
    assert_eq!(tell(&mut record, &case, &rulebook, 90), [""; 0]);
    assert_eq!(record.next_at(), Some(at(100)));
    assert_eq!(tell(&mut record, &case, &rulebook, 100), [""; 0], "at the due time it is in time");
    // So late that the resolution's warning has passed as well: only what still matters is told.
    assert_eq!(tell(&mut record, &case, &rulebook, 5_000), ["breachedr", "breached"]);
    assert_eq!(tell(&mut record, &case, &rulebook, 10), [""; 0]);
    assert_eq!(tell(&mut record, &case, &rulebook, 6_000), [""; 0]);
    assert_eq!(record.next_at(), None);
}

#[test]
fn a_worker_that_slept_tells_the_end_and_a_breach_before_it() {
    let (policy, calendar) = (policy(vec![rule("", 100, 1_000)]), always());
    let rulebook = rulebook(&policy, &calendar);
    let mut record = SlaRecord::default();
    let late = case(&[(90, answer()), (1_500, status(Open, Resolved))]);
    // The response was at risk but met; nobody needs the warning any more.
    let told = tell(&mut record, &late, &rulebook, 2_000);
    assert_eq!(told, ["startedr", "metr", "started", "breached", "missed"]);
    // It missed a pause that has ended: since when the clock runs again, and its due time, are told.
    let mut record = SlaRecord::default();
    tell(&mut record, &case(&[]), &rulebook, 0);
    let paused = [(10, status(Open, WaitingCustomer)), (30, status(WaitingCustomer, Open))];
    let events = sla_events_due(&record, ticket(), &case(&paused), &rulebook, at(40));
    let SlaEvent::Resumed(event) = &events[0] else { panic!("{events:?}") };
    assert_eq!((event.since, event.schedule.due_at), (at(30), Some(at(120))));
}

#[test]
fn another_priority_reschedules_and_says_why() {
    let (policy, calendar) =
        (policy(vec![rule("", 100, 1_000), rule("priority=high", 50, 500)]), always());
    let rulebook = rulebook(&policy, &calendar);
    let raised = [(10, priority(Priority::Medium, Priority::High))];
    let events = played(&raised, &rulebook, 20).events;
    let SlaEvent::Rescheduled(event) = &events[2].1 else { panic!("{events:?}") };
    assert_eq!(event.why, [RescheduleCause::Priority]);
    assert_eq!((event.previous.due_at, event.schedule.due_at), (Some(at(100)), Some(at(50))));
    assert_eq!(event.elapsed_seconds, 600);
    let chosen = event.terms.chosen.clone().unwrap();
    assert_eq!(chosen.to_string(), "rule 2 (priority)");
    // Raised when the shorter target has passed: breached at once. Lowered again: it stays told.
    let then = [
        (60, priority(Priority::Medium, Priority::High)),
        (70, priority(Priority::High, Priority::Medium)),
        (75, answer()),
    ];
    let story = story(&then, &rulebook, 80);
    let response: Vec<_> =
        said(&story).into_iter().filter(|(_, name)| name.ends_with('r')).collect();
    let expected = [
        (0, "startedr"),
        (60, "rescheduledr"),
        (60, "breachedr"),
        (70, "rescheduledr"),
        (75, "metr"),
    ];
    assert_eq!(response, expected);
}

#[test]
fn another_policy_or_calendar_reschedules_what_runs_and_not_what_has_stopped() {
    let (gold, calendar) = (policy(vec![rule("", 100, 1_000)]), always());
    let before = rulebook(&gold, &calendar);
    let mut record = SlaRecord::default();
    let answered = case(&[(10, answer())]);
    tell(&mut record, &answered, &before, 10);
    // A revision that changes nothing for the clock is not told.
    let same = Rulebook { policy_revision: 2, ..before };
    assert_eq!(tell(&mut record, &answered, &same, 20), [""; 0]);
    let lead = policy(vec![rule("", 5, 2_000)]);
    let changed = Rulebook { policy: &lead, policy_revision: 3, ..before };
    let terms = |record: &SlaRecord| -> Terms { record.resolution.clone().unwrap().terms };
    assert_eq!(tell(&mut record, &answered, &changed, 30), ["rescheduled"]);
    assert_eq!(terms(&record).policy_revision, 3);
    let other = Rulebook { policy_id: policy_id(6), ..changed };
    assert_eq!(tell(&mut record, &answered, &other, 40), ["rescheduled"]);
    // Closed for the first eight hours of each day: another due time by another calendar.
    let mornings = crate::calendar::samples::calendar("UTC", &["mon-sun 08:00-24:00"], &[]);
    let moved = Rulebook { calendar: &mornings, calendar_revision: 2, ..other };
    let events = sla_events_due(&record, ticket(), &answered, &moved, at(50));
    let SlaEvent::Rescheduled(event) = &events[0] else { panic!("{events:?}") };
    assert_eq!(event.why, [RescheduleCause::Calendar]);
    // From Monday 08:00 UTC 960 minutes until midnight, 960 on Tuesday, 80 on Wednesday.
    let moment = crate::calendar::samples::moment;
    assert_eq!(event.previous.due_at, Some(at(2_000)));
    assert_eq!(event.schedule.due_at, Some(moment("2026-11-25T09:20:00Z")));
}

#[test]
fn a_target_may_go_and_come_back() {
    let mut exempt = rule("priority=low", 1, 1);
    (exempt.response, exempt.resolution) = (Some(Target::Exempt), Some(Target::Exempt));
    let (policy, calendar) = (policy(vec![rule("", 100, 1_000), exempt]), always());
    let then = [
        (10, priority(Priority::Medium, Priority::Low)),
        (20, status(Open, WaitingCustomer)),
        (5_000, status(WaitingCustomer, Open)),
        (5_010, priority(Priority::Low, Priority::High)),
        (5_020, answer()),
    ];
    let story = story(&then, &rulebook(&policy, &calendar), 5_030);
    let response: Vec<_> =
        said(&story).into_iter().filter(|(_, name)| name.ends_with('r')).collect();
    // 20 minutes before the pause and 20 after it are in time. The pause itself was not told while
    // there was no target; that the clock goes on since 5,000 is.
    let expected = [
        (0, "startedr"),
        (10, "rescheduledr"),
        (5_010, "rescheduledr"),
        (5_010, "resumedr"),
        (5_020, "metr"),
    ];
    assert_eq!(response, expected);
    // One that has no target from the beginning is not told of, until it gets one.
    let none = case(&[]);
    let mut low = none.clone();
    low.facts.priority = Priority::Low;
    let mut record = SlaRecord::default();
    assert_eq!(tell(&mut record, &low, &rulebook(&policy, &calendar), 1), [""; 0]);
    let told = tell(&mut record, &none, &rulebook(&policy, &calendar), 90);
    assert_eq!(told, ["startedr", "at_riskr", "started"]);
    assert_eq!(record.response.unwrap().started_at, at(0));
}

#[test]
fn a_new_run_is_told_from_the_start_and_may_be_breached_again() {
    let (mut policy, calendar) = (policy(vec![rule("", 100, 100)]), always());
    policy.reopening = Reopening::Restart;
    let then = [(150, status(Open, Resolved)), (1_000, status(Resolved, Open))];
    let story = story(&then, &rulebook(&policy, &calendar), 1_200);
    let resolution: Vec<_> =
        said(&story).into_iter().filter(|(_, name)| !name.ends_with('r')).collect();
    let expected = [
        (0, "started"),
        (80, "at_risk"),
        (100, "breached"),
        (150, "missed"),
        (1_000, "started"),
        (1_080, "at_risk"),
        (1_100, "breached"),
    ];
    assert_eq!(resolution, expected);
}

#[test]
fn a_ticket_that_goes_while_it_waits_has_another_cause_of_its_pause() {
    let (policy, calendar) = (policy(vec![rule("", 100, 100)]), always());
    let then =
        [(10, status(Open, WaitingCustomer)), (20, TicketEvent::Deleted(Deleted { reason: None }))];
    let events = played(&then, &rulebook(&policy, &calendar), 9_999).events;
    let causes: Vec<_> = events
        .iter()
        .filter_map(|(_, event)| match event {
            SlaEvent::Paused(e) if e.clock.metric == Metric::Resolution => Some(e.cause),
            _ => None,
        })
        .collect();
    assert_eq!(causes, [PauseCause::WaitingCustomer, PauseCause::TicketAway]);
    assert!(!events.iter().any(|(_, event)| matches!(event, SlaEvent::Breached(_))));
}

#[test]
fn what_is_done_at_the_due_time_is_met_and_nothing_else() {
    let (policy, calendar) = (policy(vec![rule("", 100, 1_000)]), always());
    let then = [(100, answer()), (1_000, status(Open, Resolved))];
    let story = story(&then, &rulebook(&policy, &calendar), 9_999);
    let ends: Vec<_> = said(&story).into_iter().filter(|(minute, _)| minute % 100 == 0).collect();
    let expected =
        [(0, "startedr"), (0, "started"), (100, "metr"), (800, "at_risk"), (1_000, "met")];
    assert_eq!(ends, expected);
}

#[test]
fn an_event_about_another_run_changes_nothing() {
    let (policy, calendar) = (policy(vec![rule("", 100, 100)]), always());
    let mut record = SlaRecord::default();
    tell(&mut record, &case(&[]), &rulebook(&policy, &calendar), 0);
    for event in super::samples::every_event() {
        if let SlaEvent::Breached(mut event) = event {
            event.clock.run = 2;
            let after = evolve(record.clone(), &SlaEvent::Breached(event));
            assert_eq!(after, record);
        }
    }
}

#[test]
fn an_event_about_an_unknown_clock_changes_nothing() {
    for event in super::samples::every_event() {
        if !matches!(event, SlaEvent::Started(_)) {
            assert_eq!(evolve(SlaRecord::default(), &event), SlaRecord::default());
        }
    }
}
