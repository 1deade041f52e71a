//! Personal values are unreadable as stored, and gone when their subject is erased.

use eventstore::{
    Actor, AppendRequest, Client, EventStore, Expected, Identifier, Metadata, StreamAppend,
    StreamKind, Subject,
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::support::{Database, assert_sound, event, id, request, stream, written};

const EMAIL: &str = "Ann.Example@example.org";

fn ticket(stream_id: Uuid, email: &str, text: &str) -> AppendRequest {
    let data = json!({
        "category": "other",
        "subject": { "$personal": text },
        "form": { "$personal": { "rooms": [1, 2], "name": "Ann Example" } },
        "customer": [{ "email": { "$personal": email } }],
        "gone": { "$personal": null },
    });
    AppendRequest {
        metadata: Metadata {
            actor: Actor::Open,
            client: Some(Client {
                address: Some("192.0.2.99".into()),
                agent: Some("Firefox 999".into()),
            }),
            ..Metadata::system("c")
        },
        ..request(vec![StreamAppend {
            stream_id,
            kind: StreamKind("ticket"),
            expected: Expected::Any,
            subject: Subject::Identified(vec![Identifier::email(email)]),
            events: vec![event("ticket.opened", data)],
        }])
    }
}

async fn read(store: &EventStore, stream_id: Uuid) -> Vec<(Value, Option<Client>)> {
    let stored = store.read_stream(stream_id, 0).await.unwrap();
    let opened = store.open_events(stored).await.unwrap();
    opened.into_iter().map(|event| (event.data, event.metadata.client)).collect()
}

/// Every row of every table of the schema, as text and as the text inside its bytes.
async fn dump(store: &EventStore, schema: &str) -> String {
    let tables = sqlx::query(
        "select table_name::text from information_schema.tables where table_schema = $1",
    )
    .bind(schema)
    .fetch_all(store.pool())
    .await
    .unwrap();
    assert!(!tables.is_empty());
    let mut all = String::new();
    for table in tables {
        let table: String = table.get(0);
        let sql = format!("select t::text from {schema}.{table} t");
        for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(store.pool()).await.unwrap() {
            all += &row.get::<String, _>(0);
        }
    }
    for event in store.read_after(0, 10_000, &Default::default()).await.unwrap() {
        all += &String::from_utf8(event.data).unwrap();
        all += &String::from_utf8(event.metadata).unwrap();
    }
    all.to_lowercase()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_readable_as_stored_and_all_of_it_opens() {
    let store = Database::fresh().await.store().await;
    let ticket_id = id();
    written(&store.append(ticket(ticket_id, EMAIL, "My boiler leaks")).await.unwrap());
    let all = dump(&store, "log").await + &dump(&store, "vault").await;
    for personal in [EMAIL, "boiler", "Ann Example", "rooms", "192.0.2.99", "Firefox"] {
        let personal = personal.to_lowercase();
        assert!(!all.contains(&personal), "{personal}");
        assert!(!all.contains(&hex(&personal)), "{personal} as bytes");
    }
    assert!(all.contains("category"), "what is not personal is to be seen");
    let (data, client) = read(&store, ticket_id).await.remove(0);
    assert_eq!(data["subject"], json!({ "$personal": "My boiler leaks" }));
    assert_eq!(data["form"], json!({ "$personal": { "rooms": [1, 2], "name": "Ann Example" } }));
    assert_eq!(data["customer"], json!([{ "email": { "$personal": EMAIL } }]));
    assert_eq!(data["gone"], json!({ "$personal": null }));
    assert_eq!(client.unwrap().address.as_deref(), Some("192.0.2.99"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_erased_reads_as_erased_everywhere_and_the_log_still_holds() {
    let database = Database::fresh().await;
    let (here, there) = (database.store().await, database.store().await);
    let (mine, other) = (id(), id());
    here.append(ticket(mine, EMAIL, "leak")).await.unwrap();
    here.append(ticket(other, "bob@example.org", "noise")).await.unwrap();
    // The other process has the keys in its caches.
    assert_eq!(read(&there, mine).await[0].0["subject"], json!({ "$personal": "leak" }));
    there.append(ticket(mine, EMAIL, "leaks again")).await.unwrap();

    let subjects = here.linked_subjects(&Identifier::email(EMAIL)).await.unwrap();
    assert_eq!(subjects.len(), 1);
    let command = id();
    let position = here.erase_subjects(&subjects, command, Metadata::system("e")).await.unwrap();
    assert_eq!(position, 4);

    let erased = |read: Vec<(Value, Option<Client>)>| {
        assert_eq!(read.len(), 2);
        for (data, client) in read {
            assert_eq!(data["subject"], json!({ "$personal": null }));
            assert_eq!(data["form"], json!({ "$personal": null }));
            assert_eq!(client, None);
        }
    };
    erased(read(&here, mine).await);
    // Who tails the log learns of it by the event itself.
    let stored = there.read_after(0, 100, &Default::default()).await.unwrap();
    there.open_events(stored).await.unwrap();
    erased(read(&there, mine).await);
    assert_eq!(read(&there, other).await[0].0["subject"], json!({ "$personal": "noise" }));

    // Repeated, it erases nothing more.
    here.append(ticket(mine, EMAIL, "back")).await.unwrap();
    let again = here.erase_subjects(&subjects, command, Metadata::system("e")).await.unwrap();
    assert_eq!(again, position);
    assert_eq!(read(&here, mine).await[2].0["subject"], json!({ "$personal": "back" }));
    assert_sound(&here).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_returns_after_erasure_starts_anew_even_on_a_process_that_had_not_heard_of_it() {
    let database = Database::fresh().await;
    let (here, there) = (database.store().await, database.store().await);
    let (before, after) = (id(), id());
    here.append(ticket(before, EMAIL, "one")).await.unwrap();
    there.append(ticket(before, EMAIL, "two")).await.unwrap();
    let old = here.linked_subjects(&Identifier::email(EMAIL)).await.unwrap();
    here.erase_subjects(&old, id(), Metadata::system("e")).await.unwrap();

    // The key in its cache is gone: it seals again under a new one, of a new subject.
    written(&there.append(ticket(after, EMAIL, "three")).await.unwrap());
    let new = here.linked_subjects(&Identifier::email(EMAIL)).await.unwrap();
    assert_eq!(new.len(), 1);
    assert_ne!(new, old);
    for store in [&here, &there] {
        assert_eq!(read(store, before).await[0].0["subject"], json!({ "$personal": null }));
        assert_eq!(read(store, after).await[0].0["subject"], json!({ "$personal": "three" }));
    }
    // And can be erased again.
    here.erase_subjects(&new, id(), Metadata::system("e")).await.unwrap();
    assert_eq!(read(&here, after).await[0].0["subject"], json!({ "$personal": null }));
    assert_sound(&here).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_while_others_append_leaves_nothing_half_readable() {
    let database = Database::fresh().await;
    let stores = [database.store().await, database.store().await, database.store().await];
    let mut tasks = tokio::task::JoinSet::new();
    for (task, store) in stores.iter().cycle().take(9).cloned().enumerate() {
        tasks.spawn(async move {
            let email = format!("{}@example.org", task % 3);
            for n in 0..30 {
                let ticket_id = id();
                let (first, _) =
                    written(&store.append(ticket(ticket_id, &email, "text")).await.unwrap());
                if n % 10 == 9 {
                    let subjects = store.linked_subjects(&Identifier::email(&email)).await.unwrap();
                    store.erase_subjects(&subjects, id(), Metadata::system("e")).await.unwrap();
                    let gone = store.read_at(first).await.unwrap().unwrap();
                    let gone = store.open_events(vec![gone]).await.unwrap();
                    assert_eq!(gone[0].data["subject"], json!({ "$personal": null }));
                }
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    // All that was written since the last erasure is readable: no event names a key that never was in the vault.
    let email = "late@example.org";
    for store in &stores {
        let ticket_id = id();
        store.append(ticket(ticket_id, email, "late")).await.unwrap();
        for reader in &stores {
            assert_eq!(
                read(reader, ticket_id).await[0].0["subject"],
                json!({ "$personal": "late" })
            );
        }
    }
    let erased_of = |email: String| {
        let store = stores[0].clone();
        async move {
            let subjects = store.linked_subjects(&Identifier::email(&email)).await.unwrap();
            store.erase_subjects(&subjects, id(), Metadata::system("e")).await.unwrap();
        }
    };
    for person in 0..3 {
        erased_of(format!("{person}@example.org")).await;
    }
    erased_of(email.to_owned()).await;
    let keys =
        sqlx::query("select count(*) from vault.subject_keys").fetch_one(stores[0].pool()).await;
    assert_eq!(
        keys.unwrap().get::<i64, _>(0),
        0,
        "a key that no identifier leads to cannot be erased"
    );
    assert_sound(&stores[0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_streams_own_subject_and_a_named_one_are_erased_by_their_ids() {
    let store = Database::fresh().await.store().await;
    let (user, note) = (id(), id());
    let personal = |text: &str| vec![event("thing.done", json!({ "name": { "$personal": text } }))];
    let own = request(vec![stream(user, Expected::Exactly(0), personal("Ann"))]);
    let about = StreamAppend {
        subject: Subject::Id(user),
        ..stream(note, Expected::Exactly(0), personal("of Ann"))
    };
    store.append(own).await.unwrap();
    store.append(request(vec![about])).await.unwrap();
    assert_eq!(read(&store, note).await[0].0["name"], json!({ "$personal": "of Ann" }));
    store.erase_subjects(&[user], id(), Metadata::system("e")).await.unwrap();
    for stream_id in [user, note] {
        assert_eq!(read(&store, stream_id).await[0].0["name"], json!({ "$personal": null }));
    }
}
