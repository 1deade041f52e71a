//! `GET /readyz`

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use projections::Lag;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Monitoring;
use crate::conventions::Problem;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many events the views may be behind the log: as many as they catch up on in about a second.
const MAX_LAG: i64 = 10_000;

/// That it is ready, and how far the views are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Always `ready`.
    #[schema(example = "ready")]
    status: &'static str,
    /// Position of the last event of the log.
    head: i64,
    /// Position up to which the views are built.
    views: i64,
    /// Position up to which search is built.
    search: i64,
    /// How many events the views are behind.
    lag: i64,
}

/// Can it serve requests?
///
/// It can when the database answers and the views are at most 10,000 events behind the log.
#[utoipa::path(get, path = "/readyz", tag = "Health",
    responses((status = 200, description = "It can.", body = Readiness)))]
pub(crate) async fn readyz(
    State(monitoring): State<Monitoring>,
) -> Result<Json<Readiness>, Problem> {
    readiness(lag(&monitoring).await?).map(Json)
}

/// The same for a process that does not answer requests: nobody is better off when a projector that is behind is taken
/// away.
pub(crate) async fn ready_at_work(
    State(monitoring): State<Monitoring>,
) -> Result<Json<Readiness>, Problem> {
    lag(&monitoring).await.map(|lag| Json(Readiness::at(lag)))
}

async fn lag(monitoring: &Monitoring) -> Result<Lag, Problem> {
    let silent = || Problem::unavailable("The database does not answer.");
    match tokio::time::timeout(PATIENCE, monitoring.queries().lag()).await {
        Ok(Ok(lag)) => Ok(lag),
        Ok(Err(error)) => {
            // A missing table is a migration that has yet to run: not ready, and no fault of the request.
            tracing::warn!(%error, "not ready");
            Err(silent())
        }
        Err(_) => Err(silent()),
    }
}

fn readiness(lag: Lag) -> Result<Readiness, Problem> {
    let ready = Readiness::at(lag);
    let lag = ready.lag;
    if lag > MAX_LAG {
        let detail = format!("The views are {lag} events behind the log.");
        return Err(Problem::unavailable(detail).with("lag", lag));
    }
    Ok(ready)
}

impl Readiness {
    fn at(Lag { head, views, search }: Lag) -> Self {
        // The views may be read after the head was, and be further.
        Self { status: "ready", head, views, search, lag: (head - views).max(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_far_behind_are_not_ready() {
        let of = |head, views| readiness(Lag { head, views, search: 0 });
        assert_eq!(of(20_000, 0).unwrap_err().status, 503);
        assert_eq!(of(20_000, 19_990).unwrap().lag, 10);
        assert_eq!(of(5, 6).unwrap().lag, 0, "the head was read first");
    }
}
