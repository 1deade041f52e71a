//! A running Docket.

use std::fs::{self, File, Permissions};
use std::net::SocketAddr;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::AtomicI64;
use std::time::{Duration, Instant};

use test_support::shared_postgres;
use tokio::sync::OnceCell;

use super::client::Client;
use super::people::{ADMIN_EMAIL, ADMIN_PASSWORD, People};
use super::processes::{children, free_address, guard, kill, print_end, stand_down};
use super::programs::docket;
use super::setup::{Setup, Storage};

/// How long a desk may take until it serves; a private Postgres has to be made first.
const START: Duration = Duration::from_secs(120);

/// What a program is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freeze {
    /// Not to move.
    Still,
    /// To go on where it was.
    GoOn,
}

/// A running Docket. Dropping it ends it and removes its data; when its test failed, the end of its
/// log is printed.
pub struct Desk {
    /// What `http://…` it is reached at, without a slash at its end.
    pub base: String,
    /// Its data, its log.
    pub folder: PathBuf,
    /// The last position of the log that an answer told of; queries ask for it.
    pub position: AtomicI64,
    database_url: Option<String>,
    address: SocketAddr,
    setup: Setup,
    running: Mutex<Option<Running>>,
    people: OnceCell<People>,
}

struct Running {
    docket: Child,
    watchdog: Child,
}

impl Desk {
    /// Starts a desk and waits until it serves.
    ///
    /// # Panics
    /// When it does not; its log is printed.
    pub async fn start(setup: Setup) -> Self {
        let database_url = match setup.storage {
            Storage::Shared => Some(shared_postgres().await.fresh_database().await),
            Storage::Private => None,
        };
        Self::start_on(database_url, setup).await
    }

    /// Starts another process of the same desk, on its database and its files, and waits until it is ready. One with
    /// files in a bucket has to be given an empty `DOCKET_FILES_DIRECTORY`.
    ///
    /// # Panics
    /// When this desk has a private Postgres; when the process does not get ready.
    pub async fn beside(&self, setup: Setup) -> Self {
        let directory = self.files_dir();
        let directory = directory.to_str().expect("our folders have plain names");
        let environment = [("DOCKET_FILES_DIRECTORY".to_owned(), directory.to_owned())];
        let environment = environment.into_iter().chain(setup.environment).collect();
        let setup = Setup { environment, ..setup };
        Self::start_on(Some(self.database_url().to_owned()), setup).await
    }

