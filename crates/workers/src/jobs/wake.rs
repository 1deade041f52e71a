//! Hearing of new jobs. Whoever hears nothing looks by itself now and then.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use commands::jobs::JOBS_CHANNEL;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;

/// How long to wait before listening is tried again.
const AGAIN: Duration = Duration::from_secs(2);

/// Who is woken when there is something in a queue.
pub(super) type Wakes = HashMap<&'static str, Arc<Notify>>;

/// Wakes them for ever.
pub(super) async fn listen(pool: &PgPool, wakes: &Wakes) -> Infallible {
    loop {
        let Err(error) = hear(pool, wakes).await;
        tracing::warn!(%error, "cannot listen for new jobs, polling");
        tokio::time::sleep(AGAIN).await;
    }
}

async fn hear(pool: &PgPool, wakes: &Wakes) -> Result<Infallible, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(JOBS_CHANNEL).await?;
    // Something may have come between their last look and the LISTEN.
    wakes.values().for_each(|wake| wake.notify_one());
    loop {
        let heard = listener.recv().await?;
        if let Some(wake) = wakes.get(heard.payload()) {
            wake.notify_one();
        }
    }
}
