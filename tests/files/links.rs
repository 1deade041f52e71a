//! How files go out: links, ranges, headers, thumbnails.

use std::time::{Duration, Instant};

use image::ImageFormat;
use reqwest::Method;
use serde_json::Value;

use super::pictures::{noise, picture, png};
use super::{attach_image, file_path, send, until_thumbnail};
use crate::support::{Answer, Client, Desk, Setup, open_ticket, shared_desk};

fn content(file: &Value) -> String {
    format!("/api/v1/files/{}", file["id"].as_str().unwrap())
}

async fn link(client: &Client<'_>, file: &Value, query: &str) -> Value {
    client.get(&format!("{}/link{query}", content(file))).await.expect(200)
}

/// Without a sign-in, and without waiting for the views.
async fn follow(desk: &Desk, url: &str) -> Answer {
    desk.anonymous().call(Method::GET, url).stale().send().await
}

#[tokio::test]
async fn who_has_a_link_has_the_file_and_no_other() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Links").await;
    let bytes = png(11);
    let image = attach_image(&client, &ticket, "a.png", bytes.clone()).await;
    let other = attach_image(&client, &ticket, "b.png", png(12)).await;
    // As soon as it is there, whether the views have it or not.
    let shown = follow(&desk, image["url"].as_str().unwrap()).await;
    assert_eq!((shown.status, &shown.body), (200, &bytes));
    assert_eq!(shown.header("content-disposition"), Some("inline; filename=\"a.png\""));
    let link = link(&client, &image, "").await;
    let url = link["url"].as_str().unwrap();
    let saved = follow(&desk, url).await;
    assert_eq!(saved.body, bytes);
    assert_eq!(saved.header("content-disposition"), Some("attachment; filename=\"a.png\""));
    assert_eq!(saved.header("content-type"), Some("image/png"));
    assert_eq!(saved.header("x-content-type-options"), Some("nosniff"));
    assert!(saved.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    let (id, other_id) = (image["id"].as_str().unwrap(), other["id"].as_str().unwrap());
    for forged in [
        url.replace(id, other_id),
        url.replace("disposition=attachment", "disposition=inline"),
        url.replace(id, &format!("{id}/thumbnail")),
        url.replace("expires=", "expires=1"),
        url.replace("signature=", "signature=A"),
        format!("{}?signature=", content(&image)),
    ] {
        let refused = follow(&desk, &forged).await;
        assert!(matches!(refused.status, 401 | 403), "{forged}: {}", refused.status);
    }
    follow(&desk, &content(&image)).await.problem(401);
    follow(&desk, &format!("{url}&x=1")).await.problem(422);
    client.delete(&file_path(&image)).await.expect(204);
    follow(&desk, url).await.problem(404);
}

