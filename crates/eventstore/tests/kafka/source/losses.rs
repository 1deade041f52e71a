//! What Kafka has lost or altered comes from Postgres.

use std::time::Duration;

use rdkafka::Offset;

use super::scene::Scene;

#[tokio::test]
async fn gaps_are_filled() {
    let mut scene = Scene::with_partitions(3).await;
    let records = scene.append(300).await;
    scene.produce(records.iter().step_by(7)).await;
    scene.note_relayed().await;
    let mut consumer = scene.consumer("views");
    consumer.until(300).await;
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn kafka_waits_while_a_long_gap_is_filled_and_then_goes_on() {
    let mut scene = Scene::with_partitions(1).await;
    let records = scene.append(1000).await;
    scene.produce_all(&records[600..]).await;
    let mut consumer = scene.consumer("views");
    consumer.until(1000).await;
    let records = scene.append(20).await;
    scene.produce(&records).await;
    // From Kafka: Postgres does not know that they were published.
    consumer.until(1020).await;
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn deleted_records_come_all_the_same() {
    let Some(mut scene) = Scene::on_apache_kafka(2).await else { return };
    let records = scene.append(200).await;
    scene.produce(&records).await;
    scene.delete_records(Offset::Offset(50)).await;
    let mut consumer = scene.consumer("views");
    consumer.until(200).await;
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn records_deleted_up_to_the_end_come_from_postgres() {
    let Some(mut scene) = Scene::on_apache_kafka(3).await else { return };
    let records = scene.append(100).await;
    scene.produce(&records).await;
    scene.note_relayed().await;
    scene.delete_records(Offset::End).await;
    let mut consumer = scene.consumer("views");
    consumer.until_given(3).await;
    consumer.until(100).await;
    // And the topic goes on.
    let records = scene.append(20).await;
    scene.produce(&records).await;
    consumer.until(120).await;
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn a_topic_made_anew_goes_on_where_the_old_one_was() {
    let Some(mut scene) = Scene::on_apache_kafka(2).await else { return };
    let records = scene.append(60).await;
    scene.produce(&records[..50]).await;
    let mut consumer = scene.consumer("views");
    consumer.until(50).await;
    scene.delete_topic().await;
    scene.create_topic().await;
    // The last of the old topic never came.
    let more = scene.append(40).await;
    scene.produce(&more).await;
    scene.note_relayed().await;
    consumer.until(100).await;
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn a_topic_that_is_yet_to_be_made_is_waited_for() {
    let Some(mut scene) = Scene::on_apache_kafka(2).await else { return };
    scene.delete_topic().await;
    let mut consumer = scene.consumer("views");
    let early = tokio::time::timeout(Duration::from_secs(2), consumer.until_given(2)).await;
    assert!(early.is_err(), "there are no partitions yet");
    scene.create_topic().await;
    let records = scene.append(20).await;
    scene.produce(&records).await;
    consumer.until(20).await;
}

#[tokio::test]
async fn records_that_were_altered_are_not_believed() {
    let mut scene = Scene::with_partitions(2).await;
    let mut records = scene.append(40).await;
    records[3].event.data = br#"{"number":0,"text":"forged"}"#.to_vec();
    records[17].event.metadata.push(b' ');
    records[18].event.event_type = "thing.forged".into();
    records[39].event.leaf[0] ^= 1;
    scene.produce(&records).await;
    let mut consumer = scene.consumer("views");
    consumer.until(40).await;
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn a_record_from_beyond_the_end_of_the_log_is_passed_by() {
    let mut scene = Scene::with_partitions(1).await;
    let mut records = scene.append(12).await;
    scene.produce(&records[..5]).await;
    // One that is off by itself, and one that says so of the one before it.
    let (mut beyond, mut after) = (records.remove(5), records.remove(5));
    beyond.event.position = 1_000_000_000_000;
    after.previous = 2_000_000_000_000;
    scene.produce([&beyond, &after]).await;
    scene.produce(&records[5..]).await;
    let mut consumer = scene.consumer("views");
    consumer.until(12).await;
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn what_another_log_had_in_the_same_places_is_not_believed() {
    // The database came back from a backup, and other things happened since; Kafka still holds what was.
    let (mut scene, mut lost) = (Scene::with_partitions(1).await, Scene::with_partitions(1).await);
    let (records, lost) = (scene.append(12).await, lost.append(8).await);
    scene.produce(&lost).await;
    scene.produce(&records[8..]).await;
    let mut consumer = scene.consumer("views");
    consumer.until(12).await;
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}

#[tokio::test]
async fn foreign_messages_are_passed_by() {
    let mut scene = Scene::with_partitions(1).await;
    let records = scene.append(20).await;
    scene.produce_foreign(0).await;
    for records in records.chunks(5) {
        scene.produce(&records[..4]).await;
        // In the place of an event.
        scene.produce_foreign(0).await;
    }
    scene.note_relayed().await;
    let mut consumer = scene.consumer("views");
    consumer.until(20).await;
    assert_eq!(consumer.checkpoints.events(), scene.expected().await);
}
