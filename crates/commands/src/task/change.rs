//! How a task is changed: look, decide, follow up, append; anew when somebody else was faster.

use std::sync::Arc;

use domain::TaskId;
use domain::rotation::Candidates;
use domain::task::{Assignee, TaskEvent, TaskState};
use domain::ticket::{ChangeStatus, TicketEvent, change_status};
use domain::user::UserState;

use super::claims::move_claims;
use super::decide::{TaskChange, decide};
use super::follow_up::Place;
use super::look::Seen;
use crate::core::{Attempt, Commands, MaxAge, Together, Tries, derive_command_id};
use crate::rotation::Turn;
use crate::{CommandError, Committed, Context};

/// What becomes of a command that changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoChange {
    /// It is accepted as any other, so that a repeat finds its result.
    Accept,
    /// Nothing is written: it is Docket that asks, and asks again.
    Skip,
}

/// A change that went through.
pub(super) struct Changed {
    pub(super) done: Committed<TaskState>,
    /// The task as it was just before; none for the first result of a command given before.
    pub(super) before: Option<Arc<TaskState>>,
}

/// What is appended, and what is to be held until it is.
struct Plan {
    together: Together,
    is_change: bool,
    turn: Option<Turn>,
}

impl Commands {
    /// Changes a task, as somebody asks.
    pub(super) async fn change_task(
        &self,
        ctx: &Context,
        task: TaskId,
        change: TaskChange,
    ) -> Result<Committed<TaskState>, CommandError> {
        Ok(self.change_from(ctx, task, change).await?.done)
    }

    /// The same, with what it was before.
    pub(super) async fn change_from(
        &self,
        ctx: &Context,
        task: TaskId,
        change: TaskChange,
    ) -> Result<Changed, CommandError> {
        let changed = self.change_and_look_again(ctx, task, change, NoChange::Accept).await?;
        changed.ok_or(CommandError::Internal("a command was skipped"))
    }

    /// Changes a task, if there is anything to change.
    pub(super) async fn change_if_needed(
        &self,
        ctx: &Context,
        task: TaskId,
        change: TaskChange,
    ) -> Result<Option<Committed<TaskState>>, CommandError> {
        let changed = self.change_and_look_again(ctx, task, change, NoChange::Skip).await?;
        Ok(changed.map(|changed| changed.done))
    }

    async fn change_and_look_again(
        &self,
        ctx: &Context,
        task: TaskId,
        change: TaskChange,
        no_change: NoChange,
    ) -> Result<Option<Changed>, CommandError> {
        match self.change_once(ctx, task, change, no_change).await? {
            Some(Changed { done, before: Some(before) }) => {
                let done = self.look_again(ctx, done).await;
                Ok(Some(Changed { done, before: Some(before) }))
            }
            changed => Ok(changed),
        }
    }

    /// If nobody could be found: somebody may have come between the search and the append. Whoever
    /// comes after the append finds the task waiting. What was done is done, whatever becomes of this:
    /// the task may have ended meanwhile, and who follows it looks as well.
    pub(super) async fn look_again(
        &self,
        ctx: &Context,
        done: Committed<TaskState>,
    ) -> Committed<TaskState> {
        match self.find_who_came(ctx, &done).await {
            Ok(again) => again.unwrap_or(done),
            Err(error) => {
                tracing::debug!(task = %done.id, %error, "somebody is looked for later");
                done
            }
        }
    }

    async fn find_who_came(
        &self,
        ctx: &Context,
        done: &Committed<TaskState>,
    ) -> Result<Option<Committed<TaskState>>, CommandError> {
        let waits = done.state.task().filter(|task| !task.status().is_ended());
        let Some(waiting) = waits.and_then(|task| task.waiting.as_ref()) else { return Ok(None) };
        let now = self.ambient().now();
        let among = self.holders(waiting.scope.role, MaxAge::Now, now).await?;
        if Candidates::of(&among.holders, waiting.scope.department.as_ref()).is_err() {
            return Ok(None);
        }
        let secrets = self.store.secrets();
        let ctx = ctx.with_command(derive_command_id(secrets, ctx.command_id, "look-again", 0));
        let again =
            self.change_once(&ctx, TaskId(done.id), TaskChange::Assign, NoChange::Skip).await?;
        Ok(again.map(|again| again.done))
    }

