//! Databases, stores and requests for the tests.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use eventstore::{
    Ambient, AppendRequest, Appended, Clock, Entropy, EventStore, Expected, Metadata, NewEvent,
    Secrets, StoreOptions, StreamAppend, StreamKind, Subject,
};
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

/// The lock under which the log grows.
pub const APPEND_LOCK: i64 = 7_236_837_465;

struct Machine;

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

impl Entropy for Machine {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

pub fn ambient() -> Ambient {
    Ambient::new(Arc::new(Machine), Arc::new(Machine))
}

pub fn id() -> Uuid {
    ambient().uuid_v7()
}

/// A migrated database that nobody else uses.
pub struct Database {
    url: String,
}

impl Database {
    pub async fn fresh() -> Self {
        let url = test_support::shared_postgres().await.fresh_database().await;
        Self::migrated(url).await
    }

    pub async fn migrated(url: String) -> Self {
        let pool = PgPool::connect(&url).await.unwrap();
        eventstore::migrate(&pool).await.unwrap();
        pool.close().await;
        Self { url }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Another process on this database: a store with a pool, an appender and caches of its own.
    pub async fn store(&self) -> EventStore {
        let pool = PgPoolOptions::new().max_connections(4).connect(&self.url).await.unwrap();
        let secrets = Secrets::from_master(&[7; 32]);
        EventStore::open(StoreOptions { pool, secrets, ambient: ambient() }).await.unwrap()
    }
}

pub fn event(event_type: &'static str, data: Value) -> NewEvent {
    NewEvent { event_type: event_type.into(), schema_version: 1, data, occurred_at: None }
}

/// Events of a stream that is its own subject.
pub fn stream(stream_id: Uuid, expected: Expected, events: Vec<NewEvent>) -> StreamAppend {
    StreamAppend {
        stream_id,
        kind: StreamKind("thing"),
        expected,
        subject: Subject::Stream,
        events,
    }
}

pub fn request(streams: Vec<StreamAppend>) -> AppendRequest {
    AppendRequest {
        command_id: id(),
        body_hash: [1; 32],
        streams,
        claims: Vec::new(),
        releases: Vec::new(),
        credentials: Vec::new(),
        metadata: Metadata::system("test"),
    }
}

/// A new stream with one event.
pub fn opened() -> AppendRequest {
    request(vec![stream(id(), Expected::Exactly(0), vec![event("thing.opened", json!({}))])])
}

/// Positions of what was written.
pub fn written(appended: &Appended) -> (i64, i64) {
    match appended {
        Appended::Written { first_position, last_position, .. } => {
            (*first_position, *last_position)
        }
        Appended::Conflict { .. } | Appended::Claimed { .. } | Appended::Duplicate(_) => {
            panic!("not written: {appended:?}")
        }
    }
}

/// All positions, versions, seals and leaves of the log hold; returns how many events there are.
pub async fn assert_sound(store: &EventStore) -> i64 {
    let report = store.verify(|_| {}).await.unwrap();
    assert_eq!(report.fault, None);
    assert_eq!(report.events, store.head().await.unwrap().position);
    report.events
}

/// Waits until so many wait for the lock of the log.
pub async fn waiting(store: &EventStore, many: i64) {
    loop {
        let now: i64 = sqlx::query_scalar(
            "select count(*) from pg_locks l join pg_database d on d.oid = l.database \
             where l.locktype = 'advisory' and not l.granted and d.datname = current_database()",
        )
        .fetch_one(store.pool())
        .await
        .unwrap();
        if now >= many {
            return;
        }
        tokio::task::yield_now().await;
    }
}
