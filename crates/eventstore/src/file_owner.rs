//! Keys for what lies outside the log and is to be forgotten with a person: the contents of files.
//!
//! An event brings the key that sealed it into the vault in the very transaction that writes it. A content is written
//! before any event tells of it, so its key has to be in the vault before: a content whose key is lost can never be
//! read again.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use sqlx::Row;
use uuid::Uuid;

use crate::batch::APPEND_LOCK;
use crate::keys::{Freshness, Mapping, SubjectKey};
use crate::prepare::Prepared;
use crate::secrets::hmac;
use crate::store::RESEALS;
use crate::{AppendRequest, Appended, EventStore, StoreError, Subject};

/// How often a key is looked for anew because somebody was erased, or two people turned out to be one, meanwhile.
const TRIES: usize = 8;

/// Under whose key contents of files lie. When the person is erased, nobody can read them any more.
#[derive(Clone, PartialEq, Eq)]
pub struct FileOwner {
    /// Names the key; no secret.
    pub key_id: Uuid,
    /// Derived from the subject's key, and from nothing else.
    pub key: [u8; 32],
}

impl FileOwner {
    fn new(key_id: Uuid, subject_key: &[u8; 32]) -> Self {
        Self { key_id, key: hmac(subject_key, &[b"docket/files"]) }
    }
}

impl fmt::Debug for FileOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileOwner({}, …)", self.key_id)
    }
}

/// What became of a try to bring a key into the vault.
enum Kept {
    /// It is there, this one or the one that another process had brought.
    There(Arc<SubjectKey>),
    /// What it was made from is no longer so.
    Outdated,
}

impl EventStore {
    /// The owner of the contents that belong to a subject; `stream` is the stream that stands for itself under
    /// [`Subject::Stream`]. The subject and its key are found or made, and are in the vault when this returns.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when people were erased again and again meanwhile; the database's.
    pub async fn file_owner(
        &self,
        subject: &Subject,
        stream: Uuid,
    ) -> Result<FileOwner, StoreError> {
        let keys = &self.inner.keys;
        for _ in 0..TRIES {
            // Whoever was erased in another process has another key by now, or none.
            keys.refresh_epoch().await?;
            let mappings = match subject {
                Subject::Identified(identifiers) => keys.mappings(identifiers).await?,
                Subject::Stream | Subject::Id(_) => Vec::new(),
            };
            let subject_id = match (subject, mappings.first()) {
                (Subject::Id(id), _) => *id,
                (Subject::Identified(_), Some(first)) => first.subject_id,
                (Subject::Identified(_), None) | (Subject::Stream, _) => stream,
            };
            let key = keys.of_subject(subject_id, Freshness::Looked).await?;
            let is_stored = key.stored.load(Ordering::Acquire)
                && mappings.iter().all(|mapping| mapping.stored.load(Ordering::Acquire));
            if is_stored {
                return Ok(FileOwner::new(key.key_id, &key.key));
            }
            match self.keep_key(&key, &mappings).await? {
                Kept::There(key) => return Ok(FileOwner::new(key.key_id, &key.key)),
                Kept::Outdated => {}
            }
        }
        Err(StoreError::Unavailable)
    }

    /// The owner by the id of its key; `None` once it was erased. An erasure in another process shows here after a
    /// second at most.
    ///
    /// # Errors
    /// The database's.
    pub async fn file_owner_by_key(&self, key_id: Uuid) -> Result<Option<FileOwner>, StoreError> {
        let found = self.inner.keys.by_ids(&HashSet::from([key_id])).await?;
        Ok(found.get(&key_id).map(|key| FileOwner::new(key_id, key)))
    }

