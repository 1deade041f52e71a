//! The tables of sessions. Every change of a family happens under the lock of its row.

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::TimeDelta;
use domain::{Timestamp, UserId};
use eventstore::Ambient;
use sha2::{Digest, Sha256};
use sqlx::{PgTransaction, Row};
use uuid::Uuid;

use crate::CommandError;
use crate::core::Commands;
use crate::user::PASSWORD;

/// What every refresh token begins with.
const PREFIX: &str = "drt_";
/// Longer ones are not even hashed.
const MAX_LENGTH: usize = 100;

/// Why a session was ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revocation {
    LoggedOut,
    TokenReused,
    PasswordChanged,
    UserChanged,
}

impl Revocation {
    fn as_str(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::TokenReused => "token_reused",
            Self::PasswordChanged => "password_changed",
            Self::UserChanged => "user_changed",
        }
    }
}

/// A refresh token, fresh.
pub(crate) struct NewToken {
    pub(crate) token: String,
    pub(crate) expires_at: Timestamp,
}

/// What became of a refresh token that was handed in.
pub(crate) enum Exchange {
    /// It was exchanged.
    For { user: UserId, family: Uuid, opened_at: Timestamp, next: NewToken },
    /// It is unknown, expired or revoked.
    Ended,
    /// It was spent: the family is revoked.
    Reused { user: UserId },
}

/// The session of a token, with its row locked.
struct Family {
    id: Uuid,
    user: UserId,
    live: bool,
    /// When it was opened, or last survived a change of the password.
    opened_at: Timestamp,
}

impl Commands {
    /// Opens a session, if the password's hash is still the one that was checked. `None` when it was
    /// changed meanwhile.
    pub(crate) async fn open_session(
        &self,
        user: UserId,
        checked: &[u8],
    ) -> Result<Option<(Uuid, NewToken)>, CommandError> {
        let now = self.ambient().now();
        let mut transaction = self.store.pool().begin().await?;
        // The lock makes a change of the password wait, and that one then ends this session too.
        let unchanged = sqlx::query(
            "select 1 from vault.credentials where owner = $1 and kind = $2 and secret = $3 \
             for share",
        )
        .bind(user.uuid())
        .bind(PASSWORD)
        .bind(checked)
        .fetch_optional(&mut *transaction)
        .await?;
        if unchanged.is_none() {
            return Ok(None);
        }
        // Some of what has run out goes, whosever it was, so that the table stays as small as its use.
        sqlx::query(
            "delete from vault.sessions where family_id in (select family_id from vault.sessions \
             where expires_at < $1 order by expires_at limit 100 for update skip locked)",
        )
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        let family = self.ambient().uuid_v7();
        sqlx::query(
            "insert into vault.sessions (family_id, user_id, created_at, expires_at) \
             values ($1, $2, clock_timestamp(), $3)",
        )
        .bind(family)
        .bind(user.uuid())
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        let next = self.issue(&mut transaction, family, None, now).await?;
        transaction.commit().await?;
        Ok(Some((family, next)))
    }

