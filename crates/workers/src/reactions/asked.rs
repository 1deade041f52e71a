//! What an event asks for, by its type alone.

use domain::sla::ticket_of;
use domain::{TaskId, TicketId, UserId};
use eventstore::EventHeader;

use crate::work::Work;

/// On what it depends whether the work is wanted at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unless {
    /// On nothing.
    Never,
    /// Without workflows nobody needs it.
    NoWorkflows,
    /// Without policies nobody needs it, but for a ticket that has clocks.
    NoClocks,
}

/// What an event asks for. A type that is not known here concerns nobody here: a newer process may know it, and has
/// looked after it if it matters.
pub(super) fn asked(event: &EventHeader) -> Vec<(Work, Unless)> {
    let stream = event.stream_id;
    let reconcile = (Work::ReconcileTask(TicketId(stream)), Unless::NoWorkflows);
    let tell = (Work::TellSla(TicketId(stream)), Unless::NoClocks);
    match event.event_type.as_str() {
        "ticket.opened"
        | "ticket.categorised"
        | "ticket.department_changed"
        | "ticket.priority_changed"
        | "ticket.status_changed"
        | "ticket.deleted"
        | "ticket.restored"
        | "ticket.merged_into"
        | "ticket.unmerged" => vec![reconcile, tell],
        "ticket.comment_added" | "ticket.data_changed" => vec![tell],
        "ticket.file_attached" => {
            vec![(Work::FollowFiles(TicketId(stream)), Unless::Never)]
        }
        "subject.erased" => vec![(Work::SweepErased, Unless::Never)],
        "user.registered"
        | "user.role_changed"
        | "user.work_roles_changed"
        | "user.departments_changed"
        | "user.deactivated"
        | "user.reactivated" => vec![(Work::SeatUser(UserId(stream)), Unless::NoWorkflows)],
        // Its timer is to be there when there are workflows one day.
        "user.away_changed" => vec![(Work::SeatUser(UserId(stream)), Unless::Never)],
        "sla.at_risk" | "sla.breached" => {
            vec![(Work::EscalateSla(ticket_of(stream)), Unless::Never)]
        }
        "sla_policy.created" | "sla_policy.changed" | "sla_policy.removed" | "calendar.created"
        | "calendar.changed" | "calendar.removed" => vec![(Work::RefreshSla, Unless::Never)],
        task if task.starts_with("task.") => {
            vec![(Work::FollowTask(TaskId(stream)), Unless::Never)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use domain::event::DomainEvent;
    use domain::sla::{SlaEvent, SlaPolicyEvent, stream_of};
    use domain::task::TaskEvent;
    use domain::ticket::TicketEvent;
    use domain::user::UserEvent;
    use uuid::Uuid;

    use super::*;

    fn event(event_type: &str, stream: Uuid) -> EventHeader {
        let event_type = event_type.to_owned();
        EventHeader { position: 1, event_id: Uuid::from_u128(1), stream_id: stream, event_type }
    }

    fn works(event_type: &str, stream: Uuid) -> Vec<Work> {
        asked(&event(event_type, stream)).into_iter().map(|(work, _)| work).collect()
    }

    #[test]
    fn every_type_named_here_is_one_that_there_is() {
        let known = |event_type: &str| {
            let lists = [
                TicketEvent::TYPES,
                UserEvent::TYPES,
                SlaEvent::TYPES,
                SlaPolicyEvent::TYPES,
                domain::calendar::CalendarEvent::TYPES,
            ];
            // The log's own, which nobody of the domain decides on.
            event_type == "subject.erased"
                || lists.iter().any(|types| types.iter().any(|(name, _)| *name == event_type))
        };
        let source = include_str!("asked.rs");
        let (source, _) = source.split_once("#[cfg(test)]").unwrap();
        let named = source.split('"').filter(|text| {
            text.split_once('.').is_some_and(|(kind, rest)| {
                !rest.is_empty() && kind.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            })
        });
        let named: Vec<_> = named.collect();
        assert!(named.len() > 20, "{named:?}");
        for event_type in named {
            assert!(known(event_type), "{event_type}");
        }
    }

    #[test]
    fn a_new_ticket_wants_a_task_and_clocks_a_comment_clocks_and_a_watcher_nothing() {
        let id = Uuid::from_u128(7);
        let ticket = TicketId(id);
        let both = [Work::ReconcileTask(ticket), Work::TellSla(ticket)];
        assert_eq!(works("ticket.opened", id), both);
        assert_eq!(works("ticket.comment_added", id), [Work::TellSla(ticket)]);
        assert_eq!(works("ticket.watcher_added", id), []);
    }

    #[test]
    fn every_event_of_a_task_is_followed_also_one_of_tomorrow_but_no_other_unknown_one() {
        let id = Uuid::from_u128(7);
        for (event_type, _) in TaskEvent::TYPES {
            assert_eq!(works(event_type, id), [Work::FollowTask(TaskId(id))]);
        }
        assert_eq!(works("task.of_tomorrow", id), [Work::FollowTask(TaskId(id))]);
        assert_eq!(works("ticket.of_tomorrow", id), []);
        assert_eq!(works("newer_kind.opened", id), []);
    }

    #[test]
    fn what_clocks_tell_is_about_their_ticket() {
        let ticket = TicketId(Uuid::from_u128(0x0193_6f00_0000_7000_8000_0000_0000_0001));
        assert_eq!(works("sla.breached", stream_of(ticket)), [Work::EscalateSla(ticket)]);
        assert_eq!(works("sla.paused", stream_of(ticket)), []);
    }
}
