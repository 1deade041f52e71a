//! What an earlier run left when it was killed.
//!
//! Killing Docket leaves its postmaster running; killing the postmaster leaves its pid file, and for
//! a moment its backends. After a restart of the machine or container the pid in that file may
//! belong to anything.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use crate::Error;
use crate::account::RunAs;
use crate::error::io_error;
use crate::layout::Layout;

/// How long a leftover server may take for its last checkpoint before it is ended the hard way.
const FAST_SHUTDOWN: Duration = Duration::from_secs(60);
/// How long a process may take to die of a signal that leaves it nothing to do.
const HARD_SHUTDOWN: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);

/// The part of `postmaster.pid` that is of use here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: u32,
    pub(crate) port: Option<u16>,
    pub(crate) socket_folder: Option<PathBuf>,
    /// Whether the server accepts connections.
    pub(crate) ready: bool,
}

impl PidFile {
    /// None when there is no such file, or nothing useful in it yet.
    pub(crate) fn read(cluster: &Path) -> Result<Option<Self>, Error> {
        let path = path_in(cluster);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(io_error("read", &path)(source)),
        }
    }

    /// The lines: pid, data directory, start time, port, socket folder, address, shared memory, state.
    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().collect();
        // The single-user mode writes its pid with a minus.
        let pid = lines.first()?.trim().trim_start_matches('-').parse().ok()?;
        Some(Self {
            pid,
            port: lines.get(3).and_then(|port| port.parse().ok()),
            socket_folder: lines.get(4).filter(|folder| !folder.is_empty()).map(PathBuf::from),
            ready: lines.get(7).is_some_and(|state| state.trim() == "ready"),
        })
    }
}

fn path_in(cluster: &Path) -> PathBuf {
    cluster.join("postmaster.pid")
}

/// Ends whatever still runs on the cluster, and sees to it that an old pid file does not stop the
/// next start. Only for the holder of the data directory's lock.
pub(crate) async fn clear(layout: &Layout, run_as: &RunAs) -> Result<(), Error> {
    // A cluster in the making can have been left with a process as well.
    for cluster in [&layout.new_cluster, &layout.cluster] {
        if let Some(PidFile { pid, .. }) = PidFile::read(cluster)?
            && processes_of(cluster).contains(&pid)
        {
            tracing::warn!(pid, "stopping the Postgres server that an earlier run left");
            stop(pid, cluster).await?;
        }
        kill_orphans(cluster).await?;
        // Without `/proc` a living process might be the postmaster. Postgres decides then.
        if let Some(PidFile { pid, .. }) = PidFile::read(cluster)?
            && (!exists(pid) || Path::new("/proc/self").exists())
        {
            disown(layout, run_as, cluster)?;
        }
    }
    Ok(())
}

async fn stop(pid: u32, cluster: &Path) -> Result<(), Error> {
    let running = || processes_of(cluster).contains(&pid);
    for (how, patience) in [(Signal::INT, FAST_SHUTDOWN), (Signal::QUIT, HARD_SHUTDOWN)] {
        signal(pid, how);
        if ended(running, patience).await {
            return Ok(());
        }
    }
    Err(Error::LeftoverDoesNotEnd { pid })
}

/// Backends without a postmaster: they end by themselves, but not before their statement does, and
/// until then no server can start. Their shared memory is given up already, so they can be killed.
async fn kill_orphans(cluster: &Path) -> Result<(), Error> {
    let orphans = processes_of(cluster);
    for pid in &orphans {
        signal(*pid, Signal::KILL);
    }
    if ended(|| !processes_of(cluster).is_empty(), HARD_SHUTDOWN).await {
        return Ok(());
    }
    match orphans.first() {
        Some(pid) => Err(Error::LeftoverDoesNotEnd { pid: *pid }),
        None => Ok(()),
    }
}

/// Waits until something no longer runs.
async fn ended(running: impl Fn() -> bool, patience: Duration) -> bool {
    let start = Instant::now();
    while running() {
        if start.elapsed() > patience {
            return false;
        }
        tokio::time::sleep(POLL).await;
    }
    true
}

/// Makes the pid file name this process. Postgres refuses to start while the process named there
/// lives, unless that is its own parent. Nor may the next postmaster find its own number there,
/// which happens in containers: the old file would say that it is ready. Removing the file would do
/// as well, but with it would go the check for shared memory still in use.
fn disown(layout: &Layout, run_as: &RunAs, cluster: &Path) -> Result<(), Error> {
    let path = path_in(cluster);
    let named = |source| io_error("rewrite", &path)(source);
    let text = fs::read_to_string(&path).map_err(named)?;
    let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
    // Prepared outside of the cluster and renamed: root must not write through a link that the
    // account of Postgres could have put there.
    let file = tempfile::NamedTempFile::new_in(&layout.data_dir).map_err(named)?;
    fs::write(file.path(), format!("{}\n{rest}", std::process::id())).map_err(named)?;
    run_as.give(file.path())?;
    file.persist(&path).map_err(|error| named(error.error))?;
    Ok(())
}

/// Sends a signal. That the process has ended meanwhile is no error; everything else shows in that
/// it does not end.
pub(crate) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = to_pid(pid)
        && let Err(error) = rustix::process::kill_process(pid, signal)
    {
        tracing::debug!(?pid, ?signal, %error, "the signal was not delivered");
    }
}

fn to_pid(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

/// Whether there is a process of this number, alive or waiting to be collected by its parent.
pub(crate) fn exists(pid: u32) -> bool {
    to_pid(pid).is_some_and(|pid| {
        !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
    })
}

/// The Postgres processes that work on this cluster. Empty on a system without `/proc`, where
/// Postgres' own, coarser checks remain.
pub(crate) fn processes_of(cluster: &Path) -> BTreeSet<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return BTreeSet::new() };
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            works_on(&entry.path(), cluster).then_some(pid)
        })
        .collect()
}

fn works_on(process: &Path, cluster: &Path) -> bool {
    if !fs::read(process.join("comm")).is_ok_and(|name| name.trim_ascii_end() == b"postgres") {
        return false;
    }
    // Every Postgres process works in the folder of its cluster. In a container root may lack the
    // right to see that of another user; then there is the command line of the postmaster.
    match fs::read_link(process.join("cwd")) {
        Ok(folder) => folder == cluster,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            fs::read(process.join("cmdline")).is_ok_and(|line| {
                line.split(|byte| *byte == 0).any(|word| word == cluster.as_os_str().as_bytes())
            })
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_file_is_read_as_far_as_it_is_written() {
        let whole = "42\n/data/postgres\n1700000000\n5432\n/data/run\n\n  123 456\nready   \n";
        let read = PidFile {
            pid: 42,
            port: Some(5432),
            socket_folder: Some(PathBuf::from("/data/run")),
            ready: true,
        };
        assert_eq!(PidFile::parse(whole), Some(read));
        assert!(!PidFile::parse("42\n/data/postgres\n").unwrap().ready);
        assert!(!PidFile::parse(&whole.replace("ready", "starting")).unwrap().ready);
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("-42\n").unwrap().pid, 42);
    }

    #[test]
    fn this_test_is_no_postgres() {
        let folder = std::env::current_dir().unwrap();
        assert!(!processes_of(&folder).contains(&std::process::id()));
        assert!(exists(std::process::id()));
    }
}
