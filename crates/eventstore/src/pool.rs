//! Pools of connections.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::PgPoolOptions;

/// A connection that rested for longer may have been lost meanwhile.
const RESTED: Duration = Duration::from_secs(1);

/// A pool that asks a connection whether it is still there only when it has rested. The queries of a desk are short: to
/// ask each time costs about as much as they do, and a connection may be lost right after as well.
pub fn pool_options() -> PgPoolOptions {
    PgPoolOptions::new().test_before_acquire(false).before_acquire(|connection, known| {
        Box::pin(async move {
            if known.idle_for > RESTED {
                connection.ping().await?;
            }
            Ok(true)
        })
    })
}
