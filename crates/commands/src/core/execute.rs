//! The loop that every command goes through: load, decide, append.

use std::time::Duration;

use domain::{TicketId, UserId};
use eventstore::{Appended, Claim, Credential, Receipt};
use uuid::Uuid;

use super::cache::{MaxAge, after};
use super::{Aggregate, Commands, Versioned, append};
use crate::calendar::CALENDAR_NAME;
use crate::sla::POLICY_NAME;
use crate::{CommandError, Committed, Context};

/// How often a decision is made anew because somebody else was faster.
const ATTEMPTS: u32 = 20;

/// Kinds of claims.
pub(crate) const TICKET_NUMBER: &str = "ticket.number";
pub(crate) const EXTERNAL_ID: &str = "ticket.external_id";
/// Who refers to a content in the store of files: by its address and the file.
pub(crate) const FILE_CONTENT: &str = "file.content";
pub(crate) const USER_EMAIL: &str = "user.email";
pub(crate) const ROLE_NAME: &str = "work_role.name";
pub(crate) const ROLE_HOLDER: &str = "work_role.holder";
pub(crate) const WORKFLOW_NAME: &str = "workflow.name";
pub(crate) const TICKET_TYPE_NAME: &str = "ticket_type.name";

/// What a command has decided.
#[derive(Debug)]
pub(crate) struct Decision<E> {
    /// Events by stream, in the order of the streams.
    pub(crate) events: Vec<Vec<E>>,
    /// What is to be unique from now on, and whose it is.
    pub(crate) claims: Vec<(Claim, Uuid)>,
    /// What becomes free again.
    pub(crate) releases: Vec<Claim>,
    /// Secrets for the vault.
    pub(crate) credentials: Vec<Credential>,
    /// Keys that must not have been erased: what is told was learned from contents under them.
    pub(crate) relies_on_keys: Vec<Uuid>,
}

impl<E> Decision<E> {
    /// Events for the one stream there is.
    pub(crate) fn of(events: Vec<E>) -> Self {
        Self::of_many(vec![events])
    }

    /// Events by stream.
    pub(crate) fn of_many(events: Vec<Vec<E>>) -> Self {
        Self {
            events,
            claims: Vec::new(),
            releases: Vec::new(),
            credentials: Vec::new(),
            relies_on_keys: Vec::new(),
        }
    }

    /// Whether nothing would be written.
    fn is_empty(&self) -> bool {
        self.events.iter().all(Vec::is_empty) && self.credentials.is_empty()
    }
}

/// The streams a command is about.
#[derive(Clone, Copy)]
pub(crate) enum Target<'a> {
    /// One that is made by the command.
    New(Uuid),
    /// One or several; the first is the one that the command is about.
    Existing(&'a [Uuid]),
}

impl Commands {
    /// Loads the streams, decides, appends; anew as often as somebody else was faster, unless the
    /// caller asked for one version.
    ///
    /// A refusal, or that nothing is to be done, is believed only of a state read from the log just
    /// before; all else may be decided on cached states, as the append checks their versions.
    pub(crate) async fn execute<A: Aggregate>(
        &self,
        ctx: &Context,
        target: Target<'_>,
        decide: impl Fn(&[Versioned<A>]) -> Result<Decision<A::Event>, CommandError> + Send,
    ) -> Result<Committed<A>, CommandError> {
        if let Some(first) = self.replayed(ctx).await? {
            return Ok(first);
        }
        self.forget_erased().await?;
        let (one, streams, mut fresh): ([Uuid; 1], &[Uuid], bool);
        let _guards;
        let mut states;
        match target {
            Target::New(stream) => {
                one = [stream];
                (streams, fresh, _guards) = (&one, true, Vec::new());
                states = vec![Versioned::empty()];
            }
            Target::Existing(existing) => {
                (streams, fresh) = (existing, false);
                _guards = self.locks.lock(streams).await;
                states = self.load_all(streams, MaxAge::Any).await?;
            }
        }
        for attempt in 0..ATTEMPTS {
            let matches = ctx.if_match.is_none_or(|version| states[0].version == version);
            let decided = if matches {
                decide(&states)
            } else {
                let current = states[0].version;
                Err(if current == 0 {
                    CommandError::NotFound
                } else {
                    CommandError::VersionMismatch { current }
                })
            };
            let decision = match decided {
                Ok(decision) if fresh || !decision.is_empty() => decision,
                Err(error) if fresh => return Err(error),
                Ok(_) | Err(_) => {
                    states = self.load_all(streams, MaxAge::Now).await?;
                    fresh = true;
                    continue;
                }
            };
            let request = append::request(ctx, streams, &states, &decision);
            let appended = self.store.append_while_there(request, &decision.relies_on_keys).await?;
            match appended.ok_or(CommandError::Contended)? {
                Appended::Written { last_position, recorded_at, versions, .. } => {
                    let at = ctx.occurred_at.unwrap_or(recorded_at);
                    let after = self.keep(streams, states, &decision.events, &versions, at);
                    return Ok(Committed {
                        version: after.version,
                        state: after.state,
                        id: streams[0],
                        position: last_position,
                        replayed: false,
                        recorded_at,
                    });
                }
                Appended::Conflict { .. } => {
                    pause(attempt).await;
                    states = self.load_all(streams, MaxAge::Now).await?;
                    fresh = true;
                }
                Appended::Claimed { kind, owner } => return Err(claimed(kind, owner)),
                Appended::Duplicate(receipt) => return self.first_result(ctx, receipt).await,
            }
        }
        Err(CommandError::Contended)
    }

