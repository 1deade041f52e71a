//! A desk whose workers are drained by hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use commands::jobs::{Job, JobFilter};
use commands::{Commands, CommandsConfig, Context, PasswordCost, RegisterUserInput, UserEdit};
use domain::task::TaskState;
use domain::ticket::OpenTicketInput;
use domain::user::{Role, UserStatus};
use domain::workflow::WorkflowForm;
use domain::{RoleId, RoleName, TaskId, TicketId, UserId};
use eventstore::{Ambient, Clock, Entropy, EventFilter, EventStore, Secrets, StoreOptions};
use files::{AtRest, FileStore};
use projections::{Progress, Projector, Queries, QueryOptions};
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tempfile::TempDir;
use workers::external::{External, ExternalSettings, ExternalSystem, SigningSecret};
use workers::files::TextReader;
use workers::jobs::{Backoff, Handlers, JobRunner, RunnerOptions};
use workers::reactions::Reactions;
use workers::timers::Timers;

use crate::engine::{FakeEngine, Mood};

/// Longer than anything takes, on however busy a machine: whoever waits for so long waits in vain.
pub const PATIENCE: Duration = Duration::from_secs(600);

pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const PUBLIC_URL: &str = "https://desk.example.com";

/// A clock that stands where it is put. It begins at the machine's time, as the database keeps its own.
#[derive(Clone)]
pub struct HandClock(Arc<Mutex<DateTime<Utc>>>);

impl HandClock {
    #[expect(clippy::disallowed_methods, reason = "a test composes for itself")]
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Utc::now())))
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
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
    /// What reads pictures in all of its processes.
    pub engine: FakeEngine,
    folder: TempDir,
}

impl Desk {
    pub async fn new() -> Self {
        let url = test_support::shared_postgres().await.fresh_database().await;
        let pool = PgPool::connect(&url).await.unwrap();
        eventstore::migrate(&pool).await.unwrap();
        projections::prepare(&pool).await.unwrap();
        pool.close().await;
        let engine = FakeEngine::new(Mood::Reads("Cell down".to_owned()));
        Self { url, clock: HandClock::new(), engine, folder: TempDir::new().unwrap() }
    }

    /// A process that asks nobody.
    pub async fn process(&self) -> Process {
        self.process_with(vec![]).await
    }

    /// A process that may ask these systems.
    pub async fn process_with(&self, systems: Vec<ExternalSystem>) -> Process {
        self.made_of(systems, self.engine.reader(PATIENCE)).await
    }

    /// A process that reads with this.
    pub async fn process_reading(&self, ocr: TextReader) -> Process {
        self.made_of(vec![], ocr).await
    }

    async fn made_of(&self, systems: Vec<ExternalSystem>, ocr: TextReader) -> Process {
        let pool = PgPoolOptions::new().max_connections(16).connect(&self.url).await.unwrap();
        let database = (*pool.connect_options()).clone();
        let ambient = Ambient::new(Arc::new(self.clock.clone()), Arc::new(Machine));
        let options = StoreOptions { pool, secrets: Secrets::from_master(&[7; 32]), ambient };
        let store = EventStore::open(options).await.unwrap();
        let commands = Commands::new(
            store.clone(),
            CommandsConfig {
                max_fact_age: Duration::ZERO,
                password_cost: PasswordCost { memory_kib: 64, passes: 1, lanes: 1 },
                ..CommandsConfig::default()
            },
        );
        let queries = Queries::new(QueryOptions {
            database,
            max_connections: 4,
            statement_timeout: Duration::from_secs(60),
            store,
            progress: Progress::default(),
        });
        let settings = ExternalSettings { public_url: PUBLIC_URL.to_owned(), systems };
        let external = External::new(settings).unwrap();
        let options = RunnerOptions {
            // None runs out by itself, see `later`.
            lease: Duration::from_secs(3600),
            backoff: Backoff { first: Duration::from_secs(3600), most: Duration::from_secs(3600) },
            ..RunnerOptions::default()
        };
        let files = FileStore::local(self.folder.path(), AtRest::Sealed).unwrap();
        let handlers = Handlers::all(&queries, &external, &files, &ocr);
        let runner = JobRunner::new(commands.clone(), handlers, options);
        let (reactions, timers) = (Reactions::new(commands.clone()), Timers::new(commands.clone()));
        Process { commands, runner, reactions, timers, external, files, ocr }
    }
}

impl Drop for Desk {
    /// Whoever still waits for the engine goes on, or the test would not end.
    fn drop(&mut self) {
        self.engine.turn(Mood::Fails);
    }
}

/// A process with all that works by itself, in the hands of the test.
pub struct Process {
    pub commands: Commands,
    pub runner: JobRunner,
    pub reactions: Reactions,
    pub timers: Timers,
    pub external: External,
    pub files: FileStore,
    pub ocr: TextReader,
}

impl Process {
    /// Does all there is to do now.
    pub async fn drain(&self) {
        for _ in 0..50 {
            let reacted = self.reactions.drain().await.unwrap();
            let rung = self.timers.drain().await.unwrap();
            let tries = self.runner.drain().await.unwrap();
            if reacted.jobs == 0 && rung == 0 && tries == 0 {
                return;
            }
        }
        panic!("there is no end to it");
    }

    /// Lets the views catch up.
    pub async fn project(&self) {
        Projector::new(self.commands.store().clone(), Progress::default())
            .catch_up()
            .await
            .unwrap();
    }

