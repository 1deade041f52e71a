//! Measures the append against plain INSERTs of the same rows, in a database of its own that is dropped afterwards.
//!
//! | measure | what it shows |
//! |---|---|
//! | [`AppendMeasure::Compare`] | throughput and latency beside single-row INSERTs over as many connections, in turns |
//! | [`AppendMeasure::Snapshot`] | whether a long snapshot (a dump, a slow report) slows the append down |
//! | [`AppendMeasure::Flat`] | whether the cost of an append grows with the log |

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use eventstore::{
    Actor, Ambient, AppendRequest, Appended, Client, EventFilter, EventStore, Expected, Identifier,
    Metadata, NewEvent, Secrets, StoreOptions, StreamAppend, StreamKind, Subject,
};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool};
use tokio::task::JoinSet;

use super::database::with_own_database;
use super::measure::{Limit, Speed, Took, Until, median};
use super::reference::Reference;

/// How many people write in; each has a key of their own.
const CUSTOMERS: u64 = 2000;

/// What to measure, and where.
pub struct AppendBench {
    /// A role on this server that may create databases.
    pub database_url: String,
    /// Clock and randomness.
    pub ambient: Ambient,
    /// How many clients append at once, each waiting for its answer.
    pub writers: usize,
    /// What to measure.
    pub measure: AppendMeasure,
}

/// What to measure.
pub enum AppendMeasure {
    /// The append and plain INSERTs in turns.
    Compare {
        /// How often each takes its turn.
        rounds: usize,
        /// Length of a turn.
        turn: Duration,
    },
    /// The append without, then with a snapshot held open.
    Snapshot {
        /// Length of either.
        held: Duration,
    },
    /// The append over one connection from an empty log on.
    Flat {
        /// How many events in all.
        events: u64,
        /// How many between two lines of output.
        step: u64,
    },
}

/// Measures, and prints what it found.
///
/// # Errors
/// Any failure of the database; an append that is not written.
pub async fn run(options: AppendBench) -> Result<()> {
    let measure = async |database| measure(&options, database).await;
    with_own_database(&options.database_url, &options.ambient, measure).await
}

async fn measure(options: &AppendBench, database: PgConnectOptions) -> Result<()> {
    let pool = PgPoolOptions::new().max_connections(8).connect_with(database.clone()).await?;
    eventstore::migrate(&pool).await?;
    let master: [u8; 32] = options.ambient.bytes();
    let secrets = Secrets::from_master(&master);
    let store = StoreOptions { pool: pool.clone(), secrets, ambient: options.ambient.clone() };
    let bench = Bench {
        store: EventStore::open(store).await?,
        pool,
        database,
        writers: options.writers,
        customers: Arc::default(),
    };
    match options.measure {
        AppendMeasure::Compare { rounds, turn } => bench.compare(rounds, turn).await,
        AppendMeasure::Snapshot { held } => bench.snapshot(held).await,
        AppendMeasure::Flat { events, step } => bench.flat(events, step).await,
    }
}

struct Bench {
    store: EventStore,
    pool: PgPool,
    database: PgConnectOptions,
    writers: usize,
    customers: Arc<AtomicU64>,
}

impl Bench {
    async fn compare(&self, rounds: usize, turn: Duration) -> Result<()> {
        self.append(Until::Time(Duration::from_secs(2))).await?;
        let sample = self.store.read_after(0, 1000, &EventFilter::default()).await?;
        let bytes: usize = sample.iter().map(|event| event.data.len() + event.metadata.len()).sum();
        println!(
            "{} writers, {} bytes of data and metadata an event, turns of {} s",
            self.writers,
            bytes / sample.len().max(1),
            turn.as_secs_f32()
        );
        let rows = Reference::create(&self.pool, sample, self.store.ambient().clone()).await?;
        rows.insert(&self.database, self.writers, Duration::from_secs(2)).await?;
        let (mut appends, mut inserts) = (Vec::new(), Vec::new());
        for round in 1..=rounds {
            let append = self.append(Until::Time(turn)).await?;
            let insert = rows.insert(&self.database, self.writers, turn).await?;
            println!("round {round}: append {append}");
            println!("round {round}: INSERT {insert}");
            appends.push(append.per_second());
            inserts.push(insert.per_second());
        }
        let (append, insert) = (median(&mut appends), median(&mut inserts));
        println!(
            "median: append {append:.0}/s, INSERT {insert:.0}/s, ratio {:.2}",
            append / insert
        );
        Ok(())
    }

