//! A ticket created through one process appears in views that two others build.

use std::collections::BTreeSet;

use super::{PARTITIONS, assert_equal_to_a_rebuild, roles, settle, until, work};
use crate::log::database;
use crate::support::{Desk, kafka_and_prefix};

#[tokio::test]
async fn what_one_process_writes_two_others_show() {
    let (bootstrap, prefix) = kafka_and_prefix(PARTITIONS).await;
    let setup = |names| roles(names, &bootstrap, &prefix);
    let api = Desk::start(setup("api")).await;
    let relay = api.beside(setup("relay")).await;
    let first = api.beside(setup("projector")).await;
    let handler = api.as_handler().await;
    work(&handler, 6).await;
    settle(&api).await;

    let second = api.beside(setup("projector")).await;
    let pool = database(&api).await;
    let half = projections::KINDS.len() * usize::try_from(PARTITIONS).unwrap() / 2;
    let half = format!("\"consumer\":\"views\",\"partitions\":{half}");
    until("they share the partitions", async || {
        first.log().contains(&half) && second.log().contains(&half)
    })
    .await;
    work(&handler, 8).await;
    settle(&api).await;

    let list = handler.get("/api/v1/tickets?limit=200&search=基站").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 14);
    let partitions: BTreeSet<String> =
        sqlx::query_scalar("select partition from work.checkpoints where consumer = 'views'")
            .fetch_all(&pool)
            .await
            .unwrap()
            .into_iter()
            .collect();
    assert!(partitions.contains("ticket/3") && !partitions.contains("log"), "{partitions:?}");
    for desk in [first, second, relay] {
        desk.stop();
    }
    assert_equal_to_a_rebuild(&api).await;
}
