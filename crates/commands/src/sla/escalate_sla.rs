//! Doing what a clock at risk, or a breach, sets off.

use domain::rotation::{Candidates, RotationEvent, RotationItem, RotationScope, advance_rotation};
use domain::sla::{
    self, ClockId, EscalationAction, EscalationResult, Metric, SlaEscalated, SlaEvent,
    SlaPolicyState, SlaRecord, Trigger, escalations_due, raised,
};
use domain::task::AssignmentReason;
use domain::ticket::{
    AssignTicket, ChangePriority, Status, Ticket, TicketEvent, TicketState, assign_ticket,
    change_priority,
};
use domain::user::{Role, User, UserStatus};
use domain::work_role::WorkRole;
use domain::{RoleId, TicketId, UserId};

use crate::core::{Attempt, Commands, MaxAge, Together, Tries, Versioned};
use crate::rotation::{Holders, Turn};
use crate::{CommandError, Context};

/// An escalation that is due.
struct Due {
    clock: ClockId,
    trigger: Trigger,
    index: u32,
    action: EscalationAction,
}

/// What is done about it.
struct Outcome {
    result: EscalationResult,
    /// To the ticket.
    events: Vec<TicketEvent>,
    given: Option<Given>,
    users: Vec<UserId>,
}

/// Whose turn it was.
struct Given {
    turn: Turn,
    advanced: domain::rotation::RotationAdvanced,
    holders: Holders,
}

impl Outcome {
    fn of(result: EscalationResult) -> Self {
        Self { result, events: vec![], given: None, users: vec![] }
    }

    /// Those people are to be told, by whoever reads the event.
    fn telling(users: Vec<UserId>) -> Self {
        let nobody = users.is_empty();
        let result = if nobody { EscalationResult::NobodyToAssign } else { EscalationResult::Done };
        Self { users, ..Self::of(result) }
    }
}

impl Commands {
    /// Does every escalation that is due by what was told of a ticket's clocks: raises the priority,
    /// gives the ticket to whose turn it is among the people of a work role, says who is to be told.
    /// Returns how many there were; a second call does nothing.
    ///
    /// Each is one append of what is done and that it is done, so that it happens once, whatever
    /// comes between two of them. What cannot be done is told with the reason, and not tried again:
    /// the work role was removed or has nobody, or the ticket was deleted.
    ///
    /// # Errors
    /// The store's. What was done before stays done.
    pub async fn escalate_sla(
        &self,
        ctx: &Context,
        ticket: TicketId,
    ) -> Result<usize, CommandError> {
        self.forget_erased().await?;
        let stream = sla::stream_of(ticket);
        let _guards = self.locks.lock(&[stream, ticket.uuid()]).await;
        let mut tries = Tries::default();
        let mut done = 0;
        loop {
            let record = self.load::<SlaRecord>(stream, MaxAge::Now).await?;
            let Some(due) = self.escalation_due(ticket, &record.state).await? else {
                return Ok(done);
            };
            let ctx = self.sla_context(ctx, record.version);
            match self.escalate_once(&ctx, &record, due).await? {
                Attempt::Done(told) if !told.replayed => {
                    done += 1;
                    tries = Tries::default();
                }
                Attempt::Done(_) | Attempt::Lost => tries.again().await?,
            }
        }
    }

    /// The first escalation that is due.
    async fn escalation_due(
        &self,
        ticket: TicketId,
        record: &SlaRecord,
    ) -> Result<Option<Due>, CommandError> {
        for metric in Metric::ALL {
            let Some(told) = record.of(*metric) else { continue };
            if told.at_risk_at.is_none() && told.breached_at.is_none() {
                continue;
            }
            // The policy by which it was told, as it is or last was.
            let policy = told.terms.policy.uuid();
            let policy = self.load::<SlaPolicyState>(policy, MaxAge::Now).await?;
            let Some((definition, _)) = policy.state.latest() else { continue };
            let clock = ClockId { ticket, metric: *metric, run: told.run };
            if let Some(due) = escalations_due(definition, record, clock).into_iter().next() {
                let action = due.action.clone();
                return Ok(Some(Due { clock, trigger: due.trigger, index: due.index, action }));
            }
        }
        Ok(None)
    }

