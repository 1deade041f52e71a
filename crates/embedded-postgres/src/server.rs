//! The order of a start, and how a running server ends.

use std::fs::File;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::process::Child;
use tokio::time::timeout;

use crate::account::RunAs;
use crate::binaries::{self, Binaries};
use crate::error::io_error;
use crate::layout::Layout;
use crate::leftover::{self, PidFile};
use crate::options::Options;
use crate::settings::settings;
use crate::socket::{self, DEFAULT_PORT, SocketFolder};
use crate::{Error, cluster};

/// How often a starting server is looked at.
const POLL: Duration = Duration::from_millis(20);
/// How often a long start is mentioned in the log.
const REMINDER: Duration = Duration::from_secs(10);
/// For how long a data directory may still seem taken by who has just left it: a program that is being started has its
/// parent's open files until it runs, and with them the lock.
const LEAVING: Duration = Duration::from_millis(500);
/// How long a server may take for its last checkpoint before it is told to leave it.
const FAST_SHUTDOWN: Duration = Duration::from_secs(60);

/// A running server. It belongs to this value: dropping it asks the server to shut down, but does
/// not wait. [`stop`](Self::stop) does.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    // The fields are dropped in this order: the lock goes last.
    postmaster: Postmaster,
    url: String,
    socket_folder: SocketFolder,
    run_as: RunAs,
    binaries: Binaries,
    options: Options,
    _lock: File,
}

impl EmbeddedPostgres {
    /// Starts the server and returns when it accepts connections. Creates the cluster with the
    /// database `docket` when the data directory has none; recovers from a crash of Docket, of
    /// Postgres or of the machine, which may take minutes. Safe to give up halfway.
    ///
    /// # Errors
    /// See [`Error`]; each says what to do about it.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let layout = Layout::create(&options.data_dir)?;
        let lock = lock(&layout).await?;
        let version = layout.cluster_version()?;
        let installed = binaries::installed(options.search_path.as_deref());
        let existing = version.map(|version| (layout.cluster.as_path(), version));
        let binaries = binaries::choose(installed, existing)?;
        let run_as = RunAs::choose(&layout.cluster)?;
        run_as.check_reach(&layout.data_dir, &binaries.postgres).await?;
        leftover::clear(&layout, &run_as).await?;

        let durability = options.durability;
        let stored = layout.read_password()?;
        let password = match (version, stored) {
            (Some(_), Some(password)) => {
                run_as.adopt(&layout.cluster)?;
                password
            }
            (Some(_), None) => {
                tracing::warn!("the password of the Postgres cluster was lost; it gets a new one");
                run_as.adopt(&layout.cluster)?;
                let password = options.new_password.clone();
                cluster::replace_password(&layout, &run_as, &binaries, &password, durability)
                    .await?;
                password
            }
            (None, _) => {
                tracing::info!(version = %binaries.major, "creating a Postgres cluster");
                let password = options.new_password.clone();
                cluster::create(&layout, &run_as, &binaries, &password, durability).await?;
                password
            }
        };

        let socket_folder = SocketFolder::create(&layout, &run_as)?;
        let postmaster =
            Postmaster::run(&options, layout, &run_as, &binaries, &socket_folder).await?;
        let port = options.port.unwrap_or(DEFAULT_PORT);
        let url = socket::url(socket_folder.path(), port, &password);
        Ok(Self { postmaster, url, socket_folder, run_as, binaries, options, _lock: lock })
    }

    /// The URL of the database `docket`, password included, for sqlx or libpq. It leads through the
    /// Unix socket.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process id of the postmaster.
    pub fn pid(&self) -> u32 {
        self.postmaster.pid
    }

    /// Waits until the server ends without having been asked to: it was killed, or its disk is full.
    /// May be given up and called again.
    ///
    /// # Errors
    /// [`Error::Io`] when the system does not tell.
    pub async fn ended(&mut self) -> Result<ExitStatus, Error> {
        self.postmaster.wait().await
    }

    /// Starts the server again after it [`ended`](Self::ended); the URL stays the same. May be called
    /// again when it fails.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn restart(&mut self) -> Result<(), Error> {
        let layout = self.postmaster.layout.clone();
        leftover::clear(&layout, &self.run_as).await?;
        self.postmaster = Postmaster::run(
            &self.options,
            layout,
            &self.run_as,
            &self.binaries,
            &self.socket_folder,
        )
        .await?;
        Ok(())
    }

    /// Shuts the server down: open transactions are rolled back, connections closed, a checkpoint is
    /// written. After a minute the server is told to leave out the checkpoint, which costs the next
    /// start some time but no data.
    ///
    /// # Errors
    /// [`Error::UncleanStop`] when the server had died before, or left out the checkpoint.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.postmaster.stop().await
    }
}

