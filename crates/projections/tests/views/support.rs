//! A desk to test with: an empty log, its views, and hands that write events.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::ticket::events::{
    Assigned, CommentAdded, Customer, Deleted, MergedInto, PriorityChanged, Restored,
    StatusChanged, SubjectChanged, TagsAdded, TagsRemoved, TicketOpened, Unassigned, Unmerged,
    WatcherAdded,
};
use domain::ticket::{Priority, Source, Status, TicketEvent, Visibility};
use domain::{Category, CommentId, Department, DomainEvent, Tag, TicketId, TicketNumber, UserId};
use eventstore::{
    Actor, Ambient, AppendRequest, Appended, Client, Clock, Entropy, EventStore, Expected,
    Metadata, NewEvent, Secrets, StoreOptions, StreamAppend, StreamKind, Subject,
};
use projections::{Progress, Projector, Queries, QueryOptions, SearchProjector, prepare};
use sqlx::PgPool;
use test_support::shared_postgres;
use uuid::Uuid;

/// The moment `seconds` after the beginning of all tests.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap()
}

pub fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(0xA000 + n))
}

pub fn ticket(n: u128) -> TicketId {
    TicketId(Uuid::from_u128(0x7000_0000 + n))
}

pub fn comment_id(n: u128) -> CommentId {
    CommentId(Uuid::from_u128(0xC000_0000 + n))
}

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        at(1_000_000)
    }
}

/// Numbers that differ, which is all that is asked of randomness here.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let n = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            chunk.copy_from_slice(&n.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A pseudo-random sequence (SplitMix64), the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.roll(items.len() as u64) as usize]
    }
}

pub struct Desk {
    pub pool: PgPool,
    pub store: EventStore,
    pub queries: Queries,
    pub progress: Progress,
}

impl Desk {
    pub async fn new() -> Self {
        let url = shared_postgres().await.fresh_database().await;
        let pool =
            sqlx::postgres::PgPoolOptions::new().max_connections(4).connect(&url).await.unwrap();
        eventstore::migrate(&pool).await.unwrap();
        prepare(&pool).await.unwrap();
        let ambient = Ambient::new(Arc::new(Fixed), Arc::new(Counting(AtomicU64::new(1))));
        let secrets = Secrets::from_master(&[7; 32]);
        let options = StoreOptions { pool: pool.clone(), secrets, ambient };
        let store = EventStore::open(options).await.unwrap();
        let progress = Progress::default();
        let queries = Queries::new(QueryOptions {
            database: (*pool.connect_options()).clone(),
            max_connections: 4,
            statement_timeout: Duration::from_secs(60),
            store: store.clone(),
            progress: progress.clone(),
        });
        Self { pool, store, queries, progress }
    }

    /// Appends events that happened at `at`, as user 1.
    pub async fn append<E: DomainEvent>(
        &self,
        stream: Uuid,
        events: &[E],
        at: DateTime<Utc>,
    ) -> i64 {
        self.append_as(Actor::User { id: user(1).uuid() }, stream, events, at).await
    }

    pub async fn append_as<E: DomainEvent>(
        &self,
        actor: Actor,
        stream: Uuid,
        events: &[E],
        at: DateTime<Utc>,
    ) -> i64 {
        let events = events
            .iter()
            .map(|event| NewEvent {
                event_type: event.event_type().into(),
                schema_version: event.schema_version(),
                data: event.to_data(),
                occurred_at: Some(at),
            })
            .collect();
        let client =
            Client { address: Some("192.0.2.7".to_owned()), agent: Some("test".to_owned()) };
        let request = AppendRequest {
            command_id: self.store.ambient().uuid_v7(),
            body_hash: [0; 32],
            streams: vec![StreamAppend {
                stream_id: stream,
                kind: StreamKind(E::KIND),
                expected: Expected::Any,
                subject: Subject::Stream,
                events,
            }],
            claims: vec![],
            releases: vec![],
            credentials: vec![],
            metadata: Metadata {
                actor,
                correlation_id: "corr".to_owned(),
                causation_id: None,
                traceparent: None,
                client: Some(client),
            },
        };
        match self.store.append(request).await.unwrap() {
            Appended::Written { last_position, .. } => last_position,
            other => panic!("not written: {other:?}"),
        }
    }

    /// Opens ticket `n` as user 1.
    pub async fn open(&self, n: u32, change: impl FnOnce(&mut TicketOpened)) -> TicketId {
        let id = ticket(u128::from(n));
        self.append(id.uuid(), &[opened(n, change)], at(i64::from(n))).await;
        id
    }

    /// Appends one event to a ticket.
    pub async fn then(&self, ticket: TicketId, event: TicketEvent, seconds: i64) -> i64 {
        self.append(ticket.uuid(), &[event], at(seconds)).await
    }

    /// Brings all views up to date.
    pub async fn project(&self) {
        Projector::new(self.store.clone(), self.progress.clone()).catch_up().await.unwrap();
        SearchProjector::new(self.store.clone(), self.progress.clone()).catch_up().await.unwrap();
    }
}

