//! The Kafka of a story.

use std::fs;

use serde_json::Value;
use test_support::shared_kafka;

use super::repo;

/// The Kafka that all stories share, as clients name it, and a prefix that nobody else has. The mock cluster makes no
/// topics for a desk: there they are made already, with so many partitions.
pub async fn kafka_and_prefix(partitions: i32) -> (String, String) {
    let kafka = shared_kafka().await;
    let prefix = kafka.fresh_prefix();
    if kafka.is_mock() {
        let relay = (format!("{prefix}.relay"), 1);
        let topics = described().into_iter().map(|topic| (format!("{prefix}.{topic}"), partitions));
        let topics: Vec<_> = topics.chain([relay]).collect();
        let topics: Vec<_> = topics.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        kafka.create_topics(&topics).await;
    }
    (kafka.bootstrap(), prefix)
}

/// The topics of a desk without their prefix, as its document has them.
fn described() -> Vec<String> {
    let document = fs::read(repo().join("docs/asyncapi.json")).unwrap();
    let document: Value = serde_json::from_slice(&document).unwrap();
    document["channels"].as_object().unwrap().keys().cloned().collect()
}