/// The URL of the server that runs on a data directory, whoever started it: for a second process
/// that looks into the same database. None when no server is ready there.
///
/// # Errors
/// [`Error::Io`] when the data directory does not exist or may not be read, and
/// [`Error::UnusablePassword`] when the stored password was damaged.
pub fn running_url(data_dir: &Path) -> Result<Option<String>, Error> {
    let layout = Layout::open(data_dir)?;
    let pid_file = PidFile::read(&layout.cluster)?
        .filter(|file| file.ready && leftover::processes_of(&layout.cluster).contains(&file.pid));
    let Some(PidFile { port: Some(port), socket_folder: Some(folder), .. }) = pid_file else {
        return Ok(None);
    };
    Ok(layout.read_password()?.map(|password| socket::url(&folder, port, &password)))
}

/// The server's first process, which starts and ends all others.
#[derive(Debug)]
struct Postmaster {
    child: Child,
    pid: u32,
    layout: Layout,
    /// Where in the log this run begins, in bytes.
    log_start: u64,
}

impl Postmaster {
    /// Spawns the server and returns when it accepts connections.
    async fn run(
        options: &Options,
        layout: Layout,
        run_as: &RunAs,
        binaries: &Binaries,
        socket_folder: &SocketFolder,
    ) -> Result<Self, Error> {
        let mut postmaster = Self::spawn(options, layout, run_as, binaries, socket_folder)?;
        postmaster.until_ready().await?;
        tracing::info!(version = %binaries.major, pid = postmaster.pid, "Postgres is ready");
        Ok(postmaster)
    }

    fn spawn(
        options: &Options,
        layout: Layout,
        run_as: &RunAs,
        binaries: &Binaries,
        socket_folder: &SocketFolder,
    ) -> Result<Self, Error> {
        let (log, log_start) = layout.open_log()?;
        let mut settings = settings(options);
        let port = options.port.unwrap_or(DEFAULT_PORT);
        let addresses = options.port.map_or("", |_| "127.0.0.1");
        // What this crate relies on to find the server again.
        for (name, value) in [
            ("port", port.to_string().as_str()),
            ("listen_addresses", addresses),
            ("log_destination", "stderr"),
            ("logging_collector", "off"),
        ] {
            settings.insert(name.to_owned(), value.to_owned());
        }
        settings.remove("unix_socket_directories");

        let mut command = run_as.command(&binaries.postgres);
        command.arg("-D").arg(&layout.cluster);
        for (name, value) in settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let mut folder = std::ffi::OsString::from("unix_socket_directories=");
        folder.push(socket_folder.as_setting());
        let child = command
            .arg("-c")
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|source| Error::Run { program: binaries.postgres.clone(), source })?;
        // It has an id for as long as nobody waited for it.
        let pid = child.id().unwrap_or_default();
        Ok(Self { child, pid, layout, log_start })
    }

    /// Postgres writes into its pid file that it accepts connections. Without a time limit: a server
    /// that recovers is alive and busy, and must not be ended for it.
    async fn until_ready(&mut self) -> Result<(), Error> {
        let mut reminder = Instant::now();
        loop {
            // The wait serves as the pause between two looks.
            if let Ok(status) = timeout(POLL, self.wait()).await {
                return Err(Error::StartFailed {
                    status: status?,
                    log: self.layout.log.clone(),
                    log_tail: self.layout.log_tail(self.log_start),
                });
            }
            let pid_file = PidFile::read(&self.layout.cluster)?;
            if pid_file.is_some_and(|file| file.pid == self.pid && file.ready) {
                return Ok(());
            }
            if reminder.elapsed() > REMINDER {
                tracing::warn!(log = %self.layout.log.display(), "Postgres is still recovering");
                reminder = Instant::now();
            }
        }
    }

    async fn wait(&mut self) -> Result<ExitStatus, Error> {
        self.child.wait().await.map_err(io_error("wait for the server of", &self.layout.cluster))
    }

    async fn stop(&mut self) -> Result<(), Error> {
        self.signal(Signal::INT);
        let status = match timeout(FAST_SHUTDOWN, self.wait()).await {
            Ok(status) => status?,
            Err(_) => {
                self.signal(Signal::QUIT);
                self.wait().await?
            }
        };
        if status.success() {
            return Ok(());
        }
        Err(Error::UncleanStop {
            status,
            log: self.layout.log.clone(),
            log_tail: self.layout.log_tail(self.log_start),
        })
    }

    /// Does nothing once the server was waited for: its pid may belong to another process by then.
    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.child.id() {
            leftover::signal(pid, signal);
        }
    }
}

/// Takes the data directory, once who has just left it is gone.
async fn lock(layout: &Layout) -> Result<File, Error> {
    let start = Instant::now();
    loop {
        match layout.lock() {
            Err(Error::InUse { .. }) if start.elapsed() < LEAVING => tokio::time::sleep(POLL).await,
            taken => return taken,
        }
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        self.signal(Signal::INT);
    }
}
