//! Clocks against cases computed by hand, in a Berlin office open nine to five.

use super::case::Case;
use super::clock::{Clock, Phase, Verdict};
use super::policy::{Metric, PolicyDefinition, Reopening};
use super::samples::{answer, at, case, policy, priority, rule, rulebook, status};
use super::terms::PauseCause;
use crate::Timestamp;
use crate::calendar::Calendar;
use crate::calendar::samples::{calendar, minutes, moment};
use crate::ticket::events::{Deleted, Restored};
use crate::ticket::{Priority, Status, TicketEvent};

use Status::{Open, Resolved, WaitingCustomer};

fn berlin() -> Calendar {
    calendar("Europe/Berlin", &["mon-fri 09:00-17:00"], &["12-25", "12-26", "01-01"])
}

/// An hour to respond, two days (960 minutes) to resolve.
fn gold() -> PolicyDefinition {
    policy(vec![rule("", 60, 960)])
}

fn resolution(case: &Case, policy: &PolicyDefinition) -> Clock {
    Clock::new(case, Metric::Resolution, &rulebook(policy, &berlin()))
}

fn due(clock: &Clock) -> Timestamp {
    clock.schedule.due_at.unwrap()
}

/// A ticket opened at `opened`, with what followed when.
fn case_of(opened: &str, then: &[(&str, TicketEvent)]) -> Case {
    let first = (moment(opened), crate::ticket::samples::opened());
    let then = then.iter().map(|(at, event)| (moment(at), event.clone()));
    let history: Vec<_> = std::iter::once(first).chain(then).collect();
    Case::of(history.iter().map(|(at, event)| (*at, event))).unwrap()
}

#[test]
fn a_clock_runs_over_a_weekend_and_the_end_of_summer_time() {
    // Friday 2026-10-23 16:00 CEST: 60 on Friday, 480 on Monday, 420 on Tuesday until 16:00 CET.
    let case = case_of("2026-10-23T16:00:00+02:00", &[]);
    let clock = resolution(&case, &gold());
    assert_eq!(due(&clock), moment("2026-10-27T16:00:00+01:00"));
    // 80 % of 960 are 768: 60 + 480 + 228, Tuesday 12:48 CET.
    assert_eq!(clock.schedule.at_risk_at, Some(moment("2026-10-27T12:48:00+01:00")));
    let now = moment("2026-10-26T10:00:00+01:00");
    assert_eq!(clock.elapsed(&berlin(), now), minutes(120));
    assert_eq!(clock.remaining(&berlin(), now), Some(minutes(840)));
    assert_eq!(clock.verdict(now), Verdict::Open);
    // At the due instant it is in time, a microsecond later it is not.
    assert_eq!(clock.verdict(due(&clock)), Verdict::Open);
    let late = due(&clock) + chrono::TimeDelta::microseconds(1);
    assert_eq!(clock.verdict(late), Verdict::Breached);
}

#[test]
fn a_clock_runs_over_the_beginning_of_summer_time_and_over_holidays() {
    // Friday 2026-03-27 16:00 CET: 60, then 480 on Monday, 420 on Tuesday until 16:00 CEST.
    let spring = resolution(&case_of("2026-03-27T16:00:00+01:00", &[]), &gold());
    assert_eq!(due(&spring), moment("2026-03-31T16:00:00+02:00"));
    // Thursday 2026-12-24 16:00: 60; Friday 25 off, Monday 28 (26 is a Saturday) 480; Tuesday 420.
    let christmas = resolution(&case_of("2026-12-24T16:00:00+01:00", &[]), &gold());
    assert_eq!(due(&christmas), moment("2026-12-29T16:00:00+01:00"));
}

#[test]
fn waiting_for_the_customer_moves_the_due_time_by_the_open_time_it_took() {
    // Monday 2026-11-23 09:00. Waits from Monday 12:00 (180 counted) to Wednesday 10:00. Then 780
    // are left: 420 on Wednesday until 17:00, 360 on Thursday until 15:00.
    let asked = ("2026-11-23T12:00:00+01:00", status(Open, WaitingCustomer));
    let waiting =
        resolution(&case_of("2026-11-23T09:00:00+01:00", std::slice::from_ref(&asked)), &gold());
    let cause = PauseCause::WaitingCustomer;
    assert_eq!(waiting.phase, Phase::Paused { since: moment(asked.0), cause });
    assert_eq!((waiting.counted, waiting.schedule.due_at), (minutes(180), None));
    let back = ("2026-11-25T10:00:00+01:00", status(WaitingCustomer, Open));
    let case = case_of("2026-11-23T09:00:00+01:00", &[asked, back]);
    assert_eq!(due(&resolution(&case, &gold())), moment("2026-11-26T15:00:00+01:00"));
    // A policy that does not pause the resolution: 480 on Monday, 480 on Tuesday.
    let mut strict = gold();
    strict.paused_by_waiting = vec![Metric::Response];
    assert_eq!(due(&resolution(&case, &strict)), moment("2026-11-24T17:00:00+01:00"));
}

