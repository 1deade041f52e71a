//! One process of Apache Kafka that is broker and controller at once.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::folder::temporary_folder;
use crate::watchdog::Watchdog;

/// Ends the broker of the folder `$1` and removes the folder. The pid file is gone where the test
/// ended its broker itself; waiting is bounded in case nobody collects the dead process.
const WATCHDOG: &str = r#"
trap '' INT TERM HUP
read -r _
if read -r pid < "$1/pid"; then
    kill -KILL "$pid"
    tries=0
    while kill -0 "$pid" && [ "$tries" -lt 40 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
fi
rm -rf "$1"
"#;

/// Writes the pid before anything else, so that the watchdog knows it even if the test is killed now.
const LAUNCH: &str = r#"echo "$$" > "$0/pid" && exec "$@""#;

/// Any 16 bytes in base64url.
const CLUSTER: &str = "ZG9ja2V0LXRlc3QtLWthZg";

/// How long a broker may take to start: 4 seconds where the machine does nothing else.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where ports are looked for: below those that Linux hands out, as a port has to stay free while
/// its broker is down.
const PORTS: std::ops::Range<u32> = 20_000..32_000;

#[derive(Debug)]
pub(super) struct Broker {
    jars: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Mutex<Option<Child>>,
    // Last, so that the broker has ended before the folder goes.
    _watchdog: Watchdog,
}

impl Broker {
    pub(super) async fn start(jars: &Path) -> Self {
        let mut failure = String::new();
        // Another test may take a port between the look and the start.
        for _ in 0..3 {
            match Self::try_start(jars).await {
                Ok(broker) => return broker,
                Err(error) => failure = error,
            }
        }
        panic!("no Kafka for tests: {failure}")
    }

    async fn try_start(jars: &Path) -> Result<Self, String> {
        let folder = temporary_folder();
        // First of all, so that nothing is left if this process is killed from here on.
        let watchdog = Watchdog::start(WATCHDOG, &folder);
        let [port, controller_port] = free_ports();
        fs::write(folder.join("server.properties"), properties(&folder, port, controller_port))
            .map_err(|error| error.to_string())?;
        let broker = Self {
            jars: jars.to_owned(),
            folder,
            port,
            process: Mutex::new(None),
            _watchdog: watchdog,
        };
        broker.format().await?;
        broker.launch().await?;
        Ok(broker)
    }

    pub(super) fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.process().as_ref().map(Child::id)
    }

    pub(super) fn kill(&self) {
        if let Some(mut child) = self.process().take() {
            // It may have ended by itself.
            let _ = child.kill();
            child.wait().expect("one's own child can be waited for");
            let _ = fs::remove_file(self.folder.join("pid"));
        }
    }

    pub(super) async fn restart(&self) {
        self.kill();
        if let Err(error) = self.launch().await {
            panic!("Kafka did not start again: {error}");
        }
    }

    async fn format(&self) -> Result<(), String> {
        let mut command = tokio::process::Command::from(self.java());
        let output = command
            .args(["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c"])
            .arg(self.folder.join("server.properties"))
            .output()
            .await
            .map_err(|error| format!("java cannot be run: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(()) } else { Err(said.into_owned()) }
    }

    async fn launch(&self) -> Result<(), String> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("server.log"))
            .map_err(|error| error.to_string())?;
        let java = self.java();
        let child = Command::new("/bin/sh")
            .args(["-c", LAUNCH])
            .arg(&self.folder)
            .arg(java.get_program())
            .args(java.get_args())
            .arg("kafka.Kafka")
            .arg(self.folder.join("server.properties"))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|error| error.to_string())?)
            .stderr(log)
            .spawn()
            .map_err(|error| error.to_string())?;
        *self.process() = Some(child);
        self.wait_until_ready().await
    }

    async fn wait_until_ready(&self) -> Result<(), String> {
        let bootstrap = self.bootstrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(Ok(Some(status))) = self.process().as_mut().map(Child::try_wait) {
                return Err(format!("it ended with {status}\n{}", self.log()));
            }
            let asked = bootstrap.clone();
            let ready = tokio::task::spawn_blocking(move || answers(&asked)).await;
            match ready {
                Ok(true) => return Ok(()),
                Ok(false) | Err(_) if Instant::now() < deadline => {}
                Ok(false) | Err(_) => {
                    return Err(format!("no answer in {PATIENCE:?}\n{}", self.log()));
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Half of a default heap, and a virtual machine that thinks more of starting than of running.
    fn java(&self) -> Command {
        let mut command = Command::new("java");
        command
            .args(["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"])
            .arg(self.jars.join("*"));
        command
    }

    /// The errors that it wrote; it logs nothing else.
    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }

    fn process(&self) -> MutexGuard<'_, Option<Child>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether the broker lists itself, which it does once its controller takes it for alive.
fn answers(bootstrap: &str) -> bool {
    let client: Result<BaseConsumer, _> = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        // Refused connections are no reason to wait for long.
        .set("reconnect.backoff.ms", "20")
        .set("reconnect.backoff.max.ms", "100")
        .create();
    client.is_ok_and(|client| {
        client
            .fetch_metadata(None, Duration::from_secs(1))
            .is_ok_and(|metadata| !metadata.brokers().is_empty())
    })
}

/// Two ports that nobody listens on. Each process begins elsewhere, so that tests at the same time
/// seldom choose the same.
fn free_ports() -> [u16; 2] {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id().wrapping_mul(137);
    let port = || loop {
        let at = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let candidate = PORTS.start + at % (PORTS.end - PORTS.start);
        let candidate = u16::try_from(candidate).expect("the range is one of ports");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, candidate)).is_ok() {
            break candidate;
        }
    };
    [port(), port()]
}

fn properties(folder: &Path, port: u16, controller_port: u16) -> String {
    let data = folder.join("data");
    let data = data.display();
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
controller.listener.names=CONTROLLER
log.dirs={data}
{SETTINGS}"
    )
}

/// What makes it small and quick. Topics are created by whom they belong to. The controller takes a
/// killed broker for dead after its session, and not before does it let the same one in again.
/// Nothing is thrown away for its age, as tests hold their clock.
const SETTINGS: &str = "auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.abort.timed.out.transaction.cleanup.interval.ms=500
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
broker.heartbeat.interval.ms=200
broker.session.timeout.ms=2000
num.network.threads=2
num.io.threads=4
background.threads=2
log.retention.ms=-1
log.index.size.max.bytes=1048576
log.cleaner.dedupe.buffer.size=2097152
";
