//! How many tasks there are of each status on each workflow.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use domain::WorkflowId;
use domain::task::{Task, TaskStatus};
use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

use crate::counters::Moved;
use crate::{QueryError, workflows};

/// The statistics of tasks. Those of deleted and merged tickets are counted as well.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskStats {
    /// All tasks there ever were.
    pub total_tasks: i64,
    /// Those that have not ended.
    pub open_tasks: i64,
    /// Those whose current step was due before now.
    pub overdue_tasks: i64,
    /// Those nobody could be found for.
    pub waiting_tasks: i64,
    /// By status.
    pub status_breakdown: BTreeMap<String, i64>,
    /// By workflow, in the order of their names.
    pub workflows: Vec<WorkflowTasks>,
}

/// How many tasks there are on a workflow, on any of its versions.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowTasks {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Its name; none while the views do not know it.
    pub name: Option<String>,
    /// By status.
    pub status_breakdown: BTreeMap<String, i64>,
}

/// What a batch adds to the counters and takes away.
#[derive(Default)]
pub(crate) struct Counted(Moved);

impl Counted {
    /// A task as it is after the batch.
    pub(super) fn add(&mut self, task: &Task) {
        self.bump(task, 1);
    }

    /// A task as it was before the batch.
    pub(super) fn take(&mut self, task: &Task) {
        self.bump(task, -1);
    }

    fn bump(&mut self, task: &Task, by: i64) {
        self.0.bump(task.status().as_str(), task.matched.workflow.to_string(), by);
    }
}

/// Adds to the counters.
pub(crate) async fn store(
    connection: &mut PgConnection,
    counted: Counted,
) -> Result<(), sqlx::Error> {
    counted.0.store(connection, "task_counters").await
}

/// How many tasks have not ended on each of these workflows; those without any are left out.
pub(crate) async fn running_on(
    pool: &PgPool,
    workflows: &[Uuid],
) -> Result<HashMap<Uuid, i64>, sqlx::Error> {
    let rows = sqlx::query(
        "select key::uuid, sum(n)::bigint from views.task_counters \
         where counter = any($1) and key = any($2) group by key",
    )
    .bind(running())
    .bind(workflows.iter().map(Uuid::to_string).collect::<Vec<_>>())
    .fetch_all(pool)
    .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The statistics as they stand.
pub(crate) async fn stats(pool: &PgPool, now: DateTime<Utc>) -> Result<TaskStats, QueryError> {
    let rows = sqlx::query("select key::uuid, counter, n from views.task_counters")
        .fetch_all(pool)
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let names = workflows::names(pool, ids).await?;
    let mut stats = TaskStats::default();
    let mut by_workflow: BTreeMap<WorkflowId, BTreeMap<String, i64>> = BTreeMap::new();
    for row in &rows {
        let (workflow, status, n) = (WorkflowId(row.get(0)), row.get::<&str, _>(1), row.get(2));
        stats.total_tasks += n;
        if running().contains(&status) {
            stats.open_tasks += n;
        }
        *stats.status_breakdown.entry(status.to_owned()).or_default() += n;
        by_workflow.entry(workflow).or_default().insert(status.to_owned(), n);
    }
    stats.workflows = by_workflow
        .into_iter()
        .map(|(workflow, status_breakdown)| WorkflowTasks {
            workflow,
            name: names.get(&workflow).cloned(),
            status_breakdown,
        })
        .collect();
    stats.workflows.sort_by(|a, b| (&a.name, a.workflow).cmp(&(&b.name, b.workflow)));
    stats.waiting_tasks = waiting(pool).await?;
    stats.overdue_tasks = sqlx::query("select count(*) from views.tasks where due_at < $1")
        .bind(now)
        .fetch_one(pool)
        .await?
        .get(0);
    Ok(stats)
}

/// How many tasks wait for somebody to appear.
pub(crate) async fn waiting(pool: &PgPool) -> Result<i64, sqlx::Error> {
    let row = sqlx::query("select count(*) from views.tasks where waiting").fetch_one(pool).await?;
    Ok(row.get(0))
}

/// The statuses of tasks that have not ended.
fn running() -> Vec<&'static str> {
    TaskStatus::ALL
        .iter()
        .filter(|status| !status.is_ended())
        .map(|status| status.as_str())
        .collect()
}
