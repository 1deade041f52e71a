//! The files in the data directory, and the lock on it.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::account::RunAs;
use crate::binaries::Major;
use crate::error::io_error;
use crate::options::Password;

/// Beyond this size, in bytes, the log is put aside at a start.
const LOG_SIZE: u64 = 16 << 20;
/// How much of the log an error message quotes, in bytes and lines.
const TAIL_BYTES: u64 = 4096;
const TAIL_LINES: usize = 20;

/// Where things are in a data directory.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) data_dir: PathBuf,
    pub(crate) cluster: PathBuf,
    /// A cluster in the making. It gets its name only when it is complete.
    pub(crate) new_cluster: PathBuf,
    pub(crate) run: PathBuf,
    pub(crate) log: PathBuf,
    pub(crate) password: PathBuf,
    lock: PathBuf,
}

impl Layout {
    /// Creates the data directory when it is missing.
    pub(crate) fn create(data_dir: &Path) -> Result<Self, Error> {
        if !data_dir.is_dir() {
            let mode = RunAs::choose(data_dir)?.data_dir_mode();
            DirBuilder::new()
                .recursive(true)
                .mode(mode)
                .create(data_dir)
                // Once more, past the umask.
                .and_then(|()| fs::set_permissions(data_dir, Permissions::from_mode(mode)))
                .map_err(io_error("create", data_dir))?;
        }
        Self::open(data_dir)
    }

    /// Takes an existing data directory.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, Error> {
        // The true path, because that is what the system tells of a process in it.
        let data_dir = fs::canonicalize(data_dir).map_err(io_error("find", data_dir))?;
        Ok(Self {
            cluster: data_dir.join("postgres"),
            new_cluster: data_dir.join("postgres.new"),
            run: data_dir.join("run"),
            log: data_dir.join("postgres.log"),
            password: data_dir.join("postgres.password"),
            lock: data_dir.join("lock"),
            data_dir,
        })
    }

    /// Takes the data directory for as long as the file stays open: the system gives it free when
    /// this process ends, however it ends.
    pub(crate) fn lock(&self) -> Result<File, Error> {
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.lock)
            .map_err(io_error("open", &self.lock))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let holder = file.read_to_string(&mut holder).ok().and(holder.trim().parse().ok());
                return Err(Error::InUse { data_dir: self.data_dir.clone(), holder });
            }
            Err(TryLockError::Error(source)) => return Err(io_error("lock", &self.lock)(source)),
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(io_error("write", &self.lock))?;
        Ok(file)
    }

    /// The version of the cluster; none when there is no cluster yet.
    pub(crate) fn cluster_version(&self) -> Result<Option<Major>, Error> {
        let not_a_cluster = || Error::NotACluster { path: self.cluster.clone() };
        let file = self.cluster.join("PG_VERSION");
        match fs::read_to_string(&file) {
            Ok(text) => Major::parse(&text).map(Some).ok_or_else(not_a_cluster),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let empty =
                    fs::read_dir(&self.cluster).map_or(true, |mut all| all.next().is_none());
                if empty { Ok(None) } else { Err(not_a_cluster()) }
            }
            Err(source) => Err(io_error("read", &file)(source)),
        }
    }

    /// The stored password; none when there is no such file.
    pub(crate) fn read_password(&self) -> Result<Option<Password>, Error> {
        match fs::read_to_string(&self.password) {
            Ok(text) => Password::new(text.trim_end()).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(io_error("read", &self.password)(source)),
        }
    }

    /// Stores the password: whole or not at all.
    pub(crate) fn write_password(&self, password: &Password) -> Result<(), Error> {
        let named = |source| io_error("write", &self.password)(source);
        // Readable by its owner only from the first byte on, which a temporary file is.
        let mut file = tempfile::NamedTempFile::new_in(&self.data_dir).map_err(named)?;
        writeln!(file, "{}", password.expose()).map_err(named)?;
        file.as_file().sync_all().map_err(named)?;
        file.persist(&self.password).map_err(|error| named(error.error))?;
        Ok(())
    }

    /// Makes what was created, renamed or removed in the data directory survive a crash.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        File::open(&self.data_dir)
            .and_then(|folder| folder.sync_all())
            .map_err(io_error("write", &self.data_dir))
    }

    /// Opens the log for appending, and tells where the new part begins.
    pub(crate) fn open_log(&self) -> Result<(File, u64), Error> {
        let named = |source| io_error("open", &self.log)(source);
        if fs::metadata(&self.log).is_ok_and(|metadata| metadata.len() > LOG_SIZE) {
            fs::rename(&self.log, self.log.with_extension("log.1")).map_err(named)?;
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.log)
            .map_err(named)?;
        let start = file.metadata().map_err(named)?.len();
        Ok((file, start))
    }

    /// The last lines of the log that were written from `start` on. Empty when it cannot be read:
    /// this serves a message about something worse.
    pub(crate) fn log_tail(&self, start: u64) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut file = File::open(&self.log)?;
            let size = file.metadata()?.len();
            file.seek(SeekFrom::Start(start.max(size.saturating_sub(TAIL_BYTES))))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        last_lines(&read().unwrap_or_default())
    }
}

/// The last lines of what a program said.
pub(crate) fn last_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
