//! How fast the relay is. Run by hand, in a release build and on a quiet machine:
//! `cargo test --release -p eventstore --test kafka speed -- --ignored --nocapture`

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use eventstore::kafka::{AtStep, parse};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Offset, TopicPartitionList};

use crate::database::ambient;
use crate::support::Desk;

/// Events of some 700 bytes each, ten per stream.
const FILL: &str = "insert into log.events \
    select n, gen_random_uuid(), md5((n / 10)::text)::uuid, 'thing', (n % 10 + 1)::int, 'thing.done', 1, \
        convert_to(json_build_object('text', (select string_agg(md5(n || '.' || i), '') from generate_series(1, 14) i))::text, 'UTF8'), \
        convert_to(json_build_object('actor', json_build_object('kind', 'user', 'id', gen_random_uuid()), \
            'correlation_id', md5(n::text), \
            'traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')::text, 'UTF8'), \
        sha256(n::text::bytea), now() \
    from generate_series(1, $1::bigint) n";

async fn fill(desk: &Desk, events: i64) {
    let pool = desk.store.pool();
    sqlx::query(FILL).bind(events).execute(pool).await.unwrap();
    let batch = "insert into log.batches values (1, $1, sha256('x'), now())";
    sqlx::query(batch).bind(events).execute(pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn a_backlog() {
    const EVENTS: i64 = 300_000;
    let mut desk = Desk::new().await;
    desk.settings.partitions = 12;
    fill(&desk, EVENTS).await;
    let began = Instant::now();
    let relay = desk.relay(AtStep::default()).await;
    relay.until(|status| status.position > 0).await;
    let started = began.elapsed();
    relay.until(|status| status.position == EVENTS).await;
    let seconds = (began.elapsed() - started).as_secs_f64();
    println!("started in {started:?}, then {:.0} events/s", EVENTS as f64 / seconds);
    relay.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn the_lag_at_a_steady_rate() {
    const REQUESTS: usize = 5;
    const EVERY: Duration = Duration::from_millis(5);
    const FOR: Duration = Duration::from_secs(15);
    let mut desk = Desk::new().await;
    desk.settings.partitions = 12;
    let relay = desk.relay(AtStep::default()).await;
    let last = desk.append("thing", 1).await;
    relay.until(|status| status.position == last).await;

    let (settings, topic) = (desk.settings.clone(), desk.settings.topic("thing"));
    let reading = tokio::task::spawn_blocking(move || {
        let consumer: BaseConsumer = settings
            .client_config()
            .set("group.id", "lag")
            .set("isolation.level", "read_committed")
            .set("fetch.wait.max.ms", "20")
            .create()
            .unwrap();
        let mut assignment = TopicPartitionList::new();
        for partition in 0..settings.partitions {
            assignment.add_partition_offset(&topic, partition, Offset::End).unwrap();
        }
        consumer.assign(&assignment).unwrap();
        let (began, mut lags) = (Instant::now(), Vec::new());
        while began.elapsed() < FOR + Duration::from_secs(3) {
            if let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) {
                let recorded = parse(&message).unwrap().event.recorded_at;
                lags.push((ambient().now() - recorded).num_milliseconds());
            }
        }
        lags
    });
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (began, mut ticks) = (Instant::now(), tokio::time::interval(EVERY));
    let mut appended = 0;
    while began.elapsed() < FOR {
        ticks.tick().await;
        desk.append("thing", REQUESTS).await;
        appended += REQUESTS * 2;
    }
    let mut lags = reading.await.unwrap();
    lags.sort_unstable();
    let shares = [50, 90, 99].map(|share| (share, lags[(lags.len() - 1) * share / 100]));
    println!("{appended} appended, {} read, lag in ms: {:?}", lags.len(), BTreeMap::from(shares));
    relay.stop().await;
}