    /// Exchanges a refresh token.
    pub(crate) async fn exchange(&self, token: &str) -> Result<Exchange, CommandError> {
        let Some(hash) = hash(token) else { return Ok(Exchange::Ended) };
        let now = self.ambient().now();
        let mut transaction = self.store.pool().begin().await?;
        let Some(family) = lock_family(&mut transaction, &hash, now).await? else {
            return Ok(Exchange::Ended);
        };
        let row = sqlx::query(
            "select expires_at, first_used_at, spent_at, predecessor from vault.refresh_tokens \
             where token_hash = $1",
        )
        .bind(hash.as_slice())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(Exchange::Ended) };
        let expires_at: Timestamp = row.get(0);
        let first_used_at: Option<Timestamp> = row.get(1);
        let spent_at: Option<Timestamp> = row.get(2);
        let predecessor: Option<Vec<u8>> = row.get(3);
        if !family.live || expires_at <= now {
            return Ok(Exchange::Ended);
        }
        if spent_at.is_some() {
            revoke(&mut transaction, family.id, Revocation::TokenReused, now).await?;
            transaction.commit().await?;
            self.live_sessions.remove(&family.id);
            return Ok(Exchange::Reused { user: family.user });
        }
        if first_used_at.is_none() {
            spend(&mut transaction, &hash, predecessor.as_deref(), now).await?;
        }
        let next = self.issue(&mut transaction, family.id, Some(&hash), now).await?;
        transaction.commit().await?;
        let Family { id, user, opened_at, .. } = family;
        Ok(Exchange::For { user, family: id, opened_at, next })
    }

    /// Ends the session of a refresh token. Returns whose it was, and which.
    pub(crate) async fn end_session_of(
        &self,
        token: &str,
        why: Revocation,
    ) -> Result<Option<(UserId, Uuid)>, CommandError> {
        let Some(hash) = hash(token) else { return Ok(None) };
        let now = self.ambient().now();
        let mut transaction = self.store.pool().begin().await?;
        let Some(family) = lock_family(&mut transaction, &hash, now).await? else {
            return Ok(None);
        };
        if !family.live {
            return Ok(None);
        }
        revoke(&mut transaction, family.id, why, now).await?;
        transaction.commit().await?;
        self.live_sessions.remove(&family.id);
        Ok(Some((family.user, family.id)))
    }

    /// Ends one session. Whether it was live.
    pub(crate) async fn end_session(
        &self,
        session: Uuid,
        why: Revocation,
    ) -> Result<bool, CommandError> {
        let ended = sqlx::query(
            "update vault.sessions set revoked_at = $2, revoked_for = $3 \
             where family_id = $1 and revoked_at is null",
        )
        .bind(session)
        .bind(self.ambient().now())
        .bind(why.as_str())
        .execute(self.store.pool())
        .await?;
        self.live_sessions.remove(&session);
        Ok(ended.rows_affected() > 0)
    }

    /// Ends the sessions of a user, but for one to be kept. A repeat of a command ends only those
    /// opened before it was first recorded.
    pub(crate) async fn revoke_sessions(
        &self,
        user: UserId,
        why: Revocation,
        repeat_of: Option<Timestamp>,
        kept: Option<Uuid>,
    ) -> Result<(), CommandError> {
        sqlx::query(
            "update vault.sessions set revoked_at = $2, revoked_for = $3 \
             where user_id = $1 and revoked_at is null and ($4 is null or created_at <= $4) \
             and family_id is distinct from $5",
        )
        .bind(user.uuid())
        .bind(self.ambient().now())
        .bind(why.as_str())
        .bind(repeat_of)
        .bind(kept)
        .execute(self.store.pool())
        .await?;
        // As good as opened now: see `refresh_session`.
        sqlx::query(
            "update vault.sessions set created_at = clock_timestamp() where family_id = $1",
        )
        .bind(kept)
        .execute(self.store.pool())
        .await?;
        self.live_sessions.clear();
        Ok(())
    }

    /// Whether a session was neither ended nor has run out, as it was at most
    /// [`max_fact_age`](crate::CommandsConfig::max_fact_age) ago.
    ///
    /// # Errors
    /// The store's.
    pub async fn is_session_live(&self, session: Uuid) -> Result<bool, CommandError> {
        if let Some((asked_at, live)) = self.live_sessions.get(&session)
            && asked_at.elapsed() <= self.config.max_fact_age
        {
            return Ok(live);
        }
        let asked_at = Instant::now();
        let live: Option<bool> = sqlx::query_scalar(
            "select revoked_at is null and expires_at > $2 from vault.sessions \
             where family_id = $1",
        )
        .bind(session)
        .bind(self.ambient().now())
        .fetch_optional(self.store.pool())
        .await?;
        let live = live.unwrap_or(false);
        self.live_sessions.insert(session, (asked_at, live));
        Ok(live)
    }

    async fn issue(
        &self,
        transaction: &mut PgTransaction<'_>,
        family: Uuid,
        predecessor: Option<&[u8; 32]>,
        now: Timestamp,
    ) -> Result<NewToken, CommandError> {
        let token = make(self.ambient());
        let lifetime = TimeDelta::from_std(self.config.refresh_lifetime)
            .map_err(|_| CommandError::Internal("the lifetime of a session is out of range"))?;
        let expires_at = now + lifetime;
        let hashed: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        sqlx::query(
            "insert into vault.refresh_tokens \
             (token_hash, family_id, predecessor, issued_at, expires_at) \
             values ($1, $2, $3, $4, $5)",
        )
        .bind(hashed.as_slice())
        .bind(family)
        .bind(predecessor.map(<[u8; 32]>::as_slice))
        .bind(now)
        .bind(expires_at)
        .execute(&mut **transaction)
        .await?;
        sqlx::query("delete from vault.refresh_tokens where family_id = $1 and expires_at < $2")
            .bind(family)
            .bind(now)
            .execute(&mut **transaction)
            .await?;
        sqlx::query("update vault.sessions set expires_at = $2 where family_id = $1")
            .bind(family)
            .bind(expires_at)
            .execute(&mut **transaction)
            .await?;
        Ok(NewToken { token, expires_at })
    }
}

async fn lock_family(
    transaction: &mut PgTransaction<'_>,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Family>, CommandError> {
    let row = sqlx::query(
        "select family_id, user_id, revoked_at is null and expires_at > $2, created_at from vault.sessions \
         where family_id = (select family_id from vault.refresh_tokens where token_hash = $1) \
         for update",
    )
    .bind(hash.as_slice())
    .bind(now)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(row.map(|row| Family {
        id: row.get(0),
        user: UserId(row.get(1)),
        live: row.get(2),
        opened_at: row.get(3),
    }))
}

/// A token is used for the first time: what it was exchanged for, and the other tokens that were
/// handed out for the same, are spent.
async fn spend(
    transaction: &mut PgTransaction<'_>,
    hash: &[u8; 32],
    predecessor: Option<&[u8]>,
    now: Timestamp,
) -> Result<(), CommandError> {
    sqlx::query("update vault.refresh_tokens set first_used_at = $2 where token_hash = $1")
        .bind(hash.as_slice())
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    let Some(predecessor) = predecessor else { return Ok(()) };
    sqlx::query(
        "update vault.refresh_tokens set spent_at = $3 \
         where (token_hash = $2 or predecessor = $2) and token_hash <> $1 and spent_at is null",
    )
    .bind(hash.as_slice())
    .bind(predecessor)
    .bind(now)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn revoke(
    transaction: &mut PgTransaction<'_>,
    family: Uuid,
    why: Revocation,
    now: Timestamp,
) -> Result<(), CommandError> {
    sqlx::query("update vault.sessions set revoked_at = $2, revoked_for = $3 where family_id = $1")
        .bind(family)
        .bind(now)
        .bind(why.as_str())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn make(ambient: &Ambient) -> String {
    let random: [u8; 32] = ambient.bytes();
    format!("{PREFIX}{}", BASE64.encode(random))
}

fn hash(token: &str) -> Option<[u8; 32]> {
    let possible = token.starts_with(PREFIX) && token.len() <= MAX_LENGTH;
    possible.then(|| Sha256::digest(token.as_bytes()).into())
}