pub fn opened(n: u32, change: impl FnOnce(&mut TicketOpened)) -> TicketEvent {
    let mut opened = TicketOpened {
        number: TicketNumber::new(2026, n),
        subject: format!("Subject {n}").into(),
        description: "".into(),
        category: None,
        subcategory: None,
        department: None,
        priority: Priority::Medium,
        external_id: None,
        ticket_type: None,
        data: None,
        form: None,
        customer: Customer::default(),
        tags: vec![],
        source: None,
        browser: None,
        device_type: None,
        opened_by: Some(user(1)),
    };
    change(&mut opened);
    TicketEvent::Opened(Box::new(opened))
}

pub fn moved(from: Status, to: Status) -> TicketEvent {
    TicketEvent::StatusChanged(StatusChanged { from, to, reason: None })
}

pub fn comment(n: u128, author: Option<UserId>, visibility: Visibility, text: &str) -> TicketEvent {
    TicketEvent::CommentAdded(CommentAdded {
        comment_id: comment_id(n),
        author,
        visibility,
        text: text.into(),
        mentions: vec![user(2)],
    })
}

pub fn tags(words: &[&str]) -> Vec<Tag> {
    words.iter().map(|word| Tag::parse(word).unwrap()).collect()
}

pub const CATEGORIES: [&str; 3] = ["billing_question", "technical_issue", "other"];
pub const WORDS: [&str; 6] = ["refund", "network", "基站故障", "invoice", "password", "réseau"];

/// A random, but always the same, life of many tickets: `(ticket, event, seconds)` in order.
pub fn lives(seed: u64, tickets: u32, events: usize) -> Vec<(TicketId, TicketEvent, i64)> {
    let mut dice = Dice(seed);
    let mut log = Vec::new();
    for n in 1..=tickets {
        let event = opened(n, |t| {
            t.priority = *dice.pick(Priority::ALL);
            t.category = Some(Category::parse(CATEGORIES[dice.roll(3) as usize]).unwrap())
                .filter(|_| dice.roll(4) > 0);
            t.department = (dice.roll(2) == 0).then(|| Department::parse("Field").unwrap());
            t.source = (dice.roll(3) > 0).then(|| *dice.pick(Source::ALL));
            t.tags = tags(&["vip", "5g"][..dice.roll(3) as usize]);
            t.subject = format!("{} {}", word(&mut dice), word(&mut dice)).as_str().into();
            t.opened_by = Some(user(u128::from(dice.roll(3))));
            let customer = format!("c{}@example.com", dice.roll(5));
            t.customer.email = (dice.roll(2) == 0).then(|| customer.as_str().into());
        });
        log.push((ticket(u128::from(n)), event, i64::from(n) * 60));
    }
    for i in 0..events {
        let id = ticket(u128::from(1 + dice.roll(u64::from(tickets))));
        let seconds = i64::from(tickets) * 60 + i as i64;
        log.push((id, something(&mut dice, i as u128), seconds));
    }
    log
}

fn word(dice: &mut Dice) -> &'static str {
    WORDS[dice.roll(WORDS.len() as u64) as usize]
}

fn something(dice: &mut Dice, n: u128) -> TicketEvent {
    let someone = user(u128::from(dice.roll(4)));
    match dice.roll(12) {
        0 | 1 => moved(*dice.pick(Status::ALL), *dice.pick(Status::ALL)),
        2 => TicketEvent::Assigned(Assigned { assignee: someone, previous: None }),
        3 => TicketEvent::Unassigned(Unassigned { previous: someone }),
        4 => comment(n, Some(someone), Visibility::Public, word(dice)),
        5 => comment(n, Some(someone), Visibility::Internal, word(dice)),
        6 => TicketEvent::TagsAdded(TagsAdded { tags: tags(&["new"]) }),
        7 => TicketEvent::TagsRemoved(TagsRemoved { tags: tags(&["vip"]) }),
        8 => TicketEvent::PriorityChanged(PriorityChanged {
            from: Priority::Low,
            to: *dice.pick(Priority::ALL),
        }),
        9 => TicketEvent::SubjectChanged(SubjectChanged { subject: word(dice).into() }),
        10 => TicketEvent::WatcherAdded(WatcherAdded { watcher: someone }),
        _ => match dice.roll(4) {
            0 => TicketEvent::Deleted(Deleted { reason: None }),
            1 => TicketEvent::Restored(Restored {}),
            2 => TicketEvent::MergedInto(MergedInto { into: ticket(1), reason: None }),
            _ => TicketEvent::Unmerged(Unmerged { from: ticket(1) }),
        },
    }
}

/// Appends lives, keeping the order of each ticket and of all.
pub async fn write(desk: &Desk, log: &[(TicketId, TicketEvent, i64)]) {
    for (ticket, event, seconds) in log {
        desk.append(ticket.uuid(), std::slice::from_ref(event), at(*seconds)).await;
    }
}
