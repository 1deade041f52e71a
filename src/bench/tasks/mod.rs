//! From a ticket opened over HTTP to the task that somebody has, and to its clocks: on a desk with a workflow, a work
//! role that seven people hold in turn, and a service level; the server's own workers do the work.

mod desk;
mod done;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use eventstore::Ambient;

use super::http::{Turn, post};
use super::measure::Until;
use super::reference::Reference;
use super::server::BenchServer;
use done::{Done, fairness, head, is_done};

/// How many are opened before anything is measured.
const WARM_UP: u64 = 200;
/// How long plain INSERTs are made.
const REFERENCE: Duration = Duration::from_secs(5);
/// How long the workers may take for what is left to do.
const PATIENCE: Duration = Duration::from_secs(600);

/// What to measure, and where.
pub struct TasksBench {
    /// How many connections open tickets.
    pub clients: usize,
    /// Tickets a second, while delays are measured.
    pub rate: u32,
    /// How long they come at that rate.
    pub length: Duration,
    /// How many then come in one go.
    pub flood: u64,
    /// The disk to measure on; none for that of temporary files.
    pub folder: Option<PathBuf>,
    /// Clock and randomness.
    pub ambient: Ambient,
}

/// Measures, and prints what it found.
///
/// # Errors
/// A server that does not start, an answer other than 201, a ticket that gets no task, any failure of the database.
pub async fn run(options: TasksBench) -> Result<()> {
    BenchServer::with(options.folder.as_deref(), async |server| measure(&options, server).await)
        .await
}

async fn measure(options: &TasksBench, server: &BenchServer) -> Result<()> {
    let TasksBench { clients, rate, length, flood, .. } = *options;
    desk::set_up(server).await?;
    let next = Arc::new(AtomicU64::new(0));
    let turn = |until, rate| Turn { clients, until, rate };
    post(server, turn(Until::Count(WARM_UP), None), &next).await?;
    wait(server, &next).await?;

    let from = head(&server.pool).await?;
    let steady = post(server, turn(Until::Time(length), Some(rate)), &next).await?;
    wait(server, &next).await?;
    println!("steady: POST over {clients} connections {steady}");
    println!("{}", Done::since(&server.pool, from).await?);

    let from = head(&server.pool).await?;
    let opened = post(server, turn(Until::Count(flood), None), &next).await?;
    wait(server, &next).await?;
    println!("flood of {flood}: POST over {clients} connections {opened}");
    let flood = Done::since(&server.pool, from).await?;
    println!("{flood}");
    println!("fairness: {}", fairness(&server.pool).await?);
    server.report_lag().await?;

    let sample = server.stored(&options.ambient, "task.assigned").await?;
    let rows = Reference::create(&server.pool, sample, options.ambient.clone()).await?;
    let insert = rows.insert(&server.database, clients, REFERENCE).await?;
    println!("INSERT over {clients} connections: {insert}");
    let ratio = flood.tasks_per_second() / insert.per_second();
    println!("ratio of tasks assigned in the flood {ratio:.3}");
    Ok(())
}

/// Waits until every ticket has its task and its clocks.
async fn wait(server: &BenchServer, opened: &AtomicU64) -> Result<()> {
    const POLL: Duration = Duration::from_millis(200);
    let (began, tickets) = (Instant::now(), opened.load(Ordering::Relaxed));
    while !is_done(&server.pool, tickets).await? {
        ensure!(began.elapsed() < PATIENCE, "not every ticket gets its task and its clocks");
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}
