//! How fast the source is. Run by hand:
//! `cargo test --release -p eventstore --test kafka source::speed -- --ignored --nocapture`

use std::time::{Duration, Instant};

use super::scene::{Checkpoints, Scene};
use crate::support::PATIENCE;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn a_backlog_and_single_events() {
    let mut scene = Scene::with_partitions(12).await;
    let records = scene.append(5_000).await;
    // The same over and over: what is measured is reading, checking and skipping.
    for _ in 0..20 {
        scene.produce_all(&records).await;
    }
    let records = scene.append(1).await;
    scene.produce(&records).await;
    let mut consumer = scene.member("views", &Checkpoints::default());
    consumer.until_given(12).await;
    let waited = consumer.until(5_001).await;
    println!("{} events and 95,000 repeats in {waited:?}", consumer.checkpoints.count());

    let mut lags = Vec::new();
    for count in 5_002..5_102 {
        let records = scene.append(1).await;
        let begun = Instant::now();
        scene.produce(&records).await;
        let written = begun.elapsed();
        tokio::time::timeout(PATIENCE, consumer.until(count)).await.unwrap();
        lags.push((begun.elapsed() - written).as_micros());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    lags.sort_unstable();
    println!("from acknowledgement to batch: p50 {} µs, p99 {} µs", lags[50], lags[98]);
}
