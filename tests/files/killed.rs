//! Workers that read pictures are killed amid it.

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::{DynamicImage, GenericImage, ImageFormat, RgbImage};
use ocr::specimens::Class;
use serde_json::Value;
use sqlx::{Connection, PgConnection};

use super::text::{PATIENCE, ask, reading, specimen, text};
use super::{attach_image, file_path, send};
use crate::support::{Client, Desk, Setup, open_ticket};

/// A page of so many pages: reading it takes a while.
fn long_page(pages: u32) -> Vec<u8> {
    let (page, _) = specimen(Class::Latin);
    let page = image::load_from_memory(&page).unwrap().to_rgb8();
    let mut all = RgbImage::new(page.width(), page.height() * pages);
    for n in 0..pages {
        all.copy_from(&page, 0, n * page.height()).unwrap();
    }
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(all).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// How often a text of the file was recorded, whatever came of it.
async fn readings(database: &mut PgConnection, file: &Value) -> i64 {
    let sql = "select count(*) from log.events where stream_id = $1::uuid \
               and type in ('file.text_read', 'file.text_not_read')";
    sqlx::query_scalar(sql).bind(file["id"].as_str()).fetch_one(database).await.unwrap()
}

/// The status of the job that reads the file, and how often it was begun.
async fn job(database: &mut PgConnection, file: &Value) -> (String, i32) {
    let sql = "select status, tries from work.jobs \
               where job_type = 'read_text' and parameters->>'file_id' = $1";
    let begun = Instant::now();
    loop {
        let found = sqlx::query_as(sql).bind(file["id"].as_str());
        match found.fetch_optional(&mut *database).await.unwrap() {
            Some(found) => return found,
            None => tokio::time::sleep(Duration::from_millis(10)).await,
        }
        assert!(begun.elapsed() < PATIENCE, "nobody asks for its text");
    }
}

async fn until_running(database: &mut PgConnection, file: &Value) {
    let begun = Instant::now();
    while job(database, file).await.0 != "running" {
        assert!(begun.elapsed() < PATIENCE, "nobody reads it");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A desk where all but the reading is done, as where machines for it are separate.
async fn desk_without_reader() -> Option<Desk> {
    let setup = reading()?.argument("--queues=workflow,sla,external,files");
    Some(Desk::start(setup).await)
}

/// What a worker is started with that reads and does nothing else.
fn reader() -> Setup {
    let setup = reading().expect("it was there just now");
    setup.argument("--roles=worker").argument("--queues=ocr")
}

/// Attaches long pictures until the worker could be killed while it read the last of them.
async fn kill_amid_reading(
    worker: &Desk,
    database: &mut PgConnection,
    client: &Client<'_>,
    ticket: &Value,
) -> Vec<Value> {
    let mut files = Vec::new();
    loop {
        // On a quick machine it may be read before it is looked at.
        assert!(files.len() < 10, "nobody could be killed in time");
        let image = attach_image(client, ticket, "long.png", long_page(5)).await;
        files.push(image.clone());
        until_running(database, &image).await;
        worker.kill();
        if readings(database, &image).await == 0 {
            return files;
        }
        worker.start_again().await;
    }
}

#[tokio::test]
async fn what_a_killed_worker_was_reading_the_next_one_reads_and_there_is_one_text() {
    let Some(desk) = desk_without_reader().await else { return };
    let mut database = PgConnection::connect(desk.database_url()).await.unwrap();
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "A long page").await;
    // What it was at is soon another's.
    let worker = desk.beside(reader().variable("DOCKET_JOB_LEASE", "5s")).await;
    let mut files = kill_amid_reading(&worker, &mut database, &client, &ticket).await;
    let killed = files.last().unwrap().clone();
    // Nobody is there: it waits, and people go on.
    let note = send(&client, &ticket, "attachments", "a.log", "text").await.expect(201);
    assert_eq!(note["text"]["status"], "none");
    assert_eq!(ask(&client, &killed, "application/json").await.status, 202);
    let waits = client.get(&file_path(&killed)).await.expect(200);
    assert_eq!(waits["text"]["status"], "pending");
    let next = desk.beside(reader()).await;
    let read = text(&client, &killed).await.expect(200);
    assert!(read["text"].as_str().unwrap().len() > 100, "{read}");
    let begun = Instant::now();
    while job(&mut database, &killed).await.1 < 2 {
        assert!(begun.elapsed() < PATIENCE, "it is not begun again: {}", next.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // The one that was killed comes back, and finds nothing to do.
    worker.start_again().await;
    files.push(attach_image(&client, &ticket, "last.png", long_page(1)).await);
    for file in &files {
        text(&client, file).await.expect(200);
        assert_eq!(readings(&mut database, file).await, 1);
    }
}

#[tokio::test]
async fn a_picture_that_ends_every_worker_is_given_up_and_others_are_read() {
    let Some(desk) = desk_without_reader().await else { return };
    let mut database = PgConnection::connect(desk.database_url()).await.unwrap();
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Poison").await;
    let worker = desk.beside(reader()).await;
    let files = kill_amid_reading(&worker, &mut database, &client, &ticket).await;
    let poison = files.last().unwrap();
    // As if it had ended one after the other, and the lease of the last one has run out.
    let worn = "update work.jobs set tries = max_tries - 1, due_at = now() \
                where job_type = 'read_text' and parameters->>'file_id' = $1";
    let worn = sqlx::query(worn).bind(poison["id"].as_str()).execute(&mut database).await.unwrap();
    assert_eq!(worn.rows_affected(), 1);
    worker.start_again().await;
    let fine = attach_image(&client, &ticket, "fine.png", long_page(1)).await;
    assert_eq!(text(&client, poison).await.problem(409)["code"], "engine_failed");
    text(&client, &fine).await.expect(200);
    assert_eq!(readings(&mut database, poison).await, 1);
}
