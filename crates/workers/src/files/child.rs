//! A process of another program that looks into a file: with a bound on its time, its memory and what it may say, and
//! gone with whoever waits for it.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

/// How much of what a program complains of is kept.
const COMPLAINT: u64 = 4096;
/// Where programs are looked for. They get nothing else of our environment: there are secrets in it.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin";

/// The file as a program is told to open it.
pub(super) const INPUT: &str = "/dev/fd/0";

/// What a process may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    /// Of the clock, and of processors as well.
    pub(super) time: Duration,
    /// Bytes of addresses.
    pub(super) memory: u64,
    /// Bytes that it may write to us.
    pub(super) output: u64,
}

/// Why a program did not tell what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum ChildError {
    /// It is not installed.
    #[error("{0} is not installed")]
    Missing(&'static str),
    /// It did not end in time.
    #[error("it took too long")]
    TimedOut,
    /// It had too much to say.
    #[error("it wrote too much")]
    TooMuch,
    /// It ended with an error.
    #[error("it failed")]
    Failed {
        /// What it complained of, from its beginning. Perhaps with words of the file.
        complaint: String,
    },
    /// It could not be run.
    #[error("it could not be run")]
    Io(#[from] io::Error),
}

/// A content as programs can open it, which lies on no disk where there is another way.
pub(super) fn hold(content: &[u8]) -> io::Result<File> {
    let mut file = nameless()?;
    file.write_all(content)?;
    Ok(file)
}

#[cfg(target_os = "linux")]
fn nameless() -> io::Result<File> {
    use rustix::fs::{MemfdFlags, memfd_create};
    Ok(memfd_create("docket-document", MemfdFlags::CLOEXEC)?.into())
}

#[cfg(not(target_os = "linux"))]
fn nameless() -> io::Result<File> {
    tempfile::tempfile()
}

/// Runs a program on a file and returns what it wrote. Dropped meanwhile, it is killed with all that it started.
pub(super) async fn run(
    program: &'static str,
    arguments: &[&str],
    input: &File,
    allowance: Allowance,
) -> Result<Vec<u8>, ChildError> {
    let mut input = input.try_clone()?;
    // Where descriptors are opened by their number, they may share their place.
    input.seek(SeekFrom::Start(0))?;
    let child = Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", PATH)
        .env("LC_ALL", "C.UTF-8")
        .current_dir("/")
        .stdin(Stdio::from(input))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    let child = child.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ChildError::Missing(program),
        _ => ChildError::Io(error),
    })?;
    let mut group = Group(child);
    group.bound(allowance)?;
    let told = tokio::time::timeout(allowance.time, group.listen(allowance.output)).await;
    told.unwrap_or(Err(ChildError::TimedOut))
}

/// A process and those that it started, which end with this.
struct Group(Child);

