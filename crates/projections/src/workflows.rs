//! The workflows: what they are for, their current steps, how many tasks run on them. Earlier versions are read from the
//! log.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};
use domain::vocabulary::WorkflowName;
use domain::workflow::{
    self, Action, Definition, MatchingKeys, StepId, Target, Workflow, WorkflowEvent, WorkflowState,
    WorkflowStatus,
};
use domain::{DomainEvent, WorkflowId};
use eventstore::EventStore;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, QueryBuilder, Row};
use uuid::Uuid;

use crate::cursor::push_created_page;
use crate::decoded::{Decoded, Happened};
use crate::ticket_detail::micros;
use crate::{Cursor, Page, ProjectionError, QueryError, tasks};

pub(crate) const TABLES: &str = "
create table workflows (
    id         uuid        not null primary key,
    version    integer     not null, -- of the workflow's stream
    name       text        not null,
    status     text        not null,
    created_at timestamptz not null,
    state      text        not null  -- JSON of domain::workflow::Workflow
);
";

const LIST: &str = "workflows";

/// A workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowRow {
    /// Its id.
    pub id: WorkflowId,
    /// The version of its stream: its `ETag`.
    pub version: i32,
    /// The version of its definition, from 1: what tasks run on.
    pub definition_version: u32,
    /// Its name.
    pub name: WorkflowName,
    /// Which tickets it is for.
    pub matching: MatchingKeys,
    /// Whether it is for the tickets that no other is for.
    pub is_default: bool,
    /// Whether new tasks begin with it.
    pub status: WorkflowStatus,
    /// Its steps and the ways between them.
    pub definition: Definition,
    /// When it was first defined.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// How many tasks run on it, on any of its versions.
    pub running_tasks: i64,
}

/// Which workflows are wanted; what is not given does not filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WorkflowFilter {
    /// Any of these statuses.
    pub status: Vec<WorkflowStatus>,
}

/// A way from one step of a workflow to another, or out of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TransitionRow {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Its name.
    pub workflow_name: String,
    /// The version of its definition.
    pub definition_version: u32,
    /// The step it leads out of.
    pub from: StepId,
    /// What people call that step.
    pub from_name: String,
    /// The action that takes it.
    pub action: Action,
    /// Where it leads.
    pub to: Target,
    /// What people call the step it leads to; none at an end.
    pub to_name: Option<String>,
}