#[test]
fn a_pause_over_the_end_of_summer_time_is_as_long_as_it_was_open() {
    // Friday 2026-10-23 09:00 CEST. Waits from Friday 15:00 (360 counted) to Monday 11:00 CET. Then
    // 600 are left: 360 on Monday until 17:00, 240 on Tuesday until 13:00 CET.
    let then = [
        ("2026-10-23T15:00:00+02:00", status(Open, WaitingCustomer)),
        ("2026-10-26T11:00:00+01:00", status(WaitingCustomer, Open)),
    ];
    let clock = resolution(&case_of("2026-10-23T09:00:00+02:00", &then), &gold());
    assert_eq!(due(&clock), moment("2026-10-27T13:00:00+01:00"));
    // Without the pause: 480 on Friday, 480 on Monday. So it took 240: 120 on Friday from 15:00 on,
    // 120 on Monday until 11:00.
    let without = resolution(&case_of("2026-10-23T09:00:00+02:00", &[]), &gold());
    assert_eq!(due(&without), moment("2026-10-26T17:00:00+01:00"));
    assert_eq!(berlin().between(due(&without), due(&clock)), minutes(240));
    // Around the clock the same pause lasts 69 hours, the hour that came twice included.
    let always = calendar("Europe/Berlin", &["mon-sun 00:00-24:00"], &[]);
    let policy = gold();
    let case = case_of("2026-10-23T09:00:00+02:00", &then);
    let clock = Clock::new(&case, Metric::Resolution, &rulebook(&policy, &always));
    // 960 from Friday 09:00 are Saturday 01:00 CEST; 69 hours later it is Monday 21:00 CET.
    assert_eq!(due(&clock), moment("2026-10-26T21:00:00+01:00"));
}

#[test]
fn a_pause_over_holidays_takes_only_the_days_that_are_worked() {
    // Wednesday 2026-12-23 15:00: waits from 16:00 (60 counted) to Monday 2026-12-28 10:00. Friday
    // 25 is off, 26 is a Saturday. 900 are left: 420 on Monday, 480 on Tuesday until 17:00.
    let then = [
        ("2026-12-23T16:00:00+01:00", status(Open, WaitingCustomer)),
        ("2026-12-28T10:00:00+01:00", status(WaitingCustomer, Open)),
    ];
    let clock = resolution(&case_of("2026-12-23T15:00:00+01:00", &then), &gold());
    assert_eq!(due(&clock), moment("2026-12-29T17:00:00+01:00"));
    // At risk after 768: 708 are left, 420 on Monday and 288 on Tuesday until 13:48.
    assert_eq!(clock.schedule.at_risk_at, Some(moment("2026-12-29T13:48:00+01:00")));
}

#[test]
fn a_policy_changed_over_the_beginning_of_summer_time_and_a_pause_counts_from_the_start() {
    // Friday 2026-03-27 13:00 CET. Waits from 15:00 (120 counted) to Monday 2026-03-30 10:00 CEST.
    let then = [
        ("2026-03-27T15:00:00+01:00", status(Open, WaitingCustomer)),
        ("2026-03-30T10:00:00+02:00", status(WaitingCustomer, Open)),
    ];
    let case = case_of("2026-03-27T13:00:00+01:00", &then);
    // 960: 840 are left, 420 on Monday, 420 on Tuesday until 16:00 CEST.
    assert_eq!(due(&resolution(&case, &gold())), moment("2026-03-31T16:00:00+02:00"));
    // 300: 180 are left, until Monday 13:00. 120 were used up when the pause began.
    for (target, expected) in [
        (300, "2026-03-30T13:00:00+02:00"),
        (121, "2026-03-30T10:01:00+02:00"),
        (120, "2026-03-27T15:00:00+01:00"),
        (90, "2026-03-27T14:30:00+01:00"),
    ] {
        let policy = policy(vec![rule("", 60, target)]);
        assert_eq!(due(&resolution(&case, &policy)), moment(expected), "{target}");
    }
    // One that does not pause: 240 on Friday, 60 on Monday until 10:00.
    let mut strict = policy(vec![rule("", 60, 300)]);
    strict.paused_by_waiting = vec![];
    assert_eq!(due(&resolution(&case, &strict)), moment("2026-03-30T10:00:00+02:00"));
}

