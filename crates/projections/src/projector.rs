//! The two projectors: all views but search, and search.

use std::convert::Infallible;

use eventstore::EventStore;

use crate::runner::{CaughtUp, Runner};
use crate::search::Search;
use crate::views::Views;
use crate::{Progress, ProjectionError, Source};

/// Keeps all views but search up to date. From Kafka, any number share the work; from other sources it is one at a
/// time, and a second one stops with [`ProjectionError::OtherOwner`]. The views must have been [prepared](crate::prepare).
pub struct Projector(Runner<Views>);

impl Projector {
    /// A projector that reports to `progress`. It opens one connection of its own, with the options of the store's pool.
    pub fn new(store: EventStore, progress: Progress) -> Self {
        Self(Runner::new(store, progress.views))
    }

    /// Folds everything up to the present end of the log; makes the indexes when they are not there yet.
    ///
    /// # Errors
    /// The first error ends it; it may be called again.
    pub async fn catch_up(&mut self) -> Result<CaughtUp, ProjectionError> {
        Box::pin(self.0.catch_up()).await
    }

    /// Folds what comes, for ever. Drop the future to stop it.
    ///
    /// # Errors
    /// Whatever does not pass by itself: an event of a newer version, one that cannot be folded, another owner.
    pub async fn run(self, source: &Source) -> Result<Infallible, ProjectionError> {
        Box::pin(self.0.run(source)).await
    }
}

/// Keeps the search tables up to date, at its own pace.
pub struct SearchProjector(Runner<Search>);

impl SearchProjector {
    /// See [`Projector::new`].
    pub fn new(store: EventStore, progress: Progress) -> Self {
        Self(Runner::new(store, progress.search))
    }

    /// See [`Projector::catch_up`].
    pub async fn catch_up(&mut self) -> Result<CaughtUp, ProjectionError> {
        Box::pin(self.0.catch_up()).await
    }

    /// See [`Projector::run`].
    pub async fn run(self, source: &Source) -> Result<Infallible, ProjectionError> {
        Box::pin(self.0.run(source)).await
    }
}
