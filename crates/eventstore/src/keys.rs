//! The keys of subjects: found, made, cached and forgotten.
//!
//! Every cached entry carries the erasure epoch from before it was read. An entry from an earlier epoch than the ring's
//! is not used, however late it came into the cache; and an append says the oldest epoch of what it used, so that the
//! log refuses it when somebody was erased since.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

use quick_cache::sync::Cache;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::{Ambient, Identifier, Secrets, StoreError};

const KEYS_OF: &str = "select subject_id, key_id, wrapped from vault.keys_of($1)";

/// How long the erasure epoch is trusted by those who open events.
const EPOCH_TRUSTED_MILLIS: u64 = 1000;

/// A subject's current key.
pub(crate) struct SubjectKey {
    pub(crate) key_id: Uuid,
    pub(crate) subject_id: Uuid,
    pub(crate) key: [u8; 32],
    pub(crate) wrapped: Vec<u8>,
    /// Erasure epoch from before it was read or made.
    pub(crate) epoch: i64,
    /// Set once the key is known to be in the vault; until then every append that uses it brings it along.
    pub(crate) stored: AtomicBool,
}

/// What an identifier maps to.
pub(crate) struct Mapping {
    pub(crate) hash: [u8; 32],
    pub(crate) subject_id: Uuid,
    /// Erasure epoch from before it was read or made.
    pub(crate) epoch: i64,
    pub(crate) stored: AtomicBool,
}

/// A key for opening, with the erasure epoch from before it was read.
type OpeningKey = (i64, [u8; 32]);

/// Caches over `vault.subject_keys` and `vault.identifiers`.
pub(crate) struct KeyRing {
    pool: PgPool,
    secrets: Secrets,
    ambient: Ambient,
    by_subject: Cache<Uuid, Arc<SubjectKey>>,
    by_identifier: Cache<[u8; 32], Arc<Mapping>>,
    by_key: Cache<Uuid, OpeningKey>,
    epoch: AtomicI64,
    /// When the epoch was last read; milliseconds since `began`.
    epoch_read: AtomicU64,
    began: Instant,
}

impl KeyRing {
    pub(crate) fn new(pool: PgPool, secrets: Secrets, ambient: Ambient) -> Self {
        Self {
            pool,
            secrets,
            ambient,
            by_subject: Cache::new(20_000),
            by_identifier: Cache::new(40_000),
            by_key: Cache::new(30_000),
            epoch: AtomicI64::new(-1),
            epoch_read: AtomicU64::new(0),
            began: Instant::now(),
        }
    }

    /// The erasure epoch as this process last heard of it. Read it before the keys.
    pub(crate) fn epoch(&self) -> i64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Reads the erasure epoch; forgets all keys when somebody was erased.
    pub(crate) async fn refresh_epoch(&self) -> Result<(), StoreError> {
        let now = self.millis();
        let row =
            sqlx::query("select epoch from vault.erasure_epoch").fetch_one(&self.pool).await?;
        self.epoch_read.store(now, Ordering::Release);
        self.learn_epoch(row.get(0));
        Ok(())
    }