#[test]
fn another_priority_or_policy_counts_from_the_same_start_without_the_pauses() {
    // Opened 09:00, waits 10:00 to 11:00, urgent from 12:00 on: 240 from 09:00 is 13:00, and the
    // hour of the pause makes it 14:00.
    let case = case(&[
        (60, status(Open, WaitingCustomer)),
        (120, status(WaitingCustomer, Open)),
        (180, priority(Priority::Medium, Priority::Urgent)),
    ]);
    let by_priority = policy(vec![rule("", 60, 960), rule("priority=urgent", 15, 240)]);
    assert_eq!(due(&resolution(&case, &by_priority)), at(300));
    // Under a target of 90 it was due at 11:30, which has passed: 60 before the pause, 30 after.
    let short = policy(vec![rule("", 60, 90)]);
    assert_eq!(due(&resolution(&case, &short)), at(150));
    assert_eq!(resolution(&case, &short).verdict(at(180)), Verdict::Breached);
    // Under one of exactly 60 it was due when the pause began.
    assert_eq!(due(&resolution(&case, &policy(vec![rule("", 60, 60)]))), at(60));
}

#[test]
fn the_first_answer_or_a_resolution_stops_the_response() {
    let rulebook_of =
        |case: &Case| Clock::new(case, Metric::Response, &rulebook(&gold(), &berlin()));
    let answered = rulebook_of(&case(&[(60, answer()), (70, answer())]));
    assert_eq!(answered.phase, Phase::Stopped { at: at(60) });
    assert_eq!((answered.counted, answered.verdict(at(999))), (minutes(60), Verdict::Met));
    let late = rulebook_of(&case(&[(61, answer())]));
    assert_eq!((due(&late), late.verdict(at(61))), (at(60), Verdict::Breached));
    let resolved =
        rulebook_of(&case(&[(30, status(Open, Resolved)), (90, status(Resolved, Open))]));
    assert_eq!(resolved.phase, Phase::Stopped { at: at(30) });
    // Answered while it waited for the customer: what counted is the time before.
    let waited = rulebook_of(&case(&[(20, status(Open, WaitingCustomer)), (400, answer())]));
    assert_eq!((waited.counted, waited.verdict(at(400))), (minutes(20), Verdict::Met));
}

#[test]
fn a_reopened_ticket_goes_on_or_begins_anew() {
    // Resolved after 400 of 960, reopened on Tuesday 09:00.
    let tuesday = 24 * 60;
    let case = case(&[(400, status(Open, Resolved)), (tuesday, status(Resolved, Open))]);
    // 560 are left: 480 on Tuesday, 80 on Wednesday until 10:20.
    let resumed = resolution(&case, &gold());
    assert_eq!((resumed.run, resumed.counted), (1, minutes(400)));
    assert_eq!(due(&resumed), moment("2026-11-25T10:20:00+01:00"));
    let mut restarting = gold();
    restarting.reopening = Reopening::Restart;
    let restarted = resolution(&case, &restarting);
    assert_eq!((restarted.run, restarted.started_at), (2, at(tuesday)));
    assert_eq!(due(&restarted), moment("2026-11-25T17:00:00+01:00"));
    let response = Clock::new(&case, Metric::Response, &rulebook(&restarting, &berlin()));
    assert_eq!((response.run, response.phase), (1, Phase::Stopped { at: at(400) }));
}

#[test]
fn a_ticket_that_is_away_is_not_late() {
    let gone = (100, TicketEvent::Deleted(Deleted { reason: None }));
    let away = resolution(&case(std::slice::from_ref(&gone)), &gold());
    let cause = PauseCause::TicketAway;
    assert_eq!(away.phase, Phase::Paused { since: at(100), cause });
    assert_eq!(away.verdict(at(100_000)), Verdict::Open);
    // Back after 100 minutes: 17:00 on Tuesday becomes 100 minutes more, Wednesday 10:40.
    let back = resolution(&case(&[gone, (200, TicketEvent::Restored(Restored {}))]), &gold());
    assert_eq!(due(&back), moment("2026-11-25T10:40:00+01:00"));
}

#[test]
fn without_a_target_there_is_no_verdict() {
    let clock = resolution(&case(&[]), &policy(vec![rule("priority=low", 1, 1)]));
    assert_eq!((clock.schedule.due_at, clock.verdict(at(9_999))), (None, Verdict::NoTarget));
}
