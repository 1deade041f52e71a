//! Tickets that come with their files.

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};

use super::pictures::png;
use super::{names, part};
use crate::support::{Answer, Client, shared_desk, ticket, unique};

async fn open(client: &Client<'_>, form: Form) -> Answer {
    client.call(Method::POST, "/api/v1/tickets").multipart(form).send().await
}

fn form(ticket: &Value) -> Form {
    Form::new().text("ticket", ticket.to_string())
}

#[tokio::test]
async fn a_ticket_and_its_files_come_together() {
    let desk = shared_desk().await;
    let client = desk.as_publisher().await;
    let files = form(&ticket("With files"))
        .part("images", part("a.png", png(1)))
        .part("attachments", part("a.log", "one line\n"))
        .part("images", part("b.png", png(2)));
    let answer = open(&client, files).await;
    let opened = answer.expect(201);
    assert_eq!(opened["subject"], "With files");
    assert_eq!((&opened["image_count"], &opened["attachment_count"]), (&json!(2), &json!(1)));
    assert_eq!(answer.header("etag"), Some(format!("\"{}\"", opened["version"]).as_str()));
    assert_eq!(names(&client, &opened, "images").await, ["a.png", "b.png"]);
    assert_eq!(names(&client, &opened, "attachments").await, ["a.log"]);
}

#[tokio::test]
async fn of_a_ticket_whose_files_are_refused_there_is_nothing() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let subject = unique("neverthere");
    let bad = form(&ticket(&subject))
        .part("images", part("a.png", png(1)))
        .part("images", part("b.png", "<html>"))
        .text("note", "hm");
    assert_eq!(open(&client, bad).await.bad_fields(), ["body.images.1", "body.note"]);
    // The one that is taken is found, so that the other would have been as well.
    let taken = form(&ticket(&subject)).part("images", part("a.png", png(1)));
    let taken = open(&client, taken).await.expect(201);
    let list = client.get(&format!("/api/v1/tickets?search={subject}")).await.expect(200);
    let found: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    assert_eq!(found, [&taken["id"]]);
    let bad = form(&json!({ "subject": "", "colour": 1 })).part("images", part("a.png", png(1)));
    let fields = open(&client, bad).await.bad_fields();
    assert!(fields.contains(&"body.subject".to_owned()), "{fields:?}");
    assert!(fields.contains(&"body.colour".to_owned()), "{fields:?}");
    let late = Form::new()
        .part("images", part("a.png", png(1)))
        .text("ticket", ticket("Late").to_string());
    assert_eq!(open(&client, late).await.bad_fields(), ["body.ticket"]);
    open(&client, Form::new().text("ticket", "{")).await.problem(400);
    open(&client, Form::new().text("ticket", "[]")).await.problem(400);
    let viewer = desk.as_viewer().await;
    open(&viewer, form(&ticket("No"))).await.problem(403);
}

/// A form whose photos are files of the ticket.
async fn define_type(admin: &Client<'_>, name: &str) {
    let body = json!({
        "name": name,
        "fields": [
            { "id": "site_id", "kind": "text", "label": { "en": "Site" }, "required": true },
            { "id": "photos", "kind": "file", "label": { "en": "Photos" }, "required": true,
              "max_count": 2, "media_types": ["image/*"] },
        ],
    });
    admin.post("/api/v1/ticket-types", body).await.expect(201);
}

#[tokio::test]
async fn files_for_the_fields_of_a_form_come_with_it() {
    let desk = shared_desk().await;
    let admin = desk.as_admin().await;
    let name = unique("Site fault ");
    define_type(&admin, &name).await;
    let client = desk.as_handler().await;
    let fault = |data: Value| json!({ "subject": "Alarm", "category": "technical_issue", "ticket_type": name, "data": data });
    let files = form(&fault(json!({ "site_id": "B12" })))
        .part("data.photos", part("a.png", png(1)))
        .part("data.photos", part("b.png", png(2)))
        .part("attachments", part("a.log", "a"));
    let opened = open(&client, files).await.expect(201);
    let photos = opened["data"]["photos"].as_array().unwrap().clone();
    assert_eq!(photos.len(), 2);
    let image = super::path(&opened, &format!("images/{}", photos[0].as_str().unwrap()));
    assert_eq!(client.get(&image).await.expect(200)["filename"], "a.png");
    // A file that the form names stays.
    assert_eq!(client.delete(&image).await.problem(409)["code"], "file_in_use");
    let missing = form(&fault(json!({ "site_id": "B12" })));
    assert_eq!(open(&client, missing).await.bad_fields(), ["body.data.photos"]);
    let log = form(&fault(json!({ "site_id": "B12" }))).part("data.photos", part("a.log", "a"));
    assert_eq!(open(&client, log).await.bad_fields(), ["body.data.photos.0"]);
    // No file is lost unseen because the ticket says something else of its field.
    let elsewhere = form(&fault(json!({ "site_id": "B12", "photos": null })))
        .part("data.photos", part("a.png", png(1)))
        .part("data.site_id", part("b.png", png(2)));
    assert_eq!(open(&client, elsewhere).await.bad_fields(), ["body.data.site_id"]);
    let nothing_yet = form(&fault(json!({ "site_id": "B12", "photos": null })))
        .part("data.photos", part("a.png", png(1)));
    let opened = open(&client, nothing_yet).await.expect(201);
    assert_eq!(opened["data"]["photos"].as_array().map(Vec::len), Some(1));
    // All that is wrong at once, and the files of another ticket are none.
    let wrong = form(&fault(json!({ "photos": [photos[0]] })));
    let fields = open(&client, wrong).await.bad_fields();
    assert_eq!(fields, ["body.data.site_id", "body.data.photos.0"]);
}
