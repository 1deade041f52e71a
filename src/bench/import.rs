//! The import of a CSV file over HTTP: rows a second and the memory it takes, beside plain INSERTs of
//! the same rows.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use eventstore::Ambient;
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use tokio_util::io::ReaderStream;

use super::reference::Reference;
use super::server::{BenchServer, temporary_folder};
use crate::progress;

/// How long plain INSERTs are made.
const REFERENCE: Duration = Duration::from_secs(5);

/// What to measure, and where.
pub struct ImportBench {
    /// How many rows the file has.
    pub rows: u64,
    /// How many connections make plain INSERTs.
    pub clients: usize,
    /// The disk to measure on; none for that of temporary files.
    pub folder: Option<PathBuf>,
    /// Clock and randomness.
    pub ambient: Ambient,
}

/// Measures, and prints what it found.
///
/// # Errors
/// A server that does not start, a row that is not imported, any failure of the database.
pub async fn run(options: ImportBench) -> Result<()> {
    let folder = temporary_folder(options.folder.as_deref())?;
    let file = folder.path().join("tickets.csv");
    write_csv(&file, options.rows)?;
    let folder = options.folder.as_deref();
    BenchServer::with(folder, async |server| measure(&options, &file, server).await).await
}

async fn measure(options: &ImportBench, file: &Path, server: &BenchServer) -> Result<()> {
    let bytes = file.metadata()?.len();
    let before = server.peak_resident_bytes()?;
    let bar = progress::bar("uploading", Some(bytes));
    let input = bar.wrap_async_read(tokio::fs::File::open(file).await?);
    let body = reqwest::Body::wrap_stream(ReaderStream::new(input));
    let part =
        Part::stream_with_length(body, bytes).file_name("tickets.csv").mime_str("text/csv")?;
    let began = Instant::now();
    let response = reqwest::Client::new()
        // In the request: what is measured is the import, not the waiting for a worker.
        .post(server.url("/import/csv?async=false"))
        .bearer_auth(&server.token)
        .multipart(Form::new().part("file", part))
        .send()
        .await?;
    let status = response.status();
    let answer: Value = response.json().await.context("the answer to the import")?;
    let seconds = began.elapsed().as_secs_f64();
    bar.finish_and_clear();
    ensure!(status.is_success() && answer["imported"] == options.rows, "{status}: {answer}");
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench are far below 2^52")]
    let rows_a_second = options.rows as f64 / seconds;
    println!(
        "import: {} rows ({} MB) in {seconds:.1} s, {rows_a_second:.0} rows/s",
        options.rows,
        bytes / 1_000_000
    );
    println!(
        "server: {} MB resident at most, {} MB before the import",
        server.peak_resident_bytes()? / 1_000_000,
        before / 1_000_000
    );
    server.report_lag().await?;
    let sample = server.stored(&options.ambient, "ticket.opened").await?;
    let rows = Reference::create(&server.pool, sample, options.ambient.clone()).await?;
    let insert = rows.insert(&server.database, options.clients, REFERENCE).await?;
    println!("INSERT over {} connections: {insert}", options.clients);
    println!("ratio {:.2}", rows_a_second / insert.per_second());
    Ok(())
}

/// Rows of the customer-support column set.
fn write_csv(path: &Path, rows: u64) -> Result<()> {
    const CUSTOMERS: u64 = 20_000;
    let categories = ["account_access", "technical_issue", "billing_question", "bug_report"];
    let priorities = ["low", "medium", "high", "urgent"];
    let sources = ["web_form", "email", "api", "chat", "phone"];
    let pick = |from: &[&'static str], row: u64| -> &'static str {
        usize::try_from(row).ok().and_then(|row| from.get(row % from.len())).copied().unwrap_or("")
    };
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(
        out,
        "customer_id,customer_email,customer_name,subject,description,category,priority,tags,source,browser,device_type"
    )?;
    for row in 0..rows {
        let customer = (row * 7919) % CUSTOMERS;
        writeln!(
            out,
            "C-{customer},customer{customer}@example.org,Customer {customer},\
             Refund for order {row} has not arrived,\
             \"The parcel came back on Monday, the money did not. Order {row}, paid by card.\",\
             {},{},\"refund,order\",{},Firefox,desktop",
            pick(&categories, row),
            pick(&priorities, row / 3),
            pick(&sources, row / 5),
        )?;
    }
    Ok(out.flush()?)
}
