//! The master key: read or made, and held against the database it belongs to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use eventstore::{Ambient, Secrets};
use sqlx::{PgPool, Row};

use crate::config::MasterKeySource;

/// In the data directory, where nothing else was configured.
const FILE_NAME: &str = "master.key";

/// What the database knows of its key.
const CHECK_LABEL: &str = "master-check";

/// Finds the master key of a migrated database. With a data directory of its own (`local`) and no key
/// configured, the first start makes one.
///
/// # Errors
/// There is no key, it cannot be read, or it is not the one this database was made with.
pub(super) async fn unlock(
    pool: &PgPool,
    source: Option<&MasterKeySource>,
    local: Option<&Path>,
    ambient: &Ambient,
) -> Result<Secrets> {
    let row = sqlx::query("select mac from vault.master_check")
        .fetch_optional(pool)
        .await
        .context("reading the check of the master key")?;
    let expected: Option<Vec<u8>> = row.map(|row| row.get(0));
    let key = match (source, local) {
        (Some(MasterKeySource::Text(text)), _) => {
            parse(text.expose()).context("the configured master key")?
        }
        (Some(MasterKeySource::File(path)), _) => read(path)?
            .with_context(|| format!("there is no master key file {}", path.display()))?,
        (None, Some(data_dir)) => {
            let path = data_dir.join(FILE_NAME);
            match (read(&path)?, &expected) {
                (Some(key), _) => key,
                (None, None) => create(&path, ambient)?,
                (None, Some(_)) => bail!(
                    "the master key {} is missing. Without it nothing that is sealed in this \
                     database can be read: put it back from your backup",
                    path.display()
                ),
            }
        }
        (None, None) => bail!(
            "a master key is needed with a database of one's own: set DOCKET_MASTER_KEY to 32 \
             random bytes (`openssl rand -base64 32`), or master_key_file to a file that holds \
             them, and keep a copy of it apart from the database"
        ),
    };
    let secrets = Secrets::from_master(&key);
    check(pool, &secrets).await?;
    Ok(secrets)
}

/// Leaves the key's hash in the database, or finds it there.
async fn check(pool: &PgPool, secrets: &Secrets) -> Result<()> {
    let mac = secrets.mac(CHECK_LABEL, &[b"v1"]);
    sqlx::query("insert into vault.master_check (mac) values ($1) on conflict do nothing")
        .bind(mac.as_slice())
        .execute(pool)
        .await?;
    let row = sqlx::query("select mac from vault.master_check").fetch_one(pool).await?;
    if row.get::<Vec<u8>, _>(0) != mac {
        bail!(
            "this is not the master key that the database was made with; with it nothing could be \
             read. Give the right one, or another database"
        );
    }
    Ok(())
}

fn read(path: &Path) -> Result<Option<[u8; 32]>> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).map(Some).with_context(|| path.display().to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
    }
}

/// Makes a key that survives a crash before anything is sealed under it.
fn create(path: &Path, ambient: &Ambient) -> Result<[u8; 32]> {
    let key: [u8; 32] = ambient.bytes();
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        writeln!(file, "{}", STANDARD.encode(key))?;
        file.sync_all()?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().with_context(|| format!("writing {}", path.display()))?;
    tracing::info!(path = %path.display(), "made a master key; keep a copy of it apart from the data");
    Ok(key)
}

/// 32 bytes in hexadecimal or any common base64.
fn parse(text: &str) -> Result<[u8; 32]> {
    let text = text.trim();
    let hex = || -> Option<Vec<u8>> {
        let pairs = text.as_bytes().chunks(2);
        pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
    };
    let bytes = if text.len() == 64 {
        hex()
    } else {
        [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
            .iter()
            .find_map(|base64| base64.decode(text).ok())
    };
    match bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
        Some(key) => Ok(key),
        None => bail!("a master key is 32 bytes in base64 or hexadecimal"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Hidden;

    async fn database() -> PgPool {
        let url = test_support::shared_postgres().await.fresh_database().await;
        let pool = PgPool::connect(&url).await.unwrap();
        eventstore::migrate(&pool).await.unwrap();
        pool
    }

    fn text(key: &str) -> MasterKeySource {
        MasterKeySource::Text(Hidden::from(key.to_owned()))
    }

    #[test]
    fn keys_are_hexadecimal_or_base64() {
        assert_eq!(parse(&"0a".repeat(32)).unwrap(), [10; 32]);
        assert_eq!(parse(&STANDARD.encode([255; 32])).unwrap(), [255; 32]);
        assert_eq!(parse(&format!(" {}\n", URL_SAFE_NO_PAD.encode([254; 32]))).unwrap(), [254; 32]);
        for bad in ["", "sesame", &"0a".repeat(31), &"zz".repeat(32)] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn the_first_start_makes_a_key_that_only_its_owner_can_read() {
        use std::os::unix::fs::PermissionsExt;
        let (pool, folder, ambient) =
            (database().await, tempfile::tempdir().unwrap(), crate::ambient::system());
        let first = unlock(&pool, None, Some(folder.path()), &ambient).await.unwrap();
        let again = unlock(&pool, None, Some(folder.path()), &ambient).await.unwrap();
        assert_eq!(first.mac("a", &[]), again.mac("a", &[]));
        let path = folder.path().join(FILE_NAME);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        fs::remove_file(&path).unwrap();
        let lost = unlock(&pool, None, Some(folder.path()), &ambient).await.unwrap_err();
        assert!(lost.to_string().contains("put it back"), "{lost}");
        assert!(!path.exists(), "no new key takes its place");
    }

    #[tokio::test]
    async fn another_database_needs_a_key_and_only_its_own_will_do() {
        let (pool, ambient) = (database().await, crate::ambient::system());
        let none = unlock(&pool, None, None, &ambient).await.unwrap_err();
        assert!(none.to_string().contains("DOCKET_MASTER_KEY"), "{none}");
        let (right, wrong) = (text(&"0a".repeat(32)), text(&"0b".repeat(32)));
        unlock(&pool, Some(&right), None, &ambient).await.unwrap();
        let refused = unlock(&pool, Some(&wrong), None, &ambient).await.unwrap_err();
        assert!(refused.to_string().contains("not the master key"), "{refused}");
        unlock(&pool, Some(&right), None, &ambient).await.unwrap();
    }
}