/// Folds a batch.
pub(crate) async fn fold(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), ProjectionError> {
    let changes: Vec<(&Decoded, &WorkflowEvent)> = events
        .iter()
        .filter_map(|event| {
            let Happened::Workflow(what) = &event.what else { return None };
            Some((event, what))
        })
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = changes.iter().map(|(event, _)| event.stream_id).collect();
    let mut folded = load(connection, &ids).await?;
    for (event, what) in changes {
        let (version, state) = match folded.entry(event.stream_id) {
            Entry::Occupied(entry) => {
                let (version, workflow) = entry.remove();
                (version, WorkflowState::Defined(Box::new(workflow)))
            }
            Entry::Vacant(_) => (0, WorkflowState::Undefined),
        };
        event.follows(version)?;
        match workflow::evolve(state, what, event.at) {
            WorkflowState::Undefined => {}
            WorkflowState::Defined(workflow) => {
                folded.insert(event.stream_id, (event.version, *workflow));
            }
        }
    }
    for (id, (version, workflow)) in folded {
        // Workflows change a few times a month: one statement each will do.
        let state = serde_json::to_string(&workflow)
            .map_err(|source| ProjectionError::Row { view: "workflows", source })?;
        sqlx::query(
            "insert into workflows (id, version, name, status, created_at, state) values ($1, $2, $3, $4, $5, $6) \
             on conflict (id) do update set version = excluded.version, name = excluded.name, \
                 status = excluded.status, state = excluded.state",
        )
        .bind(id)
        .bind(version)
        .bind(workflow.name.as_str())
        .bind(workflow.status.as_str())
        .bind(workflow.defined_at)
        .bind(state)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn load(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (i32, Workflow)>, ProjectionError> {
    let rows = sqlx::query("select id, version, state from workflows where id = any($1)")
        .bind(ids)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let workflow = serde_json::from_str(row.get(2))
                .map_err(|source| ProjectionError::Row { view: "workflows", source })?;
            Ok((row.get(0), (row.get(1), workflow)))
        })
        .collect()
}

/// A page of workflows, in the order they were defined.
pub(crate) async fn list(
    pool: &PgPool,
    filter: &WorkflowFilter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Page<WorkflowRow>, QueryError> {
    let mut query = QueryBuilder::new("select id, version, state from views.workflows where true");
    narrow(&mut query, filter);
    push_created_page(&mut query, LIST, cursor, limit)?;
    let rows = query.build().fetch_all(pool).await?;
    let items = with_running(pool, &rows).await?;
    Ok(Page::of(items, limit, |row: &WorkflowRow| {
        Cursor::after(LIST, micros(row.created_at), row.id.uuid())
    }))
}

/// How many workflows match.
pub(crate) async fn count(pool: &PgPool, filter: &WorkflowFilter) -> Result<i64, QueryError> {
    let mut query = QueryBuilder::new("select count(*) from views.workflows where true");
    narrow(&mut query, filter);
    Ok(query.build().fetch_one(pool).await?.get(0))
}

fn narrow(query: &mut QueryBuilder<sqlx::Postgres>, filter: &WorkflowFilter) {
    if !filter.status.is_empty() {
        let statuses: Vec<&'static str> =
            filter.status.iter().map(|status| status.as_str()).collect();
        query.push(" and status = any(").push_bind(statuses).push(")");
    }
}

/// The workflow with this id.
pub(crate) async fn by_id(
    pool: &PgPool,
    id: WorkflowId,
) -> Result<Option<WorkflowRow>, QueryError> {
    let rows = sqlx::query("select id, version, state from views.workflows where id = $1")
        .bind(id.uuid())
        .fetch_all(pool)
        .await?;
    Ok(with_running(pool, &rows).await?.pop())
}

/// The names of these workflows, as far as they are there.
pub(crate) async fn names(
    pool: &PgPool,
    ids: &[Uuid],
) -> Result<HashMap<WorkflowId, String>, sqlx::Error> {
    let rows = sqlx::query("select id, name from views.workflows where id = any($1)")
        .bind(ids)
        .fetch_all(pool)
        .await?;
    Ok(rows.iter().map(|row| (WorkflowId(row.get(0)), row.get(1))).collect())
}

/// The definition of a version of a workflow, out of the log; none when there is no such version.
pub(crate) async fn version(
    store: &EventStore,
    id: WorkflowId,
    version: u32,
) -> Result<Option<Definition>, QueryError> {
    let stored = store.read_stream(id.uuid(), 0).await?;
    let mut events = Vec::with_capacity(stored.len());
    for event in store.open_events(stored).await? {
        if event.kind != WorkflowEvent::KIND {
            return Ok(None);
        }
        let position = event.position;
        let decoded =
            WorkflowEvent::from_parts(&event.event_type, event.schema_version, event.data)
                .map_err(|source| QueryError::Event { position, source })?;
        events.push(decoded);
    }
    Ok(workflow::definition_of_version(&events, version).cloned())
}

/// The ways of the current version of one workflow, or of all active ones, in the order they were defined.
pub(crate) async fn transitions(
    pool: &PgPool,
    workflow: Option<WorkflowId>,
) -> Result<Vec<TransitionRow>, QueryError> {
    let rows = sqlx::query(
        "select id, version, state from views.workflows \
         where id = $1 or ($1 is null and status = $2) order by created_at, id",
    )
    .bind(workflow.map(|id| id.uuid()))
    .bind(WorkflowStatus::Active.as_str())
    .fetch_all(pool)
    .await?;
    let mut transitions = Vec::new();
    for row in &rows {
        let workflow = state(row)?;
        let definition = &workflow.definition;
        let step_name = |id: &StepId| definition.step(id).map(|step| step.name.to_string());
        for transition in &definition.transitions {
            transitions.push(TransitionRow {
                workflow: WorkflowId(row.get(0)),
                workflow_name: workflow.name.to_string(),
                definition_version: workflow.version,
                from: transition.from.clone(),
                from_name: step_name(&transition.from).unwrap_or_default(),
                action: transition.action.clone(),
                to: transition.to.clone(),
                to_name: match &transition.to {
                    Target::Step(step) => step_name(step),
                    Target::End(_) => None,
                },
            });
        }
    }
    Ok(transitions)
}

fn state(row: &PgRow) -> Result<Workflow, QueryError> {
    serde_json::from_str(row.get(2)).map_err(|source| QueryError::Row { view: "workflows", source })
}

/// The workflows of these rows, with how many tasks run on each.
async fn with_running(pool: &PgPool, rows: &[PgRow]) -> Result<Vec<WorkflowRow>, QueryError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let running = tasks::running_on(pool, &ids).await?;
    let workflow = |row: &PgRow| {
        let id: Uuid = row.get(0);
        let workflow = state(row)?;
        Ok(WorkflowRow {
            id: WorkflowId(id),
            version: row.get(1),
            definition_version: workflow.version,
            name: workflow.name,
            matching: workflow.matching,
            is_default: workflow.is_default,
            status: workflow.status,
            definition: workflow.definition,
            created_at: workflow.defined_at,
            updated_at: workflow.updated_at,
            running_tasks: running.get(&id).copied().unwrap_or(0),
        })
    };
    rows.iter().map(workflow).collect()
}
