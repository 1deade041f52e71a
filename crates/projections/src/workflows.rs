//! The workflows: what they are for, their current steps, how many tasks run on them. Earlier versions are read from the
//! log.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::vocabulary::WorkflowName;
use domain::workflow::{
    self, Action, Definition, MatchingKeys, StepId, Target, Workflow, WorkflowEvent, WorkflowState,
    WorkflowStatus,
};
use domain::{DomainEvent, WorkflowId};
use eventstore::EventStore;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::decoded::{Decoded, Happened};
use crate::defined::{self, Defined, Stored};
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

impl Defined for Workflow {
    const TABLE: &'static str = "workflows";
    type Event = WorkflowEvent;

    fn happened(what: &Happened) -> Option<&WorkflowEvent> {
        let Happened::Workflow(event) = what else { return None };
        Some(event)
    }

    fn after(before: Option<Self>, event: &WorkflowEvent, at: DateTime<Utc>) -> Option<Self> {
        let before = before.map_or(WorkflowState::Undefined, |workflow| {
            WorkflowState::Defined(Box::new(workflow))
        });
        match workflow::evolve(before, event, at) {
            WorkflowState::Undefined => None,
            WorkflowState::Defined(workflow) => Some(*workflow),
        }
    }

    fn name(&self) -> &str {
        self.name.as_str()
    }

    fn status(&self) -> &'static str {
        self.status.as_str()
    }

    fn defined_at(&self) -> DateTime<Utc> {
        self.defined_at
    }
}

/// Folds a batch.
pub(crate) async fn fold(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), ProjectionError> {
    defined::fold::<Workflow>(connection, events).await
}

/// A page of workflows, in the order they were defined.
pub(crate) async fn list(
    pool: &PgPool,
    filter: &WorkflowFilter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Page<WorkflowRow>, QueryError> {
    let found = defined::page(pool, statuses(filter), cursor, limit).await?;
    let items = with_running(pool, found).await?;
    Ok(Page::of(items, limit, |row: &WorkflowRow| {
        Cursor::after(Workflow::TABLE, micros(row.created_at), row.id.uuid())
    }))
}

/// How many workflows match.
pub(crate) async fn count(pool: &PgPool, filter: &WorkflowFilter) -> Result<i64, QueryError> {
    defined::count::<Workflow>(pool, statuses(filter)).await
}

fn statuses(filter: &WorkflowFilter) -> Vec<&'static str> {
    filter.status.iter().map(|status| status.as_str()).collect()
}

/// The workflow with this id.
pub(crate) async fn by_id(
    pool: &PgPool,
    id: WorkflowId,
) -> Result<Option<WorkflowRow>, QueryError> {
    let found = defined::by_id(pool, id.uuid()).await?;
    Ok(with_running(pool, found).await?.pop())
}

/// The names of these workflows, as far as they are there.
pub(crate) async fn names(
    pool: &PgPool,
    ids: Vec<Uuid>,
) -> Result<HashMap<WorkflowId, String>, sqlx::Error> {
    let names = defined::names::<Workflow>(pool, ids).await?;
    Ok(names.into_iter().map(|(id, name)| (WorkflowId(id), name)).collect())
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
    for Stored { id, state: workflow, .. } in defined::stored::<Workflow>(&rows)? {
        let definition = &workflow.definition;
        let step_name = |id: &StepId| definition.step(id).map(|step| step.name.to_string());
        for transition in &definition.transitions {
            transitions.push(TransitionRow {
                workflow: WorkflowId(id),
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

/// These workflows, with how many tasks run on each.
async fn with_running(
    pool: &PgPool,
    found: Vec<Stored<Workflow>>,
) -> Result<Vec<WorkflowRow>, QueryError> {
    let ids: Vec<Uuid> = found.iter().map(|stored| stored.id).collect();
    let running = tasks::running_on(pool, &ids).await?;
    let row = |Stored { id, version, state }: Stored<Workflow>| WorkflowRow {
        id: WorkflowId(id),
        version,
        definition_version: state.version,
        name: state.name,
        matching: state.matching,
        is_default: state.is_default,
        status: state.status,
        definition: state.definition,
        created_at: state.defined_at,
        updated_at: state.updated_at,
        running_tasks: running.get(&id).copied().unwrap_or(0),
    };
    Ok(found.into_iter().map(row).collect())
}
