//! Leases: one holder at a time for a task that must not be done twice at once. All by the clock of Postgres.

use std::time::{Duration, Instant};

use sqlx::{PgPool, Row};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

use crate::StoreError;

/// The leases of one process.
#[derive(Debug, Clone)]
pub struct Leases {
    pool: PgPool,
    holder: Uuid,
}

/// A lease that was taken. Whether it still is held only Postgres knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Name of the lease.
    pub name: String,
    /// Rises each time the lease is taken: what an earlier holder still tries can be told apart by it.
    pub epoch: i64,
    /// For how long after it was taken or renewed it is held.
    pub ttl: Duration,
}

impl Leases {
    /// Leases for the process `holder` (`work.processes`).
    pub fn new(pool: PgPool, holder: Uuid) -> Self {
        Self { pool, holder }
    }

    /// Takes a lease that nobody holds; `None` while somebody does, be it this very process.
    pub async fn acquire(&self, name: &str, ttl: Duration) -> Result<Option<Held>, StoreError> {
        let taken = sqlx::query(
            "insert into work.leases as held (name, holder, epoch, taken_at, expires_at) \
             values ($1, $2, 1, clock_timestamp(), clock_timestamp() + make_interval(secs => $3)) \
             on conflict (name) do update set holder = excluded.holder, epoch = held.epoch + 1, \
                 taken_at = clock_timestamp(), \
                 expires_at = clock_timestamp() + make_interval(secs => $3) \
             where held.expires_at <= clock_timestamp() returning epoch",
        )
        .bind(name)
        .bind(self.holder)
        .bind(ttl.as_secs_f64())
        .fetch_optional(&self.pool)
        .await?;
        Ok(taken.map(|row| Held { name: name.to_owned(), epoch: row.get(0), ttl }))
    }

    /// Holds the lease for its whole time from now on. `false` when it is lost: it has run out, or others have it.
    pub async fn renew(&self, held: &Held) -> Result<bool, StoreError> {
        let renewed = sqlx::query(
            "update work.leases set expires_at = clock_timestamp() + make_interval(secs => $4) \
             where name = $1 and holder = $2 and epoch = $3 and expires_at > clock_timestamp()",
        )
        .bind(&held.name)
        .bind(self.holder)
        .bind(held.epoch)
        .bind(held.ttl.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(renewed.rows_affected() == 1)
    }

    /// Whether the lease is held at this moment.
    pub async fn still_held(&self, held: &Held) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "select exists (select from work.leases where name = $1 and holder = $2 \
             and epoch = $3 and expires_at > clock_timestamp())",
        )
        .bind(&held.name)
        .bind(self.holder)
        .bind(held.epoch)
        .fetch_one(&self.pool)
        .await?;
        Ok(row.get(0))
    }

    /// Gives the lease back, so that others need not wait. One that is lost stays whose it is.
    pub async fn release(&self, held: &Held) -> Result<(), StoreError> {
        sqlx::query(
            "update work.leases set expires_at = least(expires_at, clock_timestamp()) \
             where name = $1 and holder = $2 and epoch = $3",
        )
        .bind(&held.name)
        .bind(self.holder)
        .bind(held.epoch)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Renews the lease again and again until it is lost or released.
    pub fn keep(&self, held: Held) -> KeptLease {
        let lost = CancellationToken::new();
        let (leases, kept, lease) = (self.clone(), lost.clone(), held.clone());
        // It was taken before this moment: the first renewal says for how long it is held.
        let renewing = tokio::spawn(async move {
            leases.renew_until_lost(&lease).await;
            kept.cancel();
        });
        KeptLease { leases: self.clone(), held, lost, renewing }
    }

    async fn renew_until_lost(&self, held: &Held) {
        let every = held.ttl / 3;
        let mut surely_until = Instant::now() + held.ttl;
        loop {
            let began = Instant::now();
            let left = surely_until.saturating_duration_since(began);
            match tokio::time::timeout(left, self.renew(held)).await {
                Ok(Ok(true)) => surely_until = began + held.ttl,
                Ok(Ok(false)) | Err(_) => return,
                Ok(Err(error)) => warn!(lease = held.name, %error, "cannot renew the lease"),
            }
            // Not beyond the moment at which others may have it: whoever holds it is to hear of that in time.
            tokio::time::sleep(every.min(surely_until.saturating_duration_since(Instant::now())))
                .await;
        }
    }
}

/// A lease that is renewed in the background. Dropped, it is no longer renewed and runs out.
#[derive(Debug)]
pub struct KeptLease {
    leases: Leases,
    held: Held,
    lost: CancellationToken,
    renewing: JoinHandle<()>,
}

impl KeptLease {
    /// The lease.
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// Cancelled once the lease is lost.
    pub fn lost(&self) -> &CancellationToken {
        &self.lost
    }

    /// Whether the lease is held at this moment, as Postgres sees it.
    pub async fn still_held(&self) -> Result<bool, StoreError> {
        self.leases.still_held(&self.held).await
    }

    /// Ends the renewing and gives the lease back.
    pub async fn release(self) -> Result<(), StoreError> {
        self.renewing.abort();
        self.leases.release(&self.held).await
    }
}

impl Drop for KeptLease {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}
