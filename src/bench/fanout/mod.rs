//! Measures the way from the log to the views, through Kafka and through the tail: how many events a second, and how
//! long one takes while commands come at a steady rate. Beside it stands Kafka's own performance tool on the same
//! broker.

mod broker;
mod steady;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use commands::{Commands, CommandsConfig};
use eventstore::kafka::{KafkaSettings, Relay, RelayOptions};
use eventstore::{Ambient, EventFilter, EventStore, Secrets, StoreOptions};
use projections::{
    Freshness, Progress, Projector, Queries, QueryOptions, SearchProjector, Source, prepare,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::database::with_own_database;
use super::rebuild::live;
use broker::Broker;

/// How long anything may take to catch up.
const PATIENCE: Duration = Duration::from_secs(600);

/// What to measure, and where.
pub struct FanoutBench {
    /// A role on this server that may create databases.
    pub database_url: String,
    /// Clock and randomness.
    pub ambient: Ambient,
    /// The disk that Kafka is on; none for that of temporary files.
    pub folder: Option<PathBuf>,
    /// How many events are published, and half as many appended in one go.
    pub events: u64,
    /// Commands a second.
    pub rate: u32,
    /// How long they come.
    pub length: Duration,
}

/// A desk in this process.
struct Desk {
    store: EventStore,
    commands: Commands,
    queries: Queries,
    progress: Progress,
}

/// Whether there is a Kafka to measure with.
pub fn has_kafka() -> bool {
    broker::jars().is_ok()
}

/// Measures, and prints what it found.
///
/// # Errors
/// No Kafka to be had; any failure of the database or of Kafka.
pub async fn run(options: FanoutBench) -> Result<()> {
    let broker = Broker::start(options.folder.as_deref()).await?;
    let (url, ambient) = (options.database_url.as_str(), &options.ambient);
    with_own_database(url, ambient, async |database| publish(&options, &broker, database).await)
        .await?;
    println!("through the tail:");
    with_own_database(url, ambient, async |database| {
        follow(&options, database, &Source::Tail, None).await
    })
    .await?;
    println!("through Kafka:");
    with_own_database(url, ambient, async |database| {
        let kafka = broker.settings("views");
        follow(&options, database, &Source::Kafka(kafka.clone()), Some(kafka)).await
    })
    .await
}

/// The relay alone, from an empty topic, beside Kafka's own tool.
async fn publish(options: &FanoutBench, broker: &Broker, database: PgConnectOptions) -> Result<()> {
    let desk = Desk::open(options, database).await?;
    live(&desk.store, 0..options.events / 8).await?;
    let head = desk.store.head().await?.position;
    let sample = desk.store.read_after(0, 1_000, &EventFilter::default()).await?;
    let bytes: usize = sample.iter().map(|event| event.data.len() + event.metadata.len()).sum();
    let size = (bytes / sample.len().max(1)) as u64;
    let records = u64::try_from(head)?;
    println!("Kafka's ProducerPerformance, {size} bytes a record:");
    println!("  {}", broker.producer_performance(records, size).await?);

    let relay = relay(&desk.store, broker.settings("relay"));
    let mut status = relay.status();
    let stop = CancellationToken::new();
    let running = tokio::spawn(relay.run(stop.clone()));
    status.wait_for(|status| status.state == eventstore::kafka::RelayState::Active).await?;
    let (began, before) = (Instant::now(), status.borrow().published);
    let done = status.wait_for(|status| status.position >= head);
    tokio::time::timeout(PATIENCE, done).await??;
    let published = status.borrow().published - before;
    println!("relay: {:.0} events/s", published as f64 / began.elapsed().as_secs_f64());
    stop.cancel();
    Ok(running.await??)
}

/// From the append to the views: a flood, then a steady stream.
async fn follow(
    options: &FanoutBench,
    database: PgConnectOptions,
    source: &Source,
    kafka: Option<KafkaSettings>,
) -> Result<()> {
    let desk = Desk::open(options, database).await?;
    prepare(desk.store.pool()).await?;
    let stop = CancellationToken::new();
    let mut roles = JoinSet::new();
    if let Some(settings) = kafka {
        let running = relay(&desk.store, settings).run(stop.clone());
        roles.spawn(async move { running.await.map_err(anyhow::Error::from) });
    }
    for views in [Freshness::Views, Freshness::ViewsAndSearch] {
        let (store, progress, source) = (desk.store.clone(), desk.progress.clone(), source.clone());
        roles.spawn(async move {
            let Err(error) = match views {
                Freshness::Views => Projector::new(store, progress).run(&source).await,
                Freshness::ViewsAndSearch => {
                    SearchProjector::new(store, progress).run(&source).await
                }
            };
            Err(error.into())
        });
    }
    let measured = tokio::select! {
        measured = desk.measure(options) => measured,
        Some(ended) = roles.join_next() => Err(match ended? {
            Ok(()) => anyhow::anyhow!("the relay ended"),
            Err(error) => error,
        }),
    };
    stop.cancel();
    measured
}

fn relay(store: &EventStore, settings: KafkaSettings) -> Relay {
    let options = RelayOptions {
        lease_ttl: Duration::from_secs(10),
        holder: store.ambient().uuid_v7(),
        kinds: projections::KINDS.iter().map(ToString::to_string).collect(),
        at: Default::default(),
    };
    Relay::new(store.clone(), settings, options)
}

impl Desk {
    async fn open(options: &FanoutBench, database: PgConnectOptions) -> Result<Self> {
        let pool = PgPoolOptions::new().max_connections(12).connect_with(database.clone()).await?;
        eventstore::migrate(&pool).await?;
        let secrets = Secrets::from_master(&options.ambient.bytes());
        let ambient = options.ambient.clone();
        let store = EventStore::open(StoreOptions { pool, secrets, ambient }).await?;
        let progress = Progress::default();
        let queries = Queries::new(QueryOptions {
            database,
            max_connections: 4,
            statement_timeout: Duration::from_secs(30),
            store: store.clone(),
            progress: progress.clone(),
        });
        let commands = Commands::new(store.clone(), CommandsConfig::default());
        Ok(Self { store, commands, queries, progress })
    }

    async fn measure(&self, options: &FanoutBench) -> Result<()> {
        // The first events find everybody at work.
        live(&self.store, 0..1_000).await?;
        self.caught_up(Freshness::ViewsAndSearch).await?;

        let (began, before) = (Instant::now(), self.store.head().await?.position);
        live(&self.store, 1_000..1_000 + options.events / 16).await?;
        let appended = began.elapsed().as_secs_f64();
        let events = (self.store.head().await?.position - before) as f64;
        self.caught_up(Freshness::Views).await?;
        let views = began.elapsed().as_secs_f64();
        self.caught_up(Freshness::ViewsAndSearch).await?;
        let search = began.elapsed().as_secs_f64();
        println!(
            "  {events:.0} events in one go: appended at {:.0}/s, in the views at {:.0} events/s, in search as well at {:.0}",
            events / appended,
            events / views,
            events / search
        );
        let lag = steady::lag(self, options.rate, options.length).await?;
        println!("  {lag}");
        Ok(())
    }

    /// Waits until the views are where the log is.
    async fn caught_up(&self, freshness: Freshness) -> Result<()> {
        let head = self.store.head().await?.position;
        self.queries.wait_for(head, freshness, PATIENCE).await?;
        ensure!(self.queries.position(freshness).await? >= head, "the views fell back");
        Ok(())
    }
}
