//! Files in a bucket of an S3 server: the links lead straight to it.

use reqwest::Method;
use serde_json::Value;
use test_support::{TestS3, files_below};

use super::pictures::{noise, png};
use super::{attach_image, file_path, send};
use crate::support::{Desk, Setup, open_ticket};

async fn desk(s3: &TestS3, keep: &str) -> Desk {
    let setup = Setup::default()
        .variable("DOCKET_FILES_S3_ENDPOINT", &s3.endpoint)
        .variable("DOCKET_FILES_S3_BUCKET", "desk")
        .variable("DOCKET_FILES_S3_ACCESS_KEY_ID", TestS3::ACCESS_KEY_ID)
        .variable("DOCKET_FILES_S3_SECRET_ACCESS_KEY", TestS3::SECRET_ACCESS_KEY)
        .variable("DOCKET_FILES_KEEP", keep);
    Desk::start(setup).await
}

fn objects(s3: &TestS3) -> Vec<Vec<u8>> {
    let bucket = s3.directory.path().join("desk");
    files_below(&bucket).into_iter().map(|(_, content)| content).collect()
}

#[tokio::test]
async fn a_download_is_sent_on_to_the_bucket() {
    let s3 = TestS3::start("desk").await;
    let desk = desk(&s3, "plain").await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "In a bucket").await;
    let bytes = png(31);
    let image = attach_image(&client, &ticket, "现场.png", bytes.clone()).await;
    assert!(objects(&s3).contains(&bytes));
    let sent_on = client.get(&format!("/api/v1/files/{}", image["id"].as_str().unwrap())).await;
    assert_eq!(sent_on.status, 302);
    let link = client.get(&format!("/api/v1/files/{}/link", image["id"].as_str().unwrap())).await;
    let link = link.expect(200)["url"].as_str().unwrap().to_owned();
    for url in [sent_on.header("location").unwrap(), &link] {
        assert!(url.starts_with(&s3.endpoint), "{url}");
        let answer = reqwest::get(url).await.unwrap();
        assert_eq!(answer.status(), 200);
        let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(disposition.starts_with("attachment;"), "{disposition}");
        assert_eq!(answer.headers()["content-type"], "image/png");
        assert_eq!(answer.bytes().await.unwrap(), bytes);
        let forged = url.replace("attachment", "inline");
        assert_ne!(forged, *url);
        assert_eq!(reqwest::get(forged).await.unwrap().status(), 403);
    }
    // The link in the image leads there as well, and is dead once the image is removed.
    let shown = image["url"].as_str().unwrap();
    let anonymous = desk.anonymous();
    let answer = anonymous.call(Method::GET, shown).stale().send().await;
    assert_eq!(answer.status, 302);
    let range = reqwest::Client::new().get(answer.header("location").unwrap());
    let range = range.header("range", "bytes=1-3").send().await.unwrap();
    assert_eq!(range.status(), 206);
    assert_eq!(range.bytes().await.unwrap(), "PNG");
    client.delete(&file_path(&image)).await.expect(204);
    anonymous.call(Method::GET, shown).stale().send().await.problem(404);
}

#[tokio::test]
async fn sealed_files_in_a_bucket_are_delivered_by_docket_itself() {
    let s3 = TestS3::start("desk").await;
    let desk = desk(&s3, "sealed").await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Sealed").await;
    // More than one part of an upload to S3.
    let bytes = noise(12 << 20);
    let file = send(&client, &ticket, "attachments", "dump.bin", bytes.clone()).await.expect(201);
    let lying = objects(&s3);
    assert!(lying.iter().any(|object| object.len() > bytes.len()), "it lies there, sealed");
    for piece in [&bytes[..64], &bytes[bytes.len() - 64..]] {
        assert!(!lying.iter().any(|object| object.windows(64).any(|there| there == piece)));
    }
    let link = client.get(&format!("/api/v1/files/{}/link", file["id"].as_str().unwrap())).await;
    let link: Value = link.expect(200);
    let url = link["url"].as_str().unwrap();
    assert!(url.starts_with("/api/v1/files/"), "{url}");
    let answer = desk.anonymous().call(Method::GET, url).stale().send().await;
    assert_eq!(answer.status, 200);
    assert!(answer.body == bytes);
}
