//! The work roles an admin made.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::RoleId;
use domain::work_role::WorkRoleEvent;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

use crate::QueryError;

pub(crate) const TABLES: &str = "
create table work_roles (
    id         uuid        not null primary key,
    version    integer     not null, -- of the role's stream
    name       text        not null,
    removed    boolean     not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
";

/// A work role.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkRoleRow {
    /// Its id.
    pub id: RoleId,
    /// The version of its stream: its `ETag`.
    pub version: i32,
    /// Its name.
    pub name: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a batch does to one role; what is not given stays.
#[derive(Default)]
pub(crate) struct Change {
    version: i32,
    name: Option<String>,
    removed: bool,
    created_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
}

/// What a batch does to the roles, by id.
pub(crate) type Changes = HashMap<Uuid, Change>;

/// Folds one event into what a batch does.
pub(crate) fn fold(
    changes: &mut Changes,
    id: Uuid,
    version: i32,
    event: &WorkRoleEvent,
    at: DateTime<Utc>,
) {
    let change = changes.entry(id).or_default();
    change.version = version;
    change.updated_at = Some(at);
    match event {
        WorkRoleEvent::Created(e) => {
            change.name = Some(e.name.to_string());
            change.created_at = Some(at);
        }
        WorkRoleEvent::Renamed(e) => change.name = Some(e.name.to_string()),
        WorkRoleEvent::Removed(_) => change.removed = true,
    }
}

/// The versions of these roles, as far as they are there.
pub(crate) async fn versions(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, i32>, sqlx::Error> {
    let rows = sqlx::query("select id, version from work_roles where id = any($1)")
        .bind(ids)
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Stores what a batch does.
pub(crate) async fn store(
    connection: &mut PgConnection,
    changes: &Changes,
) -> Result<(), sqlx::Error> {
    for (id, change) in changes {
        // Roles change a few times a year: one statement each will do.
        sqlx::query(
            "insert into work_roles as r (id, version, name, removed, created_at, updated_at) \
             values ($1, $2, coalesce($3, ''), $4, coalesce($5, $6), $6) \
             on conflict (id) do update set version = excluded.version, name = coalesce($3, r.name), \
                 removed = r.removed or excluded.removed, updated_at = excluded.updated_at",
        )
        .bind(id)
        .bind(change.version)
        .bind(change.name.as_deref())
        .bind(change.removed)
        .bind(change.created_at)
        .bind(change.updated_at)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// All roles that were not removed, by name.
pub(crate) async fn list(pool: &PgPool) -> Result<Vec<WorkRoleRow>, QueryError> {
    let rows = sqlx::query(
        "select id, version, name, created_at, updated_at from views.work_roles \
         where not removed order by lower(name), id",
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.iter().map(role).collect())
}

/// The role with this id, unless it was removed.
pub(crate) async fn by_id(pool: &PgPool, id: RoleId) -> Result<Option<WorkRoleRow>, QueryError> {
    let row = sqlx::query(
        "select id, version, name, created_at, updated_at from views.work_roles \
         where id = $1 and not removed",
    )
    .bind(id.uuid())
    .fetch_optional(pool)
    .await?;
    Ok(row.as_ref().map(role))
}

fn role(row: &PgRow) -> WorkRoleRow {
    WorkRoleRow {
        id: RoleId(row.get(0)),
        version: row.get(1),
        name: row.get(2),
        created_at: row.get(3),
        updated_at: row.get(4),
    }
}
