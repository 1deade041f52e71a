//! Aggregates kept in memory, and brought up to date from the log.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use domain::Timestamp;
use domain::event::DomainEvent;
use eventstore::{OpenedEvent, StoredEvent, TRACE_TARGET};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use uuid::Uuid;

use super::{Aggregate, Commands};
use crate::CommandError;

/// A state and the version of the stream it was folded from.
#[derive(Debug)]
pub struct Versioned<A> {
    /// The version; 0 for a stream that does not exist.
    pub version: i32,
    /// The state.
    pub state: Arc<A>,
    /// The version of the stream itself, which is what an append goes by. It is higher when what happened last is told
    /// of a subject of the same id: that a ticket without a customer was forgotten, say.
    pub(crate) head: i32,
    /// When it was last known to be the newest.
    pub(crate) read_at: Instant,
}

impl<A> Clone for Versioned<A> {
    fn clone(&self) -> Self {
        let Self { version, head, read_at, .. } = *self;
        Self { version, state: Arc::clone(&self.state), head, read_at }
    }
}

impl<A: Default> Versioned<A> {
    /// A stream that does not exist.
    pub(crate) fn empty() -> Self {
        Self::at(0, A::default())
    }

    /// A state that is known without reading what led to it.
    pub(crate) fn at(version: i32, state: A) -> Self {
        Self { version, state: Arc::new(state), head: version, read_at: Instant::now() }
    }
}

/// What became of a state by an append that left its stream at `version`: events, each with the time at which it
/// happened.
pub(crate) fn after<'a, A: Aggregate>(
    seen: Versioned<A>,
    version: i32,
    events: impl IntoIterator<Item = (Timestamp, &'a A::Event)>,
) -> Versioned<A> {
    let (mut state, mut last) = (Arc::unwrap_or_clone(seen.state), seen.version);
    for (at, event) in events {
        (state, last) = (state.evolve(event, at), version);
    }
    Versioned { version: last, state: Arc::new(state), head: version, read_at: Instant::now() }
}

/// A state and what its stream holds behind it, as far as it was read.
fn further<A: Aggregate>(base: Versioned<A>, read: &Read) -> Result<Versioned<A>, CommandError> {
    let head = read.head.unwrap_or(base.head);
    let folded = fold(base, &read.events)?;
    // A stream of another kind is none.
    Ok(if folded.version > 0 { Versioned { head, ..folded } } else { folded })
}

/// What was read of a stream.
#[derive(Default)]
struct Read {
    /// The version of the last event of any kind; none where there was none.
    head: Option<i32>,
    /// Events of the kind that was asked for.
    events: Vec<OpenedEvent>,
}

/// How old a state taken from the cache may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MaxAge {
    /// As old as it is: what follows finds out if it is outdated.
    Any,
    /// Looked up in the log at most so long ago.
    Of(Duration),
    /// Looked up now.
    Now,
}

impl MaxAge {
    /// Whether what was read then is good enough.
    pub(crate) fn allows(self, read_at: Instant) -> bool {
        match self {
            Self::Any => true,
            Self::Of(age) => read_at.elapsed() <= age,
            Self::Now => false,
        }
    }
}

/// The least recently used states are dropped first.
pub(crate) struct AggregateCache<A>(Cache<Uuid, Versioned<A>, Weight>);

#[derive(Clone)]
struct Weight;

impl<A: Aggregate> Weighter<Uuid, Versioned<A>> for Weight {
    fn weight(&self, _stream: &Uuid, versioned: &Versioned<A>) -> u64 {
        versioned.state.weight() as u64
    }
}

impl<A: Aggregate> AggregateCache<A> {
    /// A cache of about so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        const TYPICAL: usize = 2_000;
        let items = usize::try_from(bytes).unwrap_or(usize::MAX) / TYPICAL;
        Self(Cache::with_weighter(items.max(16), bytes, Weight))
    }

    /// The state that is kept of a stream, however old.
    pub(crate) fn get(&self, stream: Uuid) -> Option<Versioned<A>> {
        self.0.get(&stream)
    }

    /// Keeps a state, unless a newer one is there already.
    pub(crate) fn put(&self, stream: Uuid, versioned: &Versioned<A>) {
        let newer = self.0.peek(&stream).is_some_and(|kept| kept.version > versioned.version);
        if !newer {
            self.0.insert(stream, versioned.clone());
        }
    }

    fn clear(&self) {
        self.0.clear();
    }
}

impl Commands {
    /// The state of a stream, no older than asked for. Only the events after the cached version are
    /// read.
    pub(crate) async fn load<A: Aggregate>(
        &self,
        stream: Uuid,
        max_age: MaxAge,
    ) -> Result<Versioned<A>, CommandError> {
        let cached = A::cache(self).get(stream);
        if let Some(cached) = &cached
            && max_age.allows(cached.read_at)
        {
            return Ok(cached.clone());
        }
        let base = cached.unwrap_or_else(Versioned::empty);
        // Taken before reading: what is written meanwhile counts as unseen.
        let read_at = Instant::now();
        let mut stored = self.store.read_stream(stream, base.head).await?;
        let head = stored.last().map(|event| event.version);
        stored.retain(|event| event.kind == A::Event::KIND);
        let events = self.store.open_events(stored).await?;
        let loaded = Versioned { read_at, ..further(base, &Read { head, events })? };
        if loaded.version > 0 {
            A::cache(self).put(stream, &loaded);
        }
        Ok(loaded)
    }

