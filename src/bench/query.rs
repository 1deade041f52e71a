//! Measures lists and searches at several sizes, over views filled straight from SQL (a desk as the projectors would
//! leave it, without the log behind it), in a database of its own that is dropped afterwards.

use std::time::{Duration, Instant};

use anyhow::Result;
use domain::UserId;
use domain::ticket::{Priority, Source, Status};
use eventstore::{Ambient, EventStore, Secrets, StoreOptions};
use hdrhistogram::Histogram;
use projections::{
    Assignment, CommentAccess, Count, Direction, Progress, Projector, Queries, QueryOptions,
    SearchProjector, SlaState, SortKey, TicketFilter, TicketQuery, prepare,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use super::database::with_own_database;

mod data;

/// Fills the views: `$TICKETS` is replaced by how many.
const FILL: &str = include_str!("query.sql");

/// What to measure, and where.
pub struct QueryBench {
    /// A role on this server that may create databases.
    pub database_url: String,
    /// Clock and randomness.
    pub ambient: Ambient,
    /// How many tickets, one run for each.
    pub sizes: Vec<u64>,
    /// How often each query is asked.
    pub rounds: u32,
}

/// Measures, and prints what it found.
///
/// # Errors
/// Any failure of the database.
pub async fn run(options: QueryBench) -> Result<()> {
    for size in &options.sizes {
        let measure = async |database| measure(&options, database, *size).await;
        with_own_database(&options.database_url, &options.ambient, measure).await?;
    }
    Ok(())
}

async fn measure(options: &QueryBench, database: PgConnectOptions, tickets: u64) -> Result<()> {
    let pool = PgPoolOptions::new().max_connections(4).connect_with(database.clone()).await?;
    eventstore::migrate(&pool).await?;
    prepare(&pool).await?;
    let filling = Instant::now();
    sqlx::raw_sql(AssertSqlSafe(FILL.replace("$TICKETS", &tickets.to_string())))
        .execute(&pool)
        .await?;
    let filling = filling.elapsed();
    let secrets = Secrets::from_master(&options.ambient.bytes());
    let store = StoreOptions { pool: pool.clone(), secrets, ambient: options.ambient.clone() };
    let store = EventStore::open(store).await?;
    let progress = Progress::default();
    let indexing = Instant::now();
    Projector::new(store.clone(), progress.clone()).catch_up().await?;
    SearchProjector::new(store.clone(), progress.clone()).catch_up().await?;
    // As autovacuum would, some minutes after so much was written.
    sqlx::raw_sql("vacuum analyze").execute(&pool).await?;
    println!(
        "{tickets} tickets: filled in {:.0} s, indexed in {:.0} s",
        filling.as_secs_f32(),
        indexing.elapsed().as_secs_f32()
    );
    let queries = Queries::new(QueryOptions {
        database,
        max_connections: 4,
        statement_timeout: Duration::from_secs(30),
        store,
        progress,
    });
    reference(&pool, options.rounds).await?;
    for (name, query) in cases().into_iter().chain(data::cases()) {
        let mut took = Histogram::<u64>::new(3)?;
        let mut found = (0, None);
        // The first answers warm the caches of the connections.
        for round in 0..options.rounds + 5 {
            let began = Instant::now();
            let page = queries.list_tickets(&query).await?;
            if round >= 5 {
                took.record(micros(began.elapsed()))?;
            }
            found = (page.items.len(), page.total.map(|total| total.value));
        }
        print_line(name, &took, &format!("{} items, total {:?}", found.0, found.1));
    }
    Ok(())
}

/// What a list costs at the least: 50 tickets by key.
async fn reference(pool: &PgPool, rounds: u32) -> Result<()> {
    let mut took = Histogram::<u64>::new(3)?;
    for _ in 0..rounds {
        let began = Instant::now();
        sqlx::query(
            "select d.* from views.ticket_details d \
             where d.id = any(array(select t.id from views.tickets t where not t.hidden order by t.created_at desc, t.id desc limit 50))",
        )
        .fetch_all(pool)
        .await?;
        took.record(micros(began.elapsed()))?;
    }
    print_line("reference: newest 50 by plain SQL", &took, "");
    Ok(())
}

fn print_line(name: &str, took: &Histogram<u64>, note: &str) {
    let millis = |quantile| took.value_at_quantile(quantile) as f64 / 1000.0;
    println!("  {name:<44} p50 {:>7.2} ms  p99 {:>7.2} ms  {note}", millis(0.5), millis(0.99));
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

fn cases() -> Vec<(&'static str, TicketQuery)> {
    let none = TicketFilter::default;
    let text = |words: &str| vec![words.to_owned()];
    let search = |words: &str| TicketFilter {
        search: Some(words.to_owned()),
        search_in: CommentAccess::All,
        ..none()
    };
    let many = TicketFilter {
        status: vec![Status::Closed],
        priority: vec![Priority::Low],
        category: text("category_3"),
        department: text("department_4"),
        source: vec![Source::Email],
        ..none()
    };
    let rare = TicketFilter {
        assigned: vec![Assignment::To(UserId(Uuid::from_u128(7)))],
        opened_by: vec![UserId(Uuid::from_u128(1003))],
        ..many.clone()
    };
    let either = TicketFilter {
        status: vec![Status::Resolved, Status::Closed],
        priority: vec![Priority::Urgent, Priority::High],
        tag: vec!["tag_1".to_owned(), "tag_2".to_owned()],
        ..none()
    };
    // Both are common; they never meet.
    let apart = TicketFilter { status: vec![Status::Open], tag: text("legacy"), ..none() };
    let list = |filter| TicketQuery { filter, ..TicketQuery::default() };
    let counted = |filter| TicketQuery { count: Count::Wanted, ..list(filter) };
    let by = |sort, direction, filter| TicketQuery { sort, direction, ..list(filter) };
    let oldest = |filter| by(SortKey::CreatedAt, Direction::Ascending, filter);
    let due = |filter| by(SortKey::DueAt, Direction::Ascending, filter);
    let sla = |states: &[SlaState]| TicketFilter { sla: states.to_vec(), ..none() };
    let status = |status| TicketFilter { status: vec![status], ..none() };
    vec![
        ("no filter", list(none())),
        ("no filter, counted", counted(none())),
        ("one filter: status closed", list(status(Status::Closed))),
        ("one filter: status open, oldest first", oldest(status(Status::Open))),
        ("one filter: category", list(TicketFilter { category: text("category_3"), ..none() })),
        (
            "one filter: category, counted",
            counted(TicketFilter { category: text("category_3"), ..none() }),
        ),
        (
            "one filter: category, most urgent first",
            by(
                SortKey::Priority,
                Direction::Descending,
                TicketFilter { category: text("category_3"), ..none() },
            ),
        ),
        ("one filter: rare tag", list(TicketFilter { tag: text("rare"), ..none() })),
        (
            "one filter: customer",
            list(TicketFilter { customer: text("customer5@example.org"), ..none() }),
        ),
        ("one filter: no match", list(TicketFilter { category: text("nothing"), ..none() })),
        ("five filters", list(many.clone())),
        (
            "five filters, last changed first",
            by(SortKey::UpdatedAt, Direction::Descending, many.clone()),
        ),
        ("five filters, counted", counted(many.clone())),
        ("seven filters", list(rare.clone())),
        ("seven filters, counted", counted(rare.clone())),
        ("three filters of several values", list(either.clone())),
        ("three filters of several values, counted", counted(either)),
        ("two common filters, no match", list(apart.clone())),
        ("two common filters, no match, counted", counted(apart)),
        ("next due first", by(SortKey::DueAt, Direction::Ascending, none())),
        ("last due first", by(SortKey::DueAt, Direction::Descending, none())),
        ("next due first, status open", due(status(Status::Open))),
        ("next due first, status closed: never due", due(status(Status::Closed))),
        ("next due first, five filters", due(many.clone())),
        ("next due first, seven filters", due(rare.clone())),
        ("next due first, at risk", due(sla(&[SlaState::AtRisk]))),
        ("next due first, a common word", due(search("network"))),
        ("service level: overdue or at risk", list(sla(&[SlaState::Breached, SlaState::AtRisk]))),
        ("service level: overdue, oldest first", oldest(sla(&[SlaState::Breached]))),
        ("service level: overdue, counted", counted(sla(&[SlaState::Breached]))),
        ("service level: met, counted", counted(sla(&[SlaState::Met]))),
        ("service level: none", list(sla(&[SlaState::None]))),
        (
            "service level: at risk, five filters",
            list(TicketFilter { sla: vec![SlaState::AtRisk], ..many.clone() }),
        ),
        ("search: a rare word", list(search("refund"))),
        ("search: with a typo", list(search("refnud"))),
        ("search: with a typo, counted", counted(search("refnud"))),
        ("search: two typos in a long word", list(search("connnectiion"))),
        ("search: a common word", list(search("network"))),
        ("search: a common word, counted", counted(search("network"))),
        ("search: the beginning of many words", list(search("ne"))),
        ("search: a number", list(search("TKT-2026-0000123"))),
        ("search: Chinese", list(search("故障"))),
        ("search: two words", list(search("network refund"))),
        ("search: no match", list(search("xylophone"))),
        (
            "search: a common word, five filters",
            list(TicketFilter {
                priority: vec![Priority::Low],
                category: text("category_3"),
                department: text("department_4"),
                source: vec![Source::Email],
                status: vec![Status::Closed],
                ..search("network")
            }),
        ),
        (
            "search: a typo, one filter",
            list(TicketFilter { status: vec![Status::Open], ..search("refnud") }),
        ),
    ]
}
