//! The plans of the append, made while the tables were empty, still look everything up by index when they are full.
//! That holds the cost flat without a clock in the test; `docket bench` measures it with one.

use std::collections::BTreeMap;
use std::time::Duration;

use eventstore::{AppendRequest, Claim, EventStore, Expected, Identifier, StreamAppend, Subject};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::support::{Database, event, id, request, stream, written};

const TABLES: [&str; 7] = [
    "log.events",
    "log.receipts",
    "log.claims",
    "log.batches",
    "vault.subject_keys",
    "vault.identifiers",
    "vault.credentials",
];

/// Appends with something in every array of the call.
async fn append(store: &EventStore, requests: usize) {
    let requests = (0..requests).map(|n| {
        let stream_id = id();
        let data = json!({ "name": { "$personal": "Ann" } });
        let stream = StreamAppend {
            subject: Subject::Identified(vec![Identifier::email(&format!("{stream_id}@x.org"))]),
            ..stream(stream_id, Expected::Exactly(0), vec![event("thing.opened", data)])
        };
        AppendRequest {
            claims: vec![(Claim::plain("thing.name", *stream_id.as_bytes()), stream_id)],
            releases: vec![Claim::plain("thing.other", n.to_be_bytes())],
            ..request(vec![stream])
        }
    });
    for appended in store.append_many(requests.collect()).await {
        written(&appended.unwrap());
    }
}

/// Sequential scans by table, and index scans of all.
async fn scans(connection: &mut PgConnection) -> (BTreeMap<String, i64>, i64) {
    let rows = sqlx::query(
        "select schemaname || '.' || relname as name, seq_scan, idx_scan from pg_stat_user_tables \
         where schemaname || '.' || relname = any($1)",
    )
    .bind(TABLES.as_slice())
    .fetch_all(connection)
    .await
    .unwrap();
    let sequential = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    (sequential, rows.iter().map(|row| row.get::<i64, _>(2)).sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_from_end_to_end_however_full_the_log() {
    const FEW: usize = 20;
    const MANY: usize = 10_000;
    let database = Database::fresh().await;
    let mut watcher = PgConnection::connect(database.url()).await.unwrap();
    for table in TABLES {
        // Which would have the plans made anew at a time of its own choosing.
        let sql = format!("alter table {table} set (autovacuum_enabled = off)");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut watcher).await.unwrap();
    }
    let (sequential, _) = scans(&mut watcher).await;
    let store = database.store().await;
    // Some plans are made while all is empty, and all of them anew while a page holds all there is: then reading a
    // table from end to end is the cheapest way, and whatever the tables become, nothing makes those plans anew.
    append(&store, 1).await;
    sqlx::raw_sql("vacuum analyze").execute(&mut watcher).await.unwrap();
    for _ in 0..FEW {
        append(&store, 1).await;
    }
    append(&store, MANY).await;
    // From here on the planner knows how full they are.
    sqlx::raw_sql("analyze").execute(&mut watcher).await.unwrap();
    append(&store, MANY).await;
    store.pool().close().await;
    drop(store);

    // The counts arrive when the connections of the store have ended.
    let appended = i64::try_from(1 + FEW + 2 * MANY).unwrap();
    let mut tries = 0;
    let (now, indexed) = loop {
        let (now, indexed) = scans(&mut watcher).await;
        // Each request looks up a stream, a receipt, a claim and an identifier.
        if indexed >= 4 * appended || tries == 1200 {
            break (now, indexed);
        }
        tries += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(indexed >= 4 * appended, "{indexed} index scans for {appended} requests");
    // A plan that has flipped reads the table once for every request. One read or another belongs to the server itself.
    for (table, scans) in now {
        let before = sequential.get(&table).copied().unwrap_or(0);
        assert!(scans - before < 20, "{table} was read from end to end {} times", scans - before);
    }
}
