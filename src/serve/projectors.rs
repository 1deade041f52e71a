//! The tasks that keep the views up to date.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::{Context, Result};
use projections::{Prepared, ProjectionError, Projector, SearchProjector, Source};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::halted::Halted;
use crate::desk::Desk;

/// How long a projector that found another one at work stands aside before it looks again.
const ASIDE: Duration = Duration::from_secs(2);

/// Both projectors.
pub(super) struct Projectors {
    tasks: JoinSet<()>,
    halted: Halted,
}

/// Which tables a task keeps up to date.
#[derive(Debug, Clone, Copy)]
enum Views {
    AllButSearch,
    Search,
}

impl Views {
    /// As `docket status` calls them.
    fn consumer(self) -> &'static str {
        match self {
            Self::AllButSearch => "views",
            Self::Search => "search",
        }
    }
}

impl Projectors {
    /// Makes the tables of the views if they are not there, and starts to fill them.
    pub(super) async fn start(
        desk: &Desk,
        source: &Source,
        stop: &CancellationToken,
    ) -> Result<Self> {
        match projections::prepare(desk.store.pool()).await.context("preparing the views")? {
            Prepared::Existing => {}
            Prepared::Created => tracing::info!("the views are built from the log"),
        }
        let halted = Halted::default();
        let mut tasks = JoinSet::new();
        for views in [Views::AllButSearch, Views::Search] {
            let (desk, stop, halted) = (desk.clone(), stop.clone(), halted.clone());
            let source = source.clone();
            tasks.spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = keep_up(&desk, &source, views, &halted) => {}
                }
            });
        }
        Ok(Self { tasks, halted })
    }

    /// What to ask whether the views stand still.
    pub(super) fn halted(&self) -> Halted {
        self.halted.clone()
    }

    /// Waits until they have stopped.
    pub(super) async fn finish(self) {
        self.tasks.join_all().await;
    }
}

/// Runs until only a person can help: then the views stay where they are, and `/readyz` tells.
async fn keep_up(desk: &Desk, source: &Source, views: Views, halted: &Halted) {
    loop {
        let Err(error) = run(desk, source, views).await;
        match error {
            // Two Dockets on one database: one of them projects.
            ProjectionError::OtherOwner { .. } => {
                tracing::debug!(consumer = views.consumer(), "another projector is at work");
                tokio::time::sleep(ASIDE).await;
            }
            error @ (ProjectionError::Log(_)
            | ProjectionError::Database(_)
            | ProjectionError::Newer { .. }
            | ProjectionError::NewerKind { .. }
            | ProjectionError::Data { .. }
            | ProjectionError::OutOfOrder { .. }
            | ProjectionError::Row { .. }
            | ProjectionError::OtherLayout { .. }
            | ProjectionError::OtherVersion
            | ProjectionError::ReaderGone) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(
                    %error,
                    cause,
                    consumer = views.consumer(),
                    "the views stand still until this is put right and Docket is started again"
                );
                halted.because(&error);
                return;
            }
        }
    }
}

async fn run(desk: &Desk, source: &Source, views: Views) -> Result<Infallible, ProjectionError> {
    let (store, progress) = (desk.store.clone(), desk.progress.clone());
    match views {
        Views::AllButSearch => Projector::new(store, progress).run(source).await,
        Views::Search => SearchProjector::new(store, progress).run(source).await,
    }
}