    /// Starts a process on a database, or on a Postgres of its own, and waits until it is ready.
    ///
    /// # Panics
    /// When it does not get ready.
    pub async fn start_on(database_url: Option<String>, setup: Setup) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("docket-story-")
            .permissions(Permissions::from_mode(0o711))
            .tempdir()
            .expect("a temporary folder can be made")
            .keep();
        let folder = fs::canonicalize(folder).expect("the folder is there");
        // Root runs Postgres as another user, who has to pass through.
        fs::set_permissions(&folder, Permissions::from_mode(0o711)).expect("it is ours");
        let address = free_address();
        let desk = Self {
            base: format!("http://{address}"),
            folder,
            position: AtomicI64::new(0),
            database_url,
            address,
            setup,
            running: Mutex::new(None),
            people: OnceCell::new(),
        };
        desk.start_again().await;
        desk
    }

    /// Starts the program on the data that is there, and waits until it serves.
    ///
    /// # Panics
    /// When it does not.
    pub async fn start_again(&self) {
        let log = File::options().create(true).append(true).open(self.log_path());
        let log = log.expect("the log can be opened");
        let mut command = self.command();
        command
            .args(["serve", "--listen", &self.address.to_string()])
            .args(&self.setup.arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be opened twice"))
            .stderr(log)
            // Ctrl-C ends the tests; their watchdog ends the desk.
            .process_group(0);
        let docket = command.spawn().expect("docket can be run");
        let watchdog = guard(docket.id(), &self.folder);
        *self.lock() = Some(Running { docket, watchdog });
        self.until_ready().await;
    }

    async fn until_ready(&self) {
        let http = reqwest::Client::new();
        let begun = Instant::now();
        loop {
            let ended = match self.lock().as_mut() {
                Some(running) => running.docket.try_wait().expect("a child can be asked"),
                None => panic!("the desk was not started"),
            };
            if let Some(status) = ended {
                panic!("docket ended with {status}:\n{}", self.log());
            }
            let answer = http.get(format!("{}/readyz", self.base)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(begun.elapsed() < START, "docket does not get ready:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The program with this desk's data and configuration, for another of its commands.
    pub fn command(&self) -> Command {
        let mut command = docket();
        command
            .current_dir(&self.folder)
            .env("DOCKET_DATA_DIR", self.data_dir())
            .env("DOCKET_ADMIN_EMAIL", ADMIN_EMAIL)
            .env("DOCKET_ADMIN_PASSWORD", ADMIN_PASSWORD)
            .env("DOCKET_LOG_FORMAT", "json");
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url).env("DOCKET_MASTER_KEY", "5a".repeat(32));
        }
        for (name, value) in &self.setup.environment {
            match value.as_str() {
                "" => command.env_remove(name),
                value => command.env(name, value),
            };
        }
        command
    }

    /// Writes the configuration file that the program reads at its next start.
    pub fn configure(&self, toml: &str) {
        fs::write(self.folder.join("docket.toml"), toml).expect("a file can be written");
    }

    /// The data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Where its files lie, unless it is told otherwise.
    pub fn files_dir(&self) -> PathBuf {
        self.data_dir().join("files")
    }

    /// The URL of its database, where that is in the shared Postgres.
    ///
    /// # Panics
    /// When it is not.
    pub fn database_url(&self) -> &str {
        self.database_url.as_deref().expect("the desk uses the shared Postgres")
    }

    /// A client of nobody in particular.
    pub fn anonymous(&self) -> Client<'_> {
        Client::new(self)
    }

    /// The people of this desk: one of each role, made when first asked for.
    pub async fn people(&self) -> &People {
        self.people.get_or_init(|| People::register(self)).await
    }

    /// A client of the administrator of the first start.
    pub async fn as_admin(&self) -> Client<'_> {
        self.as_role("admin").await
    }

    /// A client of the handler.
    pub async fn as_handler(&self) -> Client<'_> {
        self.as_role("handler").await
    }

    /// A client of the publisher.
    pub async fn as_publisher(&self) -> Client<'_> {
        self.as_role("publisher").await
    }

    /// A client of the viewer.
    pub async fn as_viewer(&self) -> Client<'_> {
        self.as_role("viewer").await
    }

    /// A client of the user of a role.
    pub async fn as_role(&self, role: &str) -> Client<'_> {
        let access = self.people().await.of(role).access(self).await;
        self.anonymous().bearer(&access)
    }

    /// What the program has written so far.
    pub fn log(&self) -> String {
        fs::read(self.log_path()).map(|log| String::from_utf8_lossy(&log).into_owned()).unwrap()
    }

    /// Kills the program as `kill -9` does. Its private Postgres is left alone.
    pub fn kill(&self) {
        let Some(mut running) = self.lock().take() else { return };
        stand_down(&mut running.watchdog);
        // An error would mean that it has ended by itself.
        drop(running.docket.kill());
        running.docket.wait().expect("a child can be waited for");
    }

    /// Holds the program still, as SIGSTOP does, or lets it go on.
    ///
    /// # Panics
    /// When it does not run.
    pub fn freeze(&self, still: Freeze) {
        let pid = self.lock().as_ref().expect("the program runs").docket.id().to_string();
        let signal = match still {
            Freeze::Still => "-STOP",
            Freeze::GoOn => "-CONT",
        };
        kill(signal, &pid);
    }

    /// The id of its process.
    ///
    /// # Panics
    /// When it does not run.
    pub fn pid(&self) -> u32 {
        self.lock().as_ref().expect("the program runs").docket.id()
    }

    /// Asks the program to end, as `kill` does, and waits until it has.
    ///
    /// # Panics
    /// When it ends with an error.
    pub fn stop(&self) {
        let Some(mut running) = self.lock().take() else { return };
        let pid = running.docket.id().to_string();
        kill("-TERM", &pid);
        let status = running.docket.wait().expect("a child can be waited for");
        stand_down(&mut running.watchdog);
        assert!(status.success(), "docket ended with {status}:\n{}", self.log());
    }

    /// Kills the private Postgres: all of its processes at once.
    ///
    /// # Panics
    /// When there is none.
    pub fn kill_postgres(&self) {
        let pid = self.postgres_pid().expect("the private Postgres runs");
        let backends = children(&pid);
        kill("-KILL", &pid);
        for backend in backends {
            // Some have gone with the postmaster already.
            kill("-KILL", &backend);
        }
    }

    fn postgres_pid(&self) -> Option<String> {
        let file = fs::read_to_string(self.data_dir().join("postgres/postmaster.pid")).ok()?;
        file.lines().next().map(str::to_owned)
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("docket.log")
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if std::thread::panicking() {
            print_end(&self.log());
        }
        if let Some(mut running) = self.lock().take() {
            drop(running.docket.kill());
            drop(running.docket.wait());
            // The watchdog takes care of the rest, even when this process is killed meanwhile.
            drop(running.watchdog.stdin.take());
            drop(running.watchdog.wait());
        } else if let Some(pid) = self.postgres_pid() {
            kill("-QUIT", &pid);
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The desk that stories share which ask for nothing special. It ends with the test process.
pub async fn shared_desk() -> Shared {
    static SHARED: OnceCell<Desk> = OnceCell::const_new();
    Shared(SHARED.get_or_init(|| Desk::start(Setup::default())).await)
}

/// The shared desk; when its test fails, the end of the desk's log is printed.
pub struct Shared(&'static Desk);

impl Deref for Shared {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        self.0
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if std::thread::panicking() {
            print_end(&self.0.log());
        }
    }
}