    async fn escalate_once(
        &self,
        ctx: &Context,
        record: &Versioned<SlaRecord>,
        due: Due,
    ) -> Result<Attempt<SlaRecord>, CommandError> {
        let ticket = due.clock.ticket;
        let seen = self.load::<TicketState>(ticket.uuid(), MaxAge::Now).await?;
        let outcome = self.outcome(ticket, &seen.state, &due.action).await?;
        let assignment = outcome.given.as_ref().map(|given| AssignmentReason::RoundRobin {
            scope: given.advanced.scope.clone(),
            pointer: given.advanced.pointer,
            candidates: given.advanced.candidates.clone(),
        });
        let told = SlaEvent::Escalated(Box::new(SlaEscalated {
            clock: due.clock,
            trigger: due.trigger,
            index: due.index,
            action: due.action,
            result: outcome.result,
            assignment,
            users: outcome.users,
        }));
        let mut together = Together::default();
        together.append(ctx, sla::stream_of(ticket), record, vec![told]);
        together.append(ctx, ticket.uuid(), &seen, outcome.events);
        // The turn is held until the append is through.
        let _turn = outcome.given.map(|given| {
            let chosen = given.advanced.chosen;
            if let Some(user) = given.holders.record(chosen) {
                together.rely_on(chosen.uuid(), user);
            }
            let turn = given.turn;
            let advanced = vec![RotationEvent::Advanced(given.advanced)];
            together.append(ctx, turn.stream, &turn.rotation, advanced);
            turn
        });
        self.append_together(ctx, together).await
    }

    /// What is to be done about one action, as the ticket stands.
    async fn outcome(
        &self,
        id: TicketId,
        state: &TicketState,
        action: &EscalationAction,
    ) -> Result<Outcome, CommandError> {
        let Ok(ticket) = state.active() else {
            return Ok(Outcome::of(EscalationResult::Refused));
        };
        if is_finished(ticket) {
            return Ok(Outcome::of(EscalationResult::NothingToDo));
        }
        match action {
            EscalationAction::RaisePriority { priority } => {
                let Some(priority) = raised(ticket.priority, *priority) else {
                    return Ok(Outcome::of(EscalationResult::NothingToDo));
                };
                let events = change_priority(state, ChangePriority { priority })?;
                Ok(Outcome { events, ..Outcome::of(EscalationResult::Done) })
            }
            EscalationAction::Reassign { role } => self.reassigned(id, state, ticket, *role).await,
            EscalationAction::NotifyAssignee => {
                Ok(Outcome::telling(ticket.assignee.into_iter().collect()))
            }
            EscalationAction::NotifyWatchers => Ok(Outcome::telling(ticket.watchers.clone())),
            EscalationAction::NotifyRole { role } => {
                let holders = self.people_of(*role).await?;
                let active = holders.iter().flat_map(|holders| &holders.holders);
                let active = active.filter(|holder| holder.status == UserStatus::Active);
                Ok(Outcome::telling(active.map(|holder| holder.user).collect()))
            }
        }
    }

    /// The ticket goes to whose turn it is, unless somebody has it who would be asked as well.
    async fn reassigned(
        &self,
        id: TicketId,
        state: &TicketState,
        ticket: &Ticket,
        role: RoleId,
    ) -> Result<Outcome, CommandError> {
        let nobody = || Outcome::of(EscalationResult::NobodyToAssign);
        let Some(holders) = self.people_of(role).await? else { return Ok(nobody()) };
        let can_have_tickets = |user: UserId| {
            let record = holders.record(user).and_then(|record| record.state.user());
            record.is_some_and(can_have_tickets)
        };
        let able: Vec<_> =
            holders.holders.iter().filter(|h| can_have_tickets(h.user)).cloned().collect();
        let Ok(candidates) = Candidates::of(&able, None) else { return Ok(nobody()) };
        if ticket.assignee.is_some_and(|assignee| candidates.contains(assignee)) {
            return Ok(Outcome::of(EscalationResult::NothingToDo));
        }
        let scope = RotationScope { role, department: None };
        let turn = self.turn(&scope).await?;
        let item = RotationItem::Ticket { ticket: id };
        let advanced = advance_rotation(&turn.rotation.state, scope, item, &candidates);
        let assignee = advanced.chosen;
        let events = assign_ticket(state, AssignTicket { assignee })?;
        let given = Some(Given { turn, advanced, holders });
        Ok(Outcome { result: EscalationResult::Done, events, given, users: vec![assignee] })
    }

    /// Who holds a work role as things stand now; none when it was removed.
    async fn people_of(&self, role: RoleId) -> Result<Option<Holders>, CommandError> {
        let loaded = self.load::<WorkRole>(role.uuid(), MaxAge::Now).await?;
        if loaded.state.active().is_err() {
            return Ok(None);
        }
        self.holders(role, MaxAge::Now, self.ambient().now()).await.map(Some)
    }
}

fn is_finished(ticket: &Ticket) -> bool {
    match ticket.status {
        Status::Resolved | Status::Closed => true,
        Status::Open | Status::InProgress | Status::WaitingCustomer => false,
    }
}

fn can_have_tickets(user: &User) -> bool {
    match user.role {
        Role::Admin | Role::Handler => true,
        Role::Publisher | Role::Viewer => false,
    }
}
