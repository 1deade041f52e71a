//! One stretch of leading: from what Kafka holds, until something goes wrong.

use std::collections::HashSet;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::ahead::{TOGETHER, read_ahead};
use super::publisher::{Publisher, Reached};
use super::resume::Resume;
use super::{RelayError, RelayOptions, RelayState, RelayStatus, note, resume};
use crate::kafka::{KafkaSettings, Topics, blocking};
use crate::{EventStore, KeptLease, StoredEvent};

/// How many events of a kind go into one transaction while its topic is filled anew.
const AGAIN: usize = 5_000;

/// Why a session has ended without an error.
pub(super) enum End {
    /// As it was told to.
    Stopped,
    /// The lease is another's.
    Lost,
}

/// What a session works with.
pub(super) struct Session<'a> {
    pub(super) store: &'a EventStore,
    pub(super) settings: &'a KafkaSettings,
    pub(super) options: &'a RelayOptions,
    pub(super) status: &'a watch::Sender<RelayStatus>,
    pub(super) lease: &'a KeptLease,
    pub(super) stop: &'a CancellationToken,
}

/// What changes while it runs.
struct Running {
    publisher: Publisher,
    resume: Resume,
    topics: Topics,
    /// Kinds whose topics are there.
    kinds: HashSet<String>,
    /// The position that Postgres knows of; 0 before this session has told it anything.
    noted: i64,
}