    async fn snapshot(&self, held: Duration) -> Result<()> {
        self.append(Until::Time(Duration::from_secs(2))).await?;
        println!("without a snapshot: {}", self.append(Until::Time(held)).await?);
        let mut connection = self.database.connect().await?;
        let mut snapshot = connection.begin().await?;
        sqlx::raw_sql(
            "set transaction isolation level repeatable read; select count(*) from log.batches",
        )
        .execute(&mut *snapshot)
        .await?;
        let slice = held / 6;
        for part in 1..=6u32 {
            let speed = self.append(Until::Time(slice)).await?;
            println!("held for {:>3} s:     {speed}", (slice * part).as_secs());
        }
        snapshot.rollback().await?;
        Ok(())
    }

    async fn flat(&self, events: u64, step: u64) -> Result<()> {
        let mut written = 0;
        while written < events {
            let speed = self.append(Until::Count(step)).await?;
            written += speed.operations;
            println!("{written:>9} events: {speed}");
        }
        Ok(())
    }

    async fn append(&self, until: Until) -> Result<Speed> {
        let limit = Arc::new(Limit::new(until));
        let mut tasks = JoinSet::new();
        for _ in 0..self.writers {
            let (store, limit, customers) =
                (self.store.clone(), Arc::clone(&limit), Arc::clone(&self.customers));
            tasks.spawn(async move {
                let mut took = Took::new()?;
                while limit.take().is_continue() {
                    let customer = customers.fetch_add(1, Ordering::Relaxed) % CUSTOMERS;
                    let request = opened(store.ambient(), customer);
                    let began = Instant::now();
                    let appended = store.append(request).await?;
                    took.record(began.elapsed())?;
                    ensure!(matches!(appended, Appended::Written { .. }), "not written");
                }
                Ok(took)
            });
        }
        limit.speed(tasks).await
    }
}

/// A ticket as a customer opens it.
fn opened(ambient: &Ambient, customer: u64) -> AppendRequest {
    let email = format!("customer{customer}@example.org");
    let data = json!({
        "number": "TKT-2026-000123",
        "subject": { "$personal": "Cannot log in after the password reset" },
        "description": { "$personal": "Since this morning the sign-in page sends me back to itself." },
        "category": "account_access",
        "priority": "medium",
        "status": "open",
        "customer": { "email": { "$personal": email } },
        "tags": ["login", "password"],
        "source": "web_form",
    });
    let event =
        NewEvent { event_type: "ticket.opened".into(), schema_version: 1, data, occurred_at: None };
    AppendRequest {
        command_id: ambient.uuid_v7(),
        body_hash: [7; 32],
        streams: vec![StreamAppend {
            stream_id: ambient.uuid_v7(),
            kind: StreamKind("ticket"),
            expected: Expected::Exactly(0),
            subject: Subject::Identified(vec![Identifier::email(&email)]),
            events: vec![event],
        }],
        claims: Vec::new(),
        releases: Vec::new(),
        credentials: Vec::new(),
        metadata: Metadata {
            actor: Actor::Open,
            correlation_id: ambient.uuid_v7().to_string(),
            causation_id: None,
            traceparent: None,
            client: Some(Client { address: Some("192.0.2.7".into()), agent: None }),
        },
    }
}
