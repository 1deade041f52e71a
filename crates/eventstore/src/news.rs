//! Waiting until the log has grown.

use std::time::Duration;

use sqlx::postgres::PgListener;
use tracing::warn;

use crate::EventStore;

/// How long to wait without a notification before looking all the same.
const POLL: Duration = Duration::from_secs(1);

/// Hears of new events. Wakes by NOTIFY and, as one may be lost, once a second at least.
pub struct LogNews {
    store: EventStore,
    listener: Option<PgListener>,
}

impl LogNews {
    /// Begins to listen with the first wait.
    pub fn new(store: EventStore) -> Self {
        Self { store, listener: None }
    }

    /// Waits for events after `position`, for a second at most. It may return without any.
    pub async fn wait(&mut self, position: i64) {
        if self.listener.is_none() {
            self.listener = match self.listen().await {
                Ok(listener) => Some(listener),
                Err(error) => {
                    warn!(%error, "cannot listen for new events, polling");
                    tokio::time::sleep(POLL).await;
                    return;
                }
            };
            // Something may have come between the last look and the LISTEN.
            return;
        }
        let Some(listener) = self.listener.as_mut() else { return };
        let news = async {
            // What was announced while we read is old news: one look at an empty log end is enough.
            while listener.recv().await?.payload().parse().is_ok_and(|p: i64| p <= position) {}
            Ok::<_, sqlx::Error>(())
        };
        if let Ok(Err(error)) = tokio::time::timeout(POLL, news).await {
            warn!(%error, "lost the connection that listens for new events");
            self.listener = None;
            tokio::time::sleep(POLL).await;
        }
    }

    async fn listen(&self) -> Result<PgListener, sqlx::Error> {
        let mut listener = PgListener::connect_with(self.store.pool()).await?;
        listener.listen("docket_log").await?;
        Ok(listener)
    }
}

impl std::fmt::Debug for LogNews {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LogNews")
    }
}
