//! What Kafka no longer has comes from Postgres.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use test_support::shared_kafka;

use super::{PARTITIONS, assert_equal_to_a_rebuild, roles, settle, until_published, work};
use crate::log::database;
use crate::support::Desk;

#[tokio::test]
async fn a_deleted_stretch_of_a_topic_loses_nothing() {
    let kafka = shared_kafka().await;
    if kafka.lacks("the deletion of records") {
        return;
    }
    let (bootstrap, prefix) = (kafka.bootstrap(), kafka.fresh_prefix());
    let setup = |names| roles(names, &bootstrap, &prefix);
    let api = Desk::start(setup("api,relay")).await;
    let pool = database(&api).await;
    let projector = api.beside(setup("projector")).await;
    let handler = api.as_handler().await;
    work(&handler, 5).await;
    settle(&api).await;
    projector.stop();

    work(&handler, 12).await;
    until_published(&pool).await;
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &bootstrap).create().unwrap();
    let mut all = TopicPartitionList::new();
    for number in 0..PARTITIONS {
        all.add_partition_offset(&format!("{prefix}.ticket"), number, Offset::End).unwrap();
    }
    let options = AdminOptions::new().operation_timeout(Some(Duration::from_secs(60)));
    admin.delete_records(&all, &options).await.unwrap();
    // Some partitions get a record behind the hole, others end with it.
    work(&handler, 1).await;
    projector.start_again().await;
    settle(&api).await;

    // And a topic that is gone, with all that is in it.
    admin.delete_topics(&[&format!("{prefix}.audit")], &options).await.unwrap();
    work(&handler, 3).await;
    let out = handler.post("/api/v1/users/logout", serde_json::json!({})).await;
    assert!(out.status < 500, "{}", out.text());
    settle(&api).await;
    projector.stop();
    assert_equal_to_a_rebuild(&api).await;
}
