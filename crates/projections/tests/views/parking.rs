//! One stream that cannot be folded waits by itself; all others go on; after a fix it is folded in order.

use domain::TicketId;
use domain::ticket::{Status, TicketEvent, Visibility};
use domain::work_role::{WorkRoleCreated, WorkRoleEvent, WorkRoleRenamed};
use projections::{CommentAccess, Presence, Retried, TicketRef, retry_parked};
use sqlx::{AssertSqlSafe, Row};

use crate::rebuilds::rows;
use crate::support::{Desk, comment, lives, moved, user, write};

/// Exchanges the data of the event at a position; returns what was there.
async fn tamper(desk: &Desk, position: i64, data: &[u8]) -> Vec<u8> {
    let select = "select data from log.events where position = $1";
    let before: Vec<u8> =
        sqlx::query(select).bind(position).fetch_one(&desk.pool).await.unwrap().get(0);
    let update = "update log.events set data = $2 where position = $1";
    sqlx::query(update).bind(position).bind(data).execute(&desk.pool).await.unwrap();
    before
}

async fn version(desk: &Desk, id: TicketId) -> i32 {
    desk.queries.ticket(TicketRef::Id(id)).await.unwrap().map_or(0, |item| item.version)
}

async fn parked(desk: &Desk) -> Vec<(String, i64, i64)> {
    let rows = sqlx::query(
        "select s.consumer, s.first_position, count(e.*) from work.parked_streams s \
         left join work.parked_events e using (consumer, stream_id) group by 1, 2 order by 1, 2",
    )
    .fetch_all(&desk.pool)
    .await
    .unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

#[tokio::test]
async fn malformed_data_parks_one_ticket_and_a_retry_after_the_fix_drains_it() {
    let desk = Desk::new().await;
    let (sick, well) = (desk.open(1, |_| {}).await, desk.open(2, |_| {}).await);
    let poison = desk.then(sick, moved(Status::Open, Status::InProgress), 10).await;
    desk.then(well, moved(Status::Open, Status::Resolved), 11).await;
    let good = tamper(&desk, poison, br#"{"from":"open","to":"sideways"}"#).await;
    desk.then(sick, comment(1, Some(user(2)), Visibility::Public, "after"), 12).await;
    desk.project().await;
    let later = desk.then(sick, moved(Status::InProgress, Status::Closed), 13).await;
    desk.then(well, comment(2, None, Visibility::Public, "fine"), 14).await;
    desk.project().await;

    assert_eq!(version(&desk, sick).await, 1, "as it was before the event");
    assert_eq!(version(&desk, well).await, 3, "not held up");
    assert_eq!(desk.queries.lag().await.unwrap().views, later + 1);
    // Search does not fold changes of status, so only the views have parked it.
    assert_eq!(parked(&desk).await, [("views".to_owned(), poison, 3)]);
    assert_eq!(desk.queries.count_comments(sick, CommentAccess::All).await.unwrap(), 0);

    let retried = retry_parked(&desk.store, None, |_| {}).await.unwrap();
    assert!(
        matches!(&retried[..], [Retried { folded: 0, left: 3, error: Some(error), .. }] if error.contains("sideways")),
        "{retried:?}"
    );
    assert_eq!(version(&desk, sick).await, 1);

    tamper(&desk, poison, &good).await;
    let mut told = 0;
    let retried = retry_parked(&desk.store, Some(sick.uuid()), |_| told += 1).await.unwrap();
    assert!(matches!(&retried[..], [Retried { folded: 3, left: 0, error: None, .. }]));
    assert_eq!((told, parked(&desk).await), (1, vec![]));
    let item = desk.queries.ticket(TicketRef::Id(sick)).await.unwrap().unwrap();
    assert_eq!((item.version, item.ticket.status), (4, Status::Closed));
    // And on it goes.
    desk.then(sick, moved(Status::Closed, Status::Open), 15).await;
    desk.project().await;
    assert_eq!(version(&desk, sick).await, 5);
    let live = rows(&desk.pool).await;
    projections::rebuild(&desk.store, &desk.progress).await.unwrap();
    assert_eq!(rows(&desk.pool).await, live);
}

/// A data error that only the database finds, in the middle of a batch of many streams.
#[tokio::test]
async fn what_the_database_refuses_is_found_among_the_others() {
    let desk = Desk::new().await;
    write(&desk, &lives(5, 30, 200)).await;
    let sick = desk.open(900, |_| {}).await;
    let poison = desk.then(sick, comment(9000, None, Visibility::Public, "a\0b"), 20).await;
    desk.then(sick, moved(Status::Open, Status::Closed), 21).await;
    let last = desk.open(901, |_| {}).await;
    desk.project().await;
    assert_eq!(parked(&desk).await, [("views".to_owned(), poison, 2)]);
    assert_eq!((version(&desk, sick).await, version(&desk, last).await), (1, 1));
    assert_eq!(desk.queries.lag().await.unwrap().views, poison + 2);
    let stats = desk.queries.stats(crate::support::at(0)).await.unwrap();
    assert_eq!(stats.open_tickets, open_tickets(&desk).await);
}

async fn open_tickets(desk: &Desk) -> i64 {
    sqlx::query("select count(*) from views.tickets where not hidden and status not in ('resolved', 'closed')")
        .fetch_one(&desk.pool)
        .await
        .unwrap()
        .get(0)
}

#[tokio::test]
async fn a_version_that_does_not_follow_parks_its_stream() {
    let desk = Desk::new().await;
    let id = desk.open(1, |_| {}).await;
    desk.project().await;
    let position = desk.then(id, moved(Status::Open, Status::Closed), 5).await;
    let sql = "update log.events set version = $2 where position = $1";
    sqlx::query(sql).bind(position).bind(7).execute(&desk.pool).await.unwrap();
    desk.project().await;
    assert_eq!(parked(&desk).await, [("views".to_owned(), position, 1)]);
    sqlx::query(sql).bind(position).bind(2).execute(&desk.pool).await.unwrap();
    retry_parked(&desk.store, None, |_| {}).await.unwrap();
    assert_eq!(version(&desk, id).await, 2);
}

/// What cannot even be opened: the log's bytes are no JSON any more.
#[tokio::test]
async fn bytes_that_cannot_be_opened_park_their_stream_in_both_consumers() {
    let desk = Desk::new().await;
    let (sick, well) = (desk.open(1, |_| {}).await, desk.open(2, |_| {}).await);
    let good = tamper(&desk, 1, b"\xff{").await;
    desk.project().await;
    assert_eq!(parked(&desk).await, [("search".to_owned(), 1, 1), ("views".to_owned(), 1, 1)]);
    assert_eq!((version(&desk, sick).await, version(&desk, well).await), (0, 1));
    tamper(&desk, 1, &good).await;
    assert_eq!(retry_parked(&desk.store, None, |_| {}).await.unwrap().len(), 2);
    let item = desk.queries.ticket(TicketRef::Id(sick)).await.unwrap().unwrap();
    assert_eq!(item.presence, Presence::Active);
    let words = sqlx::query("select count(*) from views.search").fetch_one(&desk.pool).await;
    assert_eq!(words.unwrap().get::<i64, _>(0), 2);
}

/// A retry beside a projector that goes on meeting events of that stream: neither loses one.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_races_with_the_projector_of_the_stream() {
    let desk = Desk::new().await;
    let id = desk.open(1, |_| {}).await;
    let poison = desk.then(id, moved(Status::Open, Status::Closed), 5).await;
    let good = tamper(&desk, poison, b"{}").await;
    desk.project().await;
    assert_eq!(parked(&desk).await.len(), 1);
    tamper(&desk, poison, &good).await;
    let store = desk.store.clone();
    let projector = projections::Projector::new(store.clone(), desk.progress.clone());
    let running = tokio::spawn(async move { projector.run(&projections::Source::Tail).await });
    let retrying = tokio::spawn(async move {
        loop {
            let retried = retry_parked(&store, None, |_| {}).await.unwrap();
            assert!(retried.iter().all(|retried| retried.left == 0), "{retried:?}");
            if !retried.is_empty() {
                return;
            }
        }
    });
    let mut last = 0;
    for n in 0..40 {
        let event: TicketEvent = comment(n, None, Visibility::Public, "more");
        last = desk.then(id, event, 20).await;
    }
    retrying.await.unwrap();
    let patience = std::time::Duration::from_secs(60);
    desk.queries.wait_for(last, projections::Freshness::Views, patience).await.unwrap();
    running.abort();
    assert_eq!(parked(&desk).await, []);
    assert_eq!(version(&desk, id).await, 42);
    let sql = AssertSqlSafe("select count(*) from views.ticket_comments".to_owned());
    assert_eq!(sqlx::query(sql).fetch_one(&desk.pool).await.unwrap().get::<i64, _>(0), 40);
}

/// Postgres takes no such character, not even in words about it.
#[tokio::test]
async fn an_error_with_a_zero_character_parks_like_any_other() {
    let desk = Desk::new().await;
    let id = desk.open(1, |_| {}).await;
    let poison = desk.then(id, moved(Status::Open, Status::Closed), 5).await;
    tamper(&desk, poison, br#"{"from":"open","to":"side\u0000ways"}"#).await;
    desk.project().await;
    assert_eq!(parked(&desk).await, [("views".to_owned(), poison, 1)]);
}

/// Of two poisons in one stream, the one that is found later stands first. Other streams have theirs as well.
#[tokio::test]
async fn a_stream_is_parked_at_its_first_poison_and_several_may_be_in_one_batch() {
    let desk = Desk::new().await;
    let (sick, ill, well) =
        (desk.open(1, |_| {}).await, desk.open(2, |_| {}).await, desk.open(3, |_| {}).await);
    let first = desk.then(sick, comment(1, None, Visibility::Public, "a\0b"), 5).await;
    let second = desk.then(sick, moved(Status::Open, Status::Closed), 6).await;
    let third = desk.then(ill, moved(Status::Open, Status::Closed), 6).await;
    desk.then(well, moved(Status::Open, Status::Closed), 6).await;
    let good = tamper(&desk, second, b"{}").await;
    tamper(&desk, third, b"{}").await;
    desk.project().await;
    assert_eq!(
        parked(&desk).await,
        [("views".to_owned(), first, 2), ("views".to_owned(), third, 1)]
    );
    assert_eq!((version(&desk, sick).await, version(&desk, well).await), (1, 2));
    tamper(&desk, third, &good).await;
    let retried = retry_parked(&desk.store, None, |_| {}).await.unwrap();
    assert_eq!(retried.iter().map(|retried| retried.left).collect::<Vec<_>>(), [2, 0]);
    assert_eq!(version(&desk, ill).await, 2);
}

#[tokio::test]
async fn a_version_of_a_work_role_that_does_not_follow_parks_it() {
    let desk = Desk::new().await;
    let role = uuid::Uuid::from_u128(5);
    let name = |name: &str| domain::RoleName::parse(name).unwrap();
    let created = WorkRoleEvent::Created(WorkRoleCreated { name: name("Agents") });
    let renamed = WorkRoleEvent::Renamed(WorkRoleRenamed { name: name("Engineers") });
    desk.append(role, &[created], crate::support::at(1)).await;
    desk.project().await;
    let position = desk.append(role, &[renamed], crate::support::at(2)).await;
    let sql = "update log.events set version = $2 where position = $1";
    sqlx::query(sql).bind(position).bind(7).execute(&desk.pool).await.unwrap();
    desk.project().await;
    assert_eq!(parked(&desk).await, [("views".to_owned(), position, 1)]);
}
