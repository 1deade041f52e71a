//! Folding what machines found in files.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::file::FileEvent;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::{TextFound, TextStatus, ThumbnailRow};
use crate::ProjectionError;
use crate::decoded::{Decoded, Happened};

/// What was found in a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Findings {
    pub(super) text: TextStatus,
    pub(super) thumbnail: Option<ThumbnailRow>,
}

impl Findings {
    fn evolve(self, event: &FileEvent, at: DateTime<Utc>) -> Self {
        match event {
            FileEvent::TextRead(e) => {
                let chars = e.text.as_str().map_or(0, |text| text.chars().count() as u64);
                let text = TextStatus::Read(TextFound {
                    reading_id: e.reading_id,
                    source: e.source,
                    engine: e.engine,
                    language: e.language,
                    mean_confidence: e.mean_confidence,
                    chars,
                    page_count: e.page_count,
                    pages_read: e.pages_read,
                    read_at: at,
                });
                Self { text, ..self }
            }
            FileEvent::TextNotRead(e) => match self.text {
                // A text read before stays.
                TextStatus::Read(_) => self,
                TextStatus::None | TextStatus::Pending | TextStatus::NotRead { .. } => {
                    Self { text: TextStatus::NotRead { reason: e.reason }, ..self }
                }
            },
            FileEvent::ThumbnailMade(e) => {
                let (address, width, height, size) = (e.address.clone(), e.width, e.height, e.size);
                Self { thumbnail: Some(ThumbnailRow { address, width, height, size }), ..self }
            }
            FileEvent::ThumbnailNotMade(_) => self,
            FileEvent::Removed(_) => Self::default(),
        }
    }
}

/// Folds a batch.
pub(crate) async fn fold(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), ProjectionError> {
    let changes: Vec<(&Decoded, &FileEvent)> = events
        .iter()
        .filter_map(|event| {
            let Happened::File(what) = &event.what else { return None };
            Some((event, &**what))
        })
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    let known = changes.iter().filter(|(event, _)| event.version > 1);
    let known: Vec<Uuid> = known.map(|(event, _)| event.stream_id).collect();
    let mut folded = load(connection, &known).await?;
    for (event, what) in changes {
        let (version, findings) = folded.entry(event.stream_id).or_default();
        event.follows(*version)?;
        *version = event.version;
        *findings = std::mem::take(findings).evolve(what, event.at);
    }
    let mut rows = Vec::with_capacity(folded.len());
    for (id, (version, findings)) in &folded {
        let json = serde_json::to_string(findings)
            .map_err(|source| ProjectionError::Row { view: "file_findings", source })?;
        rows.push((*id, *version, json));
    }
    sqlx::query(
        "insert into file_findings (file_id, version, findings) \
         select * from unnest($1::uuid[], $2::int[], $3::text[]) \
         on conflict (file_id) do update set version = excluded.version, findings = excluded.findings",
    )
    .bind(rows.iter().map(|(id, ..)| *id).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, version, _)| *version).collect::<Vec<_>>())
    .bind(rows.iter().map(|(.., json)| json.as_str()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

async fn load(
    connection: &mut PgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (i32, Findings)>, ProjectionError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows =
        sqlx::query("select file_id, version, findings from file_findings where file_id = any($1)")
            .bind(ids)
            .fetch_all(connection)
            .await?;
    rows.iter()
        .map(|row| {
            let findings = serde_json::from_str(row.get(2))
                .map_err(|source| ProjectionError::Row { view: "file_findings", source })?;
            Ok((row.get(0), (row.get(1), findings)))
        })
        .collect()
}