    /// The result of the command when it was given before; looks only when it may have been.
    pub(crate) async fn replayed<A: Aggregate>(
        &self,
        ctx: &Context,
    ) -> Result<Option<Committed<A>>, CommandError> {
        if !ctx.idempotent {
            return Ok(None);
        }
        match self.store.receipt(ctx.command_id).await? {
            Some(receipt) => self.first_result(ctx, receipt).await.map(Some),
            None => Ok(None),
        }
    }

    /// What the command that a receipt tells of resulted in, rendered anew.
    pub(crate) async fn first_result<A: Aggregate>(
        &self,
        ctx: &Context,
        receipt: Receipt,
    ) -> Result<Committed<A>, CommandError> {
        if receipt.body_hash != ctx.body_hash {
            return Err(CommandError::KeyReused);
        }
        let id = receipt.stream_id.ok_or(CommandError::KeyReused)?;
        let then = self.load_at::<A>(id, receipt.version).await?;
        Ok(Committed {
            state: then.state,
            id,
            version: receipt.version,
            position: receipt.last_position,
            replayed: true,
            recorded_at: receipt.recorded_at,
        })
    }

    async fn load_all<A: Aggregate>(
        &self,
        streams: &[Uuid],
        max_age: MaxAge,
    ) -> Result<Vec<Versioned<A>>, CommandError> {
        let mut states = Vec::with_capacity(streams.len());
        for stream in streams {
            states.push(self.load(*stream, max_age).await?);
        }
        Ok(states)
    }

    /// Folds what was just written and keeps it; returns the state of the first stream.
    fn keep<A: Aggregate>(
        &self,
        streams: &[Uuid],
        states: Vec<Versioned<A>>,
        events: &[Vec<A::Event>],
        versions: &[i32],
        at: domain::Timestamp,
    ) -> Versioned<A> {
        let mut first = None;
        for (((stream, seen), events), version) in
            streams.iter().zip(states).zip(events).zip(versions)
        {
            let now = after(seen, *version, events.iter().map(|event| (at, event)));
            A::cache(self).put(*stream, &now);
            first.get_or_insert(now);
        }
        first.unwrap_or_else(Versioned::empty)
    }
}

/// Somebody else holds what was claimed.
pub(crate) fn claimed(kind: &'static str, owner: Uuid) -> CommandError {
    match kind {
        EXTERNAL_ID => CommandError::ExternalIdTaken { ticket: TicketId(owner) },
        USER_EMAIL => CommandError::EmailTaken { user: UserId(owner) },
        ROLE_NAME => CommandError::RoleNameTaken,
        WORKFLOW_NAME => CommandError::NameTaken { what: "workflow" },
        TICKET_TYPE_NAME => CommandError::NameTaken { what: "ticket type" },
        CALENDAR_NAME => CommandError::NameTaken { what: "calendar" },
        POLICY_NAME => CommandError::NameTaken { what: "SLA policy" },
        // Somebody was faster with something that may be tried again: a ticket number, a handle, an
        // admin's leaving, the link between two customers.
        _ => CommandError::Contended,
    }
}

/// Two processes that step on each other's toes are held apart; within this one they queue.
async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(u64::from(attempt.min(10)))).await;
}
