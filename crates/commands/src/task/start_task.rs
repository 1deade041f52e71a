//! Starting the task of a ticket.

use domain::task::{CancelReason, CancelTask, OpenTask, TaskState, cancel_task, open_task};
use domain::ticket::TicketState;
use domain::workflow::{Match, TicketFacts, find_workflow};
use domain::{TaskId, TicketId};

use super::claims::{move_claims, run_claim};
use super::decide::Search;
use super::facts::LastRun;
use super::follow_up::Place;
use super::look::Seen;
use super::reopened::is_open;
use crate::core::{Attempt, Commands, MaxAge, Together, Tries, Versioned, derived};
use crate::{CommandError, Committed, Context};

/// What starting a task does when one runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing.
    IfNone,
    /// Cancels it and begins another, if there is a workflow for the ticket.
    Restart,
}

/// What came of starting a task.
#[derive(Debug, Clone)]
pub enum Started {
    /// It was started.
    Task(Committed<TaskState>),
    /// This one runs already.
    Running(TaskId),
    /// No workflow is for the ticket.
    NoWorkflow,
    /// The ticket is deleted, merged, resolved or closed.
    NotOpen,
}

/// A ticket and its last task, as they are now.
pub(super) struct Ground {
    pub(super) ticket_id: TicketId,
    pub(super) ticket: Versioned<TicketState>,
    pub(super) last: Option<LastRun>,
    /// The workflow for the ticket, where it is open.
    pub(super) matched: Option<Match>,
}

impl Ground {
    /// The last task, unless it has ended.
    pub(super) fn running(&self) -> Option<&LastRun> {
        self.last.as_ref().filter(|last| last.task.state.unended().is_ok())
    }
}

impl Commands {
    /// Finds the workflow for a ticket and starts its task: with the first step given to somebody,
    /// or asked of its system, in one append with the end of the task before it. A version to match
    /// is that of the ticket.
    ///
    /// # Errors
    /// [`CommandError::NotFound`] when there is no such ticket, or
    /// [`CommandError::VersionMismatch`].
    pub async fn start_task(
        &self,
        ctx: &Context,
        ticket: TicketId,
        how: Start,
    ) -> Result<Started, CommandError> {
        if let Some(first) = self.replayed(ctx).await? {
            return Ok(Started::Task(first));
        }
        let started = self.find_and_start(ctx, ticket, how).await;
        if matches!(started, Ok(Started::Task(_))) {
            return started;
        }
        // The same command, sent twice at once, may have gone through meanwhile.
        self.replayed(ctx).await?.map(Started::Task).map_or(started, Ok)
    }

    async fn find_and_start(
        &self,
        ctx: &Context,
        ticket: TicketId,
        how: Start,
    ) -> Result<Started, CommandError> {
        self.forget_erased().await?;
        let queue = self.locks.lock(&[ticket.uuid()]).await;
        let mut tries = Tries::default();
        loop {
            let ground = self.ground(ticket).await?;
            let current = ground.ticket.version;
            if ctx.if_match.is_some_and(|wanted| wanted != current) {
                return Err(CommandError::VersionMismatch { current });
            }
            if !is_open(&ground.ticket.state) {
                return Ok(Started::NotOpen);
            }
            match (how, ground.running()) {
                (Start::IfNone, Some(running)) => return Ok(Started::Running(running.id)),
                (Start::Restart, Some(_)) | (Start::IfNone | Start::Restart, None) => {}
            }
            let Some(matched) = ground.matched.clone() else { return Ok(Started::NoWorkflow) };
            match self.try_start(ctx, &ground, matched, tries.max_age(self)).await? {
                Attempt::Done(done) if done.replayed => return Ok(Started::Task(done)),
                Attempt::Done(done) => {
                    drop(queue);
                    return Ok(Started::Task(self.look_again(ctx, done).await));
                }
                Attempt::Lost => tries.again().await?,
            }
        }
    }

    /// Looks at a ticket.
    pub(super) async fn ground(&self, ticket_id: TicketId) -> Result<Ground, CommandError> {
        let ticket = self.load::<TicketState>(ticket_id.uuid(), MaxAge::Now).await?;
        let known = ticket.state.ticket().ok_or(CommandError::NotFound)?;
        let last = self.last_run(ticket_id).await?;
        let matched = if is_open(&ticket.state) {
            find_workflow(&self.match_candidates().await?, &TicketFacts::from(known))
        } else {
            None
        };
        Ok(Ground { ticket_id, ticket, last, matched })
    }

    /// Opens the next run, and ends the last one if that still runs.
    pub(super) async fn try_start(
        &self,
        ctx: &Context,
        ground: &Ground,
        matched: Match,
        max_age: MaxAge,
    ) -> Result<Attempt<TaskState>, CommandError> {
        let ticket = ground.ticket_id;
        let last_run = ground.last.as_ref().and_then(|last| last.task.state.task());
        let run = last_run.map_or(0, |task| task.run).saturating_add(1);
        let secrets = self.store.secrets();
        let id = TaskId(derived(secrets, ticket.uuid(), "task", &run.to_be_bytes()));
        let seen = Seen {
            id,
            task: Versioned::empty(),
            ticket_id: ticket,
            ticket: ground.ticket.clone(),
            definition: self.definition(matched.workflow, matched.version).await?,
            time: self.step_time(ctx, ground.ticket.state.ticket()).await?,
        };
        let before = TaskState::default();
        let command = OpenTask { ticket, run, matched };
        let mut events = open_task(&before, &seen.definition, command, seen.time.clock())?;
        let mut after = before.clone().evolved(&events, seen.time.now());
        let place = Place {
            id,
            definition: &seen.definition,
            department: seen.department(),
            now: seen.time.now(),
            max_age,
        };
        let mut follow_up = self.follow_up(place, &before, &after, Search::AtNewStep).await?;
        after = after.evolved(&follow_up.events, seen.time.now());
        events.append(&mut follow_up.events);

        let mut together = Together::default();
        together.claims.push((run_claim(ticket, run), id.uuid()));
        move_claims(&mut together, id, &before, &after);
        together.append_about(ctx, id.uuid(), &seen.task, events, seen.subject());
        self.end_last(ctx, ground, CancelReason::Restarted, &mut together)?;
        together.rely_on(ticket.uuid(), &ground.ticket);
        // Held until all is appended.
        let _turn = follow_up.add_to(ctx, &mut together);
        self.append_together(ctx, together).await
    }

    /// Ends the last run, or relies on its having ended.
    pub(super) fn end_last(
        &self,
        ctx: &Context,
        ground: &Ground,
        why: CancelReason,
        together: &mut Together,
    ) -> Result<(), CommandError> {
        let Some(LastRun { id, task }) = &ground.last else { return Ok(()) };
        if task.state.unended().is_err() {
            together.rely_on(id.uuid(), task);
            return Ok(());
        }
        let events = cancel_task(&task.state, CancelTask { why, comment: None })?;
        let after = (*task.state).clone().evolved(&events, self.ambient().now());
        move_claims(together, *id, &task.state, &after);
        together.append(ctx, id.uuid(), task, events);
        Ok(())
    }
}
