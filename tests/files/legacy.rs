//! Paths without `/v1`, as the clients of the replaced systems use them.

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::json;

use super::part;
use super::pictures::png;
use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn older_clients_find_images_where_they_were() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "From the field").await;
    let id = ticket["id"].as_str().unwrap();
    let form = Form::new().text("note", "hm").part("upload", part("a.png", png(1)));
    let call = client.call(Method::POST, &format!("/api/tickets/{id}/images/")).multipart(form);
    let answer = call.send().await;
    assert_eq!(answer.header("docket-ignored"), Some("note"));
    let image = answer.expect(201);
    for member in ["id", "ticket_id", "filename", "order_index", "metadata"] {
        assert!(!image[member].is_null(), "{member} in {image}");
    }
    let list = client.call(Method::GET, &format!("/tickets/{id}/images")).stale().send().await;
    let list = list.expect(200);
    assert_eq!((&list["total"], &list["items"][0]["id"]), (&json!(1), &image["id"]));
    let content = format!("/files/{}", image["id"].as_str().unwrap());
    assert_eq!(client.get(&content).await.body, png(1));
    let number = ticket["ticket_id"].as_str().unwrap();
    client.delete(&format!("/api/tickets/{number}/images/1/")).await.expect(204);
    client.get(&format!("/api/tickets/{number}/images/1")).await.problem(404);
}
