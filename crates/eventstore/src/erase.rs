//! Forgetting a person: the keys go, the log stays.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::batch::{self, Outcome};
use crate::link::{LINKED, SUBJECT};
use crate::prepare::prepare;
use crate::{
    AppendRequest, EventStore, Expected, Identifier, Metadata, NewEvent, StoreError, StreamAppend,
    Subject,
};

/// Type of the event that says a subject was forgotten.
pub(crate) const ERASED: &str = "subject.erased";

impl EventStore {
    /// The subject behind an identifier and all that are linked with it; empty when nobody is known by it.
    pub async fn linked_subjects(&self, identifier: &Identifier) -> Result<Vec<Uuid>, StoreError> {
        let Some(first) = self.inner.keys.find_subject(identifier).await? else {
            return Ok(Vec::new());
        };
        let mut connection = self.pool().acquire().await?;
        Ok(linked(&mut connection, &[first]).await?.into_iter().collect())
    }

    /// Deletes the keys of the subjects and of all that are linked with them, and records `subject.erased` for each,
    /// in one transaction under the append lock. Returns the position of the last of these events. Repeated with the
    /// same command id, it does nothing and returns the same.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] leaves open whether they were erased: repeat it with the same command id.
    pub async fn erase_subjects(
        &self,
        subjects: &[Uuid],
        command_id: Uuid,
        metadata: Metadata,
    ) -> Result<i64, StoreError> {
        let mut transaction = self.pool().begin().await?;
        sqlx::query("select pg_advisory_xact_lock($1)")
            .bind(batch::APPEND_LOCK)
            .execute(&mut *transaction)
            .await?;
        // Only now can nobody record another link.
        let subjects: Vec<Uuid> = linked(&mut transaction, subjects).await?.into_iter().collect();
        let request = AppendRequest {
            command_id,
            body_hash: self.secrets().mac("erase", &[command_id.as_bytes()]),
            streams: subjects.iter().map(|subject| erased(*subject)).collect(),
            claims: Vec::new(),
            releases: Vec::new(),
            credentials: Vec::new(),
            // The client would be sealed under the very keys that go.
            metadata: Metadata { client: None, ..metadata },
        };
        let prepared = prepare(Arc::new(request), &self.inner.keys, &self.inner.ambient).await?;
        let outcome = batch::append(&mut transaction, &[&prepared]).await?.pop();
        let position = match outcome {
            Some(Outcome::Written { last_position, .. }) => last_position,
            Some(Outcome::Duplicate) => {
                transaction.rollback().await?;
                let receipt = self.receipt(command_id).await?;
                return receipt.map(|receipt| receipt.last_position).ok_or(StoreError::Unavailable);
            }
            Some(
                Outcome::Conflict { .. }
                | Outcome::Claimed { .. }
                | Outcome::KeyGone { .. }
                | Outcome::SubjectMoved,
            )
            | None => return Err(StoreError::Unavailable),
        };
        for sql in [
            "delete from vault.subject_keys where subject_id = any($1)",
            "delete from vault.identifiers where subject_id = any($1)",
        ] {
            sqlx::query(sql).bind(&subjects).execute(&mut *transaction).await?;
        }
        let epoch: i64 =
            sqlx::query("update vault.erasure_epoch set epoch = epoch + 1 returning epoch")
                .fetch_one(&mut *transaction)
                .await?
                .get(0);
        transaction.commit().await?;
        self.inner.keys.learn_epoch(epoch);
        Ok(position)
    }
}

/// The subjects and all that are linked with them, over any number of steps.
async fn linked(
    connection: &mut PgConnection,
    subjects: &[Uuid],
) -> Result<BTreeSet<Uuid>, StoreError> {
    let mut found: BTreeSet<Uuid> = subjects.iter().copied().collect();
    let mut open = subjects.to_vec();
    while !open.is_empty() {
        let rows = sqlx::query(
            "select position, data from log.events where stream_id = any($1) and type = $2",
        )
        .bind(&open)
        .bind(LINKED)
        .fetch_all(&mut *connection)
        .await?;
        open.clear();
        for row in rows {
            let (position, data): (i64, Vec<u8>) = (row.get(0), row.get(1));
            let link: Link = serde_json::from_slice(&data)
                .map_err(|error| StoreError::Unreadable { position, reason: error.to_string() })?;
            if found.insert(link.subject_id) {
                open.push(link.subject_id);
            }
        }
    }
    Ok(found)
}

/// The data of [`LINKED`].
#[derive(serde::Deserialize)]
struct Link {
    subject_id: Uuid,
}

fn erased(subject: Uuid) -> StreamAppend {
    StreamAppend {
        stream_id: subject,
        kind: SUBJECT,
        expected: Expected::Any,
        subject: Subject::Stream,
        events: vec![NewEvent {
            event_type: ERASED.into(),
            schema_version: 1,
            data: json!({ "subject_id": subject }),
            occurred_at: None,
        }],
    }
}
