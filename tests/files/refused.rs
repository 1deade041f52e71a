//! Files that are not taken, and why.

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::json;

use super::pictures::{bomb, picture, png, zip_bomb};
use super::{names, part, path, send, send_all};
use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn what_is_not_what_it_says_is_refused_by_its_content() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Disguises").await;
    let jpeg = picture(image::ImageFormat::Jpeg, 200, 100, 5);
    let with_page = [png(1), b"<script>alert(1)</script>".to_vec()].concat();
    let with_zip = [png(2), zip_bomb(100)].concat();
    let mut huge = bomb(60_000, 60_000);
    huge.truncate(5000);
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    for (folder, name, content, kind) in [
        ("images", "page.png", b"<!doctype html><script>1</script>".to_vec(), "file_disguised"),
        ("images", "drawing.png", svg.into(), "file_disguised"),
        ("images", "drawing.svg", svg.into(), "no_image"),
        ("images", "notes.txt", b"no picture at all".to_vec(), "no_image"),
        ("images", "empty.png", Vec::new(), "file_empty"),
        ("images", "cut.png", png(3)[..200].to_vec(), "file_damaged"),
        ("images", "cut.jpg", jpeg[..jpeg.len() / 2].to_vec(), "file_damaged"),
        ("images", "bomb.png", huge, "file_too_many_pixels"),
        ("images", "both.png", with_page, "file_hides_another"),
        ("images", "both.png", with_zip.clone(), "file_hides_another"),
        ("attachments", "both.png", with_zip, "file_hides_another"),
        ("attachments", "bomb.zip", zip_bomb(3_000_000_000), "file_archive_bomb"),
        ("attachments", "report.pdf", png(4), "file_disguised"),
        ("attachments", "tool.exe", b"MZ\x90\0\x03\0\0\0".to_vec(), "file_executable"),
        ("attachments", "photo.png", b"#!/bin/sh\nrm -rf /\n".to_vec(), "file_executable"),
        ("attachments", "run.bat", b"echo hello\r\n".to_vec(), "file_executable"),
    ] {
        let answer = send(&client, &ticket, folder, name, content).await;
        assert_eq!(answer.bad_fields(), ["body.file"], "{name}");
        let problem = answer.json();
        assert_eq!(problem["errors"][0]["type"], kind, "{name}: {problem}");
    }
    assert!(names(&client, &ticket, "images").await.is_empty());
    assert!(names(&client, &ticket, "attachments").await.is_empty());
}

#[tokio::test]
async fn a_form_is_asked_for_and_has_files_and_nothing_else() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Forms").await;
    let images = path(&ticket, "images");
    client.post(&images, json!({ "file": "x" })).await.problem(415);
    let raw = client.call(Method::POST, &images).body("image/png", png(1)).send().await;
    raw.problem(415);
    let form = Form::new().text("note", "hm");
    let none = client.call(Method::POST, &images).multipart(form).send().await;
    assert_eq!(none.bad_fields(), ["body.note", "body.file"]);
    let form = Form::new().part("file", part("a.png", png(1))).text("note", "hm");
    let more = client.call(Method::POST, &images).multipart(form).send().await;
    assert_eq!(more.bad_fields(), ["body.note"]);
    let boundless =
        client.call(Method::POST, &images).body("multipart/form-data", "x").send().await;
    boundless.problem(400);
    let query = client.call(Method::POST, &format!("{images}?x=1")).file("a.png", png(1)).send();
    assert_eq!(query.await.bad_fields(), ["query.x"]);
    let many = (0..21).map(|n| ("file", part("a.png", png(n)))).collect();
    let many = send_all(&client, &ticket, "images", many).await;
    assert!(many.problem(413)["detail"].as_str().unwrap().contains("20"));
    client
        .call(Method::POST, "/api/v1/tickets/nothing/images")
        .file("a.png", png(1))
        .send()
        .await
        .problem(404);
    assert!(names(&client, &ticket, "images").await.is_empty());
}

#[tokio::test]
async fn a_ticket_that_is_closed_to_changes_takes_no_files() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Gone").await;
    client.delete(&format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap())).await.expect(204);
    let refused = send(&client, &ticket, "images", "a.png", png(1)).await;
    assert_eq!(refused.problem(409)["code"], "ticket_deleted");
    let call = client.call(Method::POST, &path(&ticket, "images")).header("idempotency-key", "k1");
    let refused = call.file("a.png", png(1)).send().await;
    assert_eq!(refused.problem(409)["code"], "ticket_deleted");
}

#[tokio::test]
async fn a_ticket_has_as_many_files_as_the_settings_allow() {
    let desk = crate::support::Desk::start(crate::support::Setup::default()).await;
    let admin = desk.as_admin().await;
    let limits = json!({ "limits": { "max_files_per_ticket": 2 } });
    admin.patch("/api/v1/settings", limits).await.expect(200);
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Full").await;
    send(&client, &ticket, "images", "a.png", png(1)).await.expect(201);
    let two = vec![("file", part("b.png", png(2))), ("file", part("c.png", png(3)))];
    let refused = send_all(&client, &ticket, "images", two).await;
    assert_eq!(refused.problem(409)["code"], "too_many_files");
    send(&client, &ticket, "attachments", "b.png", png(2)).await.expect(201);
    let refused = send(&client, &ticket, "images", "c.png", png(3)).await;
    assert_eq!(refused.problem(409)["code"], "too_many_files");
    assert_eq!(names(&client, &ticket, "images").await, ["a.png"]);
}
