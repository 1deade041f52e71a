//! The tables of the schema `views`. They are no migrations: they may be dropped at any time, and a version of Docket
//! whose tables differ drops them itself and folds the log again.

use domain::DomainEvent;
use domain::file::FileEvent;
use domain::ticket::TicketEvent;
use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::decoded::KINDS;
use crate::progress::{SEARCH, VIEWS};
use crate::runner::lock_layout;
use crate::{
    ProjectionError, audit, files, search, sla_rules, tasks, ticket_comments, ticket_detail,
    ticket_list, ticket_sla, ticket_stats, ticket_types, users, work_roles, workflows,
};

/// Raise when a fold changes what it writes into unchanged tables: the views are then built again.
const FOLD_VERSION: i32 = 5;

/// The schema of the views that are queried.
pub(crate) const LIVE: &str = "views";

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

/// The two groups of tables, each with checkpoints of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Views,
    Search,
}

impl Group {
    /// The kinds of streams that its tables are folded from.
    pub(crate) fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Views => KINDS,
            Self::Search => &[TicketEvent::KIND, FileEvent::KIND],
        }
    }

    pub(crate) fn consumer(self) -> &'static str {
        match self {
            Self::Views => VIEWS,
            Self::Search => SEARCH,
        }
    }

    /// Its views.
    pub(crate) fn views(self) -> Vec<View> {
        View::ALL.into_iter().filter(|view| view.group() == self).collect()
    }
}

/// What can be built anew by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// The tickets: list, details, statistics.
    Tickets,
    /// The comments.
    Comments,
    /// The users.
    Users,
    /// The work roles.
    WorkRoles,
    /// The workflows.
    Workflows,
    /// The tasks: list, details, counters.
    Tasks,
    /// The calendars and the SLA policies.
    SlaRules,
    /// The clocks of the tickets: due times, states, counters.
    TicketSla,
    /// The ticket types.
    TicketTypes,
    /// What was found in files.
    Files,
    /// Who did what.
    Audit,
    /// Full text.
    Search,
}

impl View {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Tickets,
        Self::Comments,
        Self::Users,
        Self::WorkRoles,
        Self::Workflows,
        Self::Tasks,
        Self::SlaRules,
        Self::TicketSla,
        Self::TicketTypes,
        Self::Files,
        Self::Audit,
        Self::Search,
    ];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Comments => "comments",
            Self::Users => "users",
            Self::WorkRoles => "work_roles",
            Self::Workflows => "workflows",
            Self::Tasks => "tasks",
            Self::SlaRules => "sla_rules",
            Self::TicketSla => "ticket_sla",
            Self::TicketTypes => "ticket_types",
            Self::Files => "files",
            Self::Audit => "audit",
            Self::Search => "search",
        }
    }

    pub(crate) fn group(self) -> Group {
        match self {
            Self::Tickets
            | Self::Comments
            | Self::Users
            | Self::WorkRoles
            | Self::Workflows
            | Self::Tasks
            | Self::SlaRules
            | Self::TicketSla
            | Self::TicketTypes
            | Self::Files
            | Self::Audit => Group::Views,
            Self::Search => Group::Search,
        }
    }

    /// The names of its tables.
    pub(crate) fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Tickets => {
                &["tickets", "ticket_data", "ticket_files", "ticket_details", "stat_counters"]
            }
            Self::Comments => &["ticket_comments"],
            Self::Users => &["users"],
            Self::WorkRoles => &["work_roles"],
            Self::Workflows => &["workflows"],
            Self::Tasks => &["tasks", "task_details", "task_counters"],
            Self::SlaRules => &["sla_rules"],
            Self::TicketSla => &["ticket_sla", "ticket_clocks", "sla_counters"],
            Self::TicketTypes => &["ticket_types", "ticket_type_fields"],
            Self::Files => &["file_findings"],
            Self::Audit => &["audit"],
            Self::Search => &["search", "search_files", "search_words", "search_deletes"],
        }
    }

    /// The statements that make them, in whatever schema comes first in the search path.
    fn definitions(self) -> &'static [&'static str] {
        match self {
            Self::Tickets => &[
                ticket_list::TABLES,
                ticket_list::DATA_TABLES,
                files::OF_TICKETS,
                ticket_detail::TABLES,
                ticket_stats::TABLES,
            ],
            Self::Comments => &[ticket_comments::TABLES],
            Self::Users => &[users::TABLES],
            Self::WorkRoles => &[work_roles::TABLES],
            Self::Workflows => &[workflows::TABLES],
            Self::Tasks => &[tasks::TABLES],
            Self::SlaRules => &[sla_rules::TABLES],
            Self::TicketSla => &[ticket_sla::TABLES],
            Self::TicketTypes => &[ticket_types::TABLES],
            Self::Files => &[files::TABLES],
            Self::Audit => &[audit::TABLES],
            Self::Search => &[search::TABLES],
        }
    }

    fn indexes(self) -> &'static [&'static str] {
        match self {
            Self::Tickets => ticket_list::INDEXES,
            Self::Comments => ticket_comments::INDEXES,
            Self::Users => users::INDEXES,
            Self::WorkRoles => &[],
            Self::Workflows => &[],
            Self::Tasks => tasks::INDEXES,
            Self::SlaRules => &[],
            Self::TicketSla => ticket_sla::INDEXES,
            Self::TicketTypes | Self::Files => &[],
            Self::Audit => audit::INDEXES,
            Self::Search => search::INDEXES,
        }
    }
}

