//! One append over streams of several kinds: all of it or nothing.
//!
//! [`execute`](Commands::execute) is for a command on streams of one kind, whose facts do not depend
//! on each other. What looks up one thing to know what to look up next (the task, its step, the turn
//! in the step's role) loops for itself: it loads all anew, puts a [`Together`] up, and begins again
//! while [`append_together`](Commands::append_together) says that somebody else was faster.

use std::time::Duration;

use domain::Timestamp;
use domain::event::DomainEvent;
use eventstore::{
    AppendRequest, Appended, Claim, Expected, NewEvent, StreamAppend, StreamKind, Subject,
};
use uuid::Uuid;

use super::cache::after;
use super::execute::claimed;
use super::{Aggregate, Commands, Inner, MaxAge, Versioned, new_event};
use crate::{CommandError, Committed, Context};

/// How often a decision over several streams is made anew. More often than one over a single
/// stream: one turn is what all processes contend for.
const ATTEMPTS: u32 = 100;

/// What one command appends, and on which versions.
#[derive(Default)]
pub(crate) struct Together {
    streams: Vec<StreamAppend>,
    keep: Vec<Keep>,
    /// What is to be unique from now on, and whose it is.
    pub(crate) claims: Vec<(Claim, Uuid)>,
    /// What becomes free again.
    pub(crate) releases: Vec<Claim>,
    /// Keys that must not have been erased: what is told was learned from contents under them.
    pub(crate) relies_on_keys: Vec<Uuid>,
}

/// Folds what was written to one stream, whose version and time of recording are known by then, and
/// keeps it.
type Keep = Box<dyn FnOnce(&Inner, i32, Timestamp) + Send>;

impl Together {
    /// Appends to a stream, on the version that was seen. The first stream is the one that the
    /// command is about.
    pub(crate) fn append<A: Aggregate>(
        &mut self,
        ctx: &Context,
        stream: Uuid,
        seen: &Versioned<A>,
        events: Vec<A::Event>,
    ) {
        let subject = seen.state.subject(&events);
        self.append_about(ctx, stream, seen, events, subject);
    }

    /// The same, with personal values of somebody whom the stream does not know.
    pub(crate) fn append_about<A: Aggregate>(
        &mut self,
        ctx: &Context,
        stream: Uuid,
        seen: &Versioned<A>,
        events: Vec<A::Event>,
        subject: Subject,
    ) {
        let events = events.into_iter().map(|event| (None, event)).collect();
        self.put(ctx, stream, seen, events, subject);
    }

    /// The same, each event with the time at which it happened in the world where that is not the
    /// command's.
    pub(crate) fn append_dated<A: Aggregate>(
        &mut self,
        ctx: &Context,
        stream: Uuid,
        seen: &Versioned<A>,
        events: Vec<(Option<Timestamp>, A::Event)>,
    ) {
        self.put(ctx, stream, seen, events, Subject::Stream);
    }

    fn put<A: Aggregate>(
        &mut self,
        ctx: &Context,
        stream: Uuid,
        seen: &Versioned<A>,
        events: Vec<(Option<Timestamp>, A::Event)>,
        subject: Subject,
    ) {
        let given = ctx.occurred_at;
        let new = events
            .iter()
            .map(|(at, event)| NewEvent { occurred_at: at.or(given), ..new_event(ctx, event) });
        self.streams.push(StreamAppend {
            stream_id: stream,
            kind: StreamKind(A::Event::KIND),
            expected: Expected::Exactly(seen.head),
            subject,
            events: new.collect(),
        });
        let seen = seen.clone();
        self.keep.push(Box::new(move |inner, version, recorded_at| {
            let happened = |at: &Option<Timestamp>| at.or(given).unwrap_or(recorded_at);
            let now = after(seen, version, events.iter().map(|(at, e)| (happened(at), e)));
            // A stream that was looked at and does not exist is nothing to keep.
            if now.version > 0 {
                A::cache(inner).put(stream, &now);
            }
        }));
    }

    /// Goes through only while a stream is as it was seen.
    pub(crate) fn rely_on<A: Aggregate>(&mut self, stream: Uuid, seen: &Versioned<A>) {
        self.streams.push(StreamAppend {
            stream_id: stream,
            kind: StreamKind(A::Event::KIND),
            expected: Expected::Exactly(seen.head),
            subject: Subject::Stream,
            events: Vec::new(),
        });
        self.keep.push(Box::new(|_, _, _| {}));
    }
}

/// What became of a try.
pub(crate) enum Attempt<A> {
    /// It is in the log, now or since the first time.
    Done(Committed<A>),
    /// Somebody else was faster: all is to be loaded and decided anew.
    Lost,
}

/// Counts the tries of one command.
#[derive(Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// How old facts about people may be: at first as old as anywhere, then none, as they may be why
    /// the last try came to nothing.
    pub(crate) fn max_age(&self, commands: &Commands) -> MaxAge {
        if self.0 == 0 { MaxAge::Of(commands.config.max_fact_age) } else { MaxAge::Now }
    }

    /// Waits a little before the next try.
    ///
    /// # Errors
    /// [`CommandError::Contended`] after too many.
    pub(crate) async fn again(&mut self) -> Result<(), CommandError> {
        self.0 += 1;
        if self.0 >= ATTEMPTS {
            return Err(CommandError::Contended);
        }
        // Within this process they queue; two processes that step on each other's toes are held
        // apart.
        tokio::time::sleep(Duration::from_millis(u64::from(self.0.min(10)))).await;
        Ok(())
    }
}

impl Commands {
    /// Tries to append; `A` is the kind of the first stream.
    pub(crate) async fn append_together<A: Aggregate>(
        &self,
        ctx: &Context,
        together: Together,
    ) -> Result<Attempt<A>, CommandError> {
        let Together { streams, keep, claims, releases, relies_on_keys } = together;
        let ids: Vec<Uuid> = streams.iter().map(|stream| stream.stream_id).collect();
        let first = *ids.first().ok_or(CommandError::Internal("a command is about a stream"))?;
        let request = AppendRequest {
            command_id: ctx.command_id,
            body_hash: ctx.body_hash,
            streams,
            claims,
            releases,
            credentials: Vec::new(),
            metadata: ctx.metadata(),
        };
        // A key that is gone is found out when all is loaded anew.
        let Some(appended) = self.store.append_while_there(request, &relies_on_keys).await? else {
            return Ok(Attempt::Lost);
        };
        match appended {
            Appended::Written { last_position, recorded_at, versions, .. } => {
                for (keep, version) in keep.into_iter().zip(&versions) {
                    keep(self, *version, recorded_at);
                }
                let version = versions.first().copied().unwrap_or_default();
                let state = self.load_at::<A>(first, version).await?.state;
                let position = last_position;
                let replayed = false;
                let done = Committed { state, id: first, version, position, replayed, recorded_at };
                Ok(Attempt::Done(done))
            }
            Appended::Conflict { .. } => Ok(Attempt::Lost),
            Appended::Claimed { kind, owner } => match claimed(kind, owner) {
                CommandError::Contended => Ok(Attempt::Lost),
                taken => Err(taken),
            },
            Appended::Duplicate(receipt) => {
                self.first_result(ctx, receipt).await.map(Attempt::Done)
            }
        }
    }
}
