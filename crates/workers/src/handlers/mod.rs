//! Who does the jobs that reactions and timers ask for.
//!
//! Each looks at how things stand and does what is missing; what a try did before it ended badly is found done by the
//! next one.

mod content;
mod escalate_sla;
mod follow_files;
mod follow_task;
mod make_thumbnail;
mod read_text;
mod reconcile_task;
mod refresh_sla;
mod request_external;
mod seat_user;
mod sweep_erased;
mod tell_sla;

use ::files::FileStore;
use commands::file::READ_TEXT;
use projections::Queries;

use crate::external::External;
use crate::files::TextReader;
use crate::jobs::Handlers;
use crate::work::{
    ESCALATE_SLA, FOLLOW_FILES, FOLLOW_TASK, MAKE_THUMBNAIL, RECONCILE_TASK, REFRESH_SLA,
    REQUEST_EXTERNAL, SEAT_USER, SWEEP_ERASED, TELL_SLA,
};

/// These, and all that tasks, clocks, other systems and files need.
pub(crate) fn add(
    handlers: Handlers,
    queries: &Queries,
    external: &External,
    files: &FileStore,
    ocr: &TextReader,
) -> Handlers {
    let (queries, follow, ask) = (queries.clone(), external.clone(), external.clone());
    let (read, small, gone, ocr) = (files.clone(), files.clone(), files.clone(), ocr.clone());
    handlers
        .with(RECONCILE_TASK, reconcile_task::reconcile_task)
        .with(FOLLOW_TASK, move |run| follow_task::follow_task(run, follow.clone()))
        .with(SEAT_USER, seat_user::seat_user)
        .with(TELL_SLA, tell_sla::tell_sla)
        .with(ESCALATE_SLA, escalate_sla::escalate_sla)
        .with(REFRESH_SLA, move |run| refresh_sla::refresh_sla(run, queries.clone()))
        .with(REQUEST_EXTERNAL, move |run| request_external::request_external(run, ask.clone()))
        .with(FOLLOW_FILES, follow_files::follow_files)
        .with(READ_TEXT, move |run| read_text::read_text(run, read.clone(), ocr.clone()))
        .with(MAKE_THUMBNAIL, move |run| make_thumbnail::make_thumbnail(run, small.clone()))
        .with(SWEEP_ERASED, move |run| sweep_erased::sweep_erased(run, gone.clone()))
}
