//! Passwords: the rules, and argon2id on threads that may block.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use domain::{FieldError, FieldErrorKind};
use eventstore::Ambient;
use tokio::sync::{OnceCell, Semaphore};

use crate::CommandError;

/// The kind of credential.
pub(crate) const PASSWORD: &str = "password";

const MIN: u32 = 8;
const MAX: u32 = 256;

/// What hashing a password costs, as argon2id counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    /// What the OWASP Password Storage Cheat Sheet recommends for argon2id: 19 MiB, 2 passes, 1
    /// lane.
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1 }
    }
}

/// Checks that a password may be set: 8–256 characters, and not the user's e-mail address.
///
/// # Errors
/// One error at `field`.
pub fn check_password(
    field: &'static str,
    password: &str,
    email: Option<&str>,
) -> Result<(), FieldError> {
    domain::text::check_length(password, MIN, MAX).map_err(|kind| FieldError::new(field, kind))?;
    let same = email.is_some_and(|email| email.trim().to_lowercase() == password.to_lowercase());
    if same {
        let kind = FieldErrorKind::Malformed { expected: "something else than the e-mail address" };
        return Err(FieldError::new(field, kind));
    }
    Ok(())
}

/// Hashes and checks passwords, as many at a time as there are cores.
pub(crate) struct Passwords {
    argon2: Argon2<'static>,
    slots: Arc<Semaphore>,
    /// A hash of nothing anybody knows, for names that nobody goes by.
    dummy: OnceCell<String>,
}

/// Whether a password was the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is.
    Right,
    /// It is not, or there is none to compare with.
    Wrong,
}

impl Passwords {
    pub(crate) fn new(cost: PasswordCost) -> Self {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None);
        let params = params.unwrap_or_else(|_| Params::default());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            slots: Arc::new(Semaphore::new(cores)),
            dummy: OnceCell::new(),
        }
    }

    /// The PHC string of a password.
    pub(crate) async fn hash(
        &self,
        password: &str,
        ambient: &Ambient,
    ) -> Result<String, CommandError> {
        let salt: [u8; 16] = ambient.bytes();
        let password = password.to_owned();
        let argon2 = self.argon2.clone();
        let hashed = self.blocking(move || {
            argon2
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map(|hash: PasswordHash| hash.to_string())
        });
        hashed.await?.map_err(|_| CommandError::Internal("a password could not be hashed"))
    }

    /// Compares; takes as long when there is no hash to compare with.
    pub(crate) async fn verify(
        &self,
        password: &str,
        hash: Option<&[u8]>,
        ambient: &Ambient,
    ) -> Result<Verdict, CommandError> {
        let known = hash.and_then(|hash| std::str::from_utf8(hash).ok()).map(str::to_owned);
        let exists = known.is_some();
        let hash = match known {
            Some(hash) => hash,
            None => self.dummy(ambient).await?,
        };
        // Longer ones were never accepted, so there is no need to work on them.
        let password: String = password.chars().take(MAX as usize + 1).collect();
        let argon2 = self.argon2.clone();
        let right = self
            .blocking(move || {
                let parsed = PasswordHash::new(&hash);
                parsed.is_ok_and(|hash| argon2.verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(if right && exists { Verdict::Right } else { Verdict::Wrong })
    }

    async fn dummy(&self, ambient: &Ambient) -> Result<String, CommandError> {
        let made = self.dummy.get_or_try_init(|| async {
            let nobody_knows: [u8; 32] = ambient.bytes();
            let text: String = nobody_knows.iter().map(|byte| char::from(byte % 64 + 32)).collect();
            self.hash(&text, ambient).await
        });
        made.await.cloned()
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, CommandError> {
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot = slot.map_err(|_| CommandError::Unavailable)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(slot);
            result
        });
        done.await.map_err(|_| CommandError::Internal("the thread of a password ended"))
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}
