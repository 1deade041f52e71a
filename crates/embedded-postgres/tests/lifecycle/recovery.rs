//! Starts after something was killed or lost.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use embedded_postgres::{EmbeddedPostgres, Error, Password};

use crate::support::{Scene, connect, count, kill, options, write};

#[tokio::test]
async fn a_killed_postmaster_costs_nothing_that_was_committed() {
    let scene = Scene::new();
    let mut postgres = scene.start_durable().await;
    write(postgres.url()).await;
    // A backend that outlives its postmaster, since it is busy. As a simple query, which is not
    // parsed ahead: once it is seen, it runs.
    let url = postgres.url().to_owned();
    let busy = tokio::spawn(async move {
        let statement = "DO $$ BEGIN LOOP PERFORM generate_series(1, 1000); END LOOP; END $$";
        sqlx::raw_sql(statement).execute(&mut connect(&url).await).await.map(drop)
    });
    let active =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'";
    let mut connection = connect(postgres.url()).await;
    loop {
        let n: i64 = sqlx::query_scalar(active).fetch_one(&mut connection).await.unwrap();
        if n > 0 {
            break;
        }
    }

    kill(postgres.pid());
    assert!(!postgres.ended().await.unwrap().success());
    let stopped = postgres.stop().await;
    assert!(matches!(stopped, Err(Error::UncleanStop { .. })), "{stopped:?}");

    let postgres = scene.start().await;
    assert_eq!(count(postgres.url()).await, 1);
    assert!(busy.await.unwrap().is_err());
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn the_postmaster_of_a_killed_app_is_replaced() {
    let scene = Scene::new();
    let mut app = spawn_app(&scene);
    let left = app.postmaster;
    app.process.kill().unwrap();
    app.process.wait().unwrap();
    assert!(fs::exists(format!("/proc/{left}")).unwrap(), "the postmaster died with its app");

    let postgres = scene.start().await;
    assert_ne!(postgres.pid(), left);
    assert_eq!(count(postgres.url()).await, 1);
    let cluster = fs::canonicalize(scene.cluster()).unwrap();
    let cwd = fs::read_link(format!("/proc/{left}/cwd")).ok();
    assert_ne!(cwd, Some(cluster), "the old postmaster still runs");
    postgres.stop().await.unwrap();
}

struct App {
    process: Child,
    postmaster: u32,
}

/// Runs [`hold_a_server`] in a process of its own.
fn spawn_app(scene: &Scene) -> App {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "recovery::hold_a_server", "--ignored", "--nocapture"])
        .env("TEST_DATA_DIR", scene.data_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let postmaster = lines
        .map_while(Result::ok)
        .find_map(|line| line.split_once("postmaster=")?.1.trim().parse().ok())
        .unwrap();
    App { process, postmaster }
}

#[tokio::test]
#[ignore = "the process that another test kills"]
async fn hold_a_server() {
    let Some(data_dir) = std::env::var_os("TEST_DATA_DIR").map(PathBuf::from) else { return };
    let postgres = EmbeddedPostgres::start(options(&data_dir)).await.unwrap();
    write(postgres.url()).await;
    println!("postmaster={}", postgres.pid());
    // Until the other test ends, should it fail to kill this.
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

#[tokio::test]
async fn a_dropped_server_makes_room_for_the_next() {
    let scene = Scene::new();
    let postgres = scene.start().await;
    write(postgres.url()).await;
    drop(postgres);
    let postgres = scene.start().await;
    assert_eq!(count(postgres.url()).await, 1);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_pid_file_that_names_a_stranger_does_not_matter() {
    let scene = Scene::new();
    let mut postgres = scene.start_durable().await;
    write(postgres.url()).await;
    kill(postgres.pid());
    postgres.ended().await.unwrap();
    drop(postgres);

    // Of the same user as Postgres, which makes Postgres take it for its postmaster.
    let uid = fs::metadata(scene.cluster()).unwrap().uid();
    let mut stranger = Command::new("sleep").arg("600").uid(uid).current_dir("/").spawn().unwrap();
    let pid_file = scene.cluster().join("postmaster.pid");
    let text = fs::read_to_string(&pid_file).unwrap();
    let (_, rest) = text.split_once('\n').unwrap();
    fs::write(&pid_file, format!("{}\n{rest}", stranger.id())).unwrap();

    let postgres = EmbeddedPostgres::start(scene.options()).await;
    let alive = stranger.try_wait().unwrap().is_none();
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    let postgres = postgres.unwrap();
    assert!(alive, "the stranger was killed");
    assert_eq!(count(postgres.url()).await, 1);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_creation_is_begun_anew() {
    let scene = Scene::new();
    fs::create_dir_all(scene.data_dir().join("postgres.new/base")).unwrap();
    fs::write(scene.data_dir().join("postgres.new/PG_VERSION"), "15\n").unwrap();
    let postgres = scene.start().await;
    write(postgres.url()).await;
    postgres.stop().await.unwrap();
    assert!(!scene.data_dir().join("postgres.new").exists());
}

#[tokio::test]
async fn a_lost_password_is_replaced() {
    let scene = Scene::new();
    let postgres = scene.start().await;
    write(postgres.url()).await;
    postgres.stop().await.unwrap();
    fs::remove_file(scene.data_dir().join("postgres.password")).unwrap();

    let mut options = scene.options();
    options.new_password = Password::new("another").unwrap();
    let postgres = EmbeddedPostgres::start(options).await.unwrap();
    assert!(postgres.url().contains(":another@"));
    assert_eq!(count(postgres.url()).await, 1);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_that_root_copied_in_is_adopted() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let scene = Scene::new();
    let postgres = scene.start().await;
    write(postgres.url()).await;
    postgres.stop().await.unwrap();
    let chown = Command::new("chown").args(["-R", "0:0"]).arg(scene.cluster()).status().unwrap();
    assert!(chown.success());

    let postgres = scene.start().await;
    assert_eq!(count(postgres.url()).await, 1);
    postgres.stop().await.unwrap();
}
