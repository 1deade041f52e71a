//! Forgetting a person: the keys go, the log stays.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::Row;
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
        let mut found = BTreeSet::from([first]);
        let mut open = vec![first];
        while let Some(subject) = open.pop() {
            for event in self.read_stream(subject, 0).await? {
                if event.event_type != LINKED {
                    continue;
                }
                let data: serde_json::Value =
                    serde_json::from_slice(&event.data).map_err(|error| {
                        StoreError::Unreadable {
                            position: event.position,
                            reason: error.to_string(),
                        }
                    })?;
                let other = data["subject_id"].as_str().and_then(|id| id.parse().ok());
                if let Some(other) = other
                    && found.insert(other)
                {
                    open.push(other);
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Deletes the keys of the subjects and records `subject.erased` for each, in one transaction under the append
    /// lock. Returns the position of the last of these events.
    pub async fn erase_subjects(
        &self,
        subjects: &[Uuid],
        command_id: Uuid,
        metadata: Metadata,
    ) -> Result<i64, StoreError> {
        let streams = subjects.iter().map(|subject| erased(*subject)).collect();
        let request = AppendRequest {
            command_id,
            body_hash: self.secrets().mac("erase", &[command_id.as_bytes()]),
            streams,
            claims: Vec::new(),
            releases: Vec::new(),
            credentials: Vec::new(),
            // The client would be sealed under the very keys that go.
            metadata: Metadata { client: None, ..metadata },
        };
        let prepared = prepare(&request, &self.inner.keys, &self.inner.ambient).await?;
        let mut transaction = self.pool().begin().await?;
        sqlx::query("select pg_advisory_xact_lock(7236837465)").execute(&mut *transaction).await?;
        sqlx::query("delete from vault.subject_keys where subject_id = any($1)")
            .bind(subjects)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("delete from vault.identifiers where subject_id = any($1)")
            .bind(subjects)
            .execute(&mut *transaction)
            .await?;
        let epoch: i64 =
            sqlx::query("update vault.erasure_epoch set epoch = epoch + 1 returning epoch")
                .fetch_one(&mut *transaction)
                .await?
                .get(0);
        let outcome = batch::append(&mut transaction, &[&prepared]).await?.pop();
        transaction.commit().await?;
        self.inner.keys.forget_all(epoch);
        match outcome {
            Some(Outcome::Written { last_position, .. }) => Ok(last_position),
            Some(Outcome::Duplicate) => {
                let receipt = self.receipt(command_id).await?;
                receipt.map(|receipt| receipt.last_position).ok_or(StoreError::Unavailable)
            }
            Some(
                Outcome::Conflict { .. }
                | Outcome::Claimed { .. }
                | Outcome::KeyGone { .. }
                | Outcome::SubjectMoved,
            )
            | None => Err(StoreError::Unavailable),
        }
    }
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
