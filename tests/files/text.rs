//! What is read in pictures and documents, by whom it may be seen, and in which form.

use std::env;
use std::io::Cursor;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat};
use ocr::specimens::{Class, Fonts, character_error_rate, draw};
use reqwest::Method;
use serde_json::{Value, json};
use test_support::pdf;

use super::pictures::{bomb, png};
use super::{attach_image, file_path, send};
use crate::roles::metrics::scraped;
use crate::support::{Answer, Client, Desk, Setup, open_ticket, shared_desk};

/// Longer than anything is read, by however busy a machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// What a desk that reads pictures is started with; none where what it needs is not installed. Nothing takes it too
/// long, as nobody knows how busy its machine is.
#[expect(clippy::disallowed_methods, reason = "a test is its own composition root")]
pub(super) fn reading() -> Option<Setup> {
    let folder = env::var("DOCKET_TEST_OCR").ok().filter(|folder| !folder.is_empty());
    let Some(folder) = folder else {
        eprintln!("skipped: DOCKET_TEST_OCR is not set; `make test` sets it");
        return None;
    };
    let setup = Setup::default().variable("DOCKET_OCR_PARTS", &folder);
    Some(setup.variable("DOCKET_OCR_TIMEOUT", "600s"))
}

async fn reading_desk() -> Option<Desk> {
    Some(Desk::start(reading()?).await)
}

/// A picture of a class, and its text.
pub(super) fn specimen(class: Class) -> (Vec<u8>, String) {
    let specimen = draw(&Fonts::noto().expect("the Noto fonts are installed"), class, 0);
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(specimen.pixels).write_to(&mut bytes, ImageFormat::Png).unwrap();
    (bytes.into_inner(), specimen.text)
}

/// The longest word of a text.
pub(super) fn longest_word(text: &str) -> &str {
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    words.max_by_key(|word| word.len()).unwrap()
}

pub(super) async fn ask(client: &Client<'_>, file: &Value, accept: &str) -> Answer {
    let path = format!("{}/ocr", file_path(file));
    client.call(Method::GET, &path).header("accept", accept).send().await
}

