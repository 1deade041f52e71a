//! Rebuilds and retries that are broken off at any moment, by dropping their future.

use std::time::Duration;

use domain::ticket::{Status, Visibility};
use projections::{BesideError, View, rebuild_beside, retry_parked};
use tokio::time::timeout;

use crate::rebuilds::rows;
use crate::support::{Desk, comment, lives, moved, ticket};
use crate::work::{clocks, work, write_mixed};

async fn count(desk: &Desk, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&desk.pool).await.unwrap()
}

#[tokio::test]
async fn a_rebuild_that_is_broken_off_anywhere_leaves_the_live_views_whole() {
    let desk = Desk::new().await;
    let log = lives(51, 30, 200);
    write_mixed(&desk, &log, &[work(52, 30, 200), clocks(&log)].concat()).await;
    let (mut millis, mut broken_off) = (1, 0);
    loop {
        desk.then(ticket(1 + u128::from(millis % 30)), moved(Status::Open, Status::Closed), 1)
            .await;
        desk.project().await;
        let live = rows(&desk.pool).await;
        let rebuild = rebuild_beside(&desk.store, &View::ALL, |_| {});
        let ended = timeout(Duration::from_millis(millis), rebuild).await;
        assert_eq!(rows(&desk.pool).await, live);
        match ended {
            Err(_) => broken_off += 1,
            // The one before has not let go yet.
            Ok(Err(BesideError::Running)) => {}
            Ok(ended) => break ended.unwrap(),
        }
        millis += 1 + millis / 3;
    }
    assert!(broken_off > 3);
    let left = "select count(*) from pg_namespace where nspname = 'views_next'";
    assert_eq!(count(&desk, left).await, 0);
    let left = "select count(*) from work.checkpoints where consumer like '%@next'";
    assert_eq!(count(&desk, left).await, 0);
    let live = rows(&desk.pool).await;
    projections::rebuild(&desk.store, &desk.progress).await.unwrap();
    assert_eq!(rows(&desk.pool).await, live);
}

#[tokio::test]
async fn a_retry_that_is_broken_off_anywhere_is_begun_again() {
    let desk = Desk::new().await;
    for n in 1..=30 {
        desk.open(n, |_| {}).await;
        let poison = desk.then(ticket(n.into()), moved(Status::Open, Status::Closed), 2).await;
        let later = comment(n.into(), None, Visibility::Public, "later");
        desk.then(ticket(n.into()), later, 3).await;
        let sql = "update log.events set type = 'ticket.comment_added' where position = $1";
        sqlx::query(sql).bind(poison).execute(&desk.pool).await.unwrap();
    }
    desk.project().await;
    let parked = "select count(*) from work.parked_streams";
    assert_eq!(count(&desk, parked).await, 60);
    let sql = "update log.events set type = 'ticket.status_changed' where version = 2";
    sqlx::query(sql).execute(&desk.pool).await.unwrap();
    let (mut millis, mut broken_off) = (2, 0);
    while timeout(Duration::from_millis(millis), retry_parked(&desk.store, None, |_| {}))
        .await
        .is_err()
    {
        broken_off += 1;
        millis += 3;
    }
    assert!(broken_off > 1);
    assert_eq!(count(&desk, parked).await, 0);
    let live = rows(&desk.pool).await;
    projections::rebuild(&desk.store, &desk.progress).await.unwrap();
    assert_eq!(rows(&desk.pool).await, live);
}