#[tokio::test]
async fn a_link_expires() {
    let desk = Desk::start(Setup::default().variable("DOCKET_FILES_LINK_LIFETIME", "1s")).await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Soon").await;
    let image = attach_image(&client, &ticket, "a.png", png(1)).await;
    let url = image["url"].as_str().unwrap().to_owned();
    let begun = Instant::now();
    // Which is what is waited for: links are as good as the clock says.
    let refused = loop {
        let answer = follow(&desk, &url).await;
        if answer.status != 200 {
            break answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not expire");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(refused.problem(410)["type"], "urn:docket:problem:link-expired");
}

#[tokio::test]
async fn a_part_of_a_file_is_to_be_had() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Ranges").await;
    let bytes = noise(300_000);
    let file = send(&client, &ticket, "attachments", "dump.bin", bytes.clone()).await.expect(201);
    let get = async |headers: &[(&str, &str)]| {
        let call = client.call(Method::GET, &content(&file)).header("accept-encoding", "gzip");
        headers.iter().fold(call, |call, (name, value)| call.header(name, value)).send().await
    };
    let whole = get(&[]).await;
    assert_eq!((whole.status, whole.header("accept-ranges")), (200, Some("bytes")));
    assert_eq!(whole.header("content-length"), Some("300000"));
    assert_eq!(whole.header("content-encoding"), None);
    assert!(whole.body == bytes);
    let tag = whole.header("etag").unwrap().to_owned();
    for (range, from, to) in [
        ("bytes=0-0", 0, 0),
        ("bytes=65535-65536", 65_535, 65_536),
        ("bytes=299999-", 299_999, 299_999),
        ("bytes=-10", 299_990, 299_999),
        ("bytes=100000-999999999", 100_000, 299_999),
    ] {
        let part = get(&[("range", range), ("if-range", &tag)]).await;
        assert_eq!(part.status, 206, "{range}");
        let told = format!("bytes {from}-{to}/300000");
        assert_eq!(part.header("content-range"), Some(told.as_str()));
        assert!(part.body == bytes[from..=to], "{range}");
    }
    let beyond = get(&[("range", "bytes=300000-")]).await;
    beyond.problem(416);
    assert_eq!(beyond.header("content-range"), Some("bytes */300000"));
    for ignored in ["bytes=0-1,5-6", "lines=0-1", "bytes=5-2"] {
        assert_eq!(get(&[("range", ignored)]).await.status, 200, "{ignored}");
    }
    assert_eq!(get(&[("range", "bytes=0-0"), ("if-range", "\"other\"")]).await.status, 200);
    let known = get(&[("if-none-match", &tag)]).await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    let head = client.call(Method::HEAD, &content(&file)).send().await;
    assert_eq!((head.status, head.header("content-length")), (200, Some("300000")));
}

#[tokio::test]
async fn nothing_that_runs_is_shown_in_a_browser() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Pages").await;
    for (name, bytes) in [
        ("page.html", "<!doctype html><script>1</script>"),
        ("drawing.svg", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("data.xml", "<?xml version='1.0'?><a/>"),
        ("notes.txt", "<script>alert(1)</script>"),
    ] {
        let file = send(&client, &ticket, "attachments", name, bytes).await.expect(201);
        for url in [
            file["url"].as_str().unwrap().to_owned(),
            link(&client, &file, "?disposition=inline").await["url"].as_str().unwrap().to_owned(),
        ] {
            let answer = follow(&desk, &url).await;
            assert_eq!(answer.status, 200);
            let disposition = answer.header("content-disposition").unwrap();
            assert!(disposition.starts_with("attachment;"), "{name}: {disposition}");
            assert!(answer.header("content-security-policy").unwrap().contains("sandbox"));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        }
    }
    let refused = client.get(&format!("{}/link?disposition=show", content(&ticket))).await;
    assert_eq!(refused.bad_fields(), ["query.disposition"]);
}

#[tokio::test]
async fn a_picture_has_a_thumbnail_soon() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Thumbnails").await;
    let bytes = picture(ImageFormat::Png, 1200, 900, 44);
    let image = attach_image(&client, &ticket, "large.png", bytes.clone()).await;
    let image = until_thumbnail(&client, &image).await;
    let small = follow(&desk, image["thumbnail_url"].as_str().unwrap()).await;
    assert_eq!((small.status, small.header("content-type")), (200, Some("image/jpeg")));
    let decoded = image::load_from_memory(&small.body).unwrap();
    assert_eq!((decoded.width(), decoded.height()), (320, 240));
    let thumbnail = client.get(&format!("{}/thumbnail", content(&image))).await;
    assert_eq!(thumbnail.body, small.body);
    assert!(link(&client, &image, "").await["thumbnail_url"].is_string());
    let log = send(&client, &ticket, "attachments", "a.log", "a").await.expect(201);
    client.get(&format!("{}/thumbnail", content(&log))).await.problem(404);
    // It goes with the image.
    client.delete(&file_path(&image)).await.expect(204);
    follow(&desk, image["thumbnail_url"].as_str().unwrap()).await.problem(404);
}

#[tokio::test]
async fn many_pictures_of_a_page_are_not_too_many_requests() {
    let limit = "DOCKET_RATE_LIMITS_ANONYMOUS_REQUESTS_PER_SECOND";
    let desk = Desk::start(Setup::default().variable(limit, "2")).await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Gallery").await;
    let image = attach_image(&client, &ticket, "a.png", png(1)).await;
    let url = image["url"].as_str().unwrap();
    for _ in 0..20 {
        assert_eq!(follow(&desk, url).await.status, 200);
    }
    // Who guesses is slowed down, however slowly the machine answers: many at once are more than two a second.
    let forged = url.replace("signature=", "signature=A");
    // One client: to make fifty takes a busy machine so long that two a second would do.
    let (nobody, begun) = (desk.anonymous(), Instant::now());
    loop {
        let guess = || nobody.call(Method::GET, &forged).stale().send();
        let guesses = (0..50).map(|_| guess());
        let told = futures_util::future::join_all(guesses).await;
        assert!(told.iter().all(|answer| matches!(answer.status, 403 | 429)), "{told:?}");
        if told.iter().any(|answer| answer.status == 429) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody is slowed down");
    }
    // Nor does that slow down who has a link.
    assert_eq!(follow(&desk, url).await.status, 200);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_found() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    for id in ["00000000-0000-7000-8000-000000000000", "x", "1"] {
        for path in ["", "/link", "/thumbnail"] {
            client.get(&format!("/api/v1/files/{id}{path}")).await.problem(404);
        }
    }
}
