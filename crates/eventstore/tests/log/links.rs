//! Identifiers that turn out to belong to one person.

use eventstore::{
    AppendRequest, Appended, EventStore, Expected, Identifier, Metadata, StreamAppend, StreamKind,
    Subject,
};
use serde_json::json;
use sqlx::Row;
use uuid::Uuid;

use crate::support::{Database, assert_sound, event, id, request, written};

fn ticket(stream_id: Uuid, identifiers: &[Identifier]) -> AppendRequest {
    request(vec![StreamAppend {
        stream_id,
        kind: StreamKind("ticket"),
        expected: Expected::Exactly(0),
        subject: Subject::Identified(identifiers.to_vec()),
        events: vec![event("ticket.opened", json!({ "subject": { "$personal": "text" } }))],
    }])
}

async fn is_erased(store: &EventStore, stream_id: Uuid) -> bool {
    let stored = store.read_stream(stream_id, 0).await.unwrap();
    store.open_events(stored).await.unwrap()[0].data["subject"]["$personal"].is_null()
}

#[tokio::test(flavor = "multi_thread")]
async fn identifiers_first_seen_together_are_one_subject() {
    let store = Database::fresh().await.store().await;
    let (email, number) = (Identifier::email("a@example.org"), Identifier::customer_id("17"));
    let both = store.append(ticket(id(), &[email.clone(), number.clone()])).await.unwrap();
    assert_eq!(written(&both), (1, 1), "nothing had to be linked");
    let subjects = store.linked_subjects(&email).await.unwrap();
    assert_eq!(subjects.len(), 1);
    assert_eq!(store.linked_subjects(&number).await.unwrap(), subjects);
    assert_eq!(
        store.linked_subjects(&Identifier::email(" A@Example.ORG ")).await.unwrap(),
        subjects
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn linked_subjects_are_erased_together() {
    let store = Database::fresh().await.store().await;
    let people: Vec<Identifier> = ["a", "b", "c", "d"].map(Identifier::customer_id).into();
    let tickets: Vec<Uuid> = people.iter().map(|_| id()).collect();
    for (ticket_id, person) in tickets.iter().zip(&people) {
        store.append(ticket(*ticket_id, std::slice::from_ref(person))).await.unwrap();
    }
    // One request links a–b and b–c: the stream of b is in both links.
    let linking = store.append(ticket(id(), &people[..3])).await.unwrap();
    let Appended::Written { first_position, last_position, versions, .. } = linking else {
        panic!("{linking:?}")
    };
    assert_eq!((first_position, last_position), (5, 9));
    assert_eq!(versions, [1]);
    // Known links are not recorded again.
    assert_eq!(written(&store.append(ticket(id(), &people[1..3])).await.unwrap()), (10, 10));

    assert_eq!(store.linked_subjects(&people[0]).await.unwrap().len(), 3);
    assert_eq!(store.linked_subjects(&people[3]).await.unwrap().len(), 1);
    // The caller names but one of them.
    let one = store.linked_subjects(&people[2]).await.unwrap()[0];
    store.erase_subjects(&[one], id(), Metadata::system("e")).await.unwrap();
    for (ticket_id, erased) in tickets.iter().zip([true, true, true, false]) {
        assert_eq!(is_erased(&store, *ticket_id).await, erased);
    }
    assert!(store.linked_subjects(&people[0]).await.unwrap().is_empty());
    assert_sound(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_meet_a_person_at_once_agree_on_the_subject() {
    let database = Database::fresh().await;
    let stores = [database.store().await, database.store().await, database.store().await];
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..60 {
        let store = stores[n % 3].clone();
        let email = Identifier::email(&format!("{}@example.org", n / 6));
        tasks.spawn(async move {
            written(&store.append(ticket(id(), &[email])).await.unwrap());
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    let rows = sqlx::query("select count(*), count(distinct subject_id) from vault.identifiers")
        .fetch_one(stores[0].pool())
        .await
        .unwrap();
    assert_eq!((rows.get::<i64, _>(0), rows.get::<i64, _>(1)), (10, 10));
    // Every key leads to a subject that an identifier leads to.
    let lost = sqlx::query(
        "select count(*) from vault.subject_keys k where not exists \
         (select 1 from vault.identifiers i where i.subject_id = k.subject_id)",
    )
    .fetch_one(stores[0].pool())
    .await
    .unwrap();
    assert_eq!(lost.get::<i64, _>(0), 0);
}
