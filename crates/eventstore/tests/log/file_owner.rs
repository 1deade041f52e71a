//! Keys of what lies outside the log: in the vault before anything is sealed with them, gone with the person.

use std::collections::HashSet;

use eventstore::{
    AppendRequest, Appended, EventStore, Expected, FileOwner, Identifier, Metadata, StreamAppend,
    StreamKind, Subject,
};
use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::support::{
    APPEND_LOCK, Database, assert_sound, event, id, request, stream, waiting, written,
};

const EMAIL: &str = "ann@example.org";

fn ann() -> Subject {
    Subject::Identified(vec![Identifier::email(EMAIL), Identifier::customer_id("C-1")])
}

fn says(subject: Subject, stream_id: Uuid) -> AppendRequest {
    request(vec![StreamAppend {
        stream_id,
        kind: StreamKind("thing"),
        expected: Expected::Any,
        subject,
        events: vec![event("thing.said", json!({ "text": { "$personal": "leak" } }))],
    }])
}

async fn keys(store: &EventStore) -> Vec<Uuid> {
    let sql = "select key_id from vault.subject_keys order by key_id";
    sqlx::query_scalar(sql).fetch_all(store.pool()).await.unwrap()
}

async fn erase(store: &EventStore, subjects: &[Uuid]) {
    store.erase_subjects(subjects, id(), Metadata::system("e")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_in_the_vault_before_it_is_told_and_the_same_in_every_process() {
    let database = Database::fresh().await;
    let (here, there) = (database.store().await, database.store().await);
    let thing = id();
    let owner = here.file_owner(&ann(), thing).await.unwrap();
    assert_eq!(keys(&there).await, [owner.key_id]);
    assert_eq!(there.file_owner(&ann(), id()).await.unwrap(), owner);
    assert_eq!(there.file_owner_by_key(owner.key_id).await.unwrap(), Some(owner.clone()));
    assert_eq!(format!("{owner:?}"), format!("FileOwner({}, …)", owner.key_id));

    // Whoever stands for themselves is somebody else, with another key.
    let alone = here.file_owner(&Subject::Stream, thing).await.unwrap();
    assert_ne!((alone.key_id, alone.key), (owner.key_id, owner.key));
    assert_eq!(here.file_owner(&Subject::Id(thing), id()).await.unwrap(), alone);

    // An event about the same person is sealed under the same key, which goes by either identifier.
    written(&there.append(says(ann(), thing)).await.unwrap());
    assert_eq!(keys(&here).await.len(), 2);
    let by_id = here.linked_subjects(&Identifier::customer_id("C-1")).await.unwrap();
    erase(&here, &by_id).await;
    assert_eq!(keys(&here).await, [alone.key_id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_look_at_once_find_the_same_owner() {
    let database = Database::fresh().await;
    let (here, there) = (database.store().await, database.store().await);
    for subject in [ann(), Subject::Stream] {
        let thing = id();
        let asked = (0..24).map(|n| {
            let store = if n % 2 == 0 { here.clone() } else { there.clone() };
            let subject = subject.clone();
            async move { store.file_owner(&subject, thing).await.unwrap() }
        });
        let owners: Vec<FileOwner> = join_all(asked).await;
        assert!(owners.iter().all(|owner| *owner == owners[0]), "{owners:?}");
    }
    assert_eq!(keys(&here).await.len(), 2);
    assert_sound(&here).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_owner_is_gone_in_every_process_and_the_next_one_is_another() {
    let database = Database::fresh().await;
    let (here, there) = (database.store().await, database.store().await);
    let thing = id();
    let before = here.file_owner(&Subject::Stream, thing).await.unwrap();
    let other = here.file_owner(&Subject::Stream, id()).await.unwrap();
    assert!(there.file_owner_by_key(before.key_id).await.unwrap().is_some(), "it is cached there");
    let both = [before.key_id, other.key_id];
    assert_eq!(there.keys_there(&both).await.unwrap(), HashSet::from(both));

    erase(&here, &[thing]).await;
    assert_eq!(there.keys_there(&both).await.unwrap(), HashSet::from([other.key_id]));
    assert_eq!(there.keys_there(&[]).await.unwrap(), HashSet::new());
    assert_eq!(here.file_owner_by_key(before.key_id).await.unwrap(), None);
    let after = there.file_owner(&Subject::Stream, thing).await.unwrap();
    assert_ne!((after.key_id, after.key), (before.key_id, before.key));
    assert_eq!(there.file_owner_by_key(before.key_id).await.unwrap(), None);
    assert_eq!(here.file_owner(&Subject::Stream, thing).await.unwrap(), after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_erased_meanwhile_does_not_come_back() {
    let database = Database::fresh().await;
    let (here, there) = (database.store().await, database.store().await);
    let thing = id();
    let mut lock = here.pool().acquire().await.unwrap();
    sqlx::query("select pg_advisory_lock($1)").bind(APPEND_LOCK).execute(&mut *lock).await.unwrap();

    // One key, made there and stored nowhere yet: first an event brings it, then it is erased, and only
    // then comes the turn of whoever wants to keep it for files.
    let says = tokio::spawn({
        let there = there.clone();
        let said = event("thing.said", json!({ "text": { "$personal": "leak" } }));
        async move { there.append(request(vec![stream(thing, Expected::Any, vec![said])])).await }
    });
    waiting(&here, 1).await;
    let erased = tokio::spawn({
        let here = here.clone();
        async move { here.erase_subjects(&[thing], id(), Metadata::system("e")).await }
    });
    waiting(&here, 2).await;
    let owner = tokio::spawn({
        let there = there.clone();
        async move { there.file_owner(&Subject::Stream, thing).await }
    });
    waiting(&here, 3).await;
    let sql = "select pg_advisory_unlock($1)";
    sqlx::query(sql).bind(APPEND_LOCK).execute(&mut *lock).await.unwrap();

    written(&says.await.unwrap().unwrap());
    erased.await.unwrap().unwrap();
    let owner = owner.await.unwrap().unwrap();
    assert_eq!(keys(&here).await, [owner.key_id]);
    let fresh = database.store().await;
    let stored = fresh.read_stream(thing, 0).await.unwrap();
    let opened = fresh.open_events(stored).await.unwrap();
    let said = opened.iter().find(|event| event.data.get("text").is_some()).unwrap();
    assert_eq!(said.data["text"], json!({ "$personal": null }));
    assert_sound(&fresh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_learned_under_a_key_is_not_written_once_that_key_is_erased() {
    let database = Database::fresh().await;
    let (here, there) = (database.store().await, database.store().await);
    let (thing, file) = (id(), id());
    let owner = there.file_owner(&Subject::Stream, thing).await.unwrap();
    assert_eq!(there.subject_of_key(owner.key_id).await.unwrap(), Some(thing));
    let first = says(Subject::Id(thing), file);
    let appended = there.append_while_there(first.clone(), &[owner.key_id]).await.unwrap();
    written(&appended.unwrap());

    let mut lock = here.pool().acquire().await.unwrap();
    sqlx::query("select pg_advisory_lock($1)").bind(APPEND_LOCK).execute(&mut *lock).await.unwrap();
    let erased = tokio::spawn({
        let here = here.clone();
        async move { here.erase_subjects(&[thing], id(), Metadata::system("e")).await }
    });
    waiting(&here, 1).await;
    // The key is still there when it is looked for, and no longer when the turn of this comes.
    let late = tokio::spawn({
        let there = there.clone();
        let request = says(Subject::Id(thing), file);
        async move { there.append_while_there(request, &[owner.key_id]).await }
    });
    waiting(&here, 2).await;
    let sql = "select pg_advisory_unlock($1)";
    sqlx::query(sql).bind(APPEND_LOCK).execute(&mut *lock).await.unwrap();
    erased.await.unwrap().unwrap();
    assert_eq!(late.await.unwrap().unwrap(), None);
    assert_eq!(there.read_stream(file, 0).await.unwrap().len(), 1);
    assert_eq!(there.subject_of_key(owner.key_id).await.unwrap(), None);

    // A repeat of what went through before is told so.
    let again = there.append_while_there(first, &[owner.key_id]).await.unwrap();
    assert!(matches!(again, Some(Appended::Duplicate(_))), "{again:?}");
    assert_eq!(assert_sound(&here).await, 2);
}
