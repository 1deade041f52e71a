//! What an imported ticket went through before it moved in.

use domain::ticket::{
    AssignTicket, ChangeStatus, OpenTicket, Status, TicketEvent, TicketState, assign_ticket,
    change_status, open_ticket,
};
use domain::{TicketNumber, Timestamp, UserId};

use super::mapping::ImportedTicket;
use crate::CommandError;
use crate::core::Aggregate;

/// What happened to an imported ticket, and when as far as the file says.
pub(crate) fn history(
    ticket: &ImportedTicket,
    assignee: Option<UserId>,
    number: TicketNumber,
    opened_by: Option<UserId>,
) -> Result<Vec<(TicketEvent, Option<Timestamp>)>, CommandError> {
    let opened_at = ticket.created_at;
    let changed_at = ticket.updated_at.or(opened_at);
    let resolved_at = ticket.resolved_at.or(changed_at);
    let mut history = History { state: TicketState::default(), events: Vec::new() };
    let open = OpenTicket { number, opened_by, draft: ticket.draft.clone() };
    history.add(open_ticket(&history.state, open)?, opened_at);
    if let Some(assignee) = assignee {
        let at = changed_at.min(resolved_at);
        history.add(assign_ticket(&history.state, AssignTicket { assignee })?, at);
    }
    let mut move_to = |status: Status, at| -> Result<(), CommandError> {
        let command = ChangeStatus { status, reason: None };
        history.add(change_status(&history.state, command)?, at);
        Ok(())
    };
    match ticket.status {
        Status::Open => {}
        Status::InProgress | Status::WaitingCustomer => move_to(ticket.status, changed_at)?,
        Status::Resolved => move_to(Status::Resolved, resolved_at)?,
        Status::Closed => {
            if ticket.resolved_at.is_some() {
                move_to(Status::Resolved, resolved_at)?;
            }
            move_to(Status::Closed, changed_at.max(resolved_at))?;
        }
    }
    Ok(history.events)
}

struct History {
    state: TicketState,
    events: Vec<(TicketEvent, Option<Timestamp>)>,
}

impl History {
    fn add(&mut self, events: Vec<TicketEvent>, at: Option<Timestamp>) {
        for event in events {
            let state = std::mem::take(&mut self.state);
            self.state = state.evolve(&event, at.unwrap_or_default());
            self.events.push((event, at));
        }
    }
}
