//! What all commands share.

mod aggregate;
mod append;
mod cache;
mod claims;
mod derive;
mod execute;
mod locks;
mod numbers;
mod together;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use domain::calendar::CalendarState;
use domain::file::FileState;
use domain::rotation::Rotation;
use domain::settings::Settings;
use domain::sla::{SlaPolicyState, SlaRecord};
use domain::task::TaskState;
use domain::ticket::TicketState;
use domain::ticket_type::TicketTypeState;
use domain::user::UserState;
use domain::work_role::WorkRole;
use domain::workflow::WorkflowState;
use eventstore::{Ambient, EventStore};
use sqlx::PgPool;

use crate::session::LiveSessions;
use crate::sla::{KeptRules, TicketCase};
use crate::ticket_type::{Forms, TypeNames};
use crate::user::{ApiTokenOwners, PasswordCost, Passwords};
use crate::workflow::Definitions;

pub(crate) use aggregate::Aggregate;
pub(crate) use append::new_event;
pub use cache::Versioned;
pub(crate) use cache::{AggregateCache, MaxAge};
pub(crate) use claims::{pair, unpair};
pub use derive::derive_command_id;
pub(crate) use derive::derived;
pub(crate) use execute::{
    Decision, EXTERNAL_ID, FILE_CONTENT, ROLE_HOLDER, ROLE_NAME, TICKET_TYPE_NAME, Target,
    USER_EMAIL, WORKFLOW_NAME, claimed,
};
pub(crate) use locks::StreamLocks;
pub(crate) use numbers::claim as number_claim;
pub(crate) use together::{Attempt, Together, Tries};

use cache::Erasures;
use numbers::Numbers;

/// How the write side is set up.
#[derive(Debug, Clone)]
pub struct CommandsConfig {
    /// The zone in which a ticket's year is told.
    pub time_zone: chrono_tz::Tz,
    /// How many ticket numbers this process takes at a time; what is left of them at its end stays
    /// a gap.
    pub number_block: u32,
    /// How old facts about users and settings may be, when another process changed them.
    pub max_fact_age: Duration,
    /// What hashing a password costs.
    pub password_cost: PasswordCost,
    /// How long a refresh token works.
    pub refresh_lifetime: Duration,
}

impl Default for CommandsConfig {
    fn default() -> Self {
        Self {
            time_zone: chrono_tz::UTC,
            number_block: 64,
            max_fact_age: Duration::from_secs(1),
            password_cost: PasswordCost::default(),
            refresh_lifetime: Duration::from_secs(7 * 24 * 3600),
        }
    }
}

/// The write side. Cheap to clone; all clones share their caches.
#[derive(Clone)]
pub struct Commands {
    pub(crate) store: EventStore,
    inner: Arc<Inner>,
}

/// What the clones share; reached through `Deref`, so that `self.locks` reads well in a command.
pub struct Inner {
    pub(crate) config: CommandsConfig,
    pub(crate) tickets: AggregateCache<TicketState>,
    pub(crate) files: AggregateCache<FileState>,
    pub(crate) users: AggregateCache<UserState>,
    pub(crate) work_roles: AggregateCache<WorkRole>,
    pub(crate) settings: AggregateCache<Settings>,
    pub(crate) workflows: AggregateCache<WorkflowState>,
    pub(crate) ticket_types: AggregateCache<TicketTypeState>,
    pub(crate) tasks: AggregateCache<TaskState>,
    pub(crate) rotations: AggregateCache<Rotation>,
    pub(crate) calendars: AggregateCache<CalendarState>,
    pub(crate) sla_policies: AggregateCache<SlaPolicyState>,
    pub(crate) sla_records: AggregateCache<SlaRecord>,
    pub(crate) sla_cases: AggregateCache<TicketCase>,
    pub(crate) sla_rules: KeptRules,
    pub(crate) definitions: Definitions,
    pub(crate) forms: Forms,
    pub(crate) type_names: TypeNames,
    pub(crate) api_token_owners: ApiTokenOwners,
    pub(crate) live_sessions: LiveSessions,
    pub(crate) passwords: Passwords,
    numbers: Numbers,
    /// Commands queue up by stream. Taken before [`Self::turns`].
    pub(crate) locks: StreamLocks,
    /// Assignments queue up by rotation; one command takes one of these at most, and nothing after it.
    pub(crate) turns: StreamLocks,
    erasures: Erasures,
}

impl Commands {
    /// Sets the write side up on an event store.
    pub fn new(store: EventStore, config: CommandsConfig) -> Self {
        const MEBIBYTE: u64 = 1 << 20;
        let inner = Inner {
            tickets: AggregateCache::new(64 * MEBIBYTE),
            files: AggregateCache::new(8 * MEBIBYTE),
            users: AggregateCache::new(16 * MEBIBYTE),
            work_roles: AggregateCache::new(MEBIBYTE),
            settings: AggregateCache::new(MEBIBYTE),
            workflows: AggregateCache::new(4 * MEBIBYTE),
            ticket_types: AggregateCache::new(8 * MEBIBYTE),
            tasks: AggregateCache::new(16 * MEBIBYTE),
            rotations: AggregateCache::new(MEBIBYTE),
            calendars: AggregateCache::new(MEBIBYTE),
            sla_policies: AggregateCache::new(4 * MEBIBYTE),
            sla_records: AggregateCache::new(8 * MEBIBYTE),
            sla_cases: AggregateCache::new(8 * MEBIBYTE),
            sla_rules: KeptRules::default(),
            definitions: Definitions::new(1_000),
            forms: Forms::new(1_000),
            type_names: TypeNames::new(1_000),
            api_token_owners: ApiTokenOwners::new(10_000),
            live_sessions: LiveSessions::new(10_000),
            passwords: Passwords::new(config.password_cost),
            numbers: Numbers::default(),
            locks: StreamLocks::new(),
            turns: StreamLocks::new(),
            erasures: Erasures::default(),
            config,
        };
        Self { store, inner: Arc::new(inner) }
    }

    /// The same write side over the connections of another pool: whoever waits for one of those waits
    /// for nobody here.
    #[must_use]
    pub fn with_pool(&self, pool: PgPool) -> Self {
        Self { store: self.store.with_pool(pool), inner: Arc::clone(&self.inner) }
    }

    /// The event store underneath.
    pub fn store(&self) -> &EventStore {
        &self.store
    }

    pub(crate) fn ambient(&self) -> &Ambient {
        self.store.ambient()
    }
}

impl Deref for Commands {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl std::fmt::Debug for Commands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Commands")
    }
}
