//! Several projectors on Kafka, and the way there and back: the rows are those of a rebuild.

use std::time::Duration;

use domain::ticket::{Status, Visibility};
use eventstore::kafka::{AtStep, KafkaSettings, Relay, RelayOptions};
use projections::{
    Freshness, KINDS, Progress, Projector, SearchProjector, Source, View, rebuild_beside,
    retry_parked,
};
use sqlx::Row;
use test_support::shared_kafka;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::papers::papers;
use crate::races::{LAYOUT, execute, split, until_waiting};
use crate::rebuilds::rows;
use crate::support::{Desk, Dice, comment, lives, moved, ticket, write};
use crate::work::{clocks, work, write_mixed};

const PARTITIONS: i32 = 4;
const PATIENCE: Duration = Duration::from_secs(60);

async fn settings() -> KafkaSettings {
    let kafka = shared_kafka().await;
    let settings = KafkaSettings {
        brokers: vec![kafka.bootstrap()],
        prefix: kafka.fresh_prefix(),
        source: "urn:test".into(),
        public_url: None,
        partitions: PARTITIONS,
        replication_factor: 1,
        client: Vec::new(),
        session_timeout: Duration::from_secs(6),
    };
    if kafka.is_mock() {
        let topics: Vec<String> = KINDS.iter().map(|kind| settings.topic(kind)).collect();
        let relay = settings.relay_topic();
        let mut all: Vec<(&str, i32)> =
            topics.iter().map(|topic| (topic.as_str(), PARTITIONS)).collect();
        all.push((&relay, 1));
        kafka.create_topics(&all).await;
    }
    settings
}

fn relay(desk: &Desk, settings: &KafkaSettings) -> CancellationToken {
    let options = RelayOptions {
        lease_ttl: Duration::from_secs(15),
        holder: desk.store.ambient().uuid_v7(),
        kinds: KINDS.iter().map(ToString::to_string).collect(),
        at: AtStep::default(),
    };
    let stop = CancellationToken::new();
    tokio::spawn(Relay::new(desk.store.clone(), settings.clone(), options).run(stop.clone()));
    stop
}

/// The projectors of one process, which begin anew when they find another one at work.
fn process(desk: &Desk, source: &Source) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let progress = Progress::default();
    for search in [false, true] {
        let (store, source, progress) = (desk.store.clone(), source.clone(), progress.clone());
        tasks.spawn(async move {
            loop {
                let (store, progress) = (store.clone(), progress.clone());
                let error = match search {
                    false => Projector::new(store, progress).run(&source).await.unwrap_err(),
                    true => SearchProjector::new(store, progress).run(&source).await.unwrap_err(),
                };
                assert!(
                    matches!(error, projections::ProjectionError::OtherOwner { .. }),
                    "{error:?}"
                );
            }
        });
    }
    tasks
}

async fn until_seen(desk: &Desk) {
    let head = desk.store.head().await.unwrap().position;
    desk.queries.wait_for(head, Freshness::ViewsAndSearch, PATIENCE).await.unwrap();
}

async fn assert_as_rebuilt(desk: &Desk) {
    let live = rows(&desk.pool).await;
    projections::rebuild(&desk.store, &desk.progress).await.unwrap();
    assert_eq!(rows(&desk.pool).await, live);
}

/// Two processes take up Kafka at the same time; one of them comes first.
#[tokio::test(flavor = "multi_thread")]
async fn who_finds_kafka_taken_up_while_it_catches_up_goes_on_with_it() {
    let desk = Desk::new().await;
    let settings = settings().await;
    desk.open(1, |_| {}).await;
    desk.project().await;
    let stop = relay(&desk, &settings);
    let mut other = desk.pool.begin().await.unwrap();
    execute(&mut other, LAYOUT).await;
    let projector = Projector::new(desk.store.clone(), Progress::default());
    let kafka = Source::Kafka(settings);
    let running = tokio::spawn(async move { projector.run(&kafka).await });
    until_waiting(&desk.pool, 1, "%advisory%").await;
    split(&mut other, PARTITIONS).await;
    other.commit().await.unwrap();
    let position = desk.then(ticket(1), moved(Status::Open, Status::Closed), 1).await;
    desk.queries.wait_for(position, Freshness::Views, PATIENCE).await.unwrap();
    assert!(!running.is_finished());
    running.abort();
    stop.cancel();
    desk.project().await;
    assert_as_rebuilt(&desk).await;
}

