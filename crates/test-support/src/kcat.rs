//! Reads topics with `kcat`, a client that shares no code with Docket: what it sees, others see.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// How long reading a topic to its end may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// One record of a topic, all of it taken for text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KcatRecord {
    /// The partition it lies in.
    pub partition: i32,
    /// Its place in the partition. Markers of transactions take places as well.
    pub offset: i64,
    /// When it was made or taken, in milliseconds since 1970, as the topic is set to.
    pub timestamp: i64,
    /// What it was partitioned by.
    pub key: Option<String>,
    /// Its headers; of several with one name the last.
    pub headers: BTreeMap<String, String>,
    /// What it says; nothing in a tombstone.
    pub value: Option<String>,
}

/// All committed records that are in a topic now, by partition and offset.
///
/// # Panics
/// When kcat is not installed, the topic is not there, or a key, header or value is no text.
pub async fn kcat_read(bootstrap: &str, topic: &str) -> Vec<KcatRecord> {
    let mut command = Command::new("kcat");
    command
        .args(["-C", "-q", "-e", "-J", "-o", "beginning"])
        .args(["-X", "isolation.level=read_committed"])
        .args(["-b", bootstrap, "-t", topic])
        .kill_on_drop(true);
    let output = timeout(PATIENCE, command.output())
        .await
        .expect("kcat comes to the end of the topic")
        .expect("kcat is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "kcat cannot read {topic}: {said}");
    let text = String::from_utf8(output.stdout).expect("records are text");
    let mut records: Vec<_> = text.lines().map(parse).collect();
    records.sort_by_key(|record| (record.partition, record.offset));
    records
}

/// Writes a record with one header, `name=value` in whatever bytes. The value is one line.
///
/// # Panics
/// When kcat is not installed, or the broker does not take it.
pub async fn kcat_write(bootstrap: &str, topic: &str, header: &[u8], value: &str) {
    let mut command = Command::new("kcat");
    command
        .args(["-P", "-b", bootstrap, "-t", topic, "-H"])
        .arg(OsStr::from_bytes(header))
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut writer = command.spawn().expect("kcat is installed");
    let mut stdin = writer.stdin.take().expect("kcat listens");
    stdin.write_all(value.as_bytes()).await.expect("kcat reads");
    drop(stdin);
    let output = timeout(PATIENCE, writer.wait_with_output()).await;
    let output = output.expect("kcat ends").expect("kcat ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// One line of `kcat -J`. Headers are a flat list of names and values.
fn parse(line: &str) -> KcatRecord {
    let record: Value = serde_json::from_str(line).expect("kcat writes JSON");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let number = |name: &str| record[name].as_i64().expect("a number");
    let headers = record["headers"].as_array().map_or(&[][..], Vec::as_slice);
    KcatRecord {
        partition: number("partition").try_into().expect("partitions are few"),
        offset: number("offset"),
        timestamp: number("ts"),
        key: text(&record["key"]),
        headers: headers
            .chunks_exact(2)
            .map(|pair| (text(&pair[0]).unwrap_or_default(), text(&pair[1]).unwrap_or_default()))
            .collect(),
        value: text(&record["payload"]),
    }
}
