//! `docket bench`

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::options::Interrupted;
use super::{Common, Outcome};
use crate::ambient;
use crate::bench::TemporaryPostgres;
use crate::bench::append::{self, AppendBench, AppendMeasure};
use crate::bench::fanout::{self, FanoutBench};
use crate::bench::http::{self, HttpBench};
use crate::bench::import::{self, ImportBench};
use crate::bench::ocr::{self, Detail, OcrBench, Set};
use crate::bench::query::{self, QueryBench};
use crate::bench::rebuild::{self, RebuildBench};
use crate::bench::tasks::{self, TasksBench};
use crate::logging::{self, Talk};
use crate::serve::Signals;

/// Measures, each time on a fresh and temporary Postgres that is as durable as the real one.
#[derive(Debug, Subcommand)]
pub(super) enum Bench {
    /// The log alone: writers that each wait for their commit
    Append(AppendArguments),
    /// POST /tickets through everything
    Http(HttpArguments),
    /// From a ticket opened over HTTP to a task that somebody has
    Tasks(TasksArguments),
    /// Lists and searches, at several sizes
    Query(QueryArguments),
    /// All views from position 0
    Rebuild(RebuildArguments),
    /// A CSV file over HTTP, and the memory it takes
    Import(ImportArguments),
    /// From the log to the views: through Kafka, and through the tail
    Fanout(FanoutArguments),
    /// Pictures: how well and how fast they are read, beside other programs
    Ocr(OcrArguments),
    /// All of them, at modest sizes
    All(Place),
}

