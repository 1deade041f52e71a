//! A Docket of its own for a bench: this program once more, as a child, on a temporary data directory,
//! durable as any other and without rate limits.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use eventstore::{Ambient, EventFilter, EventStore, Secrets, StoreOptions, StoredEvent};
use reqwest::Client;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgPool, Row};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::serve::Signals;

const ADMIN: &str = "admin@example.com";
const HANDLER: &str = "handler@example.com";
const PASSWORD: &str = "bench-passphrase-1";

/// How long the views may take to catch up before the bench gives up on them.
const CATCH_UP: Duration = Duration::from_secs(600);

/// The running server, and a way into its database.
pub(super) struct BenchServer {
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// How to connect to its database.
    pub(super) database: PgConnectOptions,
    /// A few connections to it.
    pub(super) pool: PgPool,
    /// The access token of a handler.
    pub(super) token: String,
    /// That of the admin.
    pub(super) admin: String,
    child: Child,
}

impl BenchServer {
    /// Runs the bench against a fresh server, and stops the server however the bench ends.
    pub(super) async fn with<T>(
        folder: Option<&Path>,
        bench: impl AsyncFnOnce(&Self) -> Result<T>,
    ) -> Result<T> {
        let mut signals = Signals::listen()?;
        let temporary = temporary_folder(folder)?;
        let data_dir = fs::canonicalize(temporary.path())?.join("data");
        let (child, address) = spawn(&data_dir).await?;
        let pid = child.id();
        let mut server = match Self::connect(child, address, &data_dir).await {
            Ok(server) => server,
            Err(error) => {
                terminate(pid)?;
                return Err(error);
            }
        };
        let done = tokio::select! {
            done = bench(&server) => done,
            () = signals.next() => Err(anyhow!("interrupted")),
        };
        server.pool.close().await;
        terminate(pid)?;
        server.child.wait().await?;
        done
    }

    async fn connect(child: Child, address: SocketAddr, data_dir: &Path) -> Result<Self> {
        let url = embedded_postgres::running_url(data_dir)?.context("its Postgres is not there")?;
        let database: PgConnectOptions = url.parse()?;
        let pool = PgPoolOptions::new().max_connections(4).connect_with(database.clone()).await?;
        let (admin, token) = sign_in(address).await?;
        Ok(Self { address, database, pool, token, admin, child })
    }

    /// A URL of the API.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.address)
    }

    /// Rows that the log stored, of one type.
    pub(super) async fn stored(
        &self,
        ambient: &Ambient,
        event_type: &str,
    ) -> Result<Vec<StoredEvent>> {
        const SAMPLE: i64 = 1000;
        // They are read as they are stored, so whichever key will do.
        let secrets = Secrets::from_master(&[0; 32]);
        let options = StoreOptions { pool: self.pool.clone(), secrets, ambient: ambient.clone() };
        let store = EventStore::open(options).await?;
        let types = vec![event_type.to_owned()];
        Ok(store.read_after(0, SAMPLE, &EventFilter { types, ..EventFilter::default() }).await?)
    }

    /// Says how far the views are behind, waits for them, and says how long that took.
    pub(super) async fn report_lag(&self) -> Result<()> {
        const POLL: Duration = Duration::from_millis(50);
        let began = Instant::now();
        let (head, mut views, mut search) = self.lag().await?;
        print!("views behind at the end: {} events, search {}", head - views, head - search);
        let mut caught_up = None;
        while search < head || views < head {
            ensure!(began.elapsed() < CATCH_UP, "the views do not catch up");
            tokio::time::sleep(POLL).await;
            (_, views, search) = self.lag().await?;
            if views >= head && caught_up.is_none() {
                caught_up = Some(began.elapsed());
            }
        }
        let all = began.elapsed().as_secs_f64();
        let views = caught_up.map_or(0.0, |at| at.as_secs_f64());
        println!("; caught up after {views:.1} s, search after {all:.1} s");
        Ok(())
    }

    async fn lag(&self) -> Result<(i64, i64, i64)> {
        let row = sqlx::query(
            "select coalesce((select last_position from log.batches order by first_position desc limit 1), 0), \
             coalesce((select position from work.checkpoints where consumer = 'views'), 0), \
             coalesce((select position from work.checkpoints where consumer = 'search'), 0)",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok((row.get(0), row.get(1), row.get(2)))
    }

    /// The most memory the server had resident so far, in bytes.
    pub(super) fn peak_resident_bytes(&self) -> Result<u64> {
        let pid = self.child.id().context("the server has ended")?;
        let status = fs::read_to_string(format!("/proc/{pid}/status"))
            .context("the system does not tell how much memory a process has")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix("kB"));
        let kibibytes: u64 = kibibytes.context("VmHWM is missing")?.trim().parse()?;
        Ok(kibibytes * 1024)
    }
}