    async fn change_once(
        &self,
        ctx: &Context,
        id: TaskId,
        change: TaskChange,
        no_change: NoChange,
    ) -> Result<Option<Changed>, CommandError> {
        let first = |done| Changed { done, before: None };
        if let Some(done) = self.replayed(ctx).await? {
            return Ok(Some(first(done)));
        }
        match self.decide_and_append(ctx, id, change, no_change).await {
            Ok(changed) => Ok(changed),
            // The same command, sent twice at once, may have gone through meanwhile.
            Err(error) => self.replayed(ctx).await?.map(first).map(Some).ok_or(error),
        }
    }

    async fn decide_and_append(
        &self,
        ctx: &Context,
        id: TaskId,
        mut change: TaskChange,
        no_change: NoChange,
    ) -> Result<Option<Changed>, CommandError> {
        self.forget_erased().await?;
        let mut task = self.load::<TaskState>(id.uuid(), MaxAge::Now).await?;
        let known = task.state.known()?;
        if let TaskChange::Act { seen, .. } = &mut change {
            // However often this is decided anew: never at another step than the one seen first.
            seen.get_or_insert(known.visit);
        }
        // All that concerns one ticket queues up: its task, its next task, and itself.
        let _queue = self.locks.lock(&[known.ticket.uuid()]).await;
        let mut tries = Tries::default();
        loop {
            task = self.load::<TaskState>(id.uuid(), MaxAge::Now).await?;
            if let Some(wanted) = ctx.if_match
                && wanted != task.version
            {
                return Err(CommandError::VersionMismatch { current: task.version });
            }
            let seen = self.look(ctx, id, task).await?;
            let plan = self.plan(ctx, &seen, &change, tries.max_age(self)).await?;
            if !plan.is_change && no_change == NoChange::Skip {
                return Ok(None);
            }
            match self.append_together(ctx, plan.together).await? {
                Attempt::Done(done) => {
                    let before = (!done.replayed).then(|| Arc::clone(&seen.task.state));
                    return Ok(Some(Changed { done, before }));
                }
                Attempt::Lost => {}
            }
            drop(plan.turn);
            tries.again().await?;
        }
    }

    async fn plan(
        &self,
        ctx: &Context,
        seen: &Seen,
        change: &TaskChange,
        max_age: MaxAge,
    ) -> Result<Plan, CommandError> {
        let mut given = None;
        let change = match change {
            TaskChange::Give { by, to } => {
                let record = self.load::<UserState>(to.user.uuid(), MaxAge::Now).await?;
                let user = record.state.user().ok_or(CommandError::NotFound)?;
                let (status, work_roles) = (user.status, user.work_roles.clone());
                let to = Assignee { user: to.user, status, work_roles };
                given = Some((to.user, record));
                &TaskChange::Give { by: by.clone(), to }
            }
            other => other,
        };
        let mut events = decide(seen, change)?;
        let ticket_events = self.end_of_ticket(seen, &events)?;
        let before = &*seen.task.state;
        let mut after = before.clone().evolved(&events, seen.time.now());
        let place = Place {
            id: seen.id,
            definition: &seen.definition,
            department: seen.department(),
            now: seen.time.now(),
            max_age,
        };
        let mut follow_up = self.follow_up(place, before, &after, change.search()).await?;
        after = after.evolved(&follow_up.events, seen.time.now());
        events.append(&mut follow_up.events);

        let mut together = Together::default();
        let is_change = !events.is_empty();
        move_claims(&mut together, seen.id, before, &after);
        together.append_about(ctx, seen.id.uuid(), &seen.task, events, seen.subject());
        if !ticket_events.is_empty() {
            together.append(ctx, seen.ticket_id.uuid(), &seen.ticket, ticket_events);
        }
        if let Some((user, record)) = given {
            together.rely_on(user.uuid(), &record);
        }
        let turn = follow_up.add_to(ctx, &mut together);
        Ok(Plan { together, is_change, turn })
    }

    /// What an end of the workflow makes of the ticket. One that is deleted or merged stays as it is.
    fn end_of_ticket(
        &self,
        seen: &Seen,
        events: &[TaskEvent],
    ) -> Result<Vec<TicketEvent>, CommandError> {
        let status = events.iter().find_map(|event| {
            if let TaskEvent::Completed(end) = event { end.ticket_status } else { None }
        });
        match status {
            Some(status) if seen.ticket.state.active().is_ok() => {
                let command = ChangeStatus { status, reason: None };
                Ok(change_status(&seen.ticket.state, command)?)
            }
            Some(_) | None => Ok(vec![]),
        }
    }
}
