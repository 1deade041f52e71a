//! One holder at a time, by the clock of Postgres.

use std::time::Duration;

use chrono::{DateTime, Utc};
use eventstore::Leases;

use crate::support::{Database, id};

const LONG: Duration = Duration::from_secs(600);

async fn two() -> (Database, Leases, Leases) {
    let database = Database::fresh().await;
    let store = database.store().await;
    let leases = || Leases::new(store.pool().clone(), id());
    let two = (leases(), leases());
    (database, two.0, two.1)
}

async fn expire(database: &Database) {
    let expire = sqlx::query("update work.leases set expires_at = now() - interval '1 second'");
    expire.execute(database.store().await.pool()).await.unwrap();
}

#[tokio::test]
async fn one_holds_it_until_it_is_given_back() {
    let (_database, one, other) = two().await;
    let held = one.acquire("work", LONG).await.unwrap().unwrap();
    assert!(other.acquire("work", LONG).await.unwrap().is_none());
    assert!(one.acquire("work", LONG).await.unwrap().is_none());
    assert!(other.acquire("other work", LONG).await.unwrap().is_some());
    assert!(one.renew(&held).await.unwrap());
    assert!(one.still_held(&held).await.unwrap());

    one.release(&held).await.unwrap();
    assert!(!one.still_held(&held).await.unwrap());
    assert!(!one.renew(&held).await.unwrap());
    let next = other.acquire("work", LONG).await.unwrap().unwrap();
    assert_eq!((held.epoch, next.epoch), (1, 2));
}

#[tokio::test]
async fn one_that_comes_back_after_its_end_holds_nothing_and_spoils_nothing() {
    let (database, sleeper, other) = two().await;
    let held = sleeper.acquire("work", LONG).await.unwrap().unwrap();
    expire(&database).await;
    assert!(!sleeper.still_held(&held).await.unwrap());
    assert!(!sleeper.renew(&held).await.unwrap());
    let taken = other.acquire("work", LONG).await.unwrap().unwrap();
    assert!(taken.epoch > held.epoch);

    assert!(!sleeper.still_held(&held).await.unwrap());
    assert!(!sleeper.renew(&held).await.unwrap());
    sleeper.release(&held).await.unwrap();
    assert!(other.still_held(&taken).await.unwrap());
}

#[tokio::test]
async fn the_epoch_rises_also_for_the_same_holder() {
    let (database, one, _) = two().await;
    let held = one.acquire("work", LONG).await.unwrap().unwrap();
    expire(&database).await;
    let again = one.acquire("work", LONG).await.unwrap().unwrap();
    assert_eq!(again.epoch, held.epoch + 1);
    assert!(!one.still_held(&held).await.unwrap());
    assert!(one.still_held(&again).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_outlives_its_time_and_its_loss_is_told() {
    // So long that a busy machine is not taken for one that stood still.
    let ttl = Duration::from_secs(9);
    let (database, one, other) = two().await;
    let kept = one.keep(one.acquire("work", ttl).await.unwrap().unwrap());
    let store = database.store().await;
    let ends = async || -> DateTime<Utc> {
        let sql = "select expires_at from work.leases where name = 'work'";
        sqlx::query_scalar(sql).fetch_one(store.pool()).await.unwrap()
    };
    let first = ends().await;
    let renewed = async {
        // What is kept is renewed at once; what counts is that this goes on.
        while ends().await < first + ttl / 4 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), renewed).await.unwrap();
    assert!(!kept.lost().is_cancelled());
    assert!(kept.still_held().await.unwrap());

    expire(&database).await;
    let lost = tokio::time::timeout(Duration::from_secs(60), kept.lost().cancelled()).await;
    lost.unwrap();
    let taken = other.keep(other.acquire("work", LONG).await.unwrap().unwrap());
    taken.release().await.unwrap();
    assert!(one.acquire("work", LONG).await.unwrap().is_some());
}
