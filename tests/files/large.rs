//! Large files, and those that never come to their end.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures_util::stream;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use test_support::paths_below;

use super::pictures::noise;
use super::{names, path, send};
use crate::support::{Client, Desk, Setup, open_ticket};

const MIB: usize = 1 << 20;

/// So many mebibytes of noise, never all of them in memory; each begins with its number.
fn body(mebibytes: usize) -> Body {
    let piece = noise(MIB);
    let pieces = (0..mebibytes).map(move |n| {
        let mut piece = piece.clone();
        piece[1..9].copy_from_slice(&(n as u64).to_le_bytes());
        Ok::<_, std::io::Error>(piece)
    });
    Body::wrap_stream(stream::iter(pieces))
}

/// The most memory the desk has had so far, in mebibytes.
fn peak(desk: &Desk) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", desk.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() / 1024
}

#[tokio::test]
async fn two_hundred_megabytes_come_and_go_in_little_memory() {
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Large").await;
    send(&client, &ticket, "attachments", "small.bin", noise(1000)).await.expect(201);
    let before = peak(&desk);
    let part = Part::stream(body(200)).file_name("trace.bin");
    let form = Form::new().part("file", part);
    let call = client.call(Method::POST, &path(&ticket, "attachments")).multipart(form);
    let file = call.send().await.expect(201);
    assert_eq!(file["metadata"]["size"], 200 * MIB);
    let after_upload = peak(&desk);
    let url = format!("{}{}", desk.base, file["url"].as_str().unwrap());
    let mut answer = reqwest::get(url).await.unwrap();
    let mut received = 0;
    while let Some(chunk) = answer.chunk().await.unwrap() {
        received += chunk.len();
    }
    assert_eq!(received, 200 * MIB);
    let after = peak(&desk);
    eprintln!("memory: {before} MiB, after the upload {after_upload}, after the download {after}");
    assert!(after < before + 64, "from {before} to {after} MiB");
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_as_soon_as_it_is() {
    let desk = Desk::start(Setup::default().variable("DOCKET_FILES_MAX_FILE_BYTES", "3 MiB")).await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Too large").await;
    let refused = send(&client, &ticket, "attachments", "a.bin", noise(3 * MIB + 1)).await;
    let problem = refused.problem(413);
    assert!(problem["detail"].as_str().unwrap().contains("3145728"), "{problem}");
    send(&client, &ticket, "attachments", "a.bin", noise(3 * MIB)).await.expect(201);
    assert_eq!(names(&client, &ticket, "attachments").await, ["a.bin"]);
    let stored = stored(&desk);
    let uploads = |path: &PathBuf| path.to_string_lossy().contains("uploads");
    assert!(!stored.iter().any(uploads), "{stored:?}");
}

/// What lies in the store of files.
fn stored(desk: &Desk) -> Vec<PathBuf> {
    paths_below(&desk.data_dir().join("files"))
}

/// Waits until the store of files is as asked for.
async fn until_stored(desk: &Desk, is_so: impl Fn(&[PathBuf]) -> bool) {
    let begun = Instant::now();
    loop {
        let stored = stored(desk);
        if is_so(&stored) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{stored:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Sends the beginning of a file of `announced` bytes. To drop the connection is to hang up.
fn begin(client: &Client<'_>, desk: &Desk, path: &str, announced: usize, sent: usize) -> TcpStream {
    let address = desk.base.strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    let authorization = client.authorization().unwrap();
    let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n";
    write!(
        socket,
        "POST {path} HTTP/1.1\r\nHost: desk\r\nAuthorization: {authorization}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {announced}\r\n\r\n{head}"
    )
    .unwrap();
    socket.write_all(&noise(sent)).unwrap();
    socket.flush().unwrap();
    socket
}

#[tokio::test]
async fn of_a_file_that_breaks_off_nothing_is_left() {
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Cut").await;
    let before = stored(&desk);
    for sent in [100, 3 * MIB, 20 * MIB] {
        let connection = begin(&client, &desk, &path(&ticket, "attachments"), 40 * MIB, sent);
        // What is small waits in memory; the rest is on the disk by now.
        if sent > 10 * MIB {
            until_stored(&desk, |stored| stored != before).await;
        }
        drop(connection);
    }
    until_stored(&desk, |stored| stored == before).await;
    assert!(names(&client, &ticket, "attachments").await.is_empty());
    // And the desk goes on.
    send(&client, &ticket, "attachments", "b.bin", noise(1000)).await.expect(201);
}

#[tokio::test]
async fn a_form_without_its_end_is_no_form() {
    let desk = crate::support::shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "No end").await;
    let cut = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.log\"\r\n\r\nabc";
    let call = client.call(Method::POST, &path(&ticket, "attachments"));
    call.body("multipart/form-data; boundary=x", cut).send().await.problem(400);
    assert!(names(&client, &ticket, "attachments").await.is_empty());
}

#[tokio::test]
async fn a_client_that_sends_all_before_it_reads_gets_its_answer() {
    let desk = crate::support::shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Deaf").await;
    let address = desk.base.strip_prefix("http://").unwrap().to_owned();
    let authorization = client.authorization().unwrap().to_owned();
    let path = path(&ticket, "images");
    let read = tokio::task::spawn_blocking(move || {
        let mut socket = TcpStream::connect(address).unwrap();
        let head =
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
        let end = "\r\n--x--\r\n";
        let length = head.len() + 20 * MIB + end.len();
        write!(
            socket,
            "POST {path} HTTP/1.1\r\nHost: desk\r\nAuthorization: {authorization}\r\nConnection: close\r\n\
             Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n{head}"
        )
        .unwrap();
        socket.write_all(&noise(20 * MIB)).unwrap();
        socket.write_all(end.as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer
    });
    let answer = read.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    assert!(answer.contains("file_disguised"), "{answer}");
}
