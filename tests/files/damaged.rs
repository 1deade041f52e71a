//! Contents that were damaged or lost in the store: told before anything is promised.

use std::fs;

use reqwest::Method;
use test_support::files_below;

use super::send;
use crate::support::{Desk, Setup, open_ticket};

#[tokio::test]
async fn a_content_that_is_damaged_or_lost_is_told_and_no_answer_that_breaks_off() {
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Damaged").await;
    let log = "one line of many\n".repeat(20_000).into_bytes();
    let file = send(&client, &ticket, "attachments", "a.log", log.clone()).await.expect(201);
    let content = format!("/api/v1/files/{}", file["id"].as_str().unwrap());
    assert_eq!(client.get(&content).await.body, log);

    let [(path, stored)] = &files_below(&desk.files_dir().join("files"))[..] else {
        panic!("one content")
    };
    let mut damaged = stored.clone();
    damaged[1000] ^= 1;
    fs::write(path, &damaged).unwrap();
    let problem = client.get(&content).await.problem(500);
    assert_eq!(problem["detail"], "What is stored of this file is damaged.");
    // What is whole of it can be had.
    let range = client.call(Method::GET, &content).header("range", "bytes=200000-200099");
    let range = range.send().await;
    assert_eq!((range.status, &range.body[..]), (206, &log[200_000..200_100]));

    fs::remove_file(path).unwrap();
    client.get(&content).await.problem(410);
    fs::write(path, stored).unwrap();
    assert_eq!(client.get(&content).await.body, log);
}

#[tokio::test]
async fn what_is_asked_about_a_content_without_fetching_it_is_told_of_all_of_it() {
    let desk = crate::support::shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Head").await;
    let file = send(&client, &ticket, "attachments", "a.log", "ten bytes\n").await.expect(201);
    let content = format!("/api/v1/files/{}", file["id"].as_str().unwrap());
    for range in ["", "bytes=0-3", "bytes=100-"] {
        let head = client.call(Method::HEAD, &content).header("range", range).send().await;
        assert_eq!((head.status, head.header("content-length")), (200, Some("10")), "{range}");
        assert!(head.body.is_empty());
    }
}