/// A folder that is removed with this value, on the disk of `folder`.
pub(super) fn temporary_folder(folder: Option<&Path>) -> Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("docket-bench-");
    let made = match folder {
        Some(folder) => builder.tempdir_in(folder),
        None => builder.tempdir(),
    };
    let made = made.context("making a temporary folder")?;
    // Root runs Postgres as another user, who has to pass through.
    fs::set_permissions(made.path(), Permissions::from_mode(0o711))?;
    Ok(made)
}

async fn spawn(data_dir: &Path) -> Result<(Child, SocketAddr)> {
    let program: PathBuf = std::env::current_exe().context("finding this program")?;
    let mut command = Command::new(program);
    command
        .arg("serve")
        .arg("--data-dir")
        .arg(data_dir)
        .args(["--listen", "127.0.0.1:0", "--log-level", "warn"])
        .env("DOCKET_ADMIN_EMAIL", ADMIN)
        .env("DOCKET_ADMIN_PASSWORD", PASSWORD)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    for limit in [
        "LOGINS_PER_MINUTE",
        "PUBLISHER_TICKETS_PER_HOUR",
        "USER_REQUESTS_PER_MINUTE",
        "TOKEN_REQUESTS_PER_MINUTE",
        "ANONYMOUS_REQUESTS_PER_SECOND",
    ] {
        command.env(format!("DOCKET_RATE_LIMITS_{limit}"), "off");
    }
    let mut child = command.spawn().context("starting a server for the bench")?;
    let stdout = child.stdout.take().context("the server has no standard output")?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        let url = line.split_once("http://").map(|(_, after)| after);
        let address = url.and_then(|url| url.split_whitespace().next()).map(str::parse);
        if let Some(Ok(address)) = address {
            // What follows must not fill the pipe.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok((child, address));
        }
    }
    bail!("the server for the bench ended: {}", child.wait().await?)
}

fn terminate(pid: Option<u32>) -> Result<()> {
    let pid = pid.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    Ok(kill_process(pid.context("the server has ended")?, Signal::TERM)?)
}

/// Makes a handler; returns the access tokens of the admin and of the handler.
async fn sign_in(address: SocketAddr) -> Result<(String, String)> {
    let client = Client::new();
    let sign_in = async |username: &str| -> Result<String> {
        let answer: Value = client
            .post(format!("http://{address}/api/v1/users/token"))
            .json(&json!({ "username": username, "password": PASSWORD }))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        Ok(answer["access"].as_str().context("no access token")?.to_owned())
    };
    let admin = sign_in(ADMIN).await?;
    let handler = json!({
        "email": HANDLER, "full_name": "Bench", "role": "handler", "password": PASSWORD
    });
    client
        .post(format!("http://{address}/api/v1/users"))
        .bearer_auth(&admin)
        .json(&handler)
        .send()
        .await?
        .error_for_status()
        .context("creating a handler")?;
    let handler = sign_in(HANDLER).await?;
    Ok((admin, handler))
}