/// Makes the tables of these views in a schema that is there, until the transaction ends also first in the search path.
pub(crate) async fn create_tables(
    transaction: &mut PgConnection,
    schema: &'static str,
    views: &[View],
) -> Result<(), sqlx::Error> {
    sqlx::query("select set_config('search_path', $1, true)")
        .bind(schema)
        .execute(&mut *transaction)
        .await?;
    for definition in views.iter().flat_map(|view| view.definitions()) {
        sqlx::raw_sql(*definition).execute(&mut *transaction).await?;
    }
    Ok(())
}

/// Makes the schema `views` when it is missing or of another version, and sets its checkpoints to 0. To be called on
/// every start, after the migrations.
pub async fn prepare(pool: &PgPool) -> Result<Prepared, sqlx::Error> {
    make_unless(pool, |stored, definition| stored == Some(definition)).await
}

/// The same for those who only read the views: makes them when they are missing, and leaves those of another version
/// to the projectors.
pub async fn prepare_missing(pool: &PgPool) -> Result<Prepared, sqlx::Error> {
    make_unless(pool, |stored, _| stored.is_some()).await
}

/// `is_good` looks at the definition that the tables were made with, and at the one of this version.
async fn make_unless(
    pool: &PgPool,
    is_good: impl FnOnce(Option<&str>, &str) -> bool,
) -> Result<Prepared, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    let definition = definition();
    let stored = stored_definition(&mut transaction).await?;
    if is_good(stored.as_deref(), &definition) {
        return Ok(Prepared::Existing);
    }
    // In the order of a projector, checkpoints before tables: neither waits for the other in a circle.
    for group in [Group::Views, Group::Search] {
        lock_layout(&mut transaction, group.consumer()).await?;
        // Those who project now, and remember what was dropped, find that it is not theirs any more.
        for sql in [
            "insert into work.checkpoints (consumer, partition, position, generation) \
             select $1, 'log', 0, coalesce(max(generation), 0) + 1 from work.checkpoints where consumer = $1 \
             on conflict (consumer, partition) do update set position = 0, generation = excluded.generation",
            "delete from work.checkpoints where consumer = $1 and partition <> 'log'",
            "delete from work.parked_streams where consumer = $1",
        ] {
            sqlx::query(sql).bind(group.consumer()).execute(&mut *transaction).await?;
        }
    }
    sqlx::raw_sql("drop schema if exists views cascade; create schema views;")
        .execute(&mut *transaction)
        .await?;
    sqlx::raw_sql(META).execute(&mut *transaction).await?;
    create_tables(&mut transaction, LIVE, &View::ALL).await?;
    sqlx::query("insert into views.meta (definition, views_indexed, search_indexed) values ($1, false, false)")
        .bind(definition)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Prepared::Created)
}

/// Looks whether the tables are those of this version. Views that are not there at all are none of another one.
pub(crate) async fn check_version(connection: &mut PgConnection) -> Result<(), ProjectionError> {
    match stored_definition(connection).await? {
        Some(stored) if stored != definition() => Err(ProjectionError::OtherVersion),
        Some(_) | None => Ok(()),
    }
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
    for view in View::ALL {
        all.extend(view.definitions().iter().copied());
        all.extend(view.indexes().iter().copied());
    }
    all
}

/// Whether the indexes of a group are there.
pub(crate) async fn indexed(pool: &PgPool, group: Group) -> Result<bool, sqlx::Error> {
    is_indexed(&mut *pool.acquire().await?, group).await
}

async fn is_indexed(connection: &mut PgConnection, group: Group) -> Result<bool, sqlx::Error> {
    let sql = match group {
        Group::Views => "select views_indexed from views.meta",
        Group::Search => "select search_indexed from views.meta",
    };
    Ok(sqlx::query(sql).fetch_one(connection).await?.get(0))
}

/// Makes the indexes of a group, and tells the planner what is in its tables.
pub(crate) async fn create_indexes(pool: &PgPool, group: Group) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('docket indexes ' || $1, 0))")
        .bind(group.consumer())
        .execute(&mut *transaction)
        .await?;
    if is_indexed(&mut transaction, group).await? {
        // By another process, while we waited.
        return Ok(());
    }
    index_tables(&mut transaction, &group.views()).await?;
    sqlx::query(mark_indexed(group)).execute(&mut *transaction).await?;
    transaction.commit().await
}

/// The statement that notes that the indexes of a group are there.
pub(crate) fn mark_indexed(group: Group) -> &'static str {
    match group {
        Group::Views => "update views.meta set views_indexed = true",
        Group::Search => "update views.meta set search_indexed = true",
    }
}

/// Makes the indexes of these views, in whatever schema comes first in the search path, and tells the planner what is
/// in their tables.
pub(crate) async fn index_tables(
    transaction: &mut PgConnection,
    views: &[View],
) -> Result<(), sqlx::Error> {
    sqlx::query("set local maintenance_work_mem = '256MB'").execute(&mut *transaction).await?;
    for index in views.iter().flat_map(|view| view.indexes()) {
        sqlx::query(*index).execute(&mut *transaction).await?;
    }
    let tables: Vec<&str> = views.iter().flat_map(|view| view.tables()).copied().collect();
    let analyze = format!("analyze {}", tables.join(", "));
    sqlx::raw_sql(AssertSqlSafe(analyze)).execute(&mut *transaction).await.map(drop)
}
