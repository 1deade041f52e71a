//! Rebuilding, crashing, and a second owner.

use domain::ticket::TicketEvent;
use domain::ticket::events::Restored;
use projections::{Prepared, ProjectionError, Projector, Source, prepare, rebuild};
use sqlx::{AssertSqlSafe, PgPool, Row};

use crate::papers::papers;
use crate::support::{Desk, lives};
use crate::work::{clocks, work, write_mixed};

/// All rows of all views, as text.
pub async fn rows(pool: &PgPool) -> Vec<(String, Vec<String>)> {
    let tables = sqlx::query(
        "select table_name::text from information_schema.tables where table_schema = 'views' order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut all = Vec::new();
    for table in tables {
        let name: String = table.get(0);
        let sql = AssertSqlSafe(format!("select t::text from views.{name} t order by 1"));
        let rows = sqlx::query(sql).fetch_all(pool).await.unwrap();
        all.push((name, rows.iter().map(|row| row.get(0)).collect()));
    }
    all
}

#[tokio::test]
async fn dropping_the_views_and_starting_again_gives_the_same_rows() {
    let desk = Desk::new().await;
    let log = lives(21, 80, 700);
    let work = [work(22, 80, 400), papers(23, 80, 400), clocks(&log)].concat();
    for (part, work) in log.chunks(97).zip(work.chunks(work.len().div_ceil(9))) {
        write_mixed(&desk, part, work).await;
        desk.project().await;
    }
    let live = rows(&desk.pool).await;
    assert!(live.iter().filter(|(_, rows)| !rows.is_empty()).count() >= 22, "{live:?}");
    assert!(desk.queries.parked_streams(1).await.unwrap().is_empty());

    sqlx::query("drop schema views cascade").execute(&desk.pool).await.unwrap();
    assert_eq!(prepare(&desk.pool).await.unwrap(), Prepared::Created);
    desk.project().await;
    assert_eq!(rows(&desk.pool).await, live);
    assert_eq!(prepare(&desk.pool).await.unwrap(), Prepared::Existing);

    let report = rebuild(&desk.store, &desk.progress).await.unwrap();
    assert_eq!(report.events, 780 + work.len() as i64);
    assert_eq!(rows(&desk.pool).await, live);
}

#[tokio::test]
async fn views_of_another_version_are_built_again() {
    let desk = Desk::new().await;
    desk.open(1, |_| {}).await;
    desk.project().await;
    let live = rows(&desk.pool).await;
    sqlx::query("update views.meta set definition = 'older'").execute(&desk.pool).await.unwrap();
    assert_eq!(prepare(&desk.pool).await.unwrap(), Prepared::Created);
    assert_eq!(desk.queries.lag().await.unwrap().views, 0);
    desk.project().await;
    assert_eq!(rows(&desk.pool).await, live);
}

/// Ends a projector at many points, by dropping its future, and goes on with another one.
#[tokio::test]
async fn a_projector_that_is_killed_between_or_within_batches_loses_nothing() {
    let desk = Desk::new().await;
    let (log, work) = (lives(33, 40, 400), work(34, 40, 300));
    let work = [work, papers(35, 40, 300), clocks(&log)].concat();
    let mut micros = 300;
    for (part, work) in log.chunks(44).zip(work.chunks(work.len().div_ceil(10))) {
        write_mixed(&desk, part, work).await;
        let mut projector = Projector::new(desk.store.clone(), desk.progress.clone());
        let killed_after = std::time::Duration::from_micros(micros);
        drop(tokio::time::timeout(killed_after, projector.catch_up()).await);
        micros += 3_000;
    }
    desk.project().await;
    let live = rows(&desk.pool).await;
    rebuild(&desk.store, &desk.progress).await.unwrap();
    assert_eq!(rows(&desk.pool).await, live);
}

#[tokio::test]
async fn a_second_owner_of_the_checkpoint_stops_the_first() {
    let desk = Desk::new().await;
    desk.open(1, |_| {}).await;
    let projector = Projector::new(desk.store.clone(), desk.progress.clone());
    let running = tokio::spawn(async move { projector.run(&Source::Tail).await });
    let second = std::time::Duration::from_secs(60);
    desk.queries.wait_for(1, projections::Freshness::Views, second).await.unwrap();
    // This one it has from its source, behind what it caught up with.
    desk.open(2, |_| {}).await;
    desk.queries.wait_for(2, projections::Freshness::Views, second).await.unwrap();
    sqlx::query("update work.checkpoints set position = 0 where consumer = 'views'")
        .execute(&desk.pool)
        .await
        .unwrap();
    desk.open(3, |_| {}).await;
    let ended = running.await.unwrap();
    assert!(
        matches!(ended, Err(ProjectionError::OtherOwner { consumer: "views", expected: 2 })),
        "{ended:?}"
    );
}

#[tokio::test]
async fn an_event_newer_than_this_binary_halts_and_moves_nothing() {
    let desk = Desk::new().await;
    let id = desk.open(1, |_| {}).await;
    desk.project().await;
    desk.then(id, TicketEvent::Restored(Restored {}), 5).await;
    for change in ["type = 'ticket.teleported'", "schema_version = 9", "kind = 'robot'"] {
        let mut transaction = desk.pool.begin().await.unwrap();
        let sql = AssertSqlSafe(format!("update log.events set {change} where position = 2"));
        sqlx::query(sql).execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
        let mut projector = Projector::new(desk.store.clone(), desk.progress.clone());
        let error = projector.catch_up().await.unwrap_err();
        match error {
            ProjectionError::Newer { position: 2, .. }
            | ProjectionError::NewerKind { position: 2, .. } => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(desk.queries.lag().await.unwrap().views, 1);
        let undo = "update log.events set type = 'ticket.restored', schema_version = 1, kind = 'ticket' where position = 2";
        sqlx::query(undo).execute(&desk.pool).await.unwrap();
    }
    desk.project().await;
    assert_eq!(desk.queries.lag().await.unwrap().views, 2);
}
