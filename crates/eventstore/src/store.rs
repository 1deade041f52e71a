//! The front of the log.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::future;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::appender::{AppendCounts, Appender, Sent};
use crate::batch::Outcome;
use crate::keys::KeyRing;
use crate::prepare::{Prepared, prepare};
use crate::{
    Ambient, AppendRequest, Appended, Claim, Receipt, Secrets, StoreError, Subject, TRACE_TARGET,
    link,
};

/// How often a request is sealed again because somebody was erased meanwhile.
pub(crate) const RESEALS: usize = 8;

/// What an [`EventStore`] is made of.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Connections for reading; the appender opens one of its own with the same options.
    pub pool: PgPool,
    /// Keys derived from the master key.
    pub secrets: Secrets,
    /// Clock and randomness.
    pub ambient: Ambient,
}

/// The event store. Cheap to clone; all clones share one appender.
#[derive(Clone)]
pub struct EventStore {
    pool: PgPool,
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) secrets: Secrets,
    pub(crate) ambient: Ambient,
    pub(crate) keys: KeyRing,
    pub(crate) appender: Appender,
}

impl EventStore {
    /// Opens the log of a migrated database. Must be called within a tokio runtime, on which the appender then runs.
    pub async fn open(options: StoreOptions) -> Result<Self, StoreError> {
        let StoreOptions { pool, secrets, ambient } = options;
        let appender = Appender::start((*pool.connect_options()).clone());
        let keys = KeyRing::new(pool.clone(), secrets.clone(), ambient.clone());
        keys.refresh_epoch().await?;
        Ok(Self { pool, inner: Arc::new(Inner { secrets, ambient, keys, appender }) })
    }

    /// The pool for reading.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The same store, read over the connections of another pool: for those who are not to wait for each other's.
    #[must_use]
    pub fn with_pool(&self, pool: PgPool) -> Self {
        Self { pool, inner: Arc::clone(&self.inner) }
    }

    /// Keyed hashes and claims.
    pub fn secrets(&self) -> &Secrets {
        &self.inner.secrets
    }

    /// Clock and randomness.
    pub fn ambient(&self) -> &Ambient {
        &self.inner.ambient
    }

    /// What was appended through this store and its clones so far.
    pub fn append_counts(&self) -> AppendCounts {
        self.inner.appender.counts()
    }

    /// Appends one request: all of it or nothing. When this returns `Written`, it is durable.
    ///
    /// A connection that is lost meanwhile is made anew and the request sent again; if it turns out to have been
    /// written before the connection broke, the answer is `Duplicate` with its receipt.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] leaves open whether the append went through: repeat it with the same command id.
    #[tracing::instrument(target = TRACE_TARGET, level = "debug", skip_all)]
    pub async fn append(&self, request: AppendRequest) -> Result<Appended, StoreError> {
        let request = Arc::new(request);
        let prepared = self.prepare(&request).await?;
        let sent = self.inner.appender.send(prepared).await?;
        self.settle(request, sent).await
    }

    pub(crate) async fn prepare(
        &self,
        request: &Arc<AppendRequest>,
    ) -> Result<Prepared, StoreError> {
        let request = link::with_links(self, request).await?;
        prepare(request, &self.inner.keys, &self.inner.ambient).await
    }

    /// Waits for the outcome of a request; seals it again and sends it again where its keys have gone.
    async fn settle(
        &self,
        request: Arc<AppendRequest>,
        mut sent: Sent,
    ) -> Result<Appended, StoreError> {
        for _ in 0..RESEALS {
            if let Some(appended) = self.outcome_of(&request, sent).await? {
                return Ok(appended);
            }
            let prepared = self.prepare(&request).await?;
            sent = self.inner.appender.send(prepared).await?;
        }
        Err(StoreError::Unavailable)
    }