    /// Takes note of the erasure epoch; forgets all keys when somebody was erased.
    pub(crate) fn learn_epoch(&self, epoch: i64) {
        if self.epoch.swap(epoch, Ordering::AcqRel) != epoch {
            self.by_subject.clear();
            self.by_identifier.clear();
            self.by_key.clear();
        }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The key of a subject; made when it has none.
    pub(crate) async fn of_subject(
        &self,
        subject_id: Uuid,
        known_new: Freshness,
    ) -> Result<Arc<SubjectKey>, StoreError> {
        let epoch = self.epoch();
        if let Some(key) = self.by_subject.get(&subject_id) {
            if key.epoch == epoch {
                return Ok(key);
            }
            self.by_subject.remove_if(&subject_id, |cached| cached.epoch != epoch);
        }
        self.by_subject
            .get_or_insert_async(&subject_id, async {
                if known_new == Freshness::Looked {
                    let row = sqlx::query(KEYS_OF)
                        .bind([subject_id].as_slice())
                        .fetch_optional(&self.pool)
                        .await?;
                    if let Some(row) = row {
                        return self.stored_key(subject_id, row.get(1), row.get(2), epoch);
                    }
                }
                self.make(subject_id, epoch)
            })
            .await
    }

    fn stored_key(
        &self,
        subject_id: Uuid,
        key_id: Uuid,
        wrapped: Vec<u8>,
        epoch: i64,
    ) -> Result<Arc<SubjectKey>, StoreError> {
        let key = self.secrets.unwrap(key_id, &wrapped).ok_or(StoreError::Sealing)?;
        let stored = AtomicBool::new(true);
        Ok(Arc::new(SubjectKey { key_id, subject_id, key, wrapped, epoch, stored }))
    }

    /// Uses a key that another process gave the subject, instead of one that was made here.
    pub(crate) fn adopt(
        &self,
        subject_id: Uuid,
        key_id: Uuid,
        wrapped: Vec<u8>,
        epoch: i64,
    ) -> Result<Arc<SubjectKey>, StoreError> {
        let key = self.stored_key(subject_id, key_id, wrapped, epoch)?;
        self.by_subject.insert(subject_id, Arc::clone(&key));
        Ok(key)
    }

    fn make(&self, subject_id: Uuid, epoch: i64) -> Result<Arc<SubjectKey>, StoreError> {
        let key_id = self.ambient.uuid_v7();
        let key: [u8; 32] = self.ambient.bytes();
        let wrapped =
            self.secrets.wrap(key_id, &key, self.ambient.bytes()).ok_or(StoreError::Sealing)?;
        let stored = AtomicBool::new(false);
        Ok(Arc::new(SubjectKey { key_id, subject_id, key, wrapped, epoch, stored }))
    }

    /// What each identifier maps to. Unknown ones are given the subject of the first known one, or a new subject.
    pub(crate) async fn mappings(
        &self,
        identifiers: &[Identifier],
    ) -> Result<Vec<Arc<Mapping>>, StoreError> {
        let hashes: Vec<[u8; 32]> =
            identifiers.iter().map(|i| self.secrets.identifier_hash(i)).collect();
        let epoch = self.epoch();
        self.look_up(&hashes, epoch).await?;
        let known = hashes.iter().find_map(|hash| self.by_identifier.get(hash));
        let subject_id = known.map_or_else(|| self.ambient.uuid_v7(), |mapping| mapping.subject_id);
        let mut mappings: Vec<Arc<Mapping>> = Vec::with_capacity(hashes.len());
        for hash in hashes {
            // Another task may have made the first identifier's mapping since: follow it.
            let subject_id = mappings.first().map_or(subject_id, |first| first.subject_id);
            let made = || {
                let stored = AtomicBool::new(false);
                Ok::<_, StoreError>(Arc::new(Mapping { hash, subject_id, epoch, stored }))
            };
            mappings.push(self.by_identifier.get_or_insert_with(&hash, made)?);
        }
        Ok(mappings)
    }

    /// Brings what the vault knows of many people into the caches, in two queries.
    pub(crate) async fn warm(&self, identifiers: &[Identifier]) -> Result<(), StoreError> {
        let hashes: Vec<[u8; 32]> =
            identifiers.iter().map(|i| self.secrets.identifier_hash(i)).collect();
        let epoch = self.epoch();
        let found = self.look_up(&hashes, epoch).await?;
        let subjects: Vec<Uuid> =
            found.into_iter().filter(|id| self.by_subject.peek(id).is_none()).collect();
        if subjects.is_empty() {
            return Ok(());
        }
        let rows = sqlx::query(KEYS_OF).bind(&subjects).fetch_all(&self.pool).await?;
        for row in rows {
            let key = self.stored_key(row.get(0), row.get(1), row.get(2), epoch)?;
            self.by_subject.insert(key.subject_id, key);
        }
        Ok(())
    }

    /// Loads mappings that are not cached; returns the subjects found.
    async fn look_up(&self, hashes: &[[u8; 32]], epoch: i64) -> Result<HashSet<Uuid>, StoreError> {
        for hash in hashes {
            self.by_identifier.remove_if(hash, |cached| cached.epoch != epoch);
        }
        let missing: Vec<&[u8]> = hashes
            .iter()
            .filter(|hash| self.by_identifier.peek(*hash).is_none())
            .map(<[u8; 32]>::as_slice)
            .collect();
        if missing.is_empty() {
            return Ok(HashSet::new());
        }
        let rows = sqlx::query("select hash, subject_id from vault.subjects_of($1)")
            .bind(missing)
            .fetch_all(&self.pool)
            .await?;
        let mut found = HashSet::new();
        for row in rows {
            let (hash, subject_id): (Vec<u8>, Uuid) = (row.get(0), row.get(1));
            let Ok(hash) = hash.try_into() else { continue };
            let stored = AtomicBool::new(true);
            let mapping = Mapping { hash, subject_id, epoch, stored };
            self.by_identifier.insert(hash, Arc::new(mapping));
            found.insert(subject_id);
        }
        Ok(found)
    }

    /// The subject behind an identifier, if it is known.
    pub(crate) async fn find_subject(
        &self,
        identifier: &Identifier,
    ) -> Result<Option<Uuid>, StoreError> {
        let hash = self.secrets.identifier_hash(identifier);
        let row = sqlx::query("select subject_id from vault.identifiers where hash = $1")
            .bind(hash.as_slice())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.get(0)))
    }

    /// The keys by id; those that are gone are missing from the answer. A key that another process erased is known
    /// here for at most a second more.
    pub(crate) async fn by_ids(
        &self,
        ids: &HashSet<Uuid>,
    ) -> Result<HashMap<Uuid, [u8; 32]>, StoreError> {
        if self.millis() >= self.epoch_read.load(Ordering::Acquire) + EPOCH_TRUSTED_MILLIS {
            self.refresh_epoch().await?;
        }
        let epoch = self.epoch();
        let mut keys = HashMap::with_capacity(ids.len());
        let mut missing = Vec::new();
        for id in ids {
            match self.by_key.get(id) {
                Some((read, key)) if read == epoch => drop(keys.insert(*id, key)),
                Some(_) | None => missing.push(*id),
            }
        }
        if missing.is_empty() {
            return Ok(keys);
        }
        let rows = sqlx::query("select key_id, wrapped from vault.keys_by_id($1)")
            .bind(&missing)
            .fetch_all(&self.pool)
            .await?;
        for row in rows {
            let (id, wrapped): (Uuid, Vec<u8>) = (row.get(0), row.get(1));
            let key = self.secrets.unwrap(id, &wrapped).ok_or(StoreError::Sealing)?;
            self.by_key.insert(id, (epoch, key));
            keys.insert(id, key);
        }
        Ok(keys)
    }

    /// Forgets what was believed of these identifiers.
    pub(crate) fn evict_mappings(&self, mappings: &[Arc<Mapping>]) {
        for mapping in mappings {
            self.by_identifier.remove(&mapping.hash);
        }
    }
}

/// Must the vault be asked whether a subject has a key?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// The subject is being made right now.
    New,
    /// Somebody may have given it a key.
    Looked,
}
