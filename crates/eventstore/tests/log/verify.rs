//! Whoever changes the log behind Docket's back is found out, and where.

use eventstore::{EventStore, Expected};
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::support::{Database, assert_sound, event, id, request, stream};

/// Batches of positions 1–3, 4–6, 7–9 …; in each, one event of the first stream and one each of two new ones.
async fn log() -> EventStore {
    let store = Database::fresh().await.store().await;
    let first = id();
    for _ in 0..4 {
        let done = || vec![event("thing.done", json!({ "note": { "$personal": "private" } }))];
        let new = || stream(id(), Expected::Exactly(0), done());
        let request = request(vec![stream(first, Expected::Any, done()), new(), new()]);
        store.append(request).await.unwrap();
    }
    sqlx::raw_sql("create table kept_events as table log.events; create table kept_batches as table log.batches")
        .execute(store.pool())
        .await
        .unwrap();
    store
}

async fn restore(store: &EventStore) {
    sqlx::raw_sql(
        "delete from log.events; insert into log.events table kept_events; \
         delete from log.batches; insert into log.batches table kept_batches",
    )
    .execute(store.pool())
    .await
    .unwrap();
}

async fn tampered(store: &EventStore, sql: &str) -> i64 {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(store.pool()).await.unwrap();
    let report = store.verify(|_| {}).await.unwrap();
    restore(store).await;
    let fault = report.fault.unwrap_or_else(|| panic!("nobody noticed: {sql}"));
    assert!(report.events < fault.position.max(1), "{sql}");
    fault.position
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untouched_log_holds() {
    let store = log().await;
    assert_eq!(assert_sound(&store).await, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_log_holds() {
    let store = Database::fresh().await.store().await;
    assert_eq!(assert_sound(&store).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_byte_is_found_where_it_is() {
    let store = log().await;
    for change in [
        "data = set_byte(data, 9, get_byte(data, 9) # 1)",
        "data = data || '\\x20'",
        "metadata = set_byte(metadata, 3, get_byte(metadata, 3) # 1)",
        "leaf = set_byte(leaf, 31, get_byte(leaf, 31) # 128)",
        "type = 'thing.donf'",
        "kind = 'thinh'",
        "schema_version = 2",
        "version = version + 100",
        "recorded_at = recorded_at + interval '1 microsecond'",
        "event_id = overlay(event_id::text placing translate(right(event_id::text, 1), '0123456789abcdef', '1234567890bcdefa') from 36)::uuid",
        "stream_id = gen_random_uuid()",
        "position = 1000",
    ] {
        for position in [1, 5, 9, 12] {
            let sql = format!("update log.events set {change} where position = {position}");
            assert_eq!(tampered(&store, &sql).await, position, "{sql}");
        }
    }
    assert_sound(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named() {
    let store = log().await;
    for position in [1, 6, 12] {
        let sql = format!("delete from log.events where position = {position}");
        assert_eq!(tampered(&store, &sql).await, position, "{sql}");
    }
    for first in [1, 7, 10] {
        let sql = format!("delete from log.batches where first_position = {first}");
        assert_eq!(tampered(&store, &sql).await, first, "{sql}");
        let sql = format!("delete from log.events where position between {first} and {first} + 2");
        assert_eq!(tampered(&store, &sql).await, first, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exchanged_and_foreign_events_are_named() {
    let store = log().await;
    let exchange = |a: i64, b: i64| {
        format!(
            "update log.events set position = -1 where position = {a}; \
             update log.events set position = {a} where position = {b}; \
             update log.events set position = {b} where position = -1"
        )
    };
    // Of different batches: the time gives it away.
    assert_eq!(tampered(&store, &exchange(5, 8)).await, 5);
    // Of one batch, both first of their streams: only the seal of the batch can tell.
    assert_eq!(tampered(&store, &exchange(5, 6)).await, 4);
    let insert = |position: i64| {
        format!(
            "insert into log.events select {position}, event_id, gen_random_uuid(), kind, 1, type, schema_version, data, metadata, leaf, recorded_at \
             from log.events where position = 5"
        )
    };
    assert_eq!(tampered(&store, &insert(13)).await, 13);
    assert_eq!(tampered(&store, &insert(0)).await, 0);
    assert_eq!(tampered(&store, &insert(-7)).await, -7);
}

#[tokio::test(flavor = "multi_thread")]
async fn altered_batches_are_named() {
    let store = log().await;
    for (change, found) in [
        ("seal = set_byte(seal, 0, get_byte(seal, 0) # 1)", 7),
        ("recorded_at = recorded_at + interval '1 microsecond'", 7),
        ("last_position = 8", 7),
        ("last_position = 10", 10),
    ] {
        let sql = format!("update log.batches set {change} where first_position = 7");
        assert_eq!(tampered(&store, &sql).await, found, "{sql}");
    }
    // Joined into one batch with a seal that nobody can compute without changing all that follow.
    let sql = "update log.batches set last_position = 6 where first_position = 1; \
               delete from log.batches where first_position = 4";
    assert_eq!(tampered(&store, sql).await, 4);
}
