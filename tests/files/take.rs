//! Files that are taken.

use std::path::{Path, PathBuf};

use image::ImageFormat;
use serde_json::json;
use test_support::paths_below;

use super::pictures::{picture, png};
use super::{attach_image, file_path, names, part, path, send, send_all};
use crate::support::{open_ticket, shared_desk};

#[tokio::test]
async fn an_image_is_looked_at_and_kept_with_its_ticket() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Mast").await;
    let content = picture(ImageFormat::Jpeg, 320, 200, 7);
    let answer = send(&client, &ticket, "images", "现场 mast.JPG", content.clone()).await;
    let image = answer.expect(201);
    assert_eq!(image["ticket_id"], ticket["id"]);
    assert_eq!(image["filename"], "现场 mast.JPG");
    assert_eq!((&image["role"], &image["order_index"]), (&json!("image"), &json!(0)));
    assert_eq!(image["metadata"]["content_type"], "image/jpeg");
    assert_eq!(image["metadata"]["size"], json!(content.len()));
    assert_eq!(image["metadata"]["width"], 320);
    assert_eq!(image["metadata"]["height"], 200);
    assert_eq!(image["metadata"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(image["uploaded_by"]["id"], desk.people().await.handler.id.as_str());
    assert_eq!(answer.header("location"), Some(file_path(&image).as_str()));
    assert_eq!(answer.header("etag"), Some("\"2\""));
    let by_number = client.get(&format!("{}/1", path(&ticket, "images"))).await.expect(200);
    let by_id = client.get(&file_path(&image)).await.expect(200);
    assert_eq!((&by_number["id"], &by_id["id"]), (&image["id"], &image["id"]));
    client.get(&format!("{}/2", path(&ticket, "images"))).await.problem(404);
    client.get(&format!("{}/1", path(&ticket, "attachments"))).await.problem(404);
    let history = client.get(&path(&ticket, "history")).await;
    assert!(history.text().contains("ticket.file_attached"));
}

#[tokio::test]
async fn several_files_come_in_one_request_all_or_none() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Several").await;
    let files = vec![("file", part("a.png", png(1))), ("file", part("b.png", png(2)))];
    let attached = send_all(&client, &ticket, "images", files).await.expect(201);
    let items = attached["items"].as_array().unwrap();
    assert_eq!((&items[0]["filename"], &items[1]["order_index"]), (&json!("a.png"), &json!(1)));
    let files = vec![
        ("file", part("c.png", png(3))),
        ("file", part("d.png", "<html>")),
        ("other", part("e.png", "")),
    ];
    let refused = send_all(&client, &ticket, "images", files).await;
    assert_eq!(refused.bad_fields(), ["body.file.1", "body.other"]);
    let types: Vec<_> = refused.json()["errors"].as_array().unwrap().clone();
    assert_eq!(types[0]["type"], "file_disguised");
    assert_eq!(types[1]["type"], "file_empty");
    assert_eq!(names(&client, &ticket, "images").await, ["a.png", "b.png"]);
}

#[tokio::test]
async fn an_attachment_may_be_almost_anything() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Logs").await;
    for (name, content, kind) in [
        ("trace.log", b"one\ntwo\n".to_vec(), "text/plain"),
        ("values.csv", b"a,b\n1,2\n".to_vec(), "text/csv"),
        ("page.html", b"<!doctype html><p>hm</p>".to_vec(), "text/html"),
        ("dump", vec![0, 159, 146, 150, 1, 2, 3, 4], "application/octet-stream"),
        ("photo.png", png(9), "image/png"),
    ] {
        let file = send(&client, &ticket, "attachments", name, content).await.expect(201);
        assert_eq!(file["metadata"]["content_type"], kind, "{name}");
        assert_eq!(file["role"], "attachment");
    }
    let page = client.get(&format!("{}?limit=2&count=true", path(&ticket, "attachments"))).await;
    let page = page.expect(200);
    assert_eq!((page["items"].as_array().unwrap().len(), &page["total"]), (2, &json!(5)));
    let next = page["next_cursor"].as_str().unwrap();
    let rest = client.get(&format!("{}?cursor={next}", path(&ticket, "attachments"))).await;
    assert_eq!(rest.expect(200)["items"].as_array().unwrap().len(), 3);
    assert!(names(&client, &ticket, "images").await.is_empty());
}

#[tokio::test]
async fn the_name_of_a_file_is_no_path() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Names").await;
    for (sent, kept) in [
        ("../../etc/passwd.png", "passwd.png"),
        ("..\\..\\windows\\a.png", "a.png"),
        ("/etc/b.png", "b.png"),
        (".hidden.png", "hidden.png"),
        ("gnp.\u{202e}txt.png", "gnp.txt.png"),
        ("c:d<e>|f?.png", "c_d_e__f_.png"),
        ("con.png", "_con.png"),
        ("line\tbreak.png", "linebreak.png"),
    ] {
        let image = attach_image(&client, &ticket, sent, png(3)).await;
        assert_eq!(image["filename"], kept, "{sent:?}");
    }
    // Nothing of it became a path of this machine.
    let found = paths_below(&desk.folder);
    assert!(!found.iter().any(|path| path.to_string_lossy().contains("passwd")), "{found:?}");
}

#[tokio::test]
async fn the_same_content_is_stored_once() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Twice").await;
    let content = picture(ImageFormat::Bmp, 300, 211, 91);
    let of_this_size = || stored(&desk.data_dir(), content.len() as u64);
    let before = of_this_size();
    let one = attach_image(&client, &ticket, "one.bmp", content.clone()).await;
    let two = attach_image(&client, &ticket, "two.bmp", content.clone()).await;
    assert_ne!(one["id"], two["id"]);
    assert_eq!(one["metadata"]["sha256"], two["metadata"]["sha256"]);
    assert_eq!(of_this_size(), before + 1);
    // Removing one leaves the other.
    client.delete(&file_path(&one)).await.expect(204);
    let other = client.get(&format!("/api/v1/files/{}", two["id"].as_str().unwrap())).await;
    assert_eq!(other.status, 200);
    assert_eq!(other.body, content);
}

/// How many files of about this content's size lie there; sealing adds less than a kilobyte.
fn stored(data: &Path, size: u64) -> usize {
    let of_this_size = |path: &PathBuf| match std::fs::metadata(path) {
        Ok(about) => (size..size + 1024).contains(&about.len()),
        // A neighbour's, gone meanwhile.
        Err(_) => false,
    };
    paths_below(&data.join("files")).iter().filter(|path| of_this_size(path)).count()
}