impl Session<'_> {
    /// Publishes until stopped, or until the lease is lost, or an error.
    pub(super) async fn run(&self) -> Result<End, RelayError> {
        let interrupted = CancellationToken::new();
        // Should this future be dropped, nobody is left to wait for what blocks.
        let _guard = interrupted.clone().drop_guard();
        let watch = async {
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.lease.lost().cancelled() => {}
            }
            interrupted.cancel();
            // What is under way is waited for.
            std::future::pending::<()>().await;
        };
        let ended = tokio::select! {
            ended = self.publish_all(&interrupted) => ended,
            () = watch => Ok(()),
        };
        match ended {
            Err(RelayError::Interrupted) | Ok(()) if self.stop.is_cancelled() => Ok(End::Stopped),
            Err(RelayError::Interrupted) | Ok(()) => Ok(End::Lost),
            Err(error) => Err(error),
        }
    }

    async fn publish_all(&self, interrupted: &CancellationToken) -> Result<(), RelayError> {
        let mut running = self.begin(interrupted).await?;
        let position = running.resume.position;
        info!(position, "the relay goes on");
        self.status.send_modify(|status| {
            status.state = RelayState::Active;
            status.position = position;
        });
        while let Some((kind, after)) = running.resume.behind.first_key_value() {
            let (kind, after) = (kind.clone(), *after);
            running = self.publish_again(running, kind, after).await?;
        }
        let mut ahead = read_ahead(self.store.clone(), position);
        loop {
            let first = tokio::select! {
                () = interrupted.cancelled() => return Err(RelayError::Interrupted),
                first = ahead.recv() => first.ok_or(RelayError::Interrupted)?,
            };
            running = self.publish(running, together(first, &mut ahead)).await?;
        }
    }

    /// Fences whoever led before, and finds out where to go on.
    async fn begin(&self, interrupted: &CancellationToken) -> Result<Running, RelayError> {
        let topics = Topics::new(self.settings).map_err(RelayError::Settings)?;
        let (settings, at) = (self.settings.clone(), self.options.at.clone());
        let opening = interrupted.clone();
        let publisher = blocking(move || Publisher::open(&settings, at, opening)).await?;
        // Had the lease run out by the time of the fencing, it was its holder who has just been fenced.
        if !self.lease.still_held().await? {
            return Err(RelayError::Fenced);
        }
        self.check_partitions().await?;
        topics.ensure_events(&self.options.kinds).await?;
        if let Err(error) = topics.ensure_inbound().await {
            warn!(error = &error as &dyn std::error::Error, "no topics for what comes in");
        }
        let settings = self.settings.clone();
        let resume = blocking(move || resume::read(&settings)).await?;
        let mut running = Running {
            publisher,
            resume: resume.unwrap_or_default(),
            topics,
            kinds: self.options.kinds.iter().cloned().collect(),
            noted: 0,
        };
        running.resume.epoch = self.lease.held().epoch;
        self.check_position(&running.resume).await?;
        let running = self.find_lost_topics(running).await?;
        self.note(running).await
    }

    async fn check_partitions(&self) -> Result<(), RelayError> {
        let wanted = self.settings.partitions;
        match note::recorded_partitions(self.store.pool()).await? {
            Some(recorded) if recorded != wanted => Err(RelayError::Recorded { recorded, wanted }),
            Some(_) | None => Ok(()),
        }
    }

    /// Kafka must hold a part of this very log.
    async fn check_position(&self, resume: &Resume) -> Result<(), RelayError> {
        let (on_kafka, in_log) = (resume.position, self.store.head().await?.position);
        if on_kafka > in_log {
            return Err(RelayError::Foreign { on_kafka, in_log });
        }
        // A log that came back from a backup, and has grown since, is as long but another one.
        let Some(published) = resume.event else { return Ok(()) };
        match self.store.read_at(on_kafka).await? {
            Some(event) if event.event_id != published => {
                Err(RelayError::Parted { position: on_kafka })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// A topic of which Kafka says it is empty, though it was not: it was deleted, and is to be filled anew.
    async fn find_lost_topics(&self, mut running: Running) -> Result<Running, RelayError> {
        let samples = running.resume.samples();
        let kinds: Vec<_> = samples.iter().map(|(kind, _)| kind.clone()).collect();
        running.topics.ensure_events(&kinds).await?;
        running.kinds.extend(kinds);
        let mut lost = false;
        for (kind, number) in samples {
            if running.topics.is_empty(&kind, number).await? {
                warn!(kind, "the topic of this kind was emptied, it is filled anew");
                running.resume.begin_again(&kind);
                lost = true;
            }
        }
        if lost {
            // Written down first: once a record is there, the topic no longer looks lost.
            let Resume { position, event, .. } = running.resume;
            let reached = Reached::Log { position, event };
            running = self.transaction(running, Vec::new(), reached).await?;
        }
        Ok(running)
    }

    /// Fills a topic anew.
    async fn publish_again(
        &self,
        running: Running,
        kind: String,
        after: i64,
    ) -> Result<Running, RelayError> {
        let through = running.resume.position;
        let (events, position) = self.store.read_kind(&kind, after, through, AGAIN).await?;
        let reached = Reached::Kind { kind, position };
        self.note(self.transaction(running, vec![events], reached).await?).await
    }

    async fn publish(
        &self,
        mut running: Running,
        batches: Vec<Vec<StoredEvent>>,
    ) -> Result<Running, RelayError> {
        let mut new = Vec::new();
        for event in batches.iter().flatten() {
            if !running.kinds.contains(&event.kind) {
                running.kinds.insert(event.kind.clone());
                new.push(event.kind.clone());
            }
        }
        if !new.is_empty() {
            running.topics.ensure_events(&new).await?;
        }
        let Some(last) = batches.iter().flatten().next_back() else { return Ok(running) };
        let reached = Reached::Log { position: last.position, event: Some(last.event_id) };
        self.note(self.transaction(running, batches, reached).await?).await
    }

    async fn transaction(
        &self,
        mut running: Running,
        batches: Vec<Vec<StoredEvent>>,
        reached: Reached,
    ) -> Result<Running, RelayError> {
        let events: usize = batches.iter().map(Vec::len).sum();
        let running = blocking(move || {
            running.publisher.publish(&batches, &mut running.resume, reached)?;
            Ok::<_, RelayError>(running)
        })
        .await?;
        self.status.send_modify(|status| {
            status.position = running.resume.position;
            status.published = status.published.saturating_add(events as u64);
        });
        Ok(running)
    }

    /// Tells Postgres. If that fails, the next session does: others wait for it.
    async fn note(&self, mut running: Running) -> Result<Running, RelayError> {
        let (pool, lease, partitions) =
            (self.store.pool(), self.lease.held(), self.settings.partitions);
        if !note::note(pool, lease, partitions, &running.resume, running.noted).await? {
            return Err(RelayError::Fenced);
        }
        running.noted = running.resume.position;
        Ok(running)
    }
}

/// What has been read meanwhile goes into the same transaction: few large ones are much cheaper than many small ones.
fn together(
    first: Vec<StoredEvent>,
    ahead: &mut mpsc::Receiver<Vec<StoredEvent>>,
) -> Vec<Vec<StoredEvent>> {
    let mut batches = vec![first];
    while batches.len() < TOGETHER
        && let Ok(batch) = ahead.try_recv()
    {
        batches.push(batch);
    }
    batches
}
