//! What others find in the topics.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use test_support::kcat_read;

use super::{PARTITIONS, roles, until_published, work};
use crate::log::database;
use crate::support::{Desk, kafka_and_prefix};

#[tokio::test]
async fn kcat_reads_cloud_events_with_personal_fields_sealed_and_one_key_per_stream() {
    let (bootstrap, prefix) = kafka_and_prefix(PARTITIONS).await;
    let setup = roles("api,relay,projector", &bootstrap, &prefix)
        .variable("DOCKET_PUBLIC_URL", "https://desk.example.com");
    let desk = Desk::start(setup).await;
    let handler = desk.as_handler().await;
    let body = json!({
        "subject": "Antenna of Mr Confidential", "description": "Call +49 170 5550100",
        "category": "technical_issue",
        "customer": { "email": "confidential@example.com", "name": "Mr Confidential" },
    });
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let call = handler.call(reqwest::Method::POST, "/api/v1/tickets").json(&body);
    let opened = call.header("traceparent", traceparent).send().await;
    let ticket = opened.expect(201);
    work(&handler, 4).await;
    let pool = database(&desk).await;
    until_published(&pool).await;

    let records = kcat_read(&bootstrap, &format!("{prefix}.ticket")).await;
    let mut partitions: BTreeMap<&str, i32> = BTreeMap::new();
    for record in &records {
        let header = |name: &str| record.headers[name].as_str();
        let key = record.key.as_deref().unwrap();
        assert_eq!(header("ce_specversion"), "1.0");
        assert_eq!(header("ce_subject"), key);
        assert_eq!(header("ce_source"), "urn:docket");
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("ce_kind"), "ticket");
        assert!(header("ce_id").parse::<uuid::Uuid>().is_ok());
        assert!(header("ce_type").starts_with("ticket."));
        let recorded = chrono::DateTime::parse_from_rfc3339(header("ce_time")).unwrap();
        assert_eq!(recorded.timestamp_millis(), record.timestamp);
        let schema = format!(
            "https://desk.example.com/api/schemas/{}.v{}.json",
            header("ce_type"),
            header("ce_schemaversion")
        );
        assert_eq!(header("ce_dataschema"), schema);
        // All of a stream in one partition, the one that Kafka's own clients would choose.
        assert_eq!(*partitions.entry(key).or_insert(record.partition), record.partition);
        let of_key = eventstore::kafka::partition_of(key.parse().unwrap(), PARTITIONS);
        assert_eq!(record.partition, of_key);
        let data: Value = serde_json::from_str(record.value.as_deref().unwrap()).unwrap();
        let metadata: Value = serde_json::from_str(header("ce_metadata")).unwrap();
        let all = format!("{data}{metadata}");
        for secret in ["onfidential", "5550100", "127.0.0.1", "Cell ", "looking at"] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
    }
    let first = records.iter().find(|record| record.key.as_deref() == ticket["id"].as_str());
    let first = first.unwrap();
    assert!(first.headers["ce_traceparent"].contains("4bf92f3577b34da6a3ce929d0e0e4736"));
    let data: Value = serde_json::from_str(first.value.as_deref().unwrap()).unwrap();
    assert!(data["subject"]["$sealed"]["box"].is_string(), "{data}");
    assert_eq!(data["category"], "technical_issue");
    assert_eq!(records.len() as i64, events_of_kind(&pool, "ticket").await);
    super::frozen::assert_published_once(&bootstrap, &prefix, &pool).await;
}

async fn events_of_kind(pool: &sqlx::PgPool, kind: &str) -> i64 {
    let sql = "select count(*) from log.events where kind = $1";
    sqlx::query_scalar(sql).bind(kind).fetch_one(pool).await.unwrap()
}
