//! One bad request does not fail those it happens to share a batch with.

use eventstore::{
    AppendRequest, Appended, Claim, Credential, Expected, MAX_EVENT_BYTES, StoreError,
};
use futures_util::future::join_all;
use serde_json::json;
use sqlx::Row;

use crate::support::{
    APPEND_LOCK, Database, assert_sound, event, id, opened, request, stream, waiting, written,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_the_database_refuses_fails_alone() {
    let database = Database::fresh().await;
    let (store, other) = (database.store().await, database.store().await);
    let nul = event("thing.\0", json!({}));
    let bad = request(vec![stream(id(), Expected::Exactly(0), vec![nul])]);
    let large = json!({ "text": "x".repeat(MAX_EVENT_BYTES) });
    let large = event("thing.opened", large);
    let large = request(vec![stream(id(), Expected::Exactly(0), vec![large])]);
    let taken = Credential { owner: id(), kind: "api_token", secret: Some(vec![1; 32]) };
    let keeps = AppendRequest { credentials: vec![taken.clone()], ..opened() };
    written(&store.append(keeps).await.unwrap());
    let same = Credential { owner: id(), ..taken };
    let same = AppendRequest { credentials: vec![same], ..opened() };

    // While somebody else holds the lock, the first request is under way and all others gather for the next batch.
    let mut lock = other.pool().acquire().await.unwrap();
    sqlx::query("select pg_advisory_lock($1)").bind(APPEND_LOCK).execute(&mut *lock).await.unwrap();
    let mut requests: Vec<AppendRequest> = (0..40).map(|_| opened()).collect();
    requests.insert(7, bad);
    requests.insert(20, large);
    requests.insert(33, same);
    let unlock = async {
        waiting(&other, 1).await;
        let sql = "select pg_advisory_unlock($1)";
        sqlx::query(sql).bind(APPEND_LOCK).execute(&mut *lock).await.unwrap();
    };
    let appends = join_all(requests.into_iter().map(|request| store.append(request)));
    let (results, ()) = tokio::join!(appends, unlock);

    for (at, result) in results.into_iter().enumerate() {
        match at {
            7 | 33 => assert!(matches!(result, Err(StoreError::Database(_))), "{at}: {result:?}"),
            20 => assert!(matches!(result, Err(StoreError::EventTooLarge { .. })), "{result:?}"),
            _ => drop(written(&result.unwrap())),
        }
    }
    assert_eq!(assert_sound(&store).await, 41);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_leaves_nothing_behind() {
    let store = Database::fresh().await.store().await;
    let name = Claim::plain("thing.name", *b"n");
    let holder = id();
    let first = AppendRequest {
        claims: vec![(name.clone(), holder)],
        ..request(vec![stream(
            holder,
            Expected::Exactly(0),
            vec![event("thing.opened", json!({}))],
        )])
    };
    written(&store.append(first).await.unwrap());

    let other = id();
    let personal = json!({ "name": { "$personal": "Ann" } });
    let refused = AppendRequest {
        claims: vec![(Claim::plain("thing.name", *b"m"), other), (name.clone(), other)],
        releases: vec![Claim::plain("thing.name", *b"o")],
        credentials: vec![Credential { owner: other, kind: "password", secret: Some(vec![1]) }],
        ..request(vec![stream(other, Expected::Exactly(0), vec![event("thing.opened", personal)])])
    };
    let command_id = refused.command_id;
    let claimed = store.append(refused.clone()).await.unwrap();
    assert_eq!(claimed, Appended::Claimed { kind: "thing.name", owner: holder });
    assert_eq!(store.receipt(command_id).await.unwrap(), None);
    assert_eq!(store.claim_owner(&refused.claims[0].0).await.unwrap(), None);
    assert_eq!(store.credential(other, "password").await.unwrap(), None);
    let keys = sqlx::query("select count(*) from vault.subject_keys").fetch_one(store.pool()).await;
    assert_eq!(keys.unwrap().get::<i64, _>(0), 0);

    // The same command may be tried again, and goes through once nothing is in its way.
    let release = AppendRequest {
        releases: vec![name],
        ..request(vec![stream(holder, Expected::Exactly(1), vec![])])
    };
    assert_eq!(written(&store.append(release).await.unwrap()), (0, 1));
    assert_eq!(written(&store.append(refused).await.unwrap()), (2, 2));
    assert_eq!(store.credential(other, "password").await.unwrap(), Some(vec![1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_without_events_has_a_receipt_and_a_checked_version() {
    let store = Database::fresh().await.store().await;
    let stream_id = id();
    let opened = event("thing.opened", json!({}));
    store
        .append(request(vec![stream(stream_id, Expected::Exactly(0), vec![opened])]))
        .await
        .unwrap();
    let stale = request(vec![stream(stream_id, Expected::Exactly(0), vec![])]);
    let conflict = store.append(stale).await.unwrap();
    assert_eq!(conflict, Appended::Conflict { stream_id, actual: 1 });

    let fresh = request(vec![stream(stream_id, Expected::Exactly(1), vec![])]);
    assert_eq!(written(&store.append(fresh.clone()).await.unwrap()), (0, 1));
    let Appended::Duplicate(receipt) = store.append(fresh).await.unwrap() else {
        panic!("the receipt was not found")
    };
    assert_eq!((receipt.stream_id, receipt.version), (Some(stream_id), 1));
    let nothing = request(vec![]);
    assert_eq!(written(&store.append(nothing).await.unwrap()), (0, 1));
    assert_sound(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_named_twice_gets_all_its_events_in_order() {
    let store = Database::fresh().await.store().await;
    let stream_id = id();
    let done = || vec![event("thing.done", json!({}))];
    let twice = request(vec![
        stream(stream_id, Expected::Exactly(0), done()),
        stream(id(), Expected::Exactly(0), done()),
        stream(stream_id, Expected::Any, done()),
    ]);
    let Appended::Written { versions, last_position, .. } = store.append(twice).await.unwrap()
    else {
        panic!("not written")
    };
    assert_eq!((versions, last_position), (vec![1, 1, 2], 3));
    assert_sound(&store).await;
}
