//! Where the servers of tests keep their data.

use std::fs;
use std::path::{Path, PathBuf};

/// Free space, in bytes, from which on data is kept in memory: a hundred databases and the write-ahead
/// log, with as much left for others.
const ENOUGH_MEMORY: u64 = 4 << 30;

/// Makes an empty folder, its path resolved. The caller removes it.
pub(crate) fn temporary_folder() -> PathBuf {
    let folder = tempfile::Builder::new()
        .prefix("docket-test-")
        .tempdir_in(parent_folder())
        .expect("a temporary folder can be made")
        .keep();
    fs::canonicalize(folder).expect("the temporary folder is there")
}

/// Memory where there is plenty of it, else the disk. A new database is some 300 files: on a disk
/// its creation took four times as long.
fn parent_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    match rustix::fs::statvfs(memory) {
        Ok(room) if room.f_bavail.saturating_mul(room.f_frsize) >= ENOUGH_MEMORY => memory.into(),
        Ok(_) | Err(_) => std::env::temp_dir(),
    }
}
