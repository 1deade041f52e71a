//! The server for tests, tested.

#![expect(clippy::unwrap_used, reason = "a test fails where its scene cannot be set")]
#![expect(clippy::disallowed_methods, reason = "a test is its own composition root")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use test_support::{TestPostgres, shared_postgres};

/// The folder that the watchdog removes.
async fn folder_of(postgres: &TestPostgres) -> String {
    let url = postgres.url();
    let mut connection = PgConnection::connect(url).await.unwrap();
    let sql = "SELECT trim('\"' from current_setting('unix_socket_directories'))";
    let run: String = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    run.strip_suffix("/data/run").unwrap().to_owned()
}

/// Makes a table in a fresh database, which fails where there is one already.
async fn use_a_database() {
    let url = shared_postgres().await.fresh_database().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE mine (n int)").execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn every_test_gets_an_empty_database() {
    use_a_database().await;
    use_a_database().await;
}

#[test]
fn the_server_outlives_the_runtime_that_started_it() {
    for _ in 0..3 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(use_a_database());
    }
}

#[tokio::test]
async fn a_dropped_server_leaves_nothing() {
    let postgres = TestPostgres::start().await;
    let (folder, pid) = (folder_of(&postgres).await, postgres.pid());
    assert!(Path::new(&folder).exists());
    drop(postgres);
    assert!(!Path::new(&folder).exists());
    let cwd = std::fs::read_link(format!("/proc/{pid}/cwd"));
    assert!(!cwd.is_ok_and(|cwd| cwd.starts_with(&folder)), "the server still runs");
}

#[test]
fn a_killed_test_process_leaves_nothing() {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hold_the_shared_server", "--ignored", "--nocapture"])
        .env("TEST_HOLD", "yes")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(process.stdout.take().unwrap());
    let folder = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("folder=")?.1.to_owned()))
        .unwrap();
    assert!(Path::new(&folder).exists());
    process.kill().unwrap();
    process.wait().unwrap();

    let start = Instant::now();
    while Path::new(&folder).exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "{folder} is left");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test]
#[ignore = "the process that another test kills"]
async fn hold_the_shared_server() {
    if std::env::var_os("TEST_HOLD").is_none() {
        return;
    }
    println!("folder={}", folder_of(shared_postgres().await).await);
    // Until the other test ends, should it fail to kill this.
    std::io::stdin().read_line(&mut String::new()).unwrap();
}
