//! Creates the cluster: `initdb`, then the role and the database, through Postgres' single-user mode,
//! which needs neither a running server nor a client.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::Output;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::Error;
use crate::account::RunAs;
use crate::binaries::Binaries;
use crate::error::io_error;
use crate::layout::{Layout, last_lines};
use crate::options::{Durability, Password};
use crate::socket::ROLE;

/// Who may connect, from where, and how: everyone needs a password, also on the socket, since
/// Docket and Postgres may be different users of the system. On the socket, whose folder nobody else
/// can pass, it is sent as it is: SCRAM costs the client thousands of rounds for every connection, in
/// the midst of requests that wait for one, and protects from nobody who could be there.
const CLIENT_AUTHENTICATION: &str = "\
# Written by Docket when it made this cluster.
local all all              password
host  all all 127.0.0.1/32 scram-sha-256
host  all all ::1/128      scram-sha-256
";

/// Makes the cluster with its role and database. It appears whole or not at all: what an
/// interrupted call left is removed by the next.
pub(crate) async fn create(
    layout: &Layout,
    run_as: &RunAs,
    binaries: &Binaries,
    password: &Password,
    durability: Durability,
) -> Result<(), Error> {
    let folder = &layout.new_cluster;
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(io_error("remove", folder)(error));
        }
        Ok(()) | Err(_) => {}
    }
    DirBuilder::new().mode(0o700).create(folder).map_err(io_error("create", folder))?;
    run_as.give(folder)?;

    initdb(folder, run_as, binaries).await?;
    let rules = folder.join("pg_hba.conf");
    fs::write(&rules, CLIENT_AUTHENTICATION)
        .and_then(|()| File::open(&rules)?.sync_all())
        .map_err(io_error("write", &rules))?;

    let password_literal = literal(password);
    let statements = [
        // It can make further databases and see the server's figures, and force a checkpoint
        // before a backup; it cannot reach the server's files or programs.
        format!("CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD {password_literal}"),
        format!("GRANT pg_monitor, pg_checkpoint TO {ROLE}"),
        format!("CREATE DATABASE {ROLE} OWNER {ROLE}"),
    ];
    single_user(folder, run_as, binaries, durability, &statements).await?;

    match durability {
        Durability::Full => sync_all(folder, run_as, binaries).await?,
        Durability::None => {}
    }
    // The password first: a cluster whose password nobody knows would need the repair below.
    layout.write_password(password)?;
    fs::rename(folder, &layout.cluster).map_err(io_error("create", &layout.cluster))?;
    layout.sync()
}

/// Makes the whole cluster survive a crash of the machine.
#[cfg(target_os = "linux")]
async fn sync_all(folder: &Path, _: &RunAs, _: &Binaries) -> Result<(), Error> {
    let path = folder.to_owned();
    let sync = move || rustix::fs::syncfs(File::open(path)?).map_err(io::Error::from);
    let synced =
        tokio::task::spawn_blocking(sync).await.unwrap_or_else(|e| Err(io::Error::other(e)));
    synced.map_err(io_error("write", folder))
}

/// Makes the whole cluster survive a crash of the machine.
#[cfg(not(target_os = "linux"))]
async fn sync_all(folder: &Path, run_as: &RunAs, binaries: &Binaries) -> Result<(), Error> {
    let mut command = run_as.command(&binaries.initdb);
    command.arg("--sync-only").arg("--pgdata").arg(folder);
    run(command, &binaries.initdb, "").await
}

/// Gives the role of an existing cluster a new password, because the stored one was lost. The
/// server must not be running.
pub(crate) async fn replace_password(
    layout: &Layout,
    run_as: &RunAs,
    binaries: &Binaries,
    password: &Password,
    durability: Durability,
) -> Result<(), Error> {
    let statement = format!("ALTER ROLE {ROLE} PASSWORD {}", literal(password));
    single_user(&layout.cluster, run_as, binaries, durability, &[statement]).await?;
    layout.write_password(password)?;
    layout.sync()
}

async fn initdb(folder: &Path, run_as: &RunAs, binaries: &Binaries) -> Result<(), Error> {
    let mut command = run_as.command(&binaries.initdb);
    command
        .args(["--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"])
        // Nobody can log in until the rules above are in place.
        .args(["--auth=reject", "--no-instructions"])
        .arg("--pgdata")
        .arg(folder);
    // A thousand files one by one take seconds; they are synced together once all is in place.
    command.arg("--no-sync");
    run(command, &binaries.initdb, "").await
}

/// Runs statements as the superuser, one after another, and fails with the first that fails.
async fn single_user(
    cluster: &Path,
    run_as: &RunAs,
    binaries: &Binaries,
    durability: Durability,
    statements: &[String],
) -> Result<(), Error> {
    let mut command = run_as.command(&binaries.postgres);
    command.arg("--single").arg("-D").arg(cluster);
    let settings: &[&str] = match durability {
        Durability::Full => &["fsync=on"],
        Durability::None => &["fsync=off"],
    };
    // Otherwise a failed statement would not show in the exit status.
    let fixed = ["exit_on_error=on", "password_encryption=scram-sha-256", "log_min_messages=error"];
    // A statement in an error message would show the password.
    let quiet = ["log_min_error_statement=panic", "log_statement=none"];
    for setting in settings.iter().chain(&fixed).chain(&quiet) {
        command.arg("-c").arg(setting);
    }
    command.arg("postgres");
    // In this mode the end of a line ends a statement.
    let input: String = statements.iter().map(|statement| format!("{statement}\n")).collect();
    run(command, &binaries.postgres, &input).await
}

/// Runs a program to its end. It is killed when the caller gives up waiting.
async fn run(mut command: Command, program: &Path, input: &str) -> Result<(), Error> {
    let failed = |source| Error::Run { program: program.to_owned(), source };
    let mut child = command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends without reading says why in its output.
        match stdin.write_all(input.as_bytes()).await {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(failed(error)),
            Ok(()) | Err(_) => {}
        }
    }
    let Output { status, mut stdout, stderr } = child.wait_with_output().await.map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    stdout.extend(stderr);
    let output = last_lines(&stdout);
    Err(Error::CreateFailed { program: program.to_owned(), status, output })
}

fn literal(password: &Password) -> String {
    format!("'{}'", password.expose().replace('\'', "''"))
}
