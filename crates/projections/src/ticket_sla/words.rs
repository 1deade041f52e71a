//! Events of clocks as English sentences.

use std::collections::HashMap;

use chrono::SecondsFormat;
use domain::sla::{
    ClockId, EscalationAction, EscalationResult, SlaEscalated, SlaEvent, SlaRescheduled, Trigger,
};
use domain::{Timestamp, UserId};
use uuid::Uuid;

use crate::ticket_history::words::{name, spaced};
use crate::users::UserBrief;

/// The users a sentence names.
pub(crate) fn people(event: &SlaEvent) -> Vec<UserId> {
    match event {
        SlaEvent::Escalated(e) => e.users.clone(),
        SlaEvent::Started(_)
        | SlaEvent::Paused(_)
        | SlaEvent::Resumed(_)
        | SlaEvent::Rescheduled(_)
        | SlaEvent::AtRisk(_)
        | SlaEvent::Breached(_)
        | SlaEvent::Met(_)
        | SlaEvent::Missed(_) => Vec::new(),
    }
}

/// What happened.
pub(crate) fn summary(event: &SlaEvent, people: &HashMap<Uuid, UserBrief>) -> String {
    let what = metric(event.clock());
    match event {
        SlaEvent::Started(e) => match e.terms.target_minutes {
            Some(minutes) => {
                format!("The {what} has {minutes} min{}", due(e.schedule.due_at))
            }
            None => format!("The {what} has no target"),
        },
        SlaEvent::Paused(e) => {
            format!("The time for the {what} stands still ({})", spaced(e.cause.as_str()))
        }
        SlaEvent::Resumed(e) => {
            format!("The time for the {what} goes on{}", due(e.schedule.due_at))
        }
        SlaEvent::Rescheduled(e) => rescheduled(e),
        SlaEvent::AtRisk(e) => format!("The {what} is at risk{}", due(e.due_at)),
        SlaEvent::Breached(e) => format!("The {what} is late: it was due at {}", at(e.due_at)),
        SlaEvent::Met(_) => format!("The {what} was in time"),
        SlaEvent::Missed(_) => format!("The {what} was too late"),
        SlaEvent::Escalated(e) => escalated(e, people),
    }
}

fn metric(clock: ClockId) -> &'static str {
    clock.metric.as_str()
}

fn rescheduled(e: &SlaRescheduled) -> String {
    let what = metric(e.clock);
    let why: Vec<String> = e.why.iter().map(|why| spaced(why.as_str())).collect();
    let why = why.join(", ");
    match (e.terms.target_minutes, e.schedule.due_at) {
        (None, _) => format!("The {what} has no target any more ({why})"),
        (Some(minutes), due_at) => {
            format!("The {what} has {minutes} min now{} ({why})", due(due_at))
        }
    }
}

fn escalated(e: &SlaEscalated, people: &HashMap<Uuid, UserBrief>) -> String {
    let what = metric(e.clock);
    let because = match e.trigger {
        Trigger::AtRisk => format!("As the {what} is at risk"),
        Trigger::Breached => format!("As the {what} is late"),
    };
    let wanted = match e.action {
        EscalationAction::Reassign { .. } => "giving it to somebody else".to_owned(),
        EscalationAction::RaisePriority { priority } => {
            format!("raising the priority to {priority}")
        }
        EscalationAction::NotifyAssignee => "telling the assignee".to_owned(),
        EscalationAction::NotifyWatchers => "telling those who watch it".to_owned(),
        EscalationAction::NotifyRole { .. } => "telling those who hold a work role".to_owned(),
    };
    match e.result {
        EscalationResult::Done => format!("{because}: {}", done(e, people)),
        EscalationResult::NothingToDo => format!("{because}: {wanted} was not needed"),
        EscalationResult::NobodyToAssign => format!("{because}: {wanted} failed, there was nobody"),
        EscalationResult::Refused => {
            format!("{because}: {wanted} failed, the ticket does not allow it")
        }
    }
}

fn done(e: &SlaEscalated, people: &HashMap<Uuid, UserBrief>) -> String {
    let users: Vec<String> = e.users.iter().map(|user| name(*user, people)).collect();
    let users = users.join(", ");
    match e.action {
        EscalationAction::Reassign { .. } => format!("given to {users}, whose turn it was"),
        EscalationAction::RaisePriority { priority } => format!("the priority is {priority} now"),
        EscalationAction::NotifyAssignee
        | EscalationAction::NotifyWatchers
        | EscalationAction::NotifyRole { .. } => format!("to be told to {users}"),
    }
}

fn due(at_time: Option<Timestamp>) -> String {
    at_time.map_or_else(String::new, |time| format!(", due at {}", at(time)))
}

fn at(time: Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
