//! Where the servers of tests keep their data, and what lies in such a folder.

use std::path::{Path, PathBuf};
use std::{fs, io};

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

/// The files in a folder and in those below it, each with its content. What is renamed or removed
/// while this looks is passed by: the folder may belong to a server at work.
///
/// # Panics
/// Where something that is there cannot be read.
#[must_use]
pub fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let read = |path: PathBuf| {
        let content = still_there(fs::read(&path))?;
        Some((path, content))
    };
    paths_below(folder).into_iter().filter_map(read).collect()
}

/// The paths of [`files_below`], without reading them.
///
/// # Panics
/// Where a folder that is there cannot be read.
#[must_use]
pub fn paths_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = still_there(fs::read_dir(folder)).into_iter().flatten();
        for path in entries.map(|entry| entry.expect("an entry can be read").path()) {
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(path),
            }
        }
    }
    found
}

fn still_there<T>(read: io::Result<T>) -> Option<T> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        read => Some(read.expect("what is there can be read")),
    }
}
