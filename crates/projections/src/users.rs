//! The users: accounts with their roles, departments and API tokens.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::user::{Away, Role, Scope, User};
use domain::{Department, RoleId, TokenId, UserId};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, QueryBuilder, Row};
use uuid::Uuid;

use crate::cursor::push_created_page;
use crate::ticket_detail::micros;
use crate::{Cursor, Page, ProjectionError, QueryError};

pub(crate) const TABLES: &str = "
create table users (
    id         uuid        not null primary key,
    version    integer     not null, -- of the user's stream
    email      text,                 -- in lower case; none once erased
    full_name  text,                 -- none once erased
    role       text        not null,
    active     boolean     not null,
    work_roles uuid[]      not null,
    created_at timestamptz not null,
    state      text        not null  -- JSON of domain::user::User
);
";

pub(crate) const INDEXES: &[&str] = &[
    "create index users_email on users (email)",
    "create index users_by_created on users (created_at, id)",
];

const LIST: &str = "users";

/// Who somebody is, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserBrief {
    /// The user.
    pub id: UserId,
    /// The e-mail address; none once erased.
    pub email: Option<String>,
    /// The name; none once erased.
    pub full_name: Option<String>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UserRow {
    /// The user.
    pub id: UserId,
    /// The version of the stream: the `ETag`.
    pub version: i32,
    /// The e-mail address; none once erased.
    pub email: Option<String>,
    /// The name, perhaps empty; none once erased.
    pub full_name: Option<String>,
    /// The permission role.
    pub role: Role,
    /// The departments.
    pub departments: Vec<Department>,
    /// The work roles.
    pub work_roles: Vec<RoleId>,
    /// Whether the user may sign in.
    pub active: bool,
    /// When the user is away, perhaps in the past; none if nothing was said or the user is said to be here.
    pub away: Option<Away>,
    /// When the user was registered.
    pub created_at: DateTime<Utc>,
    /// When the account last changed.
    pub updated_at: DateTime<Utc>,
    /// When the password was last changed, if it was.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// The API tokens that were not revoked, expired ones included.
    pub api_tokens: Vec<ApiTokenRow>,
}

/// An API token, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ApiTokenRow {
    /// The token.
    pub id: TokenId,
    /// What its user calls it; none once erased.
    pub name: Option<String>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it stops working; none for never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Which users are wanted; what is not given does not filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserFilter {
    /// Any of these permission roles.
    pub role: Vec<Role>,
    /// Only those who may sign in, or only those who may not.
    pub active: Option<bool>,
    /// Those who hold this work role.
    pub work_role: Option<RoleId>,
    /// Those who belong to this department.
    pub department: Option<Department>,
    /// The beginning of the e-mail address or of a word of the name, in any case.
    pub search: Option<String>,
}

/// The folded users of a batch, by id.
pub(crate) type Users = HashMap<Uuid, (i32, User)>;

/// These users, as far as they are there.
pub(crate) async fn load(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Users, ProjectionError> {
    let rows = sqlx::query("select id, version, state from users where id = any($1)")
        .bind(ids)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let user = serde_json::from_str(row.get(2))
                .map_err(|source| ProjectionError::Row { view: "users", source })?;
            Ok((row.get(0), (row.get(1), user)))
        })
        .collect()
}

/// Stores folded users.
pub(crate) async fn store(
    connection: &mut PgConnection,
    users: &Users,
) -> Result<(), ProjectionError> {
    let (mut ids, mut versions, mut emails, mut names) = (vec![], vec![], vec![], vec![]);
    let (mut roles, mut active, mut work_roles) = (vec![], vec![], vec![]);
    let (mut times, mut states) = (vec![], vec![]);
    for (id, (version, user)) in users {
        ids.push(*id);
        versions.push(*version);
        emails.push(user.email.as_str().map(str::to_lowercase));
        names.push(user.full_name.as_str());
        roles.push(user.role.as_str());
        active.push(user.is_active());
        let held: Vec<String> = user.work_roles.iter().map(RoleId::to_string).collect();
        work_roles.push(format!("{{{}}}", held.join(",")));
        times.push(user.created_at);
        states.push(
            serde_json::to_string(user)
                .map_err(|source| ProjectionError::Row { view: "users", source })?,
        );
    }
    sqlx::query(
        "insert into users (id, version, email, full_name, role, active, work_roles, created_at, state) \
         select id, version, email, full_name, role, active, work_roles::uuid[], created_at, state \
         from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], \
                     $8::timestamptz[], $9::text[]) \
              as n(id, version, email, full_name, role, active, work_roles, created_at, state) \
         on conflict (id) do update set version = excluded.version, email = excluded.email, \
             full_name = excluded.full_name, role = excluded.role, active = excluded.active, \
             work_roles = excluded.work_roles, created_at = excluded.created_at, state = excluded.state",
    )
    .bind(ids)
    .bind(versions)
    .bind(emails)
    .bind(names)
    .bind(roles)
    .bind(active)
    .bind(work_roles)
    .bind(times)
    .bind(states)
    .execute(connection)
    .await?;
    Ok(())
}

