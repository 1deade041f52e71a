//! Finds the installed server.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;

/// The oldest major version Docket is tested with.
pub(crate) const OLDEST_MAJOR: Major = Major(15);

/// A major version of Postgres: 15 in `15.14`. Clusters are readable within one major version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Major(u16);

impl Major {
    /// Reads the number a text begins with: `15`, `15.14 (Debian)`, `18beta1`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse().ok().map(Self)
    }
}

impl fmt::Display for Major {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The programs of one installed server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binaries {
    pub(crate) major: Major,
    pub(crate) postgres: PathBuf,
    pub(crate) initdb: PathBuf,
}

/// All installed servers, the newest first; of one version, the one in `search_path` first.
pub(crate) fn installed(search_path: Option<&OsStr>) -> Vec<Binaries> {
    let mut folders: Vec<PathBuf> =
        search_path.map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
    // An empty or relative part means the folder this process happens to be in.
    folders.retain(|folder| folder.is_absolute());
    // Debian and Ubuntu; Red Hat's own packages are in PATH, those of postgresql.org are here.
    folders.extend(versioned_folders(Path::new("/usr/lib/postgresql"), "", "bin"));
    folders.extend(versioned_folders(Path::new("/usr"), "pgsql-", "bin"));

    let mut found: Vec<Binaries> = Vec::new();
    for folder in folders {
        if let Some(binaries) = in_folder(&folder)
            && !found.contains(&binaries)
        {
            found.push(binaries);
        }
    }
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    found
}

/// The `{root}/{prefix}{version}/{below}` that exist.
fn versioned_folders(root: &Path, prefix: &str, below: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
    entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let name = entry.file_name();
            name.to_str()
                .and_then(|name| name.strip_prefix(prefix))
                .and_then(Major::parse)
                .is_some()
        })
        .map(|entry| entry.path().join(below))
        .collect()
}

fn in_folder(folder: &Path) -> Option<Binaries> {
    // A link in PATH leads to the folder that has all programs of the same version.
    let postgres = fs::canonicalize(folder.join("postgres")).ok()?;
    let initdb = postgres.with_file_name("initdb");
    if !initdb.is_file() {
        return None;
    }
    let output = Command::new(&postgres)
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    let major = Major::parse(version.strip_prefix("postgres (PostgreSQL)")?)?;
    Some(Binaries { major, postgres, initdb })
}

/// The server to use: the newest for a new cluster, the one of the same version for an existing one.
pub(crate) fn choose(
    installed: Vec<Binaries>,
    cluster: Option<(&Path, Major)>,
) -> Result<Binaries, Error> {
    let found = installed.first().ok_or(Error::BinariesMissing)?.major;
    let wanted = cluster.map_or(found, |(_, major)| major);
    if found < OLDEST_MAJOR && wanted <= found {
        return Err(Error::ServerTooOld { found });
    }
    if let Some(binaries) = installed.into_iter().find(|binaries| binaries.major == wanted) {
        return Ok(binaries);
    }
    // A new cluster takes the newest, so only an existing one comes here.
    let path = cluster.map(|(path, _)| path.to_owned()).unwrap_or_default();
    if wanted > found {
        Err(Error::ClusterIsNewer { path, cluster: wanted, found })
    } else {
        Err(Error::ClusterIsOlder { path, cluster: wanted, found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(major: u16) -> Binaries {
        let bin = PathBuf::from(format!("/pg/{major}"));
        Binaries { major: Major(major), postgres: bin.join("postgres"), initdb: bin.join("initdb") }
    }

    fn chosen(installed: &[u16], cluster: Option<u16>) -> Result<u16, Error> {
        let installed = installed.iter().map(|major| server(*major)).collect();
        choose(installed, cluster.map(|major| (Path::new("/data/postgres"), Major(major))))
            .map(|binaries| binaries.major.0)
    }

    #[test]
    fn versions_are_read_from_what_the_programs_print() {
        assert_eq!(Major::parse(" 15.14 (Debian 15.14-0+deb12u1)"), Some(Major(15)));
        assert_eq!(Major::parse("15\n"), Some(Major(15)));
        assert_eq!(Major::parse("19devel"), Some(Major(19)));
        assert_eq!(Major::parse("unknown"), None);
    }

    #[test]
    fn a_new_cluster_takes_the_newest_server() {
        assert_eq!(chosen(&[17, 15], None).unwrap(), 17);
    }

    #[test]
    fn an_existing_cluster_keeps_its_version_while_that_is_installed() {
        assert_eq!(chosen(&[17, 15], Some(15)).unwrap(), 15);
    }

    #[test]
    fn a_cluster_nobody_can_read_is_refused_in_words_that_fit() {
        let newer = chosen(&[17, 15], Some(18)).unwrap_err();
        assert!(matches!(newer, Error::ClusterIsNewer { .. }));
        assert!(newer.to_string().contains("apt-get install postgresql-18"), "{newer}");
        let older = chosen(&[17], Some(15)).unwrap_err();
        assert!(matches!(older, Error::ClusterIsOlder { .. }));
        assert!(older.to_string().contains("pg_upgrade"), "{older}");
    }

    #[test]
    fn no_server_and_an_old_server_are_refused() {
        assert!(matches!(chosen(&[], None), Err(Error::BinariesMissing)));
        assert!(matches!(chosen(&[13], None), Err(Error::ServerTooOld { found: Major(13) })));
    }
}
