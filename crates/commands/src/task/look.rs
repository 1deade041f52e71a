//! What a change of a task is decided on.

use std::sync::Arc;

use domain::sla::Facts;
use domain::task::{StepClock, TaskState};
use domain::ticket::{Ticket, TicketState};
use domain::workflow::Definition;
use domain::{Department, TaskId, TicketId, Timestamp};
use eventstore::Subject;

use crate::core::{Aggregate, Commands, MaxAge, Versioned};
use crate::sla::OwnedRulebook;
use crate::{CommandError, Context};

/// A task and what goes with it, as they are now.
pub(super) struct Seen {
    pub(super) id: TaskId,
    pub(super) task: Versioned<TaskState>,
    pub(super) ticket_id: TicketId,
    pub(super) ticket: Versioned<TicketState>,
    /// That of the version the task runs on.
    pub(super) definition: Arc<Definition>,
    pub(super) time: StepTime,
}

/// The time that steps are limited in: that of the policy in charge of the ticket, else around the
/// clock.
pub(super) struct StepTime {
    now: Timestamp,
    rulebook: Option<OwnedRulebook>,
}

impl StepTime {
    /// The moment of the decision.
    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    /// The clock of a step that begins or goes on now.
    pub(super) fn clock(&self) -> StepClock<'_> {
        match &self.rulebook {
            Some(owned) => {
                let rulebook = owned.rulebook();
                StepClock {
                    now: self.now,
                    calendar: Some(rulebook.calendar),
                    at_risk_percent: rulebook.policy.at_risk_percent,
                }
            }
            None => StepClock::around_the_clock(self.now),
        }
    }
}

impl Seen {
    /// The department of the ticket, whatever became of the ticket.
    pub(super) fn department(&self) -> Option<&Department> {
        self.ticket.state.ticket().and_then(|ticket| ticket.department.as_ref())
    }

    /// Whose personal values are said about the task: the same person's as about its ticket.
    pub(super) fn subject(&self) -> Subject {
        match self.ticket.state.subject(&[]) {
            Subject::Stream => Subject::Id(self.ticket_id.uuid()),
            known @ (Subject::Id(_) | Subject::Identified(_)) => known,
        }
    }
}

impl Commands {
    /// Looks at a task that there is.
    pub(super) async fn look(
        &self,
        ctx: &Context,
        id: TaskId,
        task: Versioned<TaskState>,
    ) -> Result<Seen, CommandError> {
        let known = task.state.known()?;
        let ticket_id = known.ticket;
        let (workflow, version) = (known.matched.workflow, known.matched.version);
        let definition = self.definition(workflow, version).await?;
        let ticket = self.load::<TicketState>(ticket_id.uuid(), MaxAge::Now).await?;
        let time = self.step_time(ctx, ticket.state.ticket()).await?;
        Ok(Seen { id, task, ticket_id, ticket, definition, time })
    }

    /// The time of a ticket's steps.
    pub(super) async fn step_time(
        &self,
        ctx: &Context,
        ticket: Option<&Ticket>,
    ) -> Result<StepTime, CommandError> {
        let now = ctx.occurred_at.unwrap_or_else(|| self.ambient().now());
        let rulebook = match ticket {
            Some(ticket) => self.rulebook_of(&facts(ticket)).await?,
            None => None,
        };
        Ok(StepTime { now, rulebook })
    }
}

fn facts(ticket: &Ticket) -> Facts {
    Facts {
        ticket_type: ticket.ticket_type.clone(),
        category: ticket.category.clone(),
        department: ticket.department.clone(),
        priority: ticket.priority,
    }
}
