//! Those who change the checkpoints or exchange the tables, at the worst moment of each other.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::ticket::{Status, Visibility};
use eventstore::kafka::partition_of;
use projections::{
    BesideError, KINDS, Prepared, Progress, ProjectionError, Projector, SearchProjector, Source,
    Step, TicketRef, View, prepare, rebuild_beside, retry_parked,
};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::rebuilds::rows;
use crate::support::{Desk, at, comment, lives, moved, opened, ticket, write};

pub async fn execute(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.unwrap();
}

/// Does something in the midst of something else.
fn now<T>(what: impl Future<Output = T>) -> T {
    block_in_place(|| Handle::current().block_on(what))
}

/// Waits until so many statements wait for a lock that are like this.
pub async fn until_waiting(pool: &PgPool, many: i64, like: &str) {
    let waiting = "select count(*) from pg_stat_activity \
                   where datname = current_database() and wait_event_type = 'Lock' and query ilike $1";
    while sqlx::query_scalar::<_, i64>(waiting).bind(like).fetch_one(pool).await.unwrap() < many {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// What whoever changes the layout holds.
pub const LAYOUT: &str =
    "select pg_advisory_xact_lock(hashtextextended('docket checkpoints ' || 'views', 0))";

/// From one checkpoint to one per topic partition, by hand.
pub async fn split(connection: &mut PgConnection, partitions: i32) {
    execute(
        connection,
        &format!(
            "with log as (delete from work.checkpoints where consumer = 'views' returning position, generation) \
             insert into work.checkpoints (consumer, partition, position, generation) \
             select 'views', k || '/' || n, position, generation from log, \
                 unnest('{{{}}}'::text[]) k, generate_series(0, {partitions} - 1) n",
            KINDS.join(",")
        ),
    )
    .await;
}

async fn assert_as_rebuilt(desk: &Desk) {
    desk.project().await;
    let parked: i64 = sqlx::query_scalar("select count(*) from work.parked_streams")
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    assert_eq!(parked, 0);
    let live = rows(&desk.pool).await;
    projections::rebuild(&desk.store, &desk.progress).await.unwrap();
    assert_eq!(rows(&desk.pool).await, live);
}

/// A partition that lags, one that is ahead, kinds that were never there: all come to one position.
#[tokio::test]
async fn from_one_checkpoint_per_partition_to_a_single_one_each_event_is_folded_once() {
    let desk = Desk::new().await;
    write(&desk, &lives(3, 20, 60)).await;
    desk.project().await;
    // All of the next events are in one partition: the others lag behind it.
    let ahead = desk.open(501, |_| {}).await;
    let last = desk.then(ahead, moved(Status::Open, Status::Closed), 9).await;
    desk.project().await;
    let mut hand = desk.pool.acquire().await.unwrap();
    split(&mut hand, 3).await;
    let number = partition_of(ahead.uuid(), 3);
    execute(
        &mut hand,
        &format!(
            "update work.checkpoints set position = 80 where consumer = 'views' and partition <> 'ticket/{number}'; \
             update work.checkpoints set position = 0 where partition like 'subject/%'; \
             delete from work.checkpoints where partition like 'settings/%'; \
             insert into work.relay (position, partitions, updated_at) values (40, 3, now()); \
             insert into work.relayed values ('ticket', 0, 39), ('ticket', 1, 40)"
        ),
    )
    .await;
    drop(hand);
    assert_eq!(last, 82);
    for n in 1..=20 {
        desk.then(ticket(n), moved(Status::Open, Status::Resolved), 1000).await;
    }
    desk.append(ticket(600).uuid(), &[opened(600, |_| {})], at(9)).await;
    assert_as_rebuilt(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_the_checkpoints_joined_meanwhile_folds_nothing_again() {
    let desk = Desk::new().await;
    write(&desk, &lives(5, 20, 60)).await;
    desk.project().await;
    let mut hand = desk.pool.acquire().await.unwrap();
    split(&mut hand, 3).await;
    let mut other = desk.pool.begin().await.unwrap();
    execute(&mut other, LAYOUT).await;
    execute(
        &mut other,
        "delete from work.checkpoints where consumer = 'views'; \
         insert into work.checkpoints (consumer, partition, position) values ('views', 'log', 80)",
    )
    .await;
    let mut projector = Projector::new(desk.store.clone(), Progress::default());
    let joining = tokio::spawn(async move { projector.catch_up().await });
    until_waiting(&desk.pool, 1, "%").await;
    other.commit().await.unwrap();
    drop(joining.await.unwrap());
    drop(hand);
    assert_as_rebuilt(&desk).await;
}

#[tokio::test]
async fn a_projector_whose_source_is_not_that_of_the_others_any_more_stops_with_a_word() {
    let desk = Desk::new().await;
    desk.open(1, |_| {}).await;
    let process = Progress::default();
    let projector = Projector::new(desk.store.clone(), process.clone());
    let running = tokio::spawn(async move { projector.run(&Source::Tail).await });
    let patience = Duration::from_secs(60);
    desk.queries.wait_for(1, projections::Freshness::Views, patience).await.unwrap();
    desk.open(2, |_| {}).await;
    desk.queries.wait_for(2, projections::Freshness::Views, patience).await.unwrap();
    split(&mut desk.pool.acquire().await.unwrap(), 3).await;
    desk.open(3, |_| {}).await;
    let ended = running.await.unwrap();
    assert!(matches!(ended, Err(ProjectionError::OtherLayout { .. })), "{ended:?}");
    // Nor does it turn them back when it begins again.
    let again = Projector::new(desk.store.clone(), process);
    let ended = tokio::time::timeout(patience, again.run(&Source::Tail)).await.unwrap();
    assert!(matches!(ended, Err(ProjectionError::OtherLayout { .. })), "{ended:?}");
    assert_as_rebuilt(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_catch_up_first_make_the_indexes_once() {
    let desk = Desk::new().await;
    let mut reader = desk.pool.begin().await.unwrap();
    execute(&mut reader, "lock table views.tickets in row exclusive mode").await;
    let both = [1, 2].map(|_| {
        let mut projector = Projector::new(desk.store.clone(), Progress::default());
        tokio::spawn(async move { projector.catch_up().await })
    });
    until_waiting(&desk.pool, 2, "%").await;
    reader.commit().await.unwrap();
    for one in both {
        one.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn nobody_folds_into_the_tables_of_another_version() {
    let desk = Desk::new().await;
    desk.open(1, |_| {}).await;
    desk.project().await;
    let id = desk.open(2, |_| {}).await;
    let mut hand = desk.pool.acquire().await.unwrap();
    execute(&mut hand, "update views.meta set definition = 'newer'").await;
    let ended = Projector::new(desk.store.clone(), Progress::default()).catch_up().await;
    assert!(matches!(ended, Err(ProjectionError::OtherVersion)), "{ended:?}");
    let ended = rebuild_beside(&desk.store, &[View::Tickets], |_| {}).await;
    assert!(
        matches!(ended, Err(BesideError::Projection(ProjectionError::OtherVersion))),
        "{ended:?}"
    );
    assert!(desk.queries.ticket(TicketRef::Id(id)).await.unwrap().is_none());
}

/// Whoever drops the views waits for the projector rather than in a circle with it.
#[tokio::test(flavor = "multi_thread")]
async fn new_views_and_a_projector_do_not_wait_for_each_other() {
    let desk = Desk::new().await;
    desk.open(1, |_| {}).await;
    desk.project().await;
    let mut projector = desk.pool.begin().await.unwrap();
    execute(&mut projector, "update views.meta set definition = 'older'").await;
    projector.commit().await.unwrap();
    let mut projector = desk.pool.begin().await.unwrap();
    execute(&mut projector, "update work.checkpoints set position = 1 where consumer = 'views'")
        .await;
    let pool = desk.pool.clone();
    let preparing = tokio::spawn(async move { prepare(&pool).await });
    until_waiting(&desk.pool, 1, "%").await;
    execute(&mut projector, "delete from views.work_roles").await;
    projector.commit().await.unwrap();
    assert_eq!(preparing.await.unwrap().unwrap(), Prepared::Created);
    assert_as_rebuilt(&desk).await;
}

/// The other one parks a stream and moves on between this one's looks at what is parked and at how far they are.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_parked_before_a_partition_came_over_stays_parked() {
    let desk = Desk::new().await;
    desk.project().await;
    let id = desk.open(1, |_| {}).await;
    desk.then(id, comment(1, None, Visibility::Public, "after"), 3).await;
    let layout = LAYOUT.replace("'views'", "'search'");
    let mut other = desk.pool.begin().await.unwrap();
    execute(&mut other, &layout).await;
    let mut projector = SearchProjector::new(desk.store.clone(), Progress::default());
    let projecting = tokio::spawn(async move { projector.catch_up().await });
    until_waiting(&desk.pool, 1, "%advisory%").await;
    let pool = desk.pool.clone();
    let parking = tokio::spawn(async move {
        let mut other = pool.begin().await.unwrap();
        execute(&mut other, &layout).await;
        // Now it waits with the source assigned, or has not come so far and will find all of it.
        until_waiting(&pool, 1, "%advisory%").await;
        let sql = format!(
            "insert into work.parked_streams (consumer, stream_id, kind, first_position, error) \
                 values ('search', '{id}', 'ticket', 1, 'bad'); \
             insert into work.parked_events values ('search', '{id}', 1, 1); \
             update work.checkpoints set position = 1 where consumer = 'search'",
            id = id.uuid()
        );
        execute(&mut other, &sql).await;
        other.commit().await.unwrap();
    });
    until_waiting(&desk.pool, 2, "%advisory%").await;
    other.commit().await.unwrap();
    parking.await.unwrap();
    projecting.await.unwrap().unwrap();
    let waiting: i64 = sqlx::query_scalar("select count(*) from work.parked_events")
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    assert_eq!(waiting, 2, "the comment waits for the ticket");
    retry_parked(&desk.store, None, |_| {}).await.unwrap();
    assert_as_rebuilt(&desk).await;
}

async fn tamper(desk: &Desk, position: i64, data: &[u8]) {
    let set = "update log.events set data = $2 where position = $1";
    sqlx::query(set).bind(position).bind(data).execute(&desk.pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_retry_folds_during_an_exchange_is_not_lost() {
    let desk = Desk::new().await;
    let id = desk.open(1, |_| {}).await;
    let poison = desk.then(id, moved(Status::Open, Status::Closed), 5).await;
    let good: Vec<u8> = sqlx::query_scalar("select data from log.events where position = $1")
        .bind(poison)
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    tamper(&desk, poison, b"{}").await;
    desk.project().await;
    tamper(&desk, poison, &good).await;
    let mut reader = desk.pool.begin().await.unwrap();
    execute(&mut reader, "lock table views.audit in share mode").await;
    let store = desk.store.clone();
    let retrying = tokio::spawn(async move { retry_parked(&store, None, |_| {}).await });
    until_waiting(&desk.pool, 1, "%audit%").await;
    // It has folded the ticket. Beside, that is parked still.
    tamper(&desk, poison, b"{}").await;
    let store = desk.store.clone();
    let rebuilding =
        tokio::spawn(async move { rebuild_beside(&store, &[View::Tickets], |_| {}).await });
    until_waiting(&desk.pool, 2, "%").await;
    reader.commit().await.unwrap();
    retrying.await.unwrap().unwrap();
    drop(rebuilding.await.unwrap());
    tamper(&desk, poison, &good).await;
    let item = desk.queries.ticket(TicketRef::Id(id)).await.unwrap().unwrap();
    assert_eq!(item.version, 2);
    assert_as_rebuilt(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn views_that_were_dropped_during_a_rebuild_are_not_exchanged() {
    let desk = Desk::new().await;
    write(&desk, &lives(6, 10, 30)).await;
    desk.project().await;
    let refused = rebuild_beside(&desk.store, &[View::Tickets, View::Search], |step| {
        if let Step::Exchanging { attempts: 0 } = step {
            now(async {
                let mut hand = desk.pool.acquire().await.unwrap();
                execute(&mut hand, "update views.meta set definition = 'older'").await;
                assert_eq!(prepare(&desk.pool).await.unwrap(), Prepared::Created);
            });
        }
    })
    .await;
    assert!(matches!(refused, Err(BesideError::Dropped)), "{refused:?}");
    assert_as_rebuilt(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_waits_until_the_checkpoints_are_turned_over() {
    let desk = Desk::new().await;
    write(&desk, &lives(7, 10, 30)).await;
    desk.project().await;
    rebuild_beside(&desk.store, &[View::Tickets, View::Audit], |step| {
        if let Step::Exchanging { attempts: 0 } = step {
            now(async {
                desk.open(77, |_| {}).await;
                desk.project().await;
                let mut other = desk.pool.begin().await.unwrap();
                execute(&mut other, LAYOUT).await;
                split(&mut other, 3).await;
                let pool = desk.pool.clone();
                tokio::spawn(async move {
                    until_waiting(&pool, 1, "%").await;
                    other.commit().await.unwrap();
                });
            });
        }
    })
    .await
    .unwrap();
    assert_as_rebuilt(&desk).await;
}

/// A partition that is behind for long: the rebuild waits for it, at its ease.
#[tokio::test]
async fn a_rebuild_that_has_to_wait_for_a_partition_rests_between_its_looks() {
    let desk = Desk::new().await;
    desk.open(1, |_| {}).await;
    desk.project().await;
    let mut hand = desk.pool.acquire().await.unwrap();
    split(&mut hand, 3).await;
    execute(&mut hand, "update work.checkpoints set position = 9000 where partition = 'ticket/0'")
        .await;
    let looks = AtomicUsize::new(0);
    let rebuild = rebuild_beside(&desk.store, &[View::Audit], |step| {
        looks.fetch_add(usize::from(matches!(step, Step::Exchanging { .. })), Ordering::Relaxed);
    });
    let looking = async {
        while looks.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(1500)).await;
    };
    tokio::select! {
        rebuilt = rebuild => panic!("it waits for nobody: {rebuilt:?}"),
        () = looking => {}
    }
    let looks = looks.load(Ordering::Relaxed);
    assert!((1..=10).contains(&looks), "{looks}");
}

/// The projectors stand; one partition is ahead of another, and has a poison that only the database finds.
#[tokio::test]
async fn a_poison_among_what_is_left_for_the_exchange_is_parked() {
    let desk = Desk::new().await;
    write(&desk, &lives(8, 10, 30)).await;
    desk.project().await;
    let sick = desk.open(900, |_| {}).await;
    let poison = desk.then(sick, comment(9000, None, Visibility::Public, "a\0b"), 20).await;
    desk.then(sick, moved(Status::Open, Status::Closed), 21).await;
    desk.project().await;
    let live = rows(&desk.pool).await;
    let mut hand = desk.pool.acquire().await.unwrap();
    split(&mut hand, 3).await;
    let ours = partition_of(sick.uuid(), 3);
    let other = (ours + 1) % 3;
    execute(
        &mut hand,
        &format!(
            "update work.checkpoints set position = 40 where consumer = 'views' and partition <> 'ticket/{ours}'; \
             insert into work.relay (position, partitions, updated_at) values (44, 3, now()); \
             insert into work.relayed values ('ticket', {ours}, 43), ('ticket', {other}, 44)"
        ),
    )
    .await;
    drop(hand);
    let views: Vec<View> = View::ALL.into_iter().filter(|view| *view != View::Search).collect();
    let rebuild = rebuild_beside(&desk.store, &views, |_| {});
    tokio::time::timeout(Duration::from_secs(60), rebuild).await.unwrap().unwrap();
    assert_eq!(rows(&desk.pool).await, live);
    let parked: Vec<i64> = sqlx::query_scalar(
        "select first_position from work.parked_streams where consumer = 'views'",
    )
    .fetch_all(&desk.pool)
    .await
    .unwrap();
    assert_eq!(parked, [poison]);
}