/// The short form of these users, by id.
pub(crate) async fn briefs(
    pool: &PgPool,
    ids: HashSet<Uuid>,
) -> Result<HashMap<Uuid, UserBrief>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows = sqlx::query("select id, email, full_name from views.users where id = any($1)")
        .bind(ids)
        .fetch_all(pool)
        .await?;
    Ok(rows
        .iter()
        .map(|row| {
            let id: Uuid = row.get(0);
            (id, UserBrief { id: UserId(id), email: row.get(1), full_name: row.get(2) })
        })
        .collect())
}

/// The user with this id.
pub(crate) async fn by_id(pool: &PgPool, id: UserId) -> Result<Option<UserRow>, QueryError> {
    let row = sqlx::query("select id, version, state from views.users where id = $1")
        .bind(id.uuid())
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(user).transpose()
}

/// The user with this e-mail address, in any case.
pub(crate) async fn by_email(pool: &PgPool, email: &str) -> Result<Option<UserRow>, QueryError> {
    let row = sqlx::query("select id, version, state from views.users where email = $1")
        .bind(email.trim().to_lowercase())
        .fetch_optional(pool)
        .await?;
    row.as_ref().map(user).transpose()
}

/// A page of users, in the order they were registered.
pub(crate) async fn list(
    pool: &PgPool,
    filter: &UserFilter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Page<UserRow>, QueryError> {
    let mut query = QueryBuilder::new("select id, version, state from views.users where true");
    narrow(&mut query, filter);
    push_created_page(&mut query, LIST, cursor, limit)?;
    let rows = query.build().fetch_all(pool).await?;
    let items = rows.iter().map(user).collect::<Result<_, _>>()?;
    Ok(Page::of(items, limit, |row: &UserRow| {
        Cursor::after(LIST, micros(row.created_at), row.id.uuid())
    }))
}

/// How many users match.
pub(crate) async fn count(pool: &PgPool, filter: &UserFilter) -> Result<i64, QueryError> {
    let mut query = QueryBuilder::new("select count(*) from views.users where true");
    narrow(&mut query, filter);
    Ok(query.build().fetch_one(pool).await?.get(0))
}

fn narrow(query: &mut QueryBuilder<sqlx::Postgres>, filter: &UserFilter) {
    if !filter.role.is_empty() {
        let roles: Vec<&'static str> = filter.role.iter().map(|role| role.as_str()).collect();
        query.push(" and role = any(").push_bind(roles).push(")");
    }
    if let Some(active) = filter.active {
        query.push(" and active = ").push_bind(active);
    }
    if let Some(role) = filter.work_role {
        query.push(" and work_roles @> array[").push_bind(role.uuid()).push("]");
    }
    if let Some(department) = &filter.department {
        query.push(" and state::jsonb -> 'departments' ? ").push_bind(department.to_string());
    }
    if let Some(search) = &filter.search {
        let prefix = like_prefix(search);
        query.push(" and (email like ").push_bind(prefix.clone());
        query.push(" or lower(full_name) like ").push_bind(prefix.clone());
        query.push(" or lower(full_name) like ").push_bind(format!("% {prefix}")).push(")");
    }
}

fn like_prefix(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.trim().to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn user(row: &PgRow) -> Result<UserRow, QueryError> {
    let user: User = serde_json::from_str(row.get(2))
        .map_err(|source| QueryError::Row { view: "users", source })?;
    let active = user.is_active();
    Ok(UserRow {
        id: UserId(row.get(0)),
        version: row.get(1),
        email: user.email.into_known(),
        full_name: user.full_name.into_known(),
        role: user.role,
        departments: user.departments,
        work_roles: user.work_roles,
        active,
        away: user.away,
        created_at: user.created_at,
        updated_at: user.updated_at,
        password_changed_at: user.password_changed_at,
        api_tokens: user
            .api_tokens
            .into_iter()
            .map(|token| ApiTokenRow {
                id: token.id,
                name: token.name.into_known(),
                scopes: token.scopes,
                created_at: token.created_at,
                expires_at: token.expires_at,
            })
            .collect(),
    })
}
