//! The audit as a CSV file, page by page, so that memory does not grow with it.

use std::io;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use commands::Context;
use domain::audit::FileFormat;
use futures_util::stream;
use projections::{AuditFilter, Cursor};

use crate::Api;
use crate::render::{AuditEntry, csv_line};

/// Entries read at a time.
const PAGE: usize = 500;

/// How far an export has come.
struct Export {
    api: Api,
    context: Context,
    filter: AuditFilter,
    written: u64,
    next: Next,
}

enum Next {
    Header,
    Page(Option<Cursor>),
    Nothing,
}

/// All entries that match, the newest first. That they were exported is recorded when the last one is out.
pub(super) fn export(api: Api, context: Context, filter: AuditFilter) -> Response {
    let export = Export { api, context, filter, written: 0, next: Next::Header };
    let body = Body::from_stream(stream::try_unfold(export, step));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    (headers, body).into_response()
}

async fn step(mut export: Export) -> io::Result<Option<(Bytes, Export)>> {
    let lines = match std::mem::replace(&mut export.next, Next::Nothing) {
        Next::Header => {
            export.next = Next::Page(None);
            csv_line(AuditEntry::COLUMNS)
        }
        Next::Page(cursor) => {
            let page = export.api.queries.audit(&export.filter, cursor.as_ref(), PAGE).await;
            let page = page.map_err(broken_off)?;
            export.written += page.items.len() as u64;
            match page.next_cursor {
                Some(cursor) => export.next = Next::Page(Some(cursor)),
                None => finished(&export).await?,
            }
            page.items.into_iter().map(|row| AuditEntry::from(row).csv_line()).collect()
        }
        Next::Nothing => return Ok(None),
    };
    Ok(Some((Bytes::from(lines), export)))
}

async fn finished(export: &Export) -> io::Result<()> {
    let (commands, context) = (&export.api.commands, &export.context);
    let recorded = commands.record_exported(context, FileFormat::Csv, export.written).await;
    recorded.map(drop).map_err(broken_off)
}

/// The answer is under way already: it ends short, which the client's library reports.
fn broken_off(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    tracing::error!(%error, "an export broke off");
    io::Error::other(error)
}
