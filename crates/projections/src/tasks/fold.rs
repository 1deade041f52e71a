//! Folding tasks.

use std::collections::{HashMap, HashSet};

use domain::task::{self, Task, TaskEvent, TaskState};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::counters::Counted;
use crate::ProjectionError;
use crate::decoded::{Decoded, Happened};

/// Folds a batch.
pub(crate) async fn fold(
    connection: &mut PgConnection,
    events: &[Decoded],
    counted: &mut Counted,
) -> Result<(), ProjectionError> {
    let changes: Vec<(&Decoded, &TaskEvent)> = events
        .iter()
        .filter_map(|event| {
            let Happened::Task(what) = &event.what else { return None };
            Some((event, what))
        })
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    let mut seen = HashSet::new();
    let mut touched = Vec::new();
    let mut known = Vec::new();
    for (event, _) in &changes {
        if seen.insert(event.stream_id) {
            touched.push(event.stream_id);
            if event.version > 1 {
                known.push(event.stream_id);
            }
        }
    }
    let mut folded = load(connection, &known).await?;
    folded.values().filter_map(|(_, state)| state.task()).for_each(|task| counted.take(task));
    for (event, what) in changes {
        let (version, state) = folded.entry(event.stream_id).or_default();
        event.follows(*version)?;
        *version = event.version;
        *state = task::evolve(std::mem::take(state), what, event.at);
    }
    let mut rows = Vec::with_capacity(touched.len());
    let mut details = Vec::with_capacity(touched.len());
    for id in touched {
        let Some((version, state)) = folded.get(&id) else { continue };
        details.push((id, *version, json(state)?));
        let Some(task) = state.task() else { continue };
        counted.add(task);
        rows.push(Folded { id, version: *version, task });
    }
    store(connection, &rows).await?;
    store_details(connection, &details).await?;
    Ok(())
}

fn json(state: &TaskState) -> Result<String, ProjectionError> {
    serde_json::to_string(state)
        .map_err(|source| ProjectionError::Row { view: "task_details", source })
}

/// The states of these tasks, as far as they are there.
async fn load(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (i32, TaskState)>, ProjectionError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query("select id, version, state from task_details where id = any($1)")
        .bind(ids)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let state = serde_json::from_str(row.get(2))
                .map_err(|source| ProjectionError::Row { view: "task_details", source })?;
            Ok((row.get(0), (row.get(1), state)))
        })
        .collect()
}

/// A task, ready to be listed.
struct Folded<'a> {
    id: Uuid,
    version: i32,
    task: &'a Task,
}

/// Whether nobody could be found to give it to.
pub(super) fn is_waiting(task: &Task) -> bool {
    task.waiting.is_some() && !task.status().is_ended()
}

async fn store(connection: &mut PgConnection, rows: &[Folded<'_>]) -> Result<(), sqlx::Error> {
    fn column<'a, 'b, T>(rows: &'a [Folded<'b>], field: impl Fn(&'a Folded<'b>) -> T) -> Vec<T> {
        rows.iter().map(field).collect()
    }
    sqlx::query(
        "insert into tasks (id, version, ticket_id, run, workflow_id, status, role, assignee, waiting, due_at, created_at, \
                            updated_at) \
         select * from unnest($1::uuid[], $2::int[], $3::uuid[], $4::int[], $5::uuid[], $6::text[], $7::uuid[], \
                              $8::uuid[], $9::boolean[], $10::timestamptz[], $11::timestamptz[], \
                              $12::timestamptz[]) \
         on conflict (id) do update set version = excluded.version, status = excluded.status, role = excluded.role, \
             assignee = excluded.assignee, waiting = excluded.waiting, \
             due_at = excluded.due_at, updated_at = excluded.updated_at",
    )
    .bind(column(rows, |row| row.id))
    .bind(column(rows, |row| row.version))
    .bind(column(rows, |row| row.task.ticket.uuid()))
    .bind(column(rows, |row| i32::try_from(row.task.run).unwrap_or(i32::MAX)))
    .bind(column(rows, |row| row.task.matched.workflow.uuid()))
    .bind(column(rows, |row| row.task.status().as_str()))
    .bind(column(rows, |row| row.task.step.role.map(Uuid::from)))
    .bind(column(rows, |row| row.task.assignee.map(Uuid::from)))
    .bind(column(rows, |row| is_waiting(row.task)))
    .bind(column(rows, |row| row.task.due_at()))
    .bind(column(rows, |row| row.task.opened_at))
    .bind(column(rows, |row| row.task.updated_at))
    .execute(connection)
    .await?;
    Ok(())
}

async fn store_details(
    connection: &mut PgConnection,
    rows: &[(Uuid, i32, String)],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into task_details (id, version, state) \
         select * from unnest($1::uuid[], $2::int[], $3::text[]) \
         on conflict (id) do update set version = excluded.version, state = excluded.state",
    )
    .bind(rows.iter().map(|(id, ..)| *id).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, version, _)| *version).collect::<Vec<_>>())
    .bind(rows.iter().map(|(.., state)| state.as_str()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}
