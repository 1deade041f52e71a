//! Measures how fast all views are built again from the log, in a database of its own that is dropped afterwards.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use chrono::{DateTime, Utc};
use domain::ticket::events::{
    Assigned, CommentAdded, Customer, PriorityChanged, StatusChanged, TagsAdded, TicketOpened,
};
use domain::ticket::{Priority, Source, Status, TicketEvent, Visibility};
use domain::{Category, CommentId, Department, DomainEvent, Tag, TicketNumber, UserId};
use eventstore::{
    Actor, Ambient, AppendRequest, Appended, Client, EventFilter, EventStore, Expected, Identifier,
    Metadata, NewEvent, Secrets, StoreOptions, StoredEvent, StreamAppend, StreamKind, Subject,
};
use projections::{Progress, rebuild};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use super::database::with_own_database;

/// So many tickets live at the same time: their events stand between each other in the log.
const ABREAST: u64 = 2_000;
/// Events of one ticket.
const LIFE: u64 = 8;

/// What to measure, and where.
pub struct RebuildBench {
    /// A role on this server that may create databases.
    pub database_url: String,
    /// Clock and randomness.
    pub ambient: Ambient,
    /// How many events, about.
    pub events: u64,
}

/// Measures, and prints what it found.
///
/// # Errors
/// Any failure of the database; an append that is not written.
pub async fn run(options: RebuildBench) -> Result<()> {
    let measure = async |database| measure(&options, database).await;
    with_own_database(&options.database_url, &options.ambient, measure).await
}

async fn measure(options: &RebuildBench, database: PgConnectOptions) -> Result<()> {
    let pool = PgPoolOptions::new().max_connections(8).connect_with(database).await?;
    eventstore::migrate(&pool).await?;
    let secrets = Secrets::from_master(&options.ambient.bytes());
    let store = StoreOptions { pool: pool.clone(), secrets, ambient: options.ambient.clone() };
    let store = EventStore::open(store).await?;
    let writing = Instant::now();
    for first in (0..options.events / LIFE).step_by(ABREAST as usize) {
        live(&store, first..(first + ABREAST).min(options.events / LIFE)).await?;
    }
    let head = store.head().await?.position;
    println!("{head} events written in {:.0} s", writing.elapsed().as_secs_f32());
    reference(&pool, &store).await?;

    let report = rebuild(&store, &Progress::default()).await?;
    let per_second = |seconds: f64| report.events as f64 / seconds;
    println!(
        "all views but search: {:.1} s, {:.0} events/s; their indexes {:.1} s",
        report.seconds_folding,
        per_second(report.seconds_folding),
        report.seconds_indexing
    );
    println!(
        "search: {:.1} s, {:.0} events/s; its index {:.1} s",
        report.seconds_folding_search,
        per_second(report.seconds_folding_search),
        report.seconds_indexing_search
    );
    let folding = report.seconds_folding + report.seconds_folding_search;
    println!("together, one after the other: {:.0} events/s", per_second(folding));
    Ok(())
}

