//! How many tasks there are of each status on each workflow.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use domain::WorkflowId;
use domain::task::{Task, TaskStatus};
use sqlx::{PgConnection, PgPool, Row};
use uuid::Uuid;

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
pub(crate) struct Counted(BTreeMap<(Uuid, &'static str), i64>);

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
        *self.0.entry((task.matched.workflow.uuid(), task.status().as_str())).or_default() += by;
    }
}

/// Adds to the counters: last in the transaction and in the order of their keys, so that two writers never wait for
/// each other in a circle. Counters that come to 0 go, so that a rebuild leaves the same rows.
pub(crate) async fn store(
    connection: &mut PgConnection,
    counted: Counted,
) -> Result<(), sqlx::Error> {
    let moved: Vec<_> = counted.0.into_iter().filter(|(_, by)| *by != 0).collect();
    if moved.is_empty() {
        return Ok(());
    }
    let workflows: Vec<Uuid> = moved.iter().map(|((workflow, _), _)| *workflow).collect();
    let statuses: Vec<&str> = moved.iter().map(|((_, status), _)| *status).collect();
    let by: Vec<i64> = moved.iter().map(|(_, by)| *by).collect();
    sqlx::query(
        "insert into task_counters as c (workflow_id, status, n) \
         select * from unnest($1::uuid[], $2::text[], $3::bigint[]) \
         on conflict (workflow_id, status) do update set n = c.n + excluded.n",
    )
    .bind(&workflows)
    .bind(&statuses)
    .bind(by)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "delete from task_counters c using unnest($1::uuid[], $2::text[]) as d(workflow_id, status) \
         where c.workflow_id = d.workflow_id and c.status = d.status and c.n = 0",
    )
    .bind(&workflows)
    .bind(&statuses)
    .execute(connection)
    .await?;
    Ok(())
}

/// How many tasks have not ended on each of these workflows; those without any are left out.
pub(crate) async fn running_on(
    pool: &PgPool,
    workflows: &[Uuid],
) -> Result<HashMap<Uuid, i64>, sqlx::Error> {
    let rows = sqlx::query(
        "select workflow_id, sum(n)::bigint from views.task_counters \
         where workflow_id = any($1) and status <> all($2) group by workflow_id",
    )
    .bind(workflows)
    .bind(ended())
    .fetch_all(pool)
    .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The statistics as they stand.
pub(crate) async fn stats(pool: &PgPool, now: DateTime<Utc>) -> Result<TaskStats, QueryError> {
    let rows = sqlx::query("select workflow_id, status, n from views.task_counters")
        .fetch_all(pool)
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let names = workflows::names(pool, &ids).await?;
    let mut stats = TaskStats::default();
    let mut by_workflow: BTreeMap<WorkflowId, BTreeMap<String, i64>> = BTreeMap::new();
    for row in &rows {
        let (workflow, status, n) = (WorkflowId(row.get(0)), row.get::<&str, _>(1), row.get(2));
        stats.total_tasks += n;
        if !ended().contains(&status) {
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

/// The statuses of tasks that have ended.
fn ended() -> Vec<&'static str> {
    TaskStatus::ALL
        .iter()
        .filter(|status| status.is_ended())
        .map(|status| status.as_str())
        .collect()
}
