//! A Kafka of its own for a bench, and what Kafka's own performance tool makes of it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use eventstore::kafka::KafkaSettings;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::bench::server::temporary_folder;

/// Where the jars of Kafka are: broker and performance tools.
const JARS: &str = "DOCKET_BENCH_KAFKA";

/// How long the broker may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// The broker; it ends with this value.
pub(super) struct Broker {
    jars: PathBuf,
    port: u16,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Broker {
    /// Starts it on the disk of `folder`; none for that of temporary files.
    pub(super) async fn start(folder: Option<&Path>) -> Result<Self> {
        let jars = jars()?;
        let temporary = temporary_folder(folder)?;
        let [port, controller] = free_ports()?;
        let properties = temporary.path().join("server.properties");
        fs::write(&properties, settings(temporary.path(), port, controller))?;
        let formatted = java(&jars)
            .args(["kafka.tools.StorageTool", "format", "-t", "ZG9ja2V0LWJlbmNoLWthZg", "-c"])
            .arg(&properties)
            .stdout(Stdio::null())
            .status()
            .await
            .context("running java")?;
        ensure!(formatted.success(), "Kafka's storage could not be formatted");
        let log = File::create(temporary.path().join("server.log"))?;
        let child = java(&jars)
            .arg("kafka.Kafka")
            .arg(&properties)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("starting Kafka")?;
        let mut broker = Self { jars, port, child, _folder: temporary };
        broker.wait().await?;
        Ok(broker)
    }

    async fn wait(&mut self) -> Result<()> {
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("Kafka ended: {status}");
            }
            ensure!(began.elapsed() < PATIENCE, "Kafka does not start");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// How a desk whose topics begin with `prefix` reaches it.
    pub(super) fn settings(&self, prefix: &str) -> KafkaSettings {
        KafkaSettings {
            brokers: vec![self.address()],
            prefix: prefix.to_owned(),
            source: "urn:docket".to_owned(),
            public_url: None,
            partitions: 12,
            replication_factor: 1,
            client: Vec::new(),
            session_timeout: Duration::from_secs(10),
        }
    }

    /// What `org.apache.kafka.tools.ProducerPerformance` says of as many records of a size, in its own words.
    pub(super) async fn producer_performance(&self, records: u64, size: u64) -> Result<String> {
        let server = format!("bootstrap.servers={}", self.address());
        let output = java(&self.jars)
            .arg("org.apache.kafka.tools.ProducerPerformance")
            .args(["--topic", "bench.reference", "--throughput", "-1"])
            .args(["--num-records", &records.to_string(), "--record-size", &size.to_string()])
            .args(["--producer-props", &server, "acks=all"])
            .stdin(Stdio::null())
            .output()
            .await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let last = text.lines().rfind(|line| line.contains("records sent"));
        match last {
            Some(line) => Ok(line.to_owned()),
            None => bail!("ProducerPerformance: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

fn java(jars: &Path) -> Command {
    let mut command = Command::new("java");
    command.args(["-Xmx512m", "-XX:+UseSerialGC", "-cp"]).arg(jars.join("*"));
    command
}

#[expect(clippy::disallowed_methods, reason = "the composition root")]
pub(super) fn jars() -> Result<PathBuf> {
    let jars = std::env::var_os(JARS);
    let missing = || format!("{JARS} names no folder with Kafka's jars; `make bench` sets it");
    jars.map(PathBuf::from).filter(|jars| jars.is_dir()).with_context(missing)
}

fn free_ports() -> Result<[u16; 2]> {
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let second = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok([first.local_addr()?.port(), second.local_addr()?.port()])
}

/// One process that is broker and controller; otherwise as Kafka comes, with room for one machine.
fn settings(folder: &Path, port: u16, controller: u16) -> String {
    let data = folder.join("data");
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={}
num.partitions=12
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
",
        data.display()
    )
}
