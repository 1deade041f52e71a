//! Starts in order.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use embedded_postgres::{Durability, EmbeddedPostgres, Password, running_url};
use sqlx::{Connection, PgConnection};

use crate::support::{Scene, ask, count, options, write};

#[tokio::test]
async fn a_fresh_server_is_durable_utf8_and_private() {
    let scene = Scene::new();
    let mut options = scene.options();
    options.durability = Durability::Full;
    let postgres = EmbeddedPostgres::start(options).await.unwrap();
    let url = postgres.url();

    for (expected, query) in [
        ("on", "SELECT current_setting('fsync')"),
        ("on", "SELECT current_setting('synchronous_commit')"),
        ("on", "SELECT current_setting('full_page_writes')"),
        ("on", "SELECT current_setting('data_checksums')"),
        ("UTF8", "SELECT current_setting('server_encoding')"),
        ("C.UTF-8", "SELECT datcollate FROM pg_database WHERE datname = current_database()"),
        ("UTC", "SELECT current_setting('timezone')"),
        ("16MB", "SELECT current_setting('shared_buffers')"),
        ("docket", "SELECT current_database()::text"),
        ("", "SELECT current_setting('listen_addresses')"),
        ("false", "SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user"),
    ] {
        assert_eq!(ask(url, query).await, expected, "{query}");
    }

    let mode =
        |name| fs::metadata(scene.data_dir().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("run"), 0o700);
    assert_eq!(mode("postgres.password"), 0o600);
    assert_eq!(mode("postgres.log"), 0o600);
    let process = fs::metadata(format!("/proc/{}", postgres.pid())).unwrap();
    assert_ne!(process.uid(), 0, "Postgres runs as root");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn nobody_logs_in_without_the_password() {
    let scene = Scene::new();
    let postgres = scene.start().await;
    let (before, after) = postgres.url().split_once('@').unwrap();
    for login in ["postgres://docket:guess", "postgres://docket", "postgres://postgres"] {
        let attempt = PgConnection::connect(&format!("{login}@{after}")).await;
        assert!(attempt.is_err(), "{login}");
    }
    let superuser = before.replace("docket:", "postgres:");
    assert!(PgConnection::connect(&format!("{superuser}@{after}")).await.is_err());
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_restart_keeps_the_data_and_the_password() {
    let scene = Scene::new();
    let postgres = scene.start().await;
    let url = postgres.url().to_owned();
    write(&url).await;
    postgres.stop().await.unwrap();
    assert!(!scene.cluster().join("postmaster.pid").exists());

    let mut options = scene.options();
    options.new_password = Password::new("another").unwrap();
    let postgres = EmbeddedPostgres::start(options).await.unwrap();
    assert_eq!(postgres.url(), url);
    assert_eq!(count(&url).await, 1);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_long_path_gets_its_socket_elsewhere() {
    let scene = Scene::new();
    let data_dir = scene.data_dir().join("a-long-name-".repeat(10));
    fs::create_dir(scene.data_dir()).unwrap();
    let postgres = EmbeddedPostgres::start(options(&data_dir)).await.unwrap();
    let folder = ask(postgres.url(), "SELECT current_setting('unix_socket_directories')").await;
    let folder = folder.trim_matches('"').to_owned();
    assert!(folder.starts_with("/tmp/docket-"), "{folder}");
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    postgres.stop().await.unwrap();
    assert!(!fs::exists(&folder).unwrap(), "{folder} is left");
}

#[tokio::test]
async fn a_path_with_odd_characters_works() {
    let scene = Scene::new();
    let data_dir = scene.data_dir().join("a, \"b\" + ü%20'");
    fs::create_dir(scene.data_dir()).unwrap();
    let postgres = EmbeddedPostgres::start(options(&data_dir)).await.unwrap();
    write(postgres.url()).await;
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_port_is_opened_on_request() {
    let scene = Scene::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut options = scene.options();
    options.port = Some(free);
    let postgres = EmbeddedPostgres::start(options).await.unwrap();
    let (through_tcp, _) = postgres.url().split_once('?').unwrap();
    assert_eq!(ask(through_tcp, "SELECT host(inet_server_addr())").await, "127.0.0.1");
    write(postgres.url()).await;
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_process_can_learn_the_url() {
    let scene = Scene::new();
    assert!(running_url(&scene.data_dir()).is_err(), "there is no such folder");
    let postgres = scene.start().await;
    assert_eq!(running_url(&scene.data_dir()).unwrap().as_deref(), Some(postgres.url()));
    postgres.stop().await.unwrap();
    assert_eq!(running_url(&scene.data_dir()).unwrap(), None);
}
