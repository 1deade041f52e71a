//! The history of a task: every event in words and in data, read from the log.

use std::collections::HashSet;

use domain::task::TaskEvent;
use domain::ticket::Visibility;
use domain::{DomainEvent, TaskId, UserId};
use eventstore::{EventStore, OpenedEvent};
use sqlx::PgPool;
use uuid::Uuid;

use super::words;
use crate::ticket_history::decode;
use crate::{Cursor, HistoryRow, Page, QueryError, users};

const LIST: &str = "task_history";

/// A page of what happened to a task, the oldest first.
pub(crate) async fn history(
    pool: &PgPool,
    store: &EventStore,
    id: TaskId,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Page<HistoryRow>, QueryError> {
    let after = match cursor {
        Some(cursor) => i32::try_from(cursor.read(LIST)?.0).map_err(|_| QueryError::BadCursor)?,
        None => 0,
    };
    let mut shown = read(store, id, after).await?;
    shown.truncate(limit + 1);
    let mut ids: HashSet<Uuid> = HashSet::new();
    for (event, decoded) in &shown {
        ids.extend(event.metadata.actor.user());
        ids.extend(words::people(decoded).into_iter().map(UserId::uuid));
    }
    let people = users::briefs(pool, ids).await?;
    let items = shown
        .into_iter()
        .map(|(event, decoded)| {
            let summary = words::summary(&decoded, &people);
            HistoryRow::of(event, summary, Visibility::Public, &people)
        })
        .collect();
    Ok(Page::of(items, limit, |row: &HistoryRow| {
        Cursor::after(LIST, i64::from(row.version), row.event_id)
    }))
}

/// The events of a task after this version; none when the stream is another thing's.
pub(super) async fn read(
    store: &EventStore,
    id: TaskId,
    after: i32,
) -> Result<Vec<(OpenedEvent, TaskEvent)>, QueryError> {
    let stored = store.read_stream(id.uuid(), after).await?;
    let opened = store.open_events(stored).await?;
    let of_tasks = opened.into_iter().filter(|event| event.kind == TaskEvent::KIND);
    of_tasks.map(|event| decode(&event).map(|decoded| (event, decoded))).collect()
}
