//! The calendars and the SLA policies: what they say, also the removed ones.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};
use domain::calendar::{self, CalendarDefinition, CalendarEvent, CalendarState};
use domain::sla::{self, PolicyDefinition, SlaPolicyEvent, SlaPolicyState};
use domain::{CalendarId, DomainEvent, SlaPolicyId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

use crate::decoded::{Decoded, Happened};
use crate::{ProjectionError, QueryError};

pub(crate) const TABLES: &str = "
create table sla_rules (
    kind       text        not null, -- of the stream: calendar, sla_policy
    id         uuid        not null,
    version    integer     not null, -- of the stream
    revision   integer     not null, -- how often it was said anew, from 1
    created_at timestamptz not null,
    updated_at timestamptz not null,
    removed_at timestamptz,
    definition text        not null, -- JSON of the domain's definition, the last one of what was removed
    primary key (kind, id)
);
";

const VIEW: &str = "sla_rules";

/// A calendar or a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleRow<I, D> {
    /// Its id.
    pub id: I,
    /// The version of its stream: its `ETag`.
    pub version: i32,
    /// How often it was said anew, from 1.
    pub revision: u32,
    /// What it says; said last, once removed.
    pub definition: D,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was removed.
    pub removed_at: Option<DateTime<Utc>>,
}

/// A calendar.
pub type CalendarRow = RuleRow<CalendarId, CalendarDefinition>;

/// An SLA policy.
pub type SlaPolicyRow = RuleRow<SlaPolicyId, PolicyDefinition>;

/// Whether a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    InForce,
    Removed,
}

/// What is kept here: definitions that are said, said anew and removed.
pub(crate) trait Rule {
    type Event: DomainEvent;
    type Id: From<Uuid>;
    type Definition: Serialize + DeserializeOwned;
    type State: Default;

    fn of(happened: &Happened) -> Option<&Self::Event>;

    fn state(definition: Self::Definition, revision: u32, standing: Standing) -> Self::State;

    fn evolve(state: Self::State, event: &Self::Event) -> Self::State;

    /// What it says and how often it was said anew.
    fn said(state: &Self::State) -> Option<(&Self::Definition, u32, Standing)>;
}

/// Calendars.
pub(crate) enum Calendars {}

impl Rule for Calendars {
    type Event = CalendarEvent;
    type Id = CalendarId;
    type Definition = CalendarDefinition;
    type State = CalendarState;

    fn of(happened: &Happened) -> Option<&CalendarEvent> {
        let Happened::Calendar(what) = happened else { return None };
        Some(what)
    }

    fn state(definition: CalendarDefinition, revision: u32, standing: Standing) -> CalendarState {
        let definition = Box::new(definition);
        match standing {
            Standing::InForce => CalendarState::Active { definition, revision },
            Standing::Removed => CalendarState::Removed { definition, revision },
        }
    }

    fn evolve(state: CalendarState, event: &CalendarEvent) -> CalendarState {
        calendar::evolve(state, event)
    }

    fn said(state: &CalendarState) -> Option<(&CalendarDefinition, u32, Standing)> {
        match state {
            CalendarState::Uncreated => None,
            CalendarState::Active { definition, revision } => {
                Some((definition, *revision, Standing::InForce))
            }
            CalendarState::Removed { definition, revision } => {
                Some((definition, *revision, Standing::Removed))
            }
        }
    }
}

/// SLA policies.
pub(crate) enum Policies {}

impl Rule for Policies {
    type Event = SlaPolicyEvent;
    type Id = SlaPolicyId;
    type Definition = PolicyDefinition;
    type State = SlaPolicyState;

    fn of(happened: &Happened) -> Option<&SlaPolicyEvent> {
        let Happened::SlaPolicy(what) = happened else { return None };
        Some(what)
    }

    fn state(definition: PolicyDefinition, revision: u32, standing: Standing) -> SlaPolicyState {
        let definition = Box::new(definition);
        match standing {
            Standing::InForce => SlaPolicyState::Active { definition, revision },
            Standing::Removed => SlaPolicyState::Removed { definition, revision },
        }
    }

    fn evolve(state: SlaPolicyState, event: &SlaPolicyEvent) -> SlaPolicyState {
        sla::evolve_policy(state, event)
    }

    fn said(state: &SlaPolicyState) -> Option<(&PolicyDefinition, u32, Standing)> {
        match state {
            SlaPolicyState::Uncreated => None,
            SlaPolicyState::Active { definition, revision } => {
                Some((definition, *revision, Standing::InForce))
            }
            SlaPolicyState::Removed { definition, revision } => {
                Some((definition, *revision, Standing::Removed))
            }
        }
    }
}

/// Folds a batch.
pub(crate) async fn fold(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), ProjectionError> {
    fold_kind::<Calendars>(connection, events).await?;
    fold_kind::<Policies>(connection, events).await
}

