//! Renaming, moving and removing files, and who may.

use reqwest::Method;
use serde_json::{Value, json};

use super::pictures::png;
use super::{attach_image, file_path, names, path, send};
use crate::support::{Client, open_ticket, shared_desk};

async fn three(client: &Client<'_>) -> (Value, Vec<Value>) {
    let ticket = open_ticket(client, "Three").await;
    let mut images = Vec::new();
    for (shade, name) in ["a.png", "b.png", "c.png"].into_iter().enumerate() {
        images.push(attach_image(client, &ticket, name, png(shade as u8)).await);
    }
    (ticket, images)
}

#[tokio::test]
async fn images_are_moved_renamed_and_removed() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let (ticket, images) = three(&client).await;
    let moved = client.patch(&file_path(&images[2]), json!({ "order_index": 0 })).await;
    assert_eq!(moved.expect(200)["order_index"], 0);
    assert_eq!(names(&client, &ticket, "images").await, ["c.png", "a.png", "b.png"]);
    let both = json!({ "order_index": 99, "filename": "../first.png" });
    let first = client.patch(&format!("{}/1", path(&ticket, "images")), both).await.expect(200);
    assert_eq!((&first["filename"], &first["order_index"]), (&json!("first.png"), &json!(2)));
    assert_eq!(first["id"], images[2]["id"]);
    assert_eq!(names(&client, &ticket, "images").await, ["a.png", "b.png", "first.png"]);
    client.delete(&format!("{}/1", path(&ticket, "images"))).await.expect(204);
    assert_eq!(names(&client, &ticket, "images").await, ["b.png", "first.png"]);
    client.get(&file_path(&images[0])).await.problem(404);
    client.delete(&file_path(&images[0])).await.problem(404);
    let content = format!("/api/v1/files/{}", images[0]["id"].as_str().unwrap());
    client.get(&content).await.problem(404);
    let history = client.get(&path(&ticket, "history")).await;
    let history = history.text();
    for event in ["ticket.file_renamed", "ticket.images_reordered", "ticket.file_removed"] {
        assert!(history.contains(event), "{event}");
    }
}

#[tokio::test]
async fn bad_changes_are_named() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let (_, images) = three(&client).await;
    let path = file_path(&images[0]);
    for (body, fields) in [
        (json!({ "filename": "a.exe" }), vec!["body.filename"]),
        (json!({ "filename": "a.pdf" }), vec!["body.filename"]),
        (json!({ "filename": "" }), vec!["body.filename"]),
        (json!({ "filename": null }), vec!["body.filename"]),
        (json!({ "order_index": -1, "filename": 7 }), vec!["body.filename", "body.order_index"]),
        (json!({ "order_index": "first", "role": "image" }), vec!["body.order_index", "body.role"]),
    ] {
        assert_eq!(client.patch(&path, body.clone()).await.bad_fields(), fields, "{body}");
    }
    let ticket = open_ticket(&client, "One").await;
    let log = send(&client, &ticket, "attachments", "a.log", "a").await.expect(201);
    let refused = client.patch(&file_path(&log), json!({ "order_index": 0 })).await;
    assert_eq!(refused.bad_fields(), ["body.order_index"]);
}

#[tokio::test]
async fn a_change_is_for_the_version_it_was_made_for() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let (ticket, images) = three(&client).await;
    let seen = client.get(&file_path(&images[0])).await;
    let tag = seen.header("etag").unwrap().to_owned();
    assert_eq!(tag, "\"4\"");
    client.patch(&file_path(&images[1]), json!({ "filename": "z.png" })).await.expect(200);
    let call = client.call(Method::PATCH, &file_path(&images[0])).header("if-match", &tag);
    call.json(&json!({ "filename": "y.png" })).send().await.problem(412);
    let call = client.call(Method::DELETE, &file_path(&images[0])).header("if-match", &tag);
    call.send().await.problem(412);
    let call = client.call(Method::POST, &path(&ticket, "images")).header("if-match", &tag);
    call.file("x.png", png(8)).send().await.problem(412);
    let call = client.call(Method::DELETE, &file_path(&images[0])).header("if-match", "\"5\"");
    call.send().await.expect(204);
    assert_eq!(names(&client, &ticket, "images").await, ["z.png", "c.png"]);
}

async fn download(client: &Client<'_>, file: &Value) -> u16 {
    client.get(&format!("/api/v1/files/{}", file["id"].as_str().unwrap())).await.status
}

#[tokio::test]
async fn publishers_have_the_files_of_their_tickets_and_change_what_they_brought() {
    let desk = shared_desk().await;
    let (handler, publisher) = (desk.as_handler().await, desk.as_publisher().await);
    let viewer = desk.as_viewer().await;
    let foreign = open_ticket(&handler, "Not the publisher's").await;
    let theirs = attach_image(&handler, &foreign, "a.png", png(1)).await;
    send(&publisher, &foreign, "images", "b.png", png(2)).await.problem(404);
    publisher.get(&path(&foreign, "images")).await.problem(404);
    publisher.get(&file_path(&theirs)).await.problem(404);
    publisher.delete(&file_path(&theirs)).await.problem(404);
    assert_eq!(download(&publisher, &theirs).await, 404);
    let link = format!("/api/v1/files/{}/link", theirs["id"].as_str().unwrap());
    publisher.get(&link).await.problem(404);
    let own = open_ticket(&publisher, "The publisher's").await;
    let brought = attach_image(&publisher, &own, "c.png", png(3)).await;
    let added = attach_image(&handler, &own, "d.png", png(4)).await;
    assert_eq!(download(&publisher, &added).await, 200);
    publisher.delete(&file_path(&added)).await.problem(403);
    publisher.patch(&file_path(&added), json!({ "filename": "e.png" })).await.problem(403);
    publisher.patch(&file_path(&brought), json!({ "filename": "e.png" })).await.expect(200);
    publisher.delete(&file_path(&brought)).await.expect(204);
    // Who may only look looks at all of them.
    assert_eq!(download(&viewer, &theirs).await, 200);
    send(&viewer, &foreign, "images", "b.png", png(2)).await.problem(403);
    viewer.delete(&file_path(&theirs)).await.problem(403);
    let nobody = desk.anonymous();
    nobody.get(&path(&foreign, "images")).await.problem(401);
    assert_eq!(download(&nobody, &theirs).await, 401);
}
