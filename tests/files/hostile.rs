//! Pictures that cost much, and what goes on beside them.

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use ocr::specimens::Class;
use serde_json::json;

use super::attach_image;
use super::pictures::noise;
use super::text::{reading, specimen, text_within};
use crate::support::{Client, Desk, open_ticket};

/// Longer than anything takes that waits for nothing.
const SOON: Duration = Duration::from_secs(20);

/// A PNG in shades of grey of what there is for its pixels.
fn grey(side: u32, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::NoFilter)
        .write_image(pixels, side, side, ExtendedColorType::L8)
        .unwrap();
    bytes.into_inner()
}

/// Until a search finds the ticket, and how long that took.
async fn found(client: &Client<'_>, word: &str, ticket: &serde_json::Value) -> Duration {
    let begun = Instant::now();
    loop {
        let page = client.get(&format!("/api/v1/tickets?search={word}")).await.expect(200);
        let items = page["items"].as_array().unwrap();
        if items.iter().any(|item| item["id"] == ticket["id"]) {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < 3 * SOON, "{word:?} is not found");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_ticket_is_found_by_the_text_of_its_picture_seconds_after_it_came() {
    let Some(setup) = reading() else { return };
    let desk = Desk::start(setup).await;
    let client = desk.as_handler().await;
    let (page, truth) = specimen(Class::Latin);
    let word = truth.split(|c: char| !c.is_ascii_alphabetic()).max_by_key(|word| word.len());
    let ticket = open_ticket(&client, "With a page").await;
    let begun = Instant::now();
    attach_image(&client, &ticket, "page.png", page).await;
    found(&client, word.unwrap(), &ticket).await;
    let took = begun.elapsed();
    eprintln!("found {took:?} after it came");
    // The engine is loaded meanwhile, and tests have slow machines.
    assert!(took < SOON, "{took:?}");
}

#[tokio::test]
async fn huge_and_hostile_pictures_hold_up_nobody() {
    let Some(setup) = reading() else { return };
    let desk = Desk::start(setup.variable("DOCKET_OCR_TIMEOUT", "5s")).await;
    let pid = desk.pid();
    let client = desk.as_handler().await;
    let bad = open_ticket(&client, "Bad pictures").await;
    let mut specks = vec![255; 2_000 * 2_000];
    specks.iter_mut().step_by(37).for_each(|pixel| *pixel = 0);
    let mut pictures = vec![
        // As many pixels as are read at all, and more than that.
        ("white.png", grey(7_900, &vec![255; 7_900 * 7_900])),
        ("large.png", grey(8_100, &vec![255; 8_100 * 8_100])),
        // What looks like writing everywhere.
        ("specks.png", grey(2_000, &specks)),
        ("noise.png", grey(1_000, &noise(1_000_000))),
    ];
    // A picture whose data ends too early for whoever takes it apart: its frame is whole.
    let mut torn = grey(2_000, &noise(4_000_000));
    let middle = torn.len() / 2;
    torn[middle..middle + 64].fill(0);
    pictures.push(("torn.png", torn));
    let mut images = Vec::new();
    for (name, bytes) in pictures {
        images.push(attach_image(&client, &bad, name, bytes).await);
    }
    // Others go on meanwhile: what they write is there, and what follows from it is done.
    let begun = Instant::now();
    for n in 0..10 {
        let ticket = open_ticket(&client, &format!("Another {n}")).await;
        let comments = format!("/api/v1/tickets/{}/comments", ticket["id"].as_str().unwrap());
        client.post(&comments, json!({ "text": "Goes on" })).await.expect(201);
        let shown = client.get(&comments).await.expect(200);
        assert_eq!(shown["items"][0]["text"], "Goes on");
    }
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    // Each comes to an end of one sort or the other.
    for image in &images {
        let read = text_within(5 * Duration::from_secs(60), &client, image).await;
        assert!(matches!(read.status, 200 | 409), "{}: {}", image["filename"], read.text());
    }
    let fine = attach_image(&client, &bad, "page.png", specimen(Class::Latin).0).await;
    text_within(5 * Duration::from_secs(60), &client, &fine).await.expect(200);
    assert_eq!(desk.pid(), pid);
    assert!(!desk.log().contains("panicked"), "{}", desk.log());
    client.get("/readyz").await.expect(200);
}