#[derive(Debug, Args)]
pub(super) struct Place {
    /// Measure on the disk of this folder [default: that of temporary files]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct AppendArguments {
    /// How many clients append at once
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Length of a turn; appends and INSERTs take three each
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Instead: append without, then with a snapshot held open, for so many seconds each
    #[arg(long, value_name = "SECONDS", conflicts_with = "events")]
    snapshot: Option<u64>,
    /// Instead: append so many events over one connection, from an empty log on
    #[arg(long, value_name = "COUNT")]
    events: Option<u64>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(super) struct HttpArguments {
    /// How many connections
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// How long requests are made, in all
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(super) struct TasksArguments {
    /// How many connections open tickets
    #[arg(long, default_value_t = 8)]
    clients: usize,
    /// Tickets a second, while the delay is measured
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..))]
    rate: u32,
    /// How long they come
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// How many tickets then come in one go
    #[arg(long, default_value_t = 5_000, value_name = "COUNT")]
    flood: u64,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(super) struct QueryArguments {
    /// How many tickets; one run for each number
    #[arg(long, value_name = "COUNT", value_delimiter = ',', default_values_t = [10_000, 1_000_000])]
    tickets: Vec<u64>,
    /// How often each query is asked
    #[arg(long, default_value_t = 50)]
    rounds: u32,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(super) struct RebuildArguments {
    /// How many events, about
    #[arg(long, default_value_t = 200_000)]
    events: u64,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// How many rows the file has
    #[arg(long, default_value_t = 100_000)]
    rows: u64,
    /// How many connections make plain INSERTs
    #[arg(long, default_value_t = 64)]
    clients: usize,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(super) struct FanoutArguments {
    /// How many events the relay publishes; half as many are appended in one go
    #[arg(long, default_value_t = 200_000)]
    events: u64,
    /// Commands a second, while the lag is measured
    #[arg(long, default_value_t = 2_000)]
    rate: u32,
    /// How long they come
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
pub(super) struct OcrArguments {
    /// Also draw a set that nobody has looked at, for each of these numbers
    #[arg(long, value_name = "SEED", value_delimiter = ',', default_values_t = [1])]
    seeds: Vec<u64>,
    /// How many pictures of each kind
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
    pictures: u32,
    /// How often everybody reads them, in turns
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How many threads everybody has [default: one for each core]
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// What reads pictures, as scripts/ocr.sh lays it out
    #[arg(long, env = "DOCKET_OCR_PARTS", value_name = "DIR")]
    parts: PathBuf,
    /// A Python that has rapidocr-onnxruntime, to compare with
    #[arg(long, env = "DOCKET_BENCH_RAPIDOCR", value_name = "PYTHON")]
    rapidocr: Option<PathBuf>,
    /// Leave the pictures in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Instead of drawn pictures those below this folder that have their text beside them (NAME.jpg, NAME.txt); those of
    /// a sub-folder are a class
    #[arg(long, value_name = "DIR", conflicts_with_all = ["seeds", "pictures", "keep"])]
    folder: Option<PathBuf>,
    /// Also tell the errors in each picture
    #[arg(long)]
    each: bool,
}

impl Bench {
    pub(super) async fn run(self, common: &Common) -> Result<Outcome> {
        logging::start(&common.load(Vec::new())?, Talk::Command)?;
        match self {
            Self::Append(arguments) => arguments.run().await?,
            Self::Http(arguments) => arguments.run().await?,
            Self::Tasks(arguments) => arguments.run().await?,
            Self::Query(arguments) => arguments.run().await?,
            Self::Rebuild(arguments) => arguments.run().await?,
            Self::Import(arguments) => arguments.run().await?,
            Self::Fanout(arguments) => arguments.run().await?,
            Self::Ocr(arguments) => arguments.run().await?,
            Self::All(place) => all(&place).await?,
        }
        Ok(Outcome::Fine)
    }
}

impl AppendArguments {
    async fn run(self) -> Result<()> {
        let measure = match (self.snapshot, self.events) {
            (Some(seconds), _) => AppendMeasure::Snapshot { held: Duration::from_secs(seconds) },
            (None, Some(events)) => AppendMeasure::Flat { events, step: (events / 10).max(1) },
            (None, None) => {
                AppendMeasure::Compare { rounds: 3, turn: Duration::from_secs(self.seconds) }
            }
        };
        let writers = self.clients;
        with_postgres(&self.place, async |database_url| {
            let ambient = ambient::system();
            append::run(AppendBench { database_url, ambient, writers, measure }).await
        })
        .await
    }
}

impl QueryArguments {
    async fn run(self) -> Result<()> {
        with_postgres(&self.place, async |database_url| {
            let (sizes, rounds) = (self.tickets.clone(), self.rounds);
            let ambient = ambient::system();
            query::run(QueryBench { database_url, ambient, sizes, rounds }).await
        })
        .await
    }
}

impl RebuildArguments {
    async fn run(self) -> Result<()> {
        let events = self.events;
        with_postgres(&self.place, async |database_url| {
            let ambient = ambient::system();
            rebuild::run(RebuildBench { database_url, ambient, events }).await
        })
        .await
    }
}

impl HttpArguments {
    async fn run(self) -> Result<()> {
        http::run(HttpBench {
            clients: self.clients,
            length: Duration::from_secs(self.seconds),
            folder: self.place.dir,
            ambient: ambient::system(),
        })
        .await
    }
}

impl TasksArguments {
    async fn run(self) -> Result<()> {
        tasks::run(TasksBench {
            clients: self.clients,
            rate: self.rate,
            length: Duration::from_secs(self.seconds),
            flood: self.flood,
            folder: self.place.dir,
            ambient: ambient::system(),
        })
        .await
    }
}

impl ImportArguments {
    async fn run(self) -> Result<()> {
        import::run(ImportBench {
            rows: self.rows,
            clients: self.clients,
            folder: self.place.dir,
            ambient: ambient::system(),
        })
        .await
    }
}

impl FanoutArguments {
    async fn run(self) -> Result<()> {
        let Self { events, rate, seconds, place } = self;
        with_postgres(&place, async |database_url| {
            fanout::run(FanoutBench {
                database_url,
                ambient: ambient::system(),
                folder: place.dir.clone(),
                events,
                rate,
                length: Duration::from_secs(seconds),
            })
            .await
        })
        .await
    }
}

impl OcrArguments {
    async fn run(self) -> Result<()> {
        let threads = match self.threads {
            Some(threads) => threads,
            None => std::thread::available_parallelism()?,
        };
        let sets = match self.folder {
            Some(folder) => vec![Set::Folder(folder)],
            None => {
                let unseen = self.seeds.into_iter().map(Set::Unseen);
                std::iter::once(Set::Known).chain(unseen).collect()
            }
        };
        let bench = OcrBench {
            sets,
            variants: self.pictures,
            rounds: self.rounds,
            threads: threads.get(),
            parts: self.parts,
            python: self.rapidocr,
            folder: self.keep,
            detail: if self.each { Detail::Pictures } else { Detail::Classes },
        };
        tokio::task::spawn_blocking(move || ocr::run(&bench)).await?
    }
}

/// Runs a bench on a Postgres of its own, which is ended however the bench ends.
async fn with_postgres(place: &Place, bench: impl AsyncFnOnce(String) -> Result<()>) -> Result<()> {
    let mut signals = Signals::listen()?;
    let postgres = TemporaryPostgres::start(place.dir.as_deref()).await?;
    let done = tokio::select! {
        done = bench(postgres.url().to_owned()) => done,
        () = signals.next() => Err(Interrupted.into()),
    };
    postgres.stop().await?;
    done
}

async fn all(place: &Place) -> Result<()> {
    const CLIENTS: usize = 64;
    let place = || Place { dir: place.dir.clone() };
    println!("== append");
    let (snapshot, events) = (None, None);
    AppendArguments { clients: CLIENTS, seconds: 3, snapshot, events, place: place() }
        .run()
        .await?;
    println!("== http");
    HttpArguments { clients: CLIENTS, seconds: 9, place: place() }.run().await?;
    println!("== tasks");
    TasksArguments { clients: 8, rate: 150, seconds: 10, flood: 2_000, place: place() }
        .run()
        .await?;
    println!("== query");
    QueryArguments { tickets: vec![10_000, 100_000], rounds: 20, place: place() }.run().await?;
    println!("== rebuild");
    RebuildArguments { events: 100_000, place: place() }.run().await?;
    println!("== import");
    ImportArguments { rows: 50_000, clients: CLIENTS, place: place() }.run().await?;
    println!("== fanout");
    if !fanout::has_kafka() {
        println!("skipped: no Kafka to be had");
        return Ok(());
    }
    FanoutArguments { events: 100_000, rate: 2_000, seconds: 10, place: place() }.run().await
}
