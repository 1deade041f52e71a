//! Databases, processes and people for the tests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use commands::{Commands, CommandsConfig, Committed, Context, PasswordCost, RegisterUserInput};
use domain::ticket::{OpenTicketInput, Ticket, TicketState};
use domain::user::{Role, UserStatus};
use domain::{TicketId, UserId};
use eventstore::{Actor, Ambient, Clock, Entropy, EventStore, Secrets, StoreOptions};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

pub const PASSWORD: &str = "correct horse";

/// A clock that stands where it is put.
#[derive(Clone)]
pub struct HandClock(Arc<Mutex<DateTime<Utc>>>);

impl HandClock {
    pub fn at(text: &str) -> Self {
        Self(Arc::new(Mutex::new(text.parse().unwrap())))
    }

    pub fn set(&self, text: &str) {
        *self.0.lock().unwrap() = text.parse().unwrap();
    }

    pub fn advance(&self, by: TimeDelta) {
        let mut now = self.0.lock().unwrap();
        *now += by;
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

struct Machine;

impl Entropy for Machine {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

/// A migrated database that nobody else uses, and the time in it.
pub struct Desk {
    url: String,
    pub clock: HandClock,
}

impl Desk {
    pub async fn new() -> Self {
        let url = test_support::shared_postgres().await.fresh_database().await;
        let pool = PgPool::connect(&url).await.unwrap();
        eventstore::migrate(&pool).await.unwrap();
        pool.close().await;
        Self { url, clock: HandClock::at("2026-06-15T12:00:00Z") }
    }

    /// Another process: a store with a pool, an appender and caches of its own.
    pub async fn process(&self) -> Commands {
        self.process_with(CommandsConfig {
            max_fact_age: Duration::ZERO,
            number_block: 4,
            ..Self::config()
        })
        .await
    }

    pub fn config() -> CommandsConfig {
        CommandsConfig {
            password_cost: PasswordCost { memory_kib: 64, passes: 1, lanes: 1 },
            ..CommandsConfig::default()
        }
    }

    pub async fn process_with(&self, config: CommandsConfig) -> Commands {
        let pool = PgPoolOptions::new().max_connections(8).connect(&self.url).await.unwrap();
        let ambient = Ambient::new(Arc::new(self.clock.clone()), Arc::new(Machine));
        let secrets = Secrets::from_master(&[7; 32]);
        let options = StoreOptions { pool, secrets, ambient };
        Commands::new(EventStore::open(options).await.unwrap(), config)
    }
}

/// A command of Docket itself, not repeatable.
pub fn ctx(commands: &Commands) -> Context {
    Context::system(commands.store().ambient(), "test")
}

/// A command of a user.
pub fn by(commands: &Commands, user: UserId) -> Context {
    let actor = Actor::User { id: user.uuid() };
    Context { actor, user: Some(user), role: Role::Handler, ..ctx(commands) }
}

/// A command that may be repeated, as with an `Idempotency-Key`.
pub fn repeatable(commands: &Commands, body: u8) -> Context {
    Context { idempotent: true, body_hash: [body; 32], ..ctx(commands) }
}

pub fn if_match(ctx: Context, version: i32) -> Context {
    Context { if_match: Some(version), ..ctx }
}

pub fn input(subject: &str) -> OpenTicketInput {
    OpenTicketInput { subject: Some(subject.into()), ..OpenTicketInput::default() }
}

pub async fn open(commands: &Commands, subject: &str) -> TicketId {
    let opened = commands.open_ticket(&ctx(commands), input(subject), vec![]).await.unwrap();
    TicketId(opened.id)
}

pub fn ticket(committed: &Committed<TicketState>) -> &Ticket {
    committed.state.ticket().unwrap()
}

pub fn person(email: &str, role: Role) -> RegisterUserInput {
    RegisterUserInput {
        email: Some(email.into()),
        full_name: Some("Somebody".into()),
        role: Some(role.as_str().into()),
        password: Some(PASSWORD.into()),
        status: UserStatus::Active,
        ..RegisterUserInput::default()
    }
}

pub async fn register(commands: &Commands, email: &str, role: Role) -> UserId {
    let made = commands.register_user(&ctx(commands), person(email, role)).await.unwrap();
    UserId(made.id)
}

pub async fn count(commands: &Commands, event_type: &str) -> i64 {
    sqlx::query_scalar("select count(*) from log.events where type = $1")
        .bind(event_type)
        .fetch_one(commands.store().pool())
        .await
        .unwrap()
}