/// The projectors are stopped wherever they are, so that partitions lag behind each other.
#[tokio::test(flavor = "multi_thread")]
async fn to_kafka_and_back_at_any_moment_each_event_is_folded_once() {
    let desk = Desk::new().await;
    let settings = settings().await;
    let kafka = Source::Kafka(settings.clone());
    let (log, work) = (lives(41, 60, 900), work(43, 60, 500));
    let work = [work, papers(35, 40, 300), clocks(&log)].concat();
    let mut work = work.chunks(work.len().div_ceil(5));
    let mut parts = log.chunks(160);
    // Kafka is taken up when the views are there already: the relay begins behind them.
    write(&desk, parts.next().unwrap()).await;
    desk.project().await;
    let stop = relay(&desk, &settings);
    for (round, part) in parts.enumerate() {
        let tasks = process(&desk, &kafka);
        let (early, late) = part.split_at(80);
        write(&desk, early).await;
        if round == 0 {
            // One stream is parked by then, and the turns take it along.
            let data = "update log.events set data = 'x' where stream_id = $1 and version = \
                        (select max(version) from log.events where stream_id = $1)";
            let id = ticket(900).uuid();
            desk.open(900, |_| {}).await;
            until_seen(&desk).await;
            let position = desk.then(ticket(900), moved(Status::Open, Status::Closed), 1).await;
            sqlx::query(data).bind(id).execute(&desk.pool).await.unwrap();
            assert!(position > 0);
        }
        if round % 2 == 0 {
            until_seen(&desk).await;
        }
        write_mixed(&desk, late, work.next().unwrap_or_default()).await;
        // Some of it is folded.
        drop(tasks);
        desk.then(ticket(900), comment(50_000 + round as u128, None, Visibility::Public, "x"), 2)
            .await;
        if round == 1 {
            rebuild_beside(&desk.store, &View::ALL, |_| {}).await.unwrap();
        }
        // From the log itself, by another process.
        let tasks = process(&desk, &Source::Tail);
        until_seen(&desk).await;
        drop(tasks);
    }
    stop.cancel();
    drop(retry_parked(&desk.store, None, |_| {}).await.unwrap());
    until_seen(&desk).await;
    assert_as_rebuilt(&desk).await;
}

/// Two projectors share the partitions, write the same counters and words, and come upon poison.
#[tokio::test(flavor = "multi_thread")]
async fn two_projectors_under_load_with_rebuilds_and_poison_lose_and_double_nothing() {
    let desk = Desk::new().await;
    let settings = settings().await;
    let stop = relay(&desk, &settings);
    let kafka = Source::Kafka(settings);
    let mut processes = vec![process(&desk, &kafka), process(&desk, &kafka)];
    let mut dice = Dice(77);
    let log = lives(42, 80, 1400);
    let work = [work(44, 80, 800), papers(45, 80, 800), clocks(&log)].concat();
    let shares = work.chunks(work.len().div_ceil(8));
    for (round, (part, work)) in log.chunks(185).zip(shares).enumerate() {
        write_mixed(&desk, part, work).await;
        for n in 0..3 {
            let sick = ticket(u128::from(1 + dice.roll(80)));
            let number = 70_000 + round as u128 * 10 + n;
            desk.then(sick, comment(number, None, Visibility::Public, "a\0b"), 9).await;
        }
        match round {
            // One goes, another one comes.
            2 => drop(processes.pop()),
            3 => processes.push(process(&desk, &kafka)),
            4 => rebuild_beside(&desk.store, &View::ALL, |_| {}).await.unwrap(),
            _ => {}
        }
        for retried in retry_parked(&desk.store, None, |_| {}).await.unwrap() {
            assert!(retried.left > 0, "{retried:?}");
        }
    }
    until_seen(&desk).await;
    drop(processes);
    stop.cancel();
    let parked = async || {
        let sql = "select consumer || stream_id || version from work.parked_events order by 1";
        let rows = sqlx::query(sql).fetch_all(&desk.pool).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>()
    };
    let before = parked().await;
    assert!(!before.is_empty());
    assert_as_rebuilt(&desk).await;
    assert_eq!(parked().await, before);
}
