//! Bringing the task of a ticket in line with the ticket.

use domain::task::{CancelReason, TaskState};
use domain::ticket::{Status, TicketState};
use domain::{TaskId, TicketId};

use super::decide::TaskChange;
use super::reopened::{is_open, is_to_be_replaced};
use super::start_task::Ground;
use crate::core::{Attempt, Commands, Together, Tries, derive_command_id};
use crate::{CommandError, Context};

/// What is to be done for a ticket.
enum Missing {
    Nothing,
    /// Its task is to end.
    End(CancelReason),
    /// A task is to begin, in place of one that runs perhaps.
    Begin,
    /// Its task waits, perhaps no longer: another department has other people.
    Assign(TaskId),
}

impl Commands {
    /// Starts the task of an open ticket that has none, or whose last one ended before the ticket
    /// came back to work; begins anew where nobody has acted, the ticket has changed and another
    /// workflow is for it by now; ends the task of a ticket that was deleted, merged or closed; looks again for somebody
    /// where nobody was found. A second call does nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn reconcile_task(
        &self,
        ctx: &Context,
        ticket: TicketId,
    ) -> Result<(), CommandError> {
        self.forget_erased().await?;
        let queue = self.locks.lock(&[ticket.uuid()]).await;
        let mut tries = Tries::default();
        loop {
            let ground = match self.ground(ticket).await {
                Err(CommandError::NotFound) => return Ok(()),
                ground => ground?,
            };
            let missing = self.missing(&ground).await?;
            let ctx = self.ctx_of_ground(ctx, &ground);
            let attempt = match missing {
                Missing::Nothing => return Ok(()),
                Missing::Assign(task) => {
                    drop(queue);
                    let assigned = self.change_if_needed(&ctx, task, TaskChange::Assign).await;
                    return match assigned {
                        // It ended meanwhile.
                        Ok(_) | Err(CommandError::Task(_)) => Ok(()),
                        Err(error) => Err(error),
                    };
                }
                Missing::End(why) => self.try_end(&ctx, &ground, why).await?,
                Missing::Begin => {
                    let Some(matched) = ground.matched.clone() else { return Ok(()) };
                    self.try_start(&ctx, &ground, matched, tries.max_age(self)).await?
                }
            };
            match attempt {
                Attempt::Done(done) => {
                    drop(queue);
                    self.look_again(&ctx, done).await;
                    return Ok(());
                }
                Attempt::Lost => tries.again().await?,
            }
        }
    }

    async fn missing(&self, ground: &Ground) -> Result<Missing, CommandError> {
        let (state, matched) = (&*ground.ticket.state, ground.matched.as_ref());
        if let Some(running) = ground.running() {
            if let Some(why) = gone(state) {
                return Ok(Missing::End(why));
            }
            if !is_open(state) {
                return Ok(Missing::Nothing);
            }
            let task = running.task.state.known()?;
            let is_another = matched.map(|now| now.workflow) != Some(task.matched.workflow);
            if task.history.is_empty()
                && is_another
                && self.is_to_be_matched_anew(ground.ticket_id, running.id).await?
            {
                let none = Missing::End(CancelReason::Restarted);
                return Ok(matched.map_or(none, |_| Missing::Begin));
            }
            let waits = task.waiting.is_some();
            return Ok(if waits { Missing::Assign(running.id) } else { Missing::Nothing });
        }
        if !is_open(state) || matched.is_none() {
            return Ok(Missing::Nothing);
        }
        let Some(last) = &ground.last else { return Ok(Missing::Begin) };
        let is_over = !is_to_be_replaced(&last.task.state.known()?.progress)
            && !self.reopened_after(ground.ticket_id, last.id).await?;
        Ok(if is_over { Missing::Nothing } else { Missing::Begin })
    }

    async fn try_end(
        &self,
        ctx: &Context,
        ground: &Ground,
        why: CancelReason,
    ) -> Result<Attempt<TaskState>, CommandError> {
        let mut together = Together::default();
        self.end_last(ctx, ground, why, &mut together)?;
        together.rely_on(ground.ticket_id.uuid(), &ground.ticket);
        self.append_together(ctx, together).await
    }

    /// What is done under one cause is a command of its own for each state it is done in.
    fn ctx_of_ground(&self, ctx: &Context, ground: &Ground) -> Context {
        let secrets = self.store.secrets();
        let run = ground.last.as_ref().map_or(0, |last| last.task.version.unsigned_abs());
        let ticket = ground.ticket.version.unsigned_abs();
        let id = derive_command_id(secrets, ctx.command_id, "reconcile", run.into());
        ctx.with_command(derive_command_id(secrets, id, "ticket", ticket.into()))
    }
}

/// Why the task of a ticket that people no longer work on ends. A resolved one may come back, and
/// its task goes on.
fn gone(state: &TicketState) -> Option<CancelReason> {
    match state {
        TicketState::Deleted { .. } => Some(CancelReason::TicketDeleted),
        TicketState::Merged { .. } => Some(CancelReason::TicketMerged),
        TicketState::Active { ticket } if ticket.status == Status::Closed => {
            Some(CancelReason::TicketClosed)
        }
        TicketState::Active { .. } | TicketState::Unopened => None,
    }
}
