//! Building all views from the beginning of the log.

use std::time::Duration;

use eventstore::EventStore;

use crate::{Progress, ProjectionError, Projector, SearchProjector, prepare};

/// What a rebuild took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RebuildReport {
    /// Events in the log.
    pub events: i64,
    /// Seconds spent folding them into all views but search.
    pub seconds_folding: f64,
    /// Seconds spent on the indexes of these views.
    pub seconds_indexing: f64,
    /// Seconds spent folding them into the search tables.
    pub seconds_folding_search: f64,
    /// Seconds spent on the indexes of the search tables.
    pub seconds_indexing_search: f64,
}

/// Drops all views and builds them again up to the present head, one group after the other. No projector may run
/// meanwhile; queries find the views half built.
pub async fn rebuild(
    store: &EventStore,
    progress: &Progress,
) -> Result<RebuildReport, ProjectionError> {
    sqlx::query("drop schema if exists views cascade").execute(store.pool()).await?;
    prepare(store.pool()).await?;
    let views = Projector::new(store.clone(), progress.clone()).catch_up().await?;
    let search = SearchProjector::new(store.clone(), progress.clone()).catch_up().await?;
    let seconds = |duration: Duration| duration.as_secs_f64();
    Ok(RebuildReport {
        events: views.events,
        seconds_folding: seconds(views.folding),
        seconds_indexing: seconds(views.indexing),
        seconds_folding_search: seconds(search.folding),
        seconds_indexing_search: seconds(search.indexing),
    })
}