/// A rule as it is folded.
struct Folded<S> {
    version: i32,
    state: S,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

async fn fold_kind<R: Rule>(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), ProjectionError> {
    let changes: Vec<(&Decoded, &R::Event)> =
        events.iter().filter_map(|event| Some((event, R::of(&event.what)?))).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = changes.iter().map(|(event, _)| event.stream_id).collect();
    let mut folded = load::<R>(connection, &ids).await?;
    for (event, what) in changes {
        let rule = match folded.entry(event.stream_id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Folded {
                version: 0,
                state: R::State::default(),
                created_at: event.at,
                updated_at: event.at,
            }),
        };
        event.follows(rule.version)?;
        rule.version = event.version;
        rule.updated_at = event.at;
        rule.state = R::evolve(std::mem::take(&mut rule.state), what);
    }
    for (id, rule) in folded {
        store::<R>(connection, id, &rule).await?;
    }
    Ok(())
}

async fn load<R: Rule>(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Folded<R::State>>, ProjectionError> {
    let rows = sqlx::query(
        "select id, version, revision, created_at, updated_at, removed_at, definition from sla_rules \
         where kind = $1 and id = any($2)",
    )
    .bind(R::Event::KIND)
    .bind(ids)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let row =
                read_row::<R>(row).map_err(|source| ProjectionError::Row { view: VIEW, source })?;
            let standing = row.removed_at.map_or(Standing::InForce, |_| Standing::Removed);
            let state = R::state(row.definition, row.revision, standing);
            let RuleRow { version, created_at, updated_at, .. } = row;
            Ok((row.id, Folded { version, state, created_at, updated_at }))
        })
        .collect()
}

/// These change a few times a year: one statement each will do.
async fn store<R: Rule>(
    connection: &mut PgConnection,
    id: Uuid,
    rule: &Folded<R::State>,
) -> Result<(), ProjectionError> {
    let Some((definition, revision, standing)) = R::said(&rule.state) else { return Ok(()) };
    let definition = serde_json::to_string(definition)
        .map_err(|source| ProjectionError::Row { view: VIEW, source })?;
    sqlx::query(
        "insert into sla_rules (kind, id, version, revision, created_at, updated_at, removed_at, definition) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) \
         on conflict (kind, id) do update set version = excluded.version, revision = excluded.revision, \
             updated_at = excluded.updated_at, removed_at = excluded.removed_at, definition = excluded.definition",
    )
    .bind(R::Event::KIND)
    .bind(id)
    .bind(rule.version)
    .bind(i32::try_from(revision).unwrap_or(i32::MAX))
    .bind(rule.created_at)
    .bind(rule.updated_at)
    .bind((standing == Standing::Removed).then_some(rule.updated_at))
    .bind(definition)
    .execute(connection)
    .await?;
    Ok(())
}

fn read_row<R: Rule>(row: &PgRow) -> Result<RuleRow<Uuid, R::Definition>, serde_json::Error> {
    Ok(RuleRow {
        id: row.get(0),
        version: row.get(1),
        revision: u32::try_from(row.get::<i32, _>(2)).unwrap_or_default(),
        created_at: row.get(3),
        updated_at: row.get(4),
        removed_at: row.get(5),
        definition: serde_json::from_str(row.get(6))?,
    })
}

fn answered<R: Rule>(row: &PgRow) -> Result<RuleRow<R::Id, R::Definition>, QueryError> {
    let row = read_row::<R>(row).map_err(|source| QueryError::Row { view: VIEW, source })?;
    let RuleRow { id, version, revision, definition, created_at, updated_at, removed_at } = row;
    let id = R::Id::from(id);
    Ok(RuleRow { id, version, revision, definition, created_at, updated_at, removed_at })
}

/// Those in force, in the order they were created.
pub(crate) async fn list<R: Rule>(
    pool: &PgPool,
) -> Result<Vec<RuleRow<R::Id, R::Definition>>, QueryError> {
    let rows = sqlx::query(
        "select id, version, revision, created_at, updated_at, removed_at, definition from views.sla_rules \
         where kind = $1 and removed_at is null order by created_at, id",
    )
    .bind(R::Event::KIND)
    .fetch_all(pool)
    .await?;
    rows.iter().map(answered::<R>).collect()
}

/// The one with this id, also when it was removed.
pub(crate) async fn by_id<R: Rule>(
    pool: &PgPool,
    id: Uuid,
) -> Result<Option<RuleRow<R::Id, R::Definition>>, QueryError> {
    let row = sqlx::query(
        "select id, version, revision, created_at, updated_at, removed_at, definition from views.sla_rules \
         where kind = $1 and id = $2",
    )
    .bind(R::Event::KIND)
    .bind(id)
    .fetch_optional(pool)
    .await?;
    row.as_ref().map(answered::<R>).transpose()
}