    /// Which of these keys are in the vault, as of now. Those that are not were erased.
    ///
    /// # Errors
    /// The database's.
    pub async fn keys_there(&self, key_ids: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
        if key_ids.is_empty() {
            return Ok(HashSet::new());
        }
        let rows = sqlx::query("select key_id from vault.keys_by_id($1)")
            .bind(key_ids)
            .fetch_all(self.pool())
            .await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Whose key this is, as of now; `None` once it was erased.
    ///
    /// # Errors
    /// The database's.
    pub async fn subject_of_key(&self, key_id: Uuid) -> Result<Option<Uuid>, StoreError> {
        let row = sqlx::query("select subject_id from vault.subject_keys where key_id = $1")
            .bind(key_id)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Appends as [`append`](Self::append) does, if these keys are still in the vault at that very moment; `None`, and
    /// nothing is written, once one of them was erased. For what was learned from contents that lie under them: an
    /// append alone would seal it under the next key of whoever was erased.
    ///
    /// # Errors
    /// As of [`append`](Self::append).
    pub async fn append_while_there(
        &self,
        request: AppendRequest,
        key_ids: &[Uuid],
    ) -> Result<Option<Appended>, StoreError> {
        if key_ids.is_empty() {
            return self.append(request).await.map(Some);
        }
        let request = Arc::new(request);
        let wanted: HashSet<Uuid> = key_ids.iter().copied().collect();
        for _ in 0..RESEALS {
            self.inner.keys.refresh_epoch().await?;
            let epoch = self.inner.keys.epoch();
            if self.keys_there(key_ids).await? != wanted {
                // A repeat is told its first result, whatever happened since.
                let receipt = self.receipt(request.command_id).await?;
                return Ok(receipt.map(Appended::Duplicate));
            }
            let prepared = self.prepare(&request).await?;
            let prepared = Prepared { relied_on: Some(epoch), ..prepared };
            let sent = self.inner.appender.send(prepared).await?;
            if let Some(appended) = self.outcome_of(&request, sent).await? {
                return Ok(Some(appended));
            }
        }
        Err(StoreError::Unavailable)
    }

    /// Brings a key, and the identifiers that led to it, into the vault, unless somebody was erased since they were
    /// read: a key that is gone must not come back.
    async fn keep_key(
        &self,
        key: &Arc<SubjectKey>,
        mappings: &[Arc<Mapping>],
    ) -> Result<Kept, StoreError> {
        let keys = &self.inner.keys;
        let mut transaction = self.pool().begin().await?;
        // Erasures and appends wait; so nothing that is read below changes until the end.
        sqlx::query("select pg_advisory_xact_lock($1)")
            .bind(APPEND_LOCK)
            .execute(&mut *transaction)
            .await?;
        let epoch: i64 = sqlx::query_scalar("select epoch from vault.erasure_epoch")
            .fetch_one(&mut *transaction)
            .await?;
        let epochs = mappings.iter().map(|mapping| mapping.epoch);
        if epochs.chain([key.epoch]).any(|read| read != epoch) {
            transaction.rollback().await?;
            keys.learn_epoch(epoch);
            return Ok(Kept::Outdated);
        }
        let hashes: Vec<&[u8]> = mappings.iter().map(|mapping| mapping.hash.as_slice()).collect();
        let subjects: Vec<Uuid> = mappings.iter().map(|mapping| mapping.subject_id).collect();
        let known = sqlx::query("select hash, subject_id from vault.subjects_of($1)")
            .bind(&hashes)
            .fetch_all(&mut *transaction)
            .await?;
        let is_known_otherwise = known.iter().any(|row| {
            let (hash, subject): (Vec<u8>, Uuid) = (row.get(0), row.get(1));
            mappings.iter().any(|m| m.hash.as_slice() == hash && m.subject_id != subject)
        });
        if is_known_otherwise {
            transaction.rollback().await?;
            keys.evict_mappings(mappings);
            return Ok(Kept::Outdated);
        }
        let there = sqlx::query("select key_id, wrapped from vault.keys_of($1)")
            .bind([key.subject_id].as_slice())
            .fetch_optional(&mut *transaction)
            .await?;
        let kept = match there {
            Some(row) if row.get::<Uuid, _>(0) != key.key_id => {
                keys.adopt(key.subject_id, row.get(0), row.get(1), epoch)?
            }
            Some(_) | None => Arc::clone(key),
        };
        sqlx::query(
            "insert into vault.subject_keys (key_id, subject_id, wrapped, created_at) \
             values ($1, $2, $3, clock_timestamp()) on conflict do nothing",
        )
        .bind(kept.key_id)
        .bind(kept.subject_id)
        .bind(&kept.wrapped)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "insert into vault.identifiers (hash, subject_id) \
             select * from unnest($1::bytea[], $2::uuid[]) on conflict do nothing",
        )
        .bind(&hashes)
        .bind(&subjects)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        kept.stored.store(true, Ordering::Release);
        for mapping in mappings {
            mapping.stored.store(true, Ordering::Release);
        }
        Ok(Kept::There(kept))
    }
}