    /// The states of several streams, each once, in their order; what is not known well enough is read
    /// at one go.
    pub(crate) async fn load_each<A: Aggregate>(
        &self,
        streams: &[Uuid],
        max_age: MaxAge,
    ) -> Result<Vec<Versioned<A>>, CommandError> {
        let known = |stream: &Uuid| {
            let cached = A::cache(self).get(*stream);
            let good = cached.as_ref().is_some_and(|cached| max_age.allows(cached.read_at));
            (cached.unwrap_or_else(Versioned::empty), good)
        };
        self.complete(streams, streams.iter().map(known).collect()).await
    }

    /// The same for streams that were just found at these versions; only what is not known that far is
    /// read.
    pub(crate) async fn load_each_at<A: Aggregate>(
        &self,
        found: &[(Uuid, i32)],
    ) -> Result<Vec<Versioned<A>>, CommandError> {
        let streams: Vec<Uuid> = found.iter().map(|(stream, _)| *stream).collect();
        let known = |(stream, version): &(Uuid, i32)| {
            let cached = A::cache(self).get(*stream).unwrap_or_else(Versioned::empty);
            let good = cached.version >= *version;
            (cached, good)
        };
        self.complete(&streams, found.iter().map(known).collect()).await
    }

    /// Reads what is not good enough as it is known.
    async fn complete<A: Aggregate>(
        &self,
        streams: &[Uuid],
        mut states: Vec<(Versioned<A>, bool)>,
    ) -> Result<Vec<Versioned<A>>, CommandError> {
        let outdated: Vec<(Uuid, i32)> = (streams.iter().zip(&states))
            .filter(|(_, (_, good))| !good)
            .map(|(stream, (base, _))| (*stream, base.head))
            .collect();
        if !outdated.is_empty() {
            // Taken before reading: what is written meanwhile counts as unseen.
            let read_at = Instant::now();
            let mut stored = self.store.read_streams(&outdated).await?;
            let mut read: HashMap<Uuid, Read> = HashMap::new();
            for event in &stored {
                read.entry(event.stream_id).or_default().head = Some(event.version);
            }
            stored.retain(|event| event.kind == A::Event::KIND);
            for event in self.store.open_events(stored).await? {
                read.entry(event.stream_id).or_default().events.push(event);
            }
            for (stream, (base, good)) in streams.iter().zip(&mut states) {
                if *good {
                    continue;
                }
                if let Some(news) = read.get(stream) {
                    *base = further(base.clone(), news)?;
                }
                base.read_at = read_at;
                if base.version > 0 {
                    A::cache(self).put(*stream, base);
                }
            }
        }
        Ok(states.into_iter().map(|(state, _)| state).collect())
    }

    /// The state of a stream as it was at a version.
    pub(crate) async fn load_at<A: Aggregate>(
        &self,
        stream: Uuid,
        version: i32,
    ) -> Result<Versioned<A>, CommandError> {
        if let Some(cached) = A::cache(self).get(stream)
            && cached.version == version
        {
            return Ok(cached);
        }
        let mut stored = self.read_own::<A>(stream, 0).await?;
        stored.retain(|event| event.version <= version);
        let events = self.store.open_events(stored).await?;
        fold(Versioned::empty(), &events)
    }

    /// The events of a stream, none of which are there if it is of another kind: an id that comes from a client may
    /// be anything's.
    #[tracing::instrument(target = TRACE_TARGET, name = "read_stream", level = "debug", skip_all)]
    pub(crate) async fn read_own<A: Aggregate>(
        &self,
        stream: Uuid,
        after_version: i32,
    ) -> Result<Vec<StoredEvent>, CommandError> {
        let mut stored = self.store.read_stream(stream, after_version).await?;
        stored.retain(|event| event.kind == A::Event::KIND);
        Ok(stored)
    }

    /// Drops what is cached of anybody who was erased since, by this process or another; looks at
    /// most once a second.
    pub(crate) async fn forget_erased(&self) -> Result<(), CommandError> {
        if !self.erasures.is_due(self.config.max_fact_age) {
            return Ok(());
        }
        let epoch: i64 = sqlx::query_scalar("select epoch from vault.erasure_epoch")
            .fetch_one(self.store.pool())
            .await?;
        if self.erasures.epoch.swap(epoch, Ordering::AcqRel) != epoch {
            self.forget_cached();
        }
        Ok(())
    }

    /// Drops every cached state: what is asked for next is read from the log.
    pub fn forget_cached(&self) {
        self.tickets.clear();
        self.files.clear();
        self.users.clear();
        self.work_roles.clear();
        self.settings.clear();
        self.workflows.clear();
        self.definitions.clear();
        self.ticket_types.clear();
        self.forms.clear();
        self.tasks.clear();
        self.rotations.clear();
        self.calendars.clear();
        self.sla_policies.clear();
        self.sla_records.clear();
        self.sla_cases.clear();
        self.sla_rules.clear();
    }
}

/// When erasures were last looked for, and how many there had been.
#[derive(Default)]
pub(crate) struct Erasures {
    looked_at: Mutex<Option<Instant>>,
    epoch: AtomicI64,
}

impl Erasures {
    fn is_due(&self, every: Duration) -> bool {
        let Ok(mut looked_at) = self.looked_at.lock() else { return true };
        let due = looked_at.is_none_or(|at| at.elapsed() > every);
        if due {
            *looked_at = Some(Instant::now());
        }
        due
    }
}

fn fold<A: Aggregate>(
    base: Versioned<A>,
    events: &[OpenedEvent],
) -> Result<Versioned<A>, CommandError> {
    let Some(last) = events.last() else { return Ok(base) };
    let mut state = Arc::unwrap_or_clone(base.state);
    for opened in events {
        let (name, schema, data) = (&opened.event_type, opened.schema_version, opened.data.clone());
        let event = A::Event::from_parts(name, schema, data)?;
        state = state.evolve(&event, opened.occurred_at);
    }
    let version = last.version;
    Ok(Versioned { version, state: Arc::new(state), head: version, read_at: base.read_at })
}
