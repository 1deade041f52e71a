//! Sample policies and histories for tests.

use uuid::Uuid;

use super::case::Case;
use super::clock::Rulebook;
use super::events::{EscalationResult, SlaEscalated, SlaEvent};
use super::policy::{
    EscalationAction, Metric, PolicyDefinition, Reopening, Target, TargetRule, Trigger,
};
use super::target::Facts;
use super::terms::ClockId;
use super::what_if::{Replay, replay};
use crate::Timestamp;
use crate::calendar::Calendar;
use crate::calendar::samples::moment;
use crate::ids::{CalendarId, CommentId, RoleId, SlaPolicyId, TicketId, UserId};
use crate::rotation::RotationScope;
use crate::task::AssignmentReason;
use crate::ticket::events::{CommentAdded, PriorityChanged, StatusChanged};
use crate::ticket::{Priority, Status, TicketEvent, Visibility};
use crate::vocabulary::{Category, Department, PolicyName, TypeName};

/// The moment so many minutes after Monday 2026-11-23 09:00 in Berlin.
pub(crate) fn at(minutes: i64) -> Timestamp {
    moment("2026-11-23T09:00:00+01:00") + chrono::TimeDelta::minutes(minutes)
}

pub(crate) fn policy_id(n: u128) -> SlaPolicyId {
    SlaPolicyId(Uuid::from_u128(n))
}

pub(crate) fn ticket() -> TicketId {
    TicketId(Uuid::from_u128(1))
}

/// Facts as `category=radio priority=high`.
pub(crate) fn facts(text: &str) -> Facts {
    let rule = rule(text, 1, 1);
    Facts {
        ticket_type: rule.ticket_type,
        category: rule.category,
        department: rule.department,
        priority: rule.priority.unwrap_or_default(),
    }
}

/// A rule with conditions as `category=radio priority=high`, and both targets in minutes.
pub(crate) fn rule(conditions: &str, response: u32, resolution: u32) -> TargetRule {
    let mut rule = TargetRule {
        response: Some(Target::Minutes(response)),
        resolution: Some(Target::Minutes(resolution)),
        ..TargetRule::default()
    };
    for condition in conditions.split_whitespace() {
        match condition.split_once('=').unwrap() {
            ("ticket_type", word) => rule.ticket_type = Some(TypeName::parse(word).unwrap()),
            ("category", word) => rule.category = Some(Category::parse(word).unwrap()),
            ("department", word) => rule.department = Some(Department::parse(word).unwrap()),
            ("priority", word) => rule.priority = Some(Priority::parse(word).unwrap()),
            (other, _) => panic!("no condition {other}"),
        }
    }
    rule
}

/// A policy with these rules, pauses for both clocks, 80 percent.
pub(crate) fn policy(rules: Vec<TargetRule>) -> PolicyDefinition {
    PolicyDefinition {
        name: PolicyName::parse("Gold").unwrap(),
        calendar: CalendarId(Uuid::from_u128(7)),
        rules,
        at_risk_percent: 80,
        paused_by_waiting: Metric::ALL.to_vec(),
        reopening: Reopening::Resume,
        escalations: vec![],
    }
}

pub(crate) fn rulebook<'a>(policy: &'a PolicyDefinition, calendar: &'a Calendar) -> Rulebook<'a> {
    Rulebook { policy, policy_id: policy_id(5), policy_revision: 1, calendar, calendar_revision: 1 }
}

/// A calendar that is always open.
pub(crate) fn always() -> Calendar {
    Calendar::new(&crate::calendar::samples::round_the_clock("UTC"))
}

pub(crate) fn status(from: Status, to: Status) -> TicketEvent {
    TicketEvent::StatusChanged(StatusChanged { from, to, reason: None })
}

pub(crate) fn priority(from: Priority, to: Priority) -> TicketEvent {
    TicketEvent::PriorityChanged(PriorityChanged { from, to })
}

pub(crate) fn comment(author: Option<u128>, visibility: Visibility) -> TicketEvent {
    TicketEvent::CommentAdded(CommentAdded {
        comment_id: CommentId(Uuid::from_u128(9)),
        author: author.map(|n| UserId(Uuid::from_u128(n))),
        visibility,
        text: "We look into it.".into(),
        mentions: vec![],
    })
}

/// A public answer of user 2; user 1 opened the ticket.
pub(crate) fn answer() -> TicketEvent {
    comment(Some(2), Visibility::Public)
}

/// A ticket of medium priority opened at minute 0, and what followed at which minute.
pub(crate) fn history(then: &[(i64, TicketEvent)]) -> Vec<(Timestamp, TicketEvent)> {
    let opened = (at(0), crate::ticket::samples::opened());
    let then = then.iter().map(|(minute, event)| (at(*minute), event.clone()));
    std::iter::once(opened).chain(then).collect()
}

/// The case of such a history.
pub(crate) fn case(then: &[(i64, TicketEvent)]) -> Case {
    Case::of(history(then).iter().map(|(at, event)| (*at, event))).unwrap()
}

/// Such a history under a policy, up to a minute.
pub(crate) fn played(then: &[(i64, TicketEvent)], rulebook: &Rulebook<'_>, until: i64) -> Replay {
    replay(ticket(), history(then).iter().map(|(at, event)| (*at, event)), rulebook, at(until))
}

/// At least one event of each type.
pub(crate) fn every_event() -> Vec<SlaEvent> {
    let (policy, calendar) =
        (policy(vec![rule("", 100, 1_000), rule("priority=high", 50, 500)]), always());
    use Status::{Open, Resolved, WaitingCustomer};
    let late = [
        (5, status(Open, WaitingCustomer)),
        (6, status(WaitingCustomer, Open)),
        (7, priority(Priority::Medium, Priority::High)),
        (5_000, status(Open, Resolved)),
    ];
    let mut events = played(&late, &rulebook(&policy, &calendar), 5_000).events;
    events.extend(played(&[(1, answer())], &rulebook(&policy, &calendar), 99).events);
    let mut events: Vec<_> = events.into_iter().map(|(_, event)| event).collect();
    let clock = ClockId { ticket: ticket(), metric: Metric::Response, run: 1 };
    let role = RoleId(Uuid::from_u128(3));
    let raise = EscalationAction::RaisePriority { priority: Priority::High };
    events.push(escalated(clock, Trigger::AtRisk, raise));
    events.push(SlaEvent::Escalated(Box::new(SlaEscalated {
        clock,
        trigger: Trigger::Breached,
        index: 1,
        action: EscalationAction::Reassign { role },
        result: EscalationResult::Done,
        assignment: Some(AssignmentReason::RoundRobin {
            scope: RotationScope { role, department: None },
            pointer: None,
            candidates: vec![UserId(Uuid::from_u128(2))],
        }),
        users: vec![UserId(Uuid::from_u128(2))],
    })));
    events
}

/// The first action of that trigger, without anything to do.
pub(crate) fn escalated(clock: ClockId, trigger: Trigger, action: EscalationAction) -> SlaEvent {
    SlaEvent::Escalated(Box::new(SlaEscalated {
        clock,
        trigger,
        index: 0,
        action,
        result: EscalationResult::NothingToDo,
        assignment: None,
        users: vec![],
    }))
}

/// At least one event of each type of a policy's stream.
pub(crate) fn every_policy_event() -> Vec<super::SlaPolicyEvent> {
    super::policy_aggregate::tests::every_event()
}
