//! A broker that goes and comes back.

use test_support::TestKafka;

use super::scene::Scene;
use crate::support::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_waits_for_a_broker_that_is_away_and_all_goes_on_when_it_is_back() {
    let kafka = TestKafka::start().await;
    if kafka.lacks("a memory that lasts") {
        return;
    }
    let mut scene = Scene::of(Desk::on(kafka.bootstrap(), "away".into()).await, 3);
    scene.create_topic().await;
    let records = scene.append(50).await;
    scene.produce(&records).await;
    let mut consumer = scene.consumer("views");
    consumer.until(50).await;

    kafka.kill();
    // Published just before, though no consumer has seen it.
    let unseen = scene.append(30).await;
    scene.note_relayed().await;
    consumer.until(80).await;

    kafka.restart().await;
    scene.produce(&unseen).await;
    let records = scene.append(20).await;
    scene.produce(&records).await;
    consumer.until(100).await;
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}
