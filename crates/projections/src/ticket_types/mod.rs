//! The ticket types: their current forms, how many tickets have each, and what tickets can be filtered by. Earlier
//! versions are read from the log.

mod fold;
mod list;
mod version;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::ticket_type::{
    Definition, FieldId, FieldKind, Labels, Texts, TicketType, TicketTypeStatus,
};
use domain::vocabulary::TypeName;
use domain::{Personal, TicketTypeId};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::{QueryError, defined};

pub(crate) use fold::fold;
pub(crate) use list::{by_id, count, list};
pub(crate) use version::version;

pub(crate) const TABLES: &str = "
create table ticket_types (
    id         uuid        not null primary key,
    version    integer     not null, -- of the ticket type's stream
    name       text        not null,
    status     text        not null,
    created_at timestamptz not null,
    state      text        not null  -- JSON of domain::ticket_type::TicketType
);
-- The fields of any version that tickets can be filtered by.
create table ticket_type_fields (
    field          text not null collate \"C\",
    ticket_type_id uuid not null,
    kind           text not null,
    primary key (field, ticket_type_id)
);
";

/// A ticket type.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketTypeRow {
    /// Its id.
    pub id: TicketTypeId,
    /// The version of its stream: its `ETag`.
    pub version: i32,
    /// The version of its form, from 1: what tickets are filled in with.
    pub definition_version: u32,
    /// What tickets and filters call it.
    pub name: TypeName,
    /// What people read instead of the name.
    pub title: Option<Labels>,
    /// What it is for.
    pub description: Option<Personal<Texts>>,
    /// Whether new tickets may have it.
    pub status: TicketTypeStatus,
    /// What it asks for.
    pub definition: Definition,
    /// When it was first defined.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// How many tickets have it, in any of its versions; deleted and merged ones are not counted.
    pub tickets: i64,
}

/// Which ticket types are wanted; what is not given does not filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TicketTypeFilter {
    /// Any of these statuses.
    pub status: Vec<TicketTypeStatus>,
}

/// The types that a filter asks for: by the names they have now, in any case, or by their ids.
pub(crate) async fn ids_asked(
    pool: &PgPool,
    asked: &[String],
) -> Result<Vec<TicketTypeId>, sqlx::Error> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = asked.iter().map(|name| name.trim().to_lowercase()).collect();
    // In the locale C, the `lower` of Postgres knows the letters of ASCII alone.
    let rows =
        sqlx::query("select id, name from views.ticket_types order by id").fetch_all(pool).await?;
    let is_asked = |row: &&PgRow| names.contains(&row.get::<&str, _>(1).to_lowercase());
    let mut ids: Vec<_> =
        rows.iter().filter(is_asked).map(|row| TicketTypeId(row.get(0))).collect();
    ids.extend(asked.iter().filter_map(|text| text.trim().parse::<TicketTypeId>().ok()));
    Ok(ids)
}

/// The names that these types have now, as far as they are there.
pub(crate) async fn names(
    pool: &PgPool,
    ids: impl IntoIterator<Item = TicketTypeId>,
) -> Result<HashMap<TicketTypeId, TypeName>, sqlx::Error> {
    let ids: HashSet<Uuid> = ids.into_iter().map(TicketTypeId::uuid).collect();
    let names = defined::names::<TicketType>(pool, ids.into_iter().collect()).await?;
    let named = |(id, name): (Uuid, String)| Some((TicketTypeId(id), TypeName::parse(&name).ok()?));
    Ok(names.into_iter().filter_map(named).collect())
}

/// The fields that tickets can be filtered and sorted by, of all types and versions, by id. Types may use one id for
/// several kinds: then it stands here once for each.
pub(crate) async fn filterable_fields(
    pool: &PgPool,
) -> Result<Vec<(FieldId, FieldKind)>, QueryError> {
    let rows =
        sqlx::query("select distinct field, kind from views.ticket_type_fields order by 1, 2")
            .fetch_all(pool)
            .await?;
    let read = |row: &PgRow| {
        let field = FieldId::parse(row.get(0)).ok()?;
        Some((field, FieldKind::parse(row.get(1)).ok()?))
    };
    Ok(rows.iter().filter_map(read).collect())
}
