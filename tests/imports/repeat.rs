//! Importing the same file again.

use reqwest::Method;

use super::{counts, errors, import, tagged};
use crate::support::{shared_desk, unique};

#[tokio::test]
async fn the_same_key_imports_once() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let (tag, key) = (unique("repeat"), unique("key"));
    let file = format!("subject,tags\nOne,{tag}\nTwo,{tag}\n");
    let send = async || {
        let call = client.call(Method::POST, "/api/v1/import/csv").header("idempotency-key", &key);
        call.file("tickets.csv", file.clone()).send().await
    };
    assert_eq!(counts(&send().await), (2, 2, 0));
    let again = send().await;
    assert_eq!(counts(&again), (2, 2, 0), "{}", again.text());
    assert_eq!(tagged(&client, &tag).await.len(), 2);
}

#[tokio::test]
async fn an_external_id_is_imported_once() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = unique("external");
    let file = format!(
        "subject,external_id,tags\nOne,{tag}-1,{tag}\nTwin,{tag}-1,{tag}\nTwo,{tag}-2,{tag}\n"
    );
    let first = import(&client, "csv", file.clone()).await;
    assert_eq!(counts(&first), (3, 2, 1), "{}", first.text());
    assert_eq!(errors(&first), ["2 external_id"]);
    let again = import(&client, "csv", file).await;
    assert_eq!(counts(&again).1, 0, "{}", again.text());
    assert_eq!(tagged(&client, &tag).await.len(), 2);
}