    /// What became of a request; `None` when its keys have gone, or belong to somebody else, and it has to be sealed
    /// again.
    pub(crate) async fn outcome_of(
        &self,
        request: &AppendRequest,
        sent: Sent,
    ) -> Result<Option<Appended>, StoreError> {
        let (prepared, outcome) = sent.outcome().await?;
        match outcome {
            Outcome::Written { first_position, last_position, recorded_at, mut versions } => {
                mark_stored(&prepared);
                // Those of the links are no business of the caller's.
                versions.truncate(request.streams.len());
                Ok(Some(Appended::Written { first_position, last_position, recorded_at, versions }))
            }
            Outcome::Conflict { stream_id, actual } => {
                Ok(Some(Appended::Conflict { stream_id, actual }))
            }
            Outcome::Claimed { kind, owner } => Ok(Some(Appended::Claimed { kind, owner })),
            Outcome::Duplicate => {
                let receipt = self.receipt(prepared.request.command_id).await?;
                receipt.map(Appended::Duplicate).map(Some).ok_or(StoreError::Unavailable)
            }
            Outcome::KeyGone { epoch } => {
                self.inner.keys.learn_epoch(epoch);
                Ok(None)
            }
            Outcome::SubjectMoved => {
                self.inner.keys.evict_mappings(&prepared.mappings);
                Ok(None)
            }
        }
    }

    /// Appends many requests, which need not have anything to do with each other; the answers come in their order.
    /// Looks their subjects up in a few queries instead of one each.
    pub async fn append_many(
        &self,
        requests: Vec<AppendRequest>,
    ) -> Vec<Result<Appended, StoreError>> {
        let mut identifiers = Vec::new();
        for stream in requests.iter().flat_map(|request| &request.streams) {
            if let Subject::Identified(all) = &stream.subject {
                identifiers.extend(all.iter().cloned());
            }
        }
        if let Err(error) = self.inner.keys.warm(&identifiers).await {
            // The appends look up for themselves what could not be brought in together.
            tracing::warn!(%error, "subjects could not be looked up together");
        }
        // All are made ready before the first is sent, so that they meet in full batches.
        let mut ready = Vec::with_capacity(requests.len());
        for request in requests {
            let request = Arc::new(request);
            let prepared = self.prepare(&request).await;
            ready.push((request, prepared));
        }
        let mut sent = Vec::with_capacity(ready.len());
        for (request, prepared) in ready {
            sent.push(match prepared {
                Ok(prepared) => {
                    self.inner.appender.send(prepared).await.map(|sent| (request, sent))
                }
                Err(error) => Err(error),
            });
        }
        future::join_all(sent.into_iter().map(async |sent| {
            let (request, sent) = sent?;
            self.settle(request, sent).await
        }))
        .await
    }

    /// The receipt of an accepted command.
    pub async fn receipt(&self, command_id: Uuid) -> Result<Option<Receipt>, StoreError> {
        let row = sqlx::query(
            "select body_hash, stream_id, version, first_position, last_position, recorded_at \
             from log.receipts where command_id = $1",
        )
        .bind(command_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| Receipt {
            command_id,
            body_hash: row.get(0),
            stream_id: row.get(1),
            version: row.get(2),
            first_position: row.get(3),
            last_position: row.get(4),
            recorded_at: row.get(5),
        }))
    }

    /// The stream that holds a claim.
    pub async fn claim_owner(&self, claim: &Claim) -> Result<Option<Uuid>, StoreError> {
        let row = sqlx::query("select owner from log.claims where kind = $1 and key = $2")
            .bind(claim.kind)
            .bind(&claim.key)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| row.get(0)))
    }

    /// The secret of an owner.
    pub async fn credential(
        &self,
        owner: Uuid,
        kind: &'static str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let row =
            sqlx::query("select secret from vault.credentials where owner = $1 and kind = $2")
                .bind(owner)
                .bind(kind)
                .fetch_optional(self.pool())
                .await?;
        Ok(row.map(|row| row.get(0)))
    }

    /// The owner of the API token with this hash.
    pub async fn api_token_owner(&self, hash: &[u8]) -> Result<Option<Uuid>, StoreError> {
        let row = sqlx::query(
            "select owner from vault.credentials where kind = 'api_token' and secret = $1",
        )
        .bind(hash)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| row.get(0)))
    }
}

impl std::fmt::Debug for EventStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EventStore")
    }
}

fn mark_stored(prepared: &Prepared) {
    for key in &prepared.keys {
        key.stored.store(true, Ordering::Release);
    }
    for mapping in &prepared.mappings {
        mapping.stored.store(true, Ordering::Release);
    }
}
