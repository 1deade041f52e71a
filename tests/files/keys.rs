//! Requests that are repeated with their key.

use reqwest::Method;
use serde_json::{Value, json};

use super::pictures::png;
use super::{attach_image, file_path, names, part, path};
use crate::support::{Answer, Client, open_ticket, shared_desk, unique};

async fn upload(
    client: &Client<'_>,
    ticket: &Value,
    key: &str,
    name: &str,
    content: Vec<u8>,
) -> Answer {
    let call = client.call(Method::POST, &path(ticket, "images")).header("idempotency-key", key);
    call.file(name, content).send().await
}

#[tokio::test]
async fn a_repeated_upload_is_the_first_one() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Repeated").await;
    let key = unique("upload");
    let first = upload(&client, &ticket, &key, "a.png", png(1)).await;
    let again = upload(&client, &ticket, &key, "a.png", png(1)).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.expect(201)["id"], again.expect(201)["id"]);
    let other = upload(&client, &ticket, &key, "a.png", png(2)).await;
    assert_eq!(other.bad_fields(), ["header.Idempotency-Key"]);
    let renamed = upload(&client, &ticket, &key, "b.png", png(1)).await;
    assert_eq!(renamed.bad_fields(), ["header.Idempotency-Key"]);
    assert_eq!(names(&client, &ticket, "images").await, ["a.png"]);
    // Whatever has become of the ticket.
    client.delete(&format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap())).await.expect(204);
    let later = upload(&client, &ticket, &key, "a.png", png(1)).await;
    assert_eq!(later.expect(201)["filename"], "a.png");
}

#[tokio::test]
async fn of_the_same_upload_twice_at_once_there_is_one() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "At once").await;
    let key = unique("race");
    let uploads = (0..6).map(|_| upload(&client, &ticket, &key, "a.png", png(1)));
    let answers = futures_util::future::join_all(uploads).await;
    let ids: Vec<Value> = answers.iter().map(|answer| answer.expect(201)["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(names(&client, &ticket, "images").await, ["a.png"]);
    let uploads = (0..6).map(|n| attach_image(&client, &ticket, "b.png", png(n)));
    futures_util::future::join_all(uploads).await;
    assert_eq!(names(&client, &ticket, "images").await.len(), 7);
}

#[tokio::test]
async fn a_repeated_removal_or_move_by_number_meets_no_other_file() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "By number").await;
    let mut images = Vec::new();
    for (shade, name) in ["a.png", "b.png", "c.png"].into_iter().enumerate() {
        images.push(attach_image(&client, &ticket, name, png(shade as u8)).await);
    }
    let first = format!("{}/1", path(&ticket, "images"));
    let key = unique("move");
    for _ in 0..2 {
        let call = client.call(Method::PATCH, &first).header("idempotency-key", &key);
        let body = json!({ "order_index": 2, "filename": "moved.png" });
        let moved = call.json(&body).send().await.expect(200);
        assert_eq!((&moved["id"], &moved["order_index"]), (&images[0]["id"], &json!(2)));
    }
    assert_eq!(names(&client, &ticket, "images").await, ["b.png", "c.png", "moved.png"]);
    let key = unique("remove");
    for replayed in [None, Some("true")] {
        let call = client.call(Method::DELETE, &first).header("idempotency-key", &key);
        let removed = call.send().await;
        removed.expect(204);
        assert_eq!(removed.header("idempotency-replayed"), replayed);
    }
    let key = unique("remove");
    for _ in 0..2 {
        let path = file_path(&images[2]);
        client.call(Method::DELETE, &path).header("idempotency-key", &key).send().await.expect(204);
    }
    assert_eq!(names(&client, &ticket, "images").await, ["moved.png"]);
}

#[tokio::test]
async fn a_repeated_ticket_with_files_is_the_first_one() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let key = unique("ticket");
    let send = async |shade: u8| {
        let ticket = json!({ "subject": "Once", "category": "technical_issue" });
        let form = reqwest::multipart::Form::new()
            .text("ticket", ticket.to_string())
            .part("images", part("a.png", png(shade)));
        let call = client.call(Method::POST, "/api/v1/tickets").header("idempotency-key", &key);
        call.multipart(form).send().await
    };
    let (first, second) = tokio::join!(send(1), send(1));
    let (first, second) = (first.expect(201), second.expect(201));
    assert_eq!(first["id"], second["id"]);
    assert_eq!(names(&client, &first, "images").await, ["a.png"]);
    assert_eq!(send(2).await.bad_fields(), ["header.Idempotency-Key"]);
}
