//! Task events as English sentences.

use std::collections::HashMap;

use domain::UserId;
use domain::task::events::{
    ExternalAnswered, TaskActed, TaskAssigned, TaskOpened, WaitingForAssignee,
};
use domain::task::{Arrival, AssignmentReason, Performer, TaskEvent};
use domain::workflow::End;
use uuid::Uuid;

use crate::ticket_history::words::{name, spaced, with_reason};
use crate::users::UserBrief;

/// The users a sentence names.
pub(crate) fn people(event: &TaskEvent) -> Vec<UserId> {
    match event {
        TaskEvent::Assigned(e) => std::iter::once(e.assignee).chain(e.previous).collect(),
        TaskEvent::Unassigned(e) => vec![e.previous],
        TaskEvent::Opened(_)
        | TaskEvent::WaitingForAssignee(_)
        | TaskEvent::Acted(_)
        | TaskEvent::Held(_)
        | TaskEvent::Resumed(_)
        | TaskEvent::Escalated(_)
        | TaskEvent::ExternalRequested(_)
        | TaskEvent::ExternalAnswered(_)
        | TaskEvent::ExternalFailed(_)
        | TaskEvent::Completed(_)
        | TaskEvent::Cancelled(_) => Vec::new(),
    }
}

/// What happened, without who did it.
pub(crate) fn summary(event: &TaskEvent, people: &HashMap<Uuid, UserBrief>) -> String {
    match event {
        TaskEvent::Opened(e) => opened(e),
        TaskEvent::Assigned(e) => assigned(e, people),
        TaskEvent::Unassigned(e) => {
            let why = spaced(e.why.as_str());
            format!("Taken from {}: {why}", name(e.previous, people))
        }
        TaskEvent::WaitingForAssignee(e) => waiting(e),
        TaskEvent::Acted(e) => acted(e),
        TaskEvent::Held(e) => with_reason("Put on hold".to_owned(), &e.reason),
        TaskEvent::Resumed(_) => "Resumed".to_owned(),
        TaskEvent::Escalated(e) => {
            with_reason(format!("Escalated ({})", spaced(e.why.as_str())), &e.comment)
        }
        TaskEvent::ExternalRequested(e) => format!("Asked {} to decide", e.system),
        TaskEvent::ExternalAnswered(e) => answered(e),
        TaskEvent::ExternalFailed(e) => {
            let failed = format!("Gave up asking ({})", spaced(e.why.as_str()));
            with_reason(failed, &e.detail)
        }
        TaskEvent::Completed(end) => format!("Completed: {}", ended(end)),
        TaskEvent::Cancelled(e) => {
            with_reason(format!("Cancelled ({})", spaced(e.why.as_str())), &e.comment)
        }
    }
}

fn opened(e: &TaskOpened) -> String {
    let version = e.matched.version;
    let level = spaced(e.matched.level.as_str());
    format!("Began at “{}”, on version {version} of the workflow (match: {level})", e.step.name)
}

fn assigned(e: &TaskAssigned, people: &HashMap<Uuid, UserBrief>) -> String {
    let given = match e.previous {
        Some(previous) => {
            format!("Reassigned from {} to {}", name(previous, people), name(e.assignee, people))
        }
        None => format!("Assigned to {}", name(e.assignee, people)),
    };
    match &e.why {
        AssignmentReason::RoundRobin { candidates, .. } => {
            format!("{given}, whose turn it was among {}", candidates.len())
        }
        AssignmentReason::LeastLoaded { loads, .. } => {
            format!("{given}, who had the fewest open tasks among {}", loads.len())
        }
        AssignmentReason::ByPerson { .. } => given,
    }
}

fn waiting(e: &WaitingForAssignee) -> String {
    let why = spaced(e.why.as_str());
    match &e.scope.department {
        Some(department) => {
            format!("Waits for somebody of the department {department} to do it: {why}")
        }
        None => format!("Waits for somebody to do it: {why}"),
    }
}

fn acted(e: &TaskActed) -> String {
    let by = match &e.by {
        Performer::Person { .. } => String::new(),
        Performer::System { system, .. } => format!("{system}: "),
    };
    let moved = match &e.to {
        Arrival::Step(step) => format!("{by}{}, on to “{}”", e.action.name, step.name),
        Arrival::End(_) => format!("{by}{}", e.action.name),
    };
    with_reason(moved, &e.comment)
}

fn answered(e: &ExternalAnswered) -> String {
    let answered = format!("Was answered: {}", e.action);
    match e.late {
        Some(why) => {
            with_reason(format!("{answered}, too late ({})", spaced(why.as_str())), &e.comment)
        }
        None => answered,
    }
}

fn ended(end: &End) -> String {
    match end.ticket_status {
        Some(status) => {
            format!("{}; the ticket becomes {}", end.outcome, spaced(status.as_str()))
        }
        None => end.outcome.to_string(),
    }
}