impl Group {
    fn pid(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.0.id()?).ok()?)
    }

    /// It has only just begun, and has not had the time to take much.
    #[cfg(target_os = "linux")]
    fn bound(&self, allowance: Allowance) -> io::Result<()> {
        use rustix::process::{Resource, Rlimit, prlimit};
        let Some(pid) = self.pid() else { return Ok(()) };
        let bounds = [
            (Resource::As, allowance.memory),
            (Resource::Cpu, allowance.time.as_secs() + 1),
            (Resource::Core, 0),
            (Resource::Nofile, 64),
        ];
        for (resource, most) in bounds {
            let limit = Rlimit { current: Some(most), maximum: Some(most) };
            match prlimit(Some(pid), resource, limit) {
                // It has ended already.
                Ok(_) | Err(rustix::io::Errno::SRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn bound(&self, _allowance: Allowance) -> io::Result<()> {
        Ok(())
    }

    async fn listen(&mut self, most: u64) -> Result<Vec<u8>, ChildError> {
        let (stdout, stderr) = (self.0.stdout.take(), self.0.stderr.take());
        let said = async {
            let mut said = Vec::new();
            if let Some(stdout) = stdout {
                stdout.take(most.saturating_add(1)).read_to_end(&mut said).await?;
            }
            if said.len() as u64 > most { Err(ChildError::TooMuch) } else { Ok(said) }
        };
        let complained = async {
            match stderr {
                Some(stderr) => complaint(stderr).await.map_err(ChildError::from),
                None => Ok(String::new()),
            }
        };
        let (said, complaint) = tokio::try_join!(said, complained)?;
        let status = self.0.wait().await?;
        if status.success() { Ok(said) } else { Err(ChildError::Failed { complaint }) }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The number is known until it was waited for, and is nobody else's before.
        if let Some(pid) = self.pid() {
            // One that has ended by itself cannot be killed.
            let _ended = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// The beginning of what a program complains of. The rest is read as well: nobody is to wait for us to listen.
async fn complaint(mut stderr: impl AsyncRead + Unpin) -> io::Result<String> {
    let mut beginning = Vec::new();
    (&mut stderr).take(COMPLAINT).read_to_end(&mut beginning).await?;
    tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await?;
    Ok(String::from_utf8_lossy(&beginning).into_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const SOME: Allowance =
        Allowance { time: Duration::from_secs(60), memory: 1 << 30, output: 1000 };

    async fn sh(script: &str, allowance: Allowance) -> Result<Vec<u8>, ChildError> {
        let file = hold(b"what it is about").unwrap();
        run("sh", &["-c", script], &file, allowance).await
    }

    #[tokio::test]
    async fn a_program_reads_the_file_as_often_as_it_likes_and_knows_nothing_of_us() {
        let said = sh("cat /dev/fd/0; cat /dev/fd/0; env | cut -d= -f1 | sort", SOME).await;
        let said = String::from_utf8(said.unwrap()).unwrap();
        assert_eq!(said, "what it is aboutwhat it is aboutLC_ALL\nPATH\nPWD\n");
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_that_fails_or_talks_too_much_is_told_apart() {
        let file = hold(b"").unwrap();
        let missing = run("docket-no-such-program", &[], &file, SOME).await;
        assert!(matches!(missing, Err(ChildError::Missing("docket-no-such-program"))));
        let failed = sh("echo why >&2; exit 3", SOME).await;
        assert!(
            matches!(&failed, Err(ChildError::Failed { complaint }) if complaint == "why\n"),
            "{failed:?}"
        );
        assert!(matches!(sh("yes", SOME).await, Err(ChildError::TooMuch)));
        let loud = sh("yes | head -c 300000 >&2; echo done", SOME).await;
        assert_eq!(loud.unwrap(), b"done\n");
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_killed_with_all_that_it_started() {
        let short = Allowance { time: Duration::from_millis(300), ..SOME };
        let mark = "86399.731";
        let began = Instant::now();
        let hung = sh(&format!("sleep {mark} & sleep {mark}"), short).await;
        assert!(matches!(hung, Err(ChildError::TimedOut)), "{hung:?}");
        let is_left = || {
            let processes = std::fs::read_dir("/proc").unwrap().flatten();
            let mut lines = processes.filter_map(|p| std::fs::read(p.path().join("cmdline")).ok());
            lines.any(|line| line.starts_with(b"sleep\0") && line[6..].starts_with(mark.as_bytes()))
        };
        // The kernel takes a moment to take them away.
        while is_left() {
            assert!(began.elapsed() < Duration::from_secs(60), "something is left");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_program_gets_no_more_memory_than_it_may_have() {
        let little = Allowance { memory: 64 << 20, ..SOME };
        // Waits until it is bound, then takes much.
        let takes = "while [ \"$(ulimit -v)\" = unlimited ]; do sleep 0.01; done; \
                     head -c 200000000 /dev/zero | tail -c 199999999 | wc -c";
        let said = sh(takes, little).await;
        assert_ne!(said.unwrap_or_default(), b"199999999\n");
        assert_eq!(sh(takes, SOME).await.unwrap(), b"199999999\n");
    }
}
