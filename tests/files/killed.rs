//! Workers that read pictures are killed amid it.

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::{DynamicImage, GenericImage, ImageFormat, RgbImage};
use ocr::specimens::Class;
use serde_json::Value;
use sqlx::{Connection, PgConnection};

use super::text::{reading, specimen, text};
use super::{attach_image, send};
use crate::support::{Desk, open_ticket};

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
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody asks for its text");
    }
}

async fn until_running(database: &mut PgConnection, file: &Value) {
    let begun = Instant::now();
    while job(database, file).await.0 != "running" {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody reads it");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_a_killed_worker_was_reading_the_next_one_reads_and_there_is_one_text() {
    let Some(setup) = reading() else { return };
    // All but the reading is done elsewhere, as where machines for it are separate.
    let others = "--queues=workflow,sla,external,files";
    let desk = Desk::start(setup.argument(others)).await;
    let reader = || {
        let setup = reading().expect("it was there just now").variable("DOCKET_JOB_LEASE", "2s");
        setup.argument("--roles=worker").argument("--queues=ocr")
    };
    let mut database = PgConnection::connect(desk.database_url()).await.unwrap();
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "A long page").await;
    let worker = desk.beside(reader()).await;
    // On a quick machine it may be read before it is looked at.
    let mut files = Vec::new();
    let killed = loop {
        assert!(files.len() < 10, "nobody could be killed in time");
        let image = attach_image(&client, &ticket, "long.png", long_page(5)).await;
        files.push(image.clone());
        until_running(&mut database, &image).await;
        worker.kill();
        if readings(&mut database, &image).await == 0 {
            break image;
        }
        worker.start_again().await;
    };
    // Nobody is there: it waits, and people go on.
    let note = send(&client, &ticket, "attachments", "a.log", "text").await.expect(201);
    assert_eq!(note["text"]["status"], "none");
    let next = desk.beside(reader()).await;
    let read = text(&client, &killed).await.expect(200);
    assert!(read["text"].as_str().unwrap().len() > 100, "{read}");
    let (status, tries) = job(&mut database, &killed).await;
    assert_eq!(tries, 2, "{status}: {}", next.log());
    // The one that was killed comes back, and finds nothing to do.
    worker.start_again().await;
    let last = attach_image(&client, &ticket, "last.png", long_page(1)).await;
    text(&client, &last).await.expect(200);
    for file in files.iter().chain([&last]) {
        assert_eq!(readings(&mut database, file).await, 1);
    }
}

#[tokio::test]
async fn a_picture_that_ends_every_worker_is_given_up_and_others_are_read() {
    let Some(setup) = reading() else { return };
    let desk = Desk::start(setup.variable("DOCKET_JOB_LEASE", "1s")).await;
    let mut database = PgConnection::connect(desk.database_url()).await.unwrap();
    let (ticket, image) = {
        let client = desk.as_handler().await;
        let ticket = open_ticket(&client, "Poison").await;
        let image = attach_image(&client, &ticket, "poison.png", long_page(5)).await;
        (ticket, image)
    };
    // As if it had ended one after the other.
    until_running(&mut database, &image).await;
    desk.kill();
    if readings(&mut database, &image).await > 0 {
        eprintln!("skipped: it was read before its worker could be killed");
        return;
    }
    let worn = "update work.jobs set tries = max_tries - 1 where job_type = 'read_text'";
    sqlx::query(worn).execute(&mut database).await.unwrap();
    desk.start_again().await;
    let client = desk.as_handler().await;
    let fine = attach_image(&client, &ticket, "fine.png", long_page(1)).await;
    assert_eq!(text(&client, &image).await.problem(409)["code"], "engine_failed");
    text(&client, &fine).await.expect(200);
    assert_eq!(readings(&mut database, &image).await, 1);
}
