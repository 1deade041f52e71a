//! How far consumers are, whatever their checkpoints look like.

use std::time::Duration;

use projections::{ConsumerLag, Freshness};
use sqlx::AssertSqlSafe;

use crate::support::{Desk, at, opened, ticket};

async fn execute(desk: &Desk, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&desk.pool).await.unwrap();
}

async fn lag(desk: &Desk, consumer: &str) -> ConsumerLag {
    let consumers = desk.queries.consumers().await.unwrap();
    consumers.into_iter().find(|lag| lag.consumer == consumer).unwrap()
}

/// A log of ten events.
async fn ten_events() -> Desk {
    let desk = Desk::new().await;
    for number in 1..=10 {
        let event = opened(number, |_| {});
        desk.append(ticket(number.into()).uuid(), &[event], at(0)).await;
    }
    desk
}

#[tokio::test]
async fn with_one_checkpoint_a_consumer_is_there() {
    let desk = ten_events().await;
    let behind = lag(&desk, "views").await;
    assert_eq!((behind.position, behind.lag_events, behind.partitions), (0, 10, 1));
    assert!(behind.lag_seconds > 0.0, "{behind:?}");
    execute(&desk, "update work.checkpoints set position = 9 where consumer = 'views'").await;
    assert_eq!(lag(&desk, "views").await.lag_events, 1);
    execute(&desk, "update work.checkpoints set position = 10 where consumer = 'views'").await;
    let level = lag(&desk, "views").await;
    assert_eq!((level.lag_events, level.lag_seconds), (0, 0.0));
    let fan_out = desk.queries.fan_out().await.unwrap();
    assert_eq!((fan_out.head, fan_out.relay), (10, None));
}

#[tokio::test]
async fn with_one_per_partition_idle_ones_hold_up_nobody() {
    let desk = ten_events().await;
    execute(
        &desk,
        "delete from work.checkpoints; \
         insert into work.relay (position, partitions, updated_at) values (9, 2, now()); \
         insert into work.relayed values ('ticket', 0, 9), ('ticket', 1, 7), ('user', 0, 3); \
         insert into work.checkpoints (consumer, partition, position) values \
             ('views', 'ticket/0', 9), ('views', 'ticket/1', 7), ('views', 'user/0', 3), ('views', 'user/1', 0), \
             ('search', 'ticket/0', 9), ('search', 'ticket/1', 4), ('inbound', 'inbound.tickets/0', 900)",
    )
    .await;
    let views = lag(&desk, "views").await;
    assert_eq!(
        (views.position, views.lag_events, views.partitions),
        (9, 1, 4),
        "as far as the relay"
    );
    let search = lag(&desk, "search").await;
    assert_eq!(
        (search.position, search.lag_events),
        (4, 6),
        "what it saw last where there is more"
    );
    let consumers = desk.queries.consumers().await.unwrap();
    assert_eq!(consumers.len(), 2, "offsets of others' topics are no positions");
    let relay = desk.queries.fan_out().await.unwrap().relay.unwrap();
    assert_eq!((relay.position, relay.lag_events, relay.partitions), (9, 1, 2));

    // A partition that was never looked at.
    execute(
        &desk,
        "delete from work.checkpoints where consumer = 'views' and partition = 'user/0'",
    )
    .await;
    assert_eq!(lag(&desk, "views").await.position, 0);
}

#[tokio::test]
async fn where_kafka_was_taken_up_later_the_views_may_be_ahead_of_it() {
    let desk = ten_events().await;
    execute(
        &desk,
        "delete from work.checkpoints; \
         insert into work.relay (position, partitions, updated_at) values (2, 1, now()); \
         insert into work.relayed values ('ticket', 0, 2); \
         insert into work.checkpoints (consumer, partition, position) values ('views', 'ticket/0', 10), ('views', 'user/0', 10)",
    )
    .await;
    assert_eq!(lag(&desk, "views").await.position, 10);
}

/// Of all who wait one looks; that one may give up in the midst of it.
#[tokio::test]
async fn who_gives_up_waiting_holds_up_nobody() {
    let desk = ten_events().await;
    let mut waiting = tokio::task::JoinSet::new();
    for n in 0..60 {
        let queries = desk.queries.clone();
        waiting.spawn(async move {
            let patience = Duration::from_millis(5 + n);
            queries.wait_for(1_000, Freshness::Views, patience).await.unwrap_err()
        });
    }
    for _ in 0..20 {
        waiting.join_next().await.unwrap().unwrap();
    }
    // The others are dropped wherever they are.
    drop(waiting);
    execute(&desk, "update work.checkpoints set position = 10").await;
    desk.queries.wait_for(10, Freshness::Views, Duration::from_secs(60)).await.unwrap();
}

#[tokio::test]
async fn parked_streams_are_counted_with_their_events() {
    let desk = ten_events().await;
    let [one, two] = [1, 2].map(|number| ticket(number).uuid());
    execute(
        &desk,
        &format!(
            "insert into work.parked_streams (consumer, stream_id, kind, first_position, error) values \
                 ('views', '{one}', 'ticket', 1, 'bad'), ('views', '{two}', 'ticket', 2, 'bad'); \
             insert into work.parked_events (consumer, stream_id, version, position) values \
                 ('views', '{one}', 1, 1), ('views', '{one}', 2, 5), ('views', '{two}', 1, 2)"
        ),
    )
    .await;
    let views = lag(&desk, "views").await;
    assert_eq!((views.parked_streams, views.parked_events), (2, 3));
    assert_eq!(lag(&desk, "search").await.parked_streams, 0);
    let parked = desk.queries.parked_streams(10).await.unwrap();
    assert_eq!(parked.iter().map(|stream| stream.events).sum::<i64>(), 3);
    assert_eq!(desk.queries.parked_streams(1).await.unwrap().len(), 1);
}
