//! What the views of workflows and of ticket types share: a row for each of them, with the state as the domain folds it
//! beside what lists ask for.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use crate::cursor::push_created_page;
use crate::decoded::{Decoded, Happened};
use crate::{Cursor, ProjectionError, QueryError};

/// What people define, in versions. Its table has the columns `id`, `version` (of the stream), `name`, `status`,
/// `created_at` and `state` (JSON).
pub(crate) trait Defined: Serialize + DeserializeOwned {
    /// The table and the view; the list in cursors.
    const TABLE: &'static str;
    /// What happens to one.
    type Event: 'static;

    /// The event, if it is one of these.
    fn happened(what: &Happened) -> Option<&Self::Event>;
    /// The state after an event; none before the first.
    fn after(before: Option<Self>, event: &Self::Event, at: DateTime<Utc>) -> Option<Self>;
    /// Its name.
    fn name(&self) -> &str;
    /// Its status.
    fn status(&self) -> &'static str;
    /// When it was first defined.
    fn defined_at(&self) -> DateTime<Utc>;
}

/// One of them, as stored.
pub(crate) struct Stored<D> {
    pub(crate) id: Uuid,
    /// The version of its stream.
    pub(crate) version: i32,
    pub(crate) state: D,
}

/// The events of a batch that are about these.
pub(crate) fn events_of<D: Defined>(
    events: &[Decoded],
) -> impl Iterator<Item = (&Decoded, &D::Event)> {
    events.iter().filter_map(|event| Some((event, D::happened(&event.what)?)))
}

/// Folds a batch.
pub(crate) async fn fold<D: Defined>(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), ProjectionError> {
    let ids: Vec<Uuid> = events_of::<D>(events).map(|(event, _)| event.stream_id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut folded = load::<D>(connection, &ids).await?;
    for (event, what) in events_of::<D>(events) {
        let before = folded.remove(&event.stream_id);
        event.follows(before.as_ref().map_or(0, |(version, _)| *version))?;
        if let Some(state) = D::after(before.map(|(_, state)| state), what, event.at) {
            folded.insert(event.stream_id, (event.version, state));
        }
    }
    let store = format!(
        "insert into {} (id, version, name, status, created_at, state) values ($1, $2, $3, $4, $5, $6) \
         on conflict (id) do update set version = excluded.version, name = excluded.name, \
             status = excluded.status, state = excluded.state",
        D::TABLE
    );
    for (id, (version, state)) in folded {
        // They change a few times a month: one statement each will do.
        let json = serde_json::to_string(&state)
            .map_err(|source| ProjectionError::Row { view: D::TABLE, source })?;
        sqlx::query(AssertSqlSafe(store.as_str()))
            .bind(id)
            .bind(version)
            .bind(state.name())
            .bind(state.status())
            .bind(state.defined_at())
            .bind(json)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn load<D: Defined>(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (i32, D)>, ProjectionError> {
    let query = format!("select id, version, state from {} where id = any($1)", D::TABLE);
    let rows = sqlx::query(AssertSqlSafe(query)).bind(ids).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            let state = serde_json::from_str(row.get(2))
                .map_err(|source| ProjectionError::Row { view: D::TABLE, source })?;
            Ok((row.get(0), (row.get(1), state)))
        })
        .collect()
}

/// Those of a page in the order they were defined, and one more if there are more; of these statuses, if any is named.
pub(crate) async fn page<D: Defined>(
    pool: &PgPool,
    statuses: Vec<&'static str>,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<Stored<D>>, QueryError> {
    let mut query = select::<D>("id, version, state");
    narrow(&mut query, statuses);
    push_created_page(&mut query, D::TABLE, cursor, limit)?;
    stored(&query.build().fetch_all(pool).await?)
}

/// How many there are of these statuses.
pub(crate) async fn count<D: Defined>(
    pool: &PgPool,
    statuses: Vec<&'static str>,
) -> Result<i64, QueryError> {
    let mut query = select::<D>("count(*)");
    narrow(&mut query, statuses);
    Ok(query.build().fetch_one(pool).await?.get(0))
}

/// The one with this id.
pub(crate) async fn by_id<D: Defined>(
    pool: &PgPool,
    id: Uuid,
) -> Result<Vec<Stored<D>>, QueryError> {
    let mut query = select::<D>("id, version, state");
    query.push(" and id = ").push_bind(id);
    stored(&query.build().fetch_all(pool).await?)
}

/// The names that these have now, as far as they are there.
pub(crate) async fn names<D: Defined>(
    pool: &PgPool,
    ids: Vec<Uuid>,
) -> Result<Vec<(Uuid, String)>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = select::<D>("id, name");
    query.push(" and id = any(").push_bind(ids).push(")");
    let rows = query.build().fetch_all(pool).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// What rows of `id, version, state` hold.
pub(crate) fn stored<D: Defined>(rows: &[PgRow]) -> Result<Vec<Stored<D>>, QueryError> {
    let read = |row: &PgRow| {
        let state = serde_json::from_str(row.get(2))
            .map_err(|source| QueryError::Row { view: D::TABLE, source })?;
        Ok(Stored { id: row.get(0), version: row.get(1), state })
    };
    rows.iter().map(read).collect()
}

fn select<D: Defined>(columns: &str) -> QueryBuilder<Postgres> {
    QueryBuilder::new(format!("select {columns} from views.{} where true", D::TABLE))
}

fn narrow(query: &mut QueryBuilder<Postgres>, statuses: Vec<&'static str>) {
    if !statuses.is_empty() {
        query.push(" and status = any(").push_bind(statuses).push(")");
    }
}
