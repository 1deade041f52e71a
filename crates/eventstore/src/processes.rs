//! The processes of a desk: who is there, with which roles, and who holds which lease.
//!
//! All times are those of the database, as the clocks of several machines differ.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::StoreError;

/// What a process tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its own; a process that is started again has another one.
    pub id: Uuid,
    /// What it does: `api`, `relay`, `projector`, `worker`.
    pub roles: Vec<String>,
    /// The name of its machine.
    pub host: String,
    /// Its number on that machine.
    pub pid: i32,
    /// Version of Docket.
    pub version: String,
}

/// A process as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// What it told of itself.
    pub process: Process,
    /// What keeps it from doing its part until a person helps; `None` when all is well.
    pub trouble: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it has been silent.
    pub silent: Duration,
}

/// A lease as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLease {
    /// What is leased, such as `relay`.
    pub name: String,
    /// The process that took it last.
    pub holder: Uuid,
    /// Rises with every holder.
    pub epoch: i64,
    /// When it ends unless it is prolonged.
    pub expires_at: DateTime<Utc>,
    /// How long until then; `None` when it has ended, and anybody may take it.
    pub left: Option<Duration>,
}

/// The list of the processes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Processes {
    pool: PgPool,
}

impl Processes {
    /// A row that was not touched for so long is of a process that was killed: it is taken off the list.
    pub const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);

    /// The list in this database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Puts a process on the list, or says that it is still there and how it does. Others that were silent for long are
    /// taken off.
    ///
    /// # Errors
    /// The database's.
    pub async fn touch(&self, process: &Process, trouble: Option<&str>) -> Result<(), StoreError> {
        sqlx::query(
            "with gone as (delete from work.processes where seen_at < now() - make_interval(secs => $7) and id <> $1) \
             insert into work.processes (id, roles, host, pid, version, trouble, started_at, seen_at) \
             values ($1, $2, $3, $4, $5, $6, now(), now()) \
             on conflict (id) do update set seen_at = now(), trouble = excluded.trouble",
        )
        .bind(process.id)
        .bind(&process.roles)
        .bind(&process.host)
        .bind(process.pid)
        .bind(&process.version)
        .bind(trouble)
        .bind(Self::FORGOTTEN_AFTER.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes a process off the list: it has ended.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove(&self, id: Uuid) -> Result<(), StoreError> {
        sqlx::query("delete from work.processes where id = $1")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The whole list, the oldest first. Those that were killed stay on it for a while.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(&self) -> Result<Vec<Registered>, StoreError> {
        let rows = sqlx::query(
            "select id, roles, host, pid, version, trouble, started_at, \
                    extract(epoch from now() - seen_at)::float8 \
             from work.processes order by started_at, id",
        )
        .fetch_all(&self.pool)
        .await?;
        let registered = rows.iter().map(|row| Registered {
            process: Process {
                id: row.get(0),
                roles: row.get(1),
                host: row.get(2),
                pid: row.get(3),
                version: row.get(4),
            },
            trouble: row.get(5),
            started_at: row.get(6),
            silent: duration(row.get(7)).unwrap_or_default(),
        });
        Ok(registered.collect())
    }

    /// All leases, by name, also those that have ended.
    ///
    /// # Errors
    /// The database's.
    pub async fn leases(&self) -> Result<Vec<HeldLease>, StoreError> {
        let rows = sqlx::query(
            "select name, holder, epoch, expires_at, extract(epoch from expires_at - now())::float8 \
             from work.leases order by name",
        )
        .fetch_all(&self.pool)
        .await?;
        let leases = rows.iter().map(|row| HeldLease {
            name: row.get(0),
            holder: row.get(1),
            epoch: row.get(2),
            expires_at: row.get(3),
            left: duration(row.get(4)),
        });
        Ok(leases.collect())
    }
}

/// None for a time that has passed.
fn duration(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok().filter(|left| !left.is_zero())
}