    pub fn pool(&self) -> &PgPool {
        self.commands.store().pool()
    }

    pub fn ctx(&self) -> Context {
        Context::system(self.commands.store().ambient(), "test")
    }

    pub async fn role(&self, name: &str) -> RoleId {
        let name = RoleName::parse(name).unwrap();
        RoleId(self.commands.create_work_role(&self.ctx(), name).await.unwrap().id)
    }

    pub async fn user(&self, email: &str, roles: &[RoleId]) -> UserId {
        let input = RegisterUserInput {
            email: Some(email.into()),
            full_name: Some("Somebody".into()),
            role: Some(Role::Handler.as_str().into()),
            password: Some("correct horse".into()),
            status: UserStatus::Active,
            work_roles: roles.to_vec(),
            ..RegisterUserInput::default()
        };
        UserId(self.commands.register_user(&self.ctx(), input).await.unwrap().id)
    }

    pub async fn edit(&self, user: UserId, edit: UserEdit) {
        self.commands.edit_user(&self.ctx(), user, edit).await.unwrap();
    }

    pub async fn workflow(&self, form: Value) {
        let form: WorkflowForm = serde_json::from_value(form).unwrap();
        self.commands.define_workflow(&self.ctx(), &form).await.unwrap();
    }

    pub async fn ticket(&self, subject: &str) -> TicketId {
        let input = OpenTicketInput { subject: Some(subject.into()), ..OpenTicketInput::default() };
        let opened = self.commands.open_ticket(&self.ctx(), input, vec![]).await.unwrap();
        TicketId(opened.id)
    }

    pub async fn running_task(&self, ticket: TicketId) -> TaskId {
        self.commands.running_task(ticket).await.unwrap().expect("it has a task")
    }

    pub async fn task(&self, task: TaskId) -> TaskState {
        (*self.commands.task(task).await.unwrap().expect("there is such a task").state).clone()
    }

    pub async fn assignee(&self, ticket: TicketId) -> Option<UserId> {
        self.task(self.running_task(ticket).await).await.known().unwrap().assignee
    }

    /// How many events there are of each type that begins like this.
    pub async fn counts(&self, prefix: &str) -> BTreeMap<String, usize> {
        let events =
            self.commands.store().read_after(0, 100_000, &EventFilter::default()).await.unwrap();
        let mut counts = BTreeMap::new();
        for event in events.into_iter().filter(|event| event.event_type.starts_with(prefix)) {
            *counts.entry(event.event_type).or_default() += 1;
        }
        counts
    }

    pub async fn head(&self) -> i64 {
        self.commands.store().head().await.unwrap().position
    }

    pub async fn checkpoint(&self) -> i64 {
        sqlx::query_scalar("select position from work.checkpoints where consumer = 'reactions'")
            .fetch_one(self.pool())
            .await
            .unwrap()
    }

    pub async fn set_checkpoint(&self, position: i64) {
        sqlx::query("update work.checkpoints set position = $1 where consumer = 'reactions'")
            .bind(position)
            .execute(self.pool())
            .await
            .unwrap();
    }

    pub async fn jobs(&self) -> Vec<Job> {
        self.commands.jobs(&JobFilter::default(), None, 1000).await.unwrap()
    }

    /// Lets so much time pass, for jobs that wait as well.
    pub async fn later(&self, desk: &Desk, by: TimeDelta) {
        desk.clock.advance(by);
        sqlx::query("update work.jobs set due_at = now() where status in ('queued', 'running')")
            .execute(self.pool())
            .await
            .unwrap();
    }
}

/// A workflow for all tickets: somebody of the role says that it is done.
pub fn one_step(role: &str, sla_minutes: Option<u32>) -> Value {
    json!({
        "name": "One step",
        "default": true,
        "start": "work",
        "steps": [
            { "id": "work", "name": "Work", "kind": "human", "role": role, "sla_minutes": sla_minutes }
        ],
        "transitions": [{
            "from": "work",
            "action": { "id": "done", "name": "Done" },
            "to": { "end": { "outcome": "done", "ticket_status": "resolved" } }
        }]
    })
}

/// A workflow for all tickets whose first step another system does.
pub fn asks(system: &str, role: &str) -> Value {
    json!({
        "name": "Asks",
        "default": true,
        "start": "budget",
        "steps": [
            { "id": "budget", "name": "Budget", "kind": "external", "system": system, "instructions": "Reserve it." },
            { "id": "buy", "name": "Buy", "kind": "human", "role": role }
        ],
        "transitions": [
            { "from": "budget", "action": { "id": "approve", "name": "Reserved" }, "to": { "step": "buy" } },
            { "from": "budget", "action": { "id": "reject", "name": "No budget" }, "to": { "end": { "outcome": "no-budget" } } },
            { "from": "buy", "action": { "id": "done", "name": "Bought" }, "to": { "end": { "outcome": "bought" } } }
        ]
    })
}

/// A system at an address.
pub fn system(name: &str, url: &str) -> ExternalSystem {
    ExternalSystem {
        name: domain::vocabulary::SystemName::parse(name).unwrap(),
        url: url.parse().unwrap(),
        secret: SigningSecret::parse(SECRET).unwrap(),
        timeout: PATIENCE,
        tries: 3,
        answer_within: Duration::from_secs(3600),
    }
}
