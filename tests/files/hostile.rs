//! Pictures that cost much, and what goes on beside them.

use std::io::Cursor;
use std::time::Instant;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use ocr::specimens::Class;
use serde_json::{Value, json};

use super::attach_image;
use super::pictures::noise;
use super::text::{PATIENCE, ask, longest_word, reading, specimen, text, until_found};
use crate::support::{Client, Desk, open_ticket};

/// A PNG in shades of grey of what there is for its pixels.
fn grey(side: u32, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::NoFilter)
        .write_image(pixels, side, side, ExtendedColorType::L8)
        .unwrap();
    bytes.into_inner()
}

/// Somebody opens a ticket and comments on it, and sees that.
async fn goes_on(client: &Client<'_>, n: usize) {
    let ticket = open_ticket(client, &format!("Another {n}")).await;
    let comments = format!("/api/v1/tickets/{}/comments", ticket["id"].as_str().unwrap());
    client.post(&comments, json!({ "text": "Goes on" })).await.expect(201);
    let shown = client.get(&comments).await.expect(200);
    assert_eq!(shown["items"][0]["text"], "Goes on");
}

#[tokio::test]
async fn a_ticket_is_found_by_the_text_of_its_picture_soon_after_it_came() {
    let Some(setup) = reading() else { return };
    let desk = Desk::start(setup).await;
    let client = desk.as_handler().await;
    let (page, truth) = specimen(Class::Latin);
    let ticket = open_ticket(&client, "With a page").await;
    let begun = Instant::now();
    attach_image(&client, &ticket, "page.png", page).await;
    until_found(&client, longest_word(&truth), &ticket).await;
    // The engine is loaded meanwhile. How soon is for people to judge, who know how busy the machine was.
    eprintln!("found {:?} after it came", begun.elapsed());
}

#[tokio::test]
async fn huge_and_hostile_pictures_hold_up_nobody() {
    let Some(setup) = reading() else { return };
    let desk = Desk::start(setup.variable("DOCKET_OCR_TIMEOUT", "5s")).await;
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
    // Others go on meanwhile, and each comes to an end of one sort or the other.
    let (begun, mut others) = (Instant::now(), 0);
    for image in &images {
        let read = loop {
            goes_on(&client, others).await;
            others += 1;
            let read = ask(&client, image, "application/json").await;
            if read.status != 202 {
                break read;
            }
            assert!(begun.elapsed() < PATIENCE, "{} is not read", image["filename"]);
        };
        let code = if read.status == 409 { read.json()["code"].clone() } else { json!("") };
        eprintln!("{} {} {code}, after {:?}", image["filename"], read.status, begun.elapsed());
        match image["filename"].as_str().unwrap() {
            "large.png" => assert_eq!(code, "too_large"),
            "torn.png" => assert_eq!(code, "damaged"),
            name => assert!(["", "timed_out"].map(Value::from).contains(&code), "{name}: {code}"),
        }
    }
    eprintln!("{others} tickets meanwhile");
    // The worker is there and reads, as soon as nothing holds it up any more.
    loop {
        let fine = attach_image(&client, &bad, "page.png", specimen(Class::Latin).0).await;
        let read = text(&client, &fine).await;
        if read.status == 200 {
            break;
        }
        assert_eq!(read.problem(409)["code"], "timed_out");
        assert!(begun.elapsed() < PATIENCE, "nothing is read any more");
    }
    assert!(!desk.log().contains("panicked"), "{}", desk.log());
    client.get("/readyz").await.expect(200);
}