/// Plain single-row INSERTs of the same events, one after the other in transactions of 5,000.
async fn reference(pool: &PgPool, store: &EventStore) -> Result<()> {
    let sample: Vec<StoredEvent> = store.read_after(0, 20_000, &EventFilter::default()).await?;
    sqlx::raw_sql(
        "create table public.reference (position bigint primary key, data bytea, metadata bytea)",
    )
    .execute(pool)
    .await?;
    let began = Instant::now();
    for part in sample.chunks(5_000) {
        let mut transaction = pool.begin().await?;
        for event in part {
            sqlx::query("insert into public.reference values ($1, $2, $3)")
                .bind(event.position)
                .bind(&event.data)
                .bind(&event.metadata)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
    }
    let speed = sample.len() as f64 / began.elapsed().max(Duration::from_micros(1)).as_secs_f64();
    println!("reference: plain single-row INSERTs of the stored events {speed:.0}/s");
    Ok(())
}

/// Tickets that live side by side.
pub(super) async fn live(store: &EventStore, tickets: std::ops::Range<u64>) -> Result<()> {
    for step in 0..LIFE {
        let requests = tickets
            .clone()
            .map(|ticket| request(store.ambient(), ticket, step))
            .collect::<Result<Vec<_>>>()?;
        for appended in store.append_many(requests).await {
            ensure!(matches!(appended?, Appended::Written { .. }), "not written");
        }
    }
    Ok(())
}

fn request(ambient: &Ambient, ticket: u64, step: u64) -> Result<AppendRequest> {
    let event = event(ticket, step)?;
    let customer = Identifier::email(&format!("customer{}@example.org", ticket % 20_000));
    let actor = Actor::User { id: handler(ticket).uuid() };
    Ok(AppendRequest {
        command_id: ambient.uuid_v7(),
        body_hash: [0; 32],
        streams: vec![StreamAppend {
            stream_id: Uuid::from_u128(
                0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(ticket),
            ),
            kind: StreamKind(TicketEvent::KIND),
            expected: Expected::Any,
            subject: Subject::Identified(vec![customer]),
            events: vec![NewEvent {
                event_type: event.event_type().into(),
                schema_version: event.schema_version(),
                data: event.to_data(),
                occurred_at: Some(moment(ticket, step)),
            }],
        }],
        claims: Vec::new(),
        releases: Vec::new(),
        credentials: Vec::new(),
        metadata: Metadata {
            actor,
            correlation_id: format!("bench-{ticket}-{step}"),
            causation_id: None,
            traceparent: None,
            client: Some(Client {
                address: Some("192.0.2.1".to_owned()),
                agent: Some("docket bench".to_owned()),
            }),
        },
    })
}

fn handler(ticket: u64) -> UserId {
    UserId(Uuid::from_u128(u128::from(ticket % 50)))
}

fn moment(ticket: u64, step: u64) -> DateTime<Utc> {
    let seconds = i64::try_from(ticket * 60 + step * 600).unwrap_or(0);
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap_or_default()
}

fn event(ticket: u64, step: u64) -> Result<TicketEvent> {
    let comment = |n: u64, visibility| {
        TicketEvent::CommentAdded(CommentAdded {
            comment_id: CommentId(Uuid::from_u128(u128::from(ticket * LIFE + n))),
            author: Some(handler(ticket)),
            visibility,
            text: format!("We looked into it ({}): {}", ticket % 977, words(ticket * 31 + n))
                .into(),
            mentions: Vec::new(),
        })
    };
    let moved = |from, to| TicketEvent::StatusChanged(StatusChanged { from, to, reason: None });
    Ok(match step {
        0 => TicketEvent::Opened(Box::new(opened(ticket)?)),
        1 => TicketEvent::Assigned(Assigned { assignee: handler(ticket), previous: None }),
        2 => moved(Status::Open, Status::InProgress),
        3 => comment(3, Visibility::Public),
        4 => TicketEvent::TagsAdded(TagsAdded { tags: vec![tag(ticket)?] }),
        5 => TicketEvent::PriorityChanged(PriorityChanged {
            from: Priority::Medium,
            to: Priority::High,
        }),
        6 => comment(6, Visibility::Internal),
        _ => moved(Status::InProgress, Status::Resolved),
    })
}

fn opened(ticket: u64) -> Result<TicketOpened> {
    let sequence = u32::try_from(ticket + 1)?;
    Ok(TicketOpened {
        number: TicketNumber::new(2026, sequence),
        subject: format!("{} after the update", words(ticket)).into(),
        description: format!(
            "Since this morning: {} and {}.",
            words(ticket * 7),
            words(ticket * 13)
        )
        .into(),
        category: Some(Category::parse(&format!("category_{}", ticket % 6))?),
        subcategory: None,
        department: Some(Department::parse(&format!("department_{}", ticket % 10))?),
        priority: Priority::Medium,
        external_id: None,
        ticket_type: None,
        data: None,
        form: None,
        customer: Customer {
            id: None,
            email: Some(format!("customer{}@example.org", ticket % 20_000).into()),
            name: None,
        },
        tags: Vec::new(),
        source: Some(Source::Email),
        browser: None,
        device_type: None,
        opened_by: None,
    })
}

fn tag(ticket: u64) -> Result<Tag> {
    Ok(Tag::parse(&format!("tag_{}", ticket % 30))?)
}

/// A few words that follow from a number.
fn words(seed: u64) -> String {
    const WORDS: [&str; 16] = [
        "network",
        "refund",
        "invoice",
        "password",
        "router",
        "signal",
        "roaming",
        "contract",
        "基站故障",
        "login",
        "payment",
        "delay",
        "voicemail",
        "upgrade",
        "coverage",
        "portal",
    ];
    let pick =
        |shift: u32| WORDS[(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> shift) as usize % 16];
    format!("{} {} {} {}", pick(60), pick(52), pick(44), pick(36))
}
