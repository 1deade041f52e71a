//! The tables of the schema `views`. They are no migrations: they may be dropped at any time, and a version of Docket
//! whose tables differ drops them itself and folds the log again.

use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::progress::{SEARCH, VIEWS};
use crate::{
    audit, search, ticket_comments, ticket_detail, ticket_list, ticket_stats, users, work_roles,
};

/// Raise when a fold changes what it writes into unchanged tables: the views are then built again.
const FOLD_VERSION: i32 = 1;

/// Held while the schema is looked at and made, so that two starting processes do not both make it.
const LOCK: i64 = 7_236_837_466;

const META: &str = "
create table views.meta (
    one            boolean not null primary key default true check (one),
    definition     text    not null, -- tables and fold version these views were made with
    views_indexed  boolean not null, -- whether the indexes are there: they come after the first catching up
    search_indexed boolean not null
);
";

/// What [`prepare`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepared {
    /// The views were there.
    Existing,
    /// There were none, or those of another version: they are empty now and begin at position 0.
    Created,
}

/// The two groups of tables, each with a checkpoint of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Views,
    Search,
}

impl Group {
    pub(crate) fn consumer(self) -> &'static str {
        match self {
            Self::Views => VIEWS,
            Self::Search => SEARCH,
        }
    }

    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Views => &[
                ticket_list::TABLES,
                ticket_detail::TABLES,
                ticket_comments::TABLES,
                ticket_stats::TABLES,
                users::TABLES,
                work_roles::TABLES,
                audit::TABLES,
            ],
            Self::Search => &[search::TABLES],
        }
    }

    fn indexes(self) -> Vec<&'static str> {
        match self {
            Self::Views => {
                [ticket_list::INDEXES, ticket_comments::INDEXES, users::INDEXES, audit::INDEXES]
                    .concat()
            }
            Self::Search => search::INDEXES.to_vec(),
        }
    }

    fn analyzed(self) -> &'static str {
        match self {
            Self::Views => {
                "analyze views.tickets, views.ticket_details, views.ticket_comments, views.stat_counters, views.users, views.audit"
            }
            Self::Search => "analyze views.search, views.search_words, views.search_deletes",
        }
    }
}

/// Makes the schema `views` when it is missing or of another version, and sets its checkpoints to 0. To be called on
/// every start, after the migrations.
pub async fn prepare(pool: &PgPool) -> Result<Prepared, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    let definition = definition();
    if stored_definition(&mut transaction).await?.as_deref() == Some(definition.as_str()) {
        return Ok(Prepared::Existing);
    }
    sqlx::raw_sql("drop schema if exists views cascade; create schema views;")
        .execute(&mut *transaction)
        .await?;
    sqlx::raw_sql(META).execute(&mut *transaction).await?;
    for group in [Group::Views, Group::Search] {
        for tables in group.tables() {
            sqlx::raw_sql(*tables).execute(&mut *transaction).await?;
        }
        sqlx::query(
            "insert into work.checkpoints (consumer, partition, position) values ($1, 'log', 0) \
             on conflict (consumer, partition) do update set position = 0, updated_at = now()",
        )
        .bind(group.consumer())
        .execute(&mut *transaction)
        .await?;
    }
    sqlx::query("insert into views.meta (definition, views_indexed, search_indexed) values ($1, false, false)")
        .bind(definition)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Prepared::Created)
}

async fn stored_definition(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let there: bool = sqlx::query("select to_regclass('views.meta') is not null")
        .fetch_one(&mut *connection)
        .await?
        .get(0);
    if !there {
        return Ok(None);
    }
    let row = sqlx::query("select definition from views.meta").fetch_optional(connection).await?;
    Ok(row.map(|row| row.get(0)))
}

/// Everything that the views' shape depends on, as one text.
fn definition() -> String {
    let mut all = format!("{FOLD_VERSION}");
    for group in [Group::Views, Group::Search] {
        all.extend(group.tables().iter().copied());
        all.extend(group.indexes());
    }
    all
}

/// Whether the indexes of a group are there.
pub(crate) async fn indexed(pool: &PgPool, group: Group) -> Result<bool, sqlx::Error> {
    let sql = match group {
        Group::Views => "select views_indexed from views.meta",
        Group::Search => "select search_indexed from views.meta",
    };
    Ok(sqlx::query(sql).fetch_one(pool).await?.get(0))
}

/// Makes the indexes of a group, and tells the planner what is in its tables.
pub(crate) async fn create_indexes(pool: &PgPool, group: Group) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("set local maintenance_work_mem = '256MB'").execute(&mut *transaction).await?;
    for index in group.indexes() {
        sqlx::query(AssertSqlSafe(index)).execute(&mut *transaction).await?;
    }
    let mark = match group {
        Group::Views => "update views.meta set views_indexed = true",
        Group::Search => "update views.meta set search_indexed = true",
    };
    sqlx::query(mark).execute(&mut *transaction).await?;
    sqlx::raw_sql(group.analyzed()).execute(&mut *transaction).await?;
    transaction.commit().await
}