/// The text of a file, once it is read.
pub(super) async fn text(client: &Client<'_>, file: &Value) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = ask(client, file, "application/json").await;
        if answer.status != 202 {
            return answer;
        }
        assert!(answer.header("retry-after").is_some());
        assert!(begun.elapsed() < PATIENCE, "it is not read");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until a search finds the ticket: the words of its files come by and by.
pub(super) async fn until_found(client: &Client<'_>, word: &str, ticket: &Value) {
    let begun = Instant::now();
    loop {
        let page = client.get(&format!("/api/v1/tickets?search={word}")).await.expect(200);
        let items = page["items"].as_array().unwrap();
        if items.iter().any(|item| item["id"] == ticket["id"]) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{word:?} is not found");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_text_of_a_picture_is_to_be_had_in_three_forms_and_found() {
    let Some(desk) = reading_desk().await else { return };
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "A page").await;
    let (bytes, truth) = specimen(Class::Mixed);
    let image = attach_image(&client, &ticket, "page.png", bytes).await;
    let read = text(&client, &image).await.expect(200);
    assert_eq!((&read["file_id"], &read["language"]), (&image["id"], &json!("zh+en")));
    let told = read["text"].as_str().unwrap();
    let errors = character_error_rate(&truth, told);
    assert!(errors < 0.1, "{errors}: {told}");
    let lines = read["lines"].as_array().unwrap();
    let joined: Vec<&str> = lines.iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert_eq!(joined.join("\n"), told);
    assert_eq!(lines[0]["bbox"].as_array().unwrap().len(), 4);
    assert!(lines[0]["words"][0]["confidence"].as_f64().unwrap() > 0.0);
    assert!(read["mean_confidence"].as_f64().unwrap() > 0.5);
    assert!(["paddle", "tesseract"].contains(&read["engine"].as_str().unwrap()));
    let plain = ask(&client, &image, "text/plain").await;
    assert_eq!(plain.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(plain.text(), told);
    for (accept, kind) in [
        ("text/vnd.hocr+html", "text/vnd.hocr+html; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
    ] {
        let hocr = ask(&client, &image, accept).await;
        assert_eq!((hocr.status, hocr.header("content-type")), (200, Some(kind)));
        assert_eq!(hocr.text().matches("class=\"ocr_line\"").count(), lines.len());
    }
    ask(&client, &image, "image/png").await.problem(406);
    let shown = client.get(&file_path(&image)).await.expect(200);
    assert_eq!(shown["text"]["status"], "read");
    assert_eq!(shown["text"]["characters"], json!(told.chars().count()));
    // A ticket is found by what stands in its pictures.
    until_found(&client, longest_word(told), &ticket).await;
    // Attaching changed the ticket, reading did not.
    let now = client.get(&format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap())).await;
    assert_eq!(now.expect(200)["version"], 2);
}

#[tokio::test]
async fn a_picture_is_read_again_as_somebody_wants_it() {
    let Some(desk) = reading_desk().await else { return };
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Once more").await;
    let (bytes, _) = specimen(Class::Latin);
    let image = attach_image(&client, &ticket, "page.png", bytes).await;
    let first = text(&client, &image).await.expect(200);
    let path = format!("{}/ocr", file_path(&image));
    let wrong = client.post(&path, json!({ "engine": "eyes", "script": "runes" })).await;
    assert_eq!(wrong.bad_fields(), ["body.engine", "body.script"]);
    let body = json!({ "engine": "tesseract", "script": "latin" });
    let send = async || {
        let call = client.call(Method::POST, &path).header("idempotency-key", "again");
        call.json(&body).send().await
    };
    let asked = send().await;
    let job = asked.expect(202);
    assert_eq!(job["job_type"], "read_text");
    assert_eq!(job["parameters"]["engine"], "tesseract");
    assert!(asked.header("location").unwrap().contains(job["id"].as_str().unwrap()));
    assert_eq!(send().await.expect(202)["id"], job["id"], "a repeat asks for nothing more");
    let begun = Instant::now();
    let second = loop {
        let read = text(&client, &image).await.expect(200);
        if read["reading_id"] != first["reading_id"] {
            break read;
        }
        assert!(begun.elapsed() < PATIENCE, "it is not read again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(second["engine"], "tesseract");
    desk.as_viewer().await.post(&path, body).await.problem(403);
}

#[tokio::test]
async fn the_text_of_a_document_is_the_one_it_holds() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "A document").await;
    let document = pdf(&["Antenna report", "Second page"], (600.0, 200.0));
    let file = send(&client, &ticket, "attachments", "report.pdf", document).await.expect(201);
    let read = text(&client, &file).await.expect(200);
    assert_eq!((&read["source"], &read["engine"]), (&json!("text_layer"), &Value::Null));
    assert_eq!(read["page_count"], 2);
    let told = read["text"].as_str().unwrap();
    assert!(told.contains("Antenna report") && told.contains("Second page"), "{told}");
    let hocr = ask(&client, &file, "text/html").await;
    assert!(hocr.text().contains("class=\"ocr_line\""), "{}", hocr.text());
    assert!(hocr.text().contains("Antenna"));
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Nothing to read").await;
    let log = send(&client, &ticket, "attachments", "a.log", "text").await.expect(201);
    assert_eq!(log["text"]["status"], "none");
    ask(&client, &log, "*/*").await.problem(404);
    let refused = client.post(&format!("{}/ocr", file_path(&log)), json!({})).await;
    assert_eq!(refused.problem(409)["code"], "unknown_format");
    let locked = test_support::encrypted_pdf();
    let file = send(&client, &ticket, "attachments", "locked.pdf", locked).await.expect(201);
    assert_eq!(text(&client, &file).await.problem(409)["code"], "encrypted");
    let shown = client.get(&file_path(&file)).await.expect(200);
    assert_eq!(shown["text"]["reason"], "encrypted");
    let unseen = desk.as_publisher().await;
    ask(&unseen, &file, "*/*").await.problem(404);
    // What would take all memory does not even come in.
    let huge = send(&client, &ticket, "images", "huge.png", bomb(50_000, 50_000)).await;
    huge.problem(422);
    attach_image(&client, &ticket, "fine.png", png(1)).await;
}

#[tokio::test]
async fn a_broken_engine_is_replaced_by_the_other_which_says_so() {
    let Some(setup) = reading() else { return };
    let setup = setup.variable("DOCKET_OCR_ENGINES", "paddle,tesseract");
    let desk = Desk::start(setup.variable("DOCKET_OCR_PARTS", "/nonexistent")).await;
    let client = desk.as_handler().await;
    let ticket = open_ticket(&client, "Another engine").await;
    let (bytes, truth) = specimen(Class::Latin);
    let image = attach_image(&client, &ticket, "page.png", bytes.clone()).await;
    let read = text(&client, &image).await.expect(200);
    let errors = character_error_rate(&truth, read["text"].as_str().unwrap());
    assert!(errors < 0.1, "{errors}: {read}");
    let fallback = json!({ "from": "paddle", "reason": "unavailable" });
    assert_eq!((&read["engine"], &read["fallback"]), (&json!("tesseract"), &fallback));
    // After a few more it is left alone, which whoever watches sees.
    for _ in 0..3 {
        let image = attach_image(&client, &ticket, "page.png", bytes.clone()).await;
        assert_eq!(text(&client, &image).await.expect(200)["engine"], "tesseract");
    }
    let (_, watched) = scraped(&desk).await;
    assert_eq!(watched["docket_ocr_breaker_open{engine=\"paddle\"}"], 1.0);
    assert_eq!(watched["docket_ocr_breaker_open{engine=\"tesseract\"}"], 0.0);
    assert_eq!(watched["docket_ocr_readings_total{outcome=\"ocr\"}"], 4.0);
}
