//! What is found in files is recorded once.

use commands::jobs::JobFilter;
use commands::{CommandError, Context, ReadText};
use domain::file::{
    FileState, NotReadReason, OcrEngine, ReadSettings, TextNotRead, TextState, ThumbnailNotMade,
    ThumbnailState,
};
use futures_util::future::join_all;

use super::*;

fn failed(ticket: TicketId, reading: Uuid) -> TextNotRead {
    TextNotRead {
        ticket_id: ticket,
        reading_id: ReadingId(reading),
        settings: ReadSettings::default(),
        reason: NotReadReason::Damaged,
        engine: None,
    }
}

#[tokio::test]
async fn what_was_found_is_recorded_once_and_the_ticket_stays_as_it_is() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let (id, owner, files) = with_images(&one, 1).await;
    let file = files[0].file_id;
    assert_eq!(state(&one, file).await, FileState::default());
    let first = ReadText::first(id, file).reading_id.uuid();

    let read = text_read(id, first, Some(address(&owner, 11)));
    let done = one.record_text(&ctx(&one), id, file, read.clone()).await.unwrap().unwrap();
    assert_eq!((done.id, done.version), (file.uuid(), 1));
    // A runner that was thought dead comes late, in another process.
    assert!(two.record_text(&ctx(&two), id, file, read).await.unwrap().is_none());
    let late = failed(id, first);
    assert!(two.record_text_failure(&ctx(&two), id, file, late).await.unwrap().is_none());

    // The next reading takes its place, and its layout the place of the other.
    let next = file_id(&one).uuid();
    let read = text_read(id, next, Some(address(&owner, 12)));
    two.record_text(&ctx(&two), id, file, read).await.unwrap().unwrap();
    assert_eq!(referenced(&one, &owner, &[1, 11, 12]).await, [1, 12]);
    let late = failed(id, file_id(&one).uuid());
    one.record_text_failure(&ctx(&one), id, file, late).await.unwrap().unwrap();
    let known = state(&two, file).await;
    let TextState::Read { reading } = &known.text else { panic!("{known:?}") };
    assert_eq!((reading.reading_id.uuid(), known.readings), (next, 3));
    assert_eq!(referenced(&one, &owner, &[12]).await, [12], "what could not be read takes nothing");

    let none = ThumbnailNotMade { ticket_id: id, reason: NotReadReason::TooLarge };
    one.record_no_thumbnail(&ctx(&one), id, file, none.clone()).await.unwrap().unwrap();
    assert!(two.record_no_thumbnail(&ctx(&two), id, file, none).await.unwrap().is_none());
    let known = state(&two, file).await.thumbnail;
    assert_eq!(known, ThumbnailState::NotMade { reason: NotReadReason::TooLarge });
    let version = one.ticket_state(id).await.unwrap().unwrap().version;
    assert_eq!(version, 2, "opened, attached");
}

#[tokio::test]
async fn a_repeated_command_finds_its_first_result() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let (id, _, files) = with_images(&one, 1).await;
    let file = files[0].file_id;
    let ctx = repeatable(&one, 1);
    let read = text_read(id, file.uuid(), None);
    let first = one.record_text(&ctx, id, file, read.clone()).await.unwrap().unwrap();
    let again = two.record_text(&ctx, id, file, read).await.unwrap().unwrap();
    assert!(again.replayed && !first.replayed);
    assert_eq!((again.version, count(&one, "file.text_read").await), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_runners_one_records() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let (id, _, files) = with_images(&one, 1).await;
    let file = files[0].file_id;
    let runners = (0..12).map(|n| {
        let commands = if n % 2 == 0 { one.clone() } else { two.clone() };
        async move {
            let read = text_read(id, file.uuid(), None);
            commands.record_text(&ctx(&commands), id, file, read).await.unwrap().is_some()
        }
    });
    let recorded = join_all(runners).await;
    assert_eq!(recorded.iter().filter(|is| **is).count(), 1);
    assert_eq!(count(&one, "file.text_read").await, 1);
}

#[tokio::test]
async fn somebody_asks_for_another_reading_and_a_repeat_asks_for_nothing_more() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let (id, _, files) = with_images(&one, 1).await;
    let file = files[0].file_id;
    let settings = ReadSettings { engine: Some(OcrEngine::Tesseract), ..ReadSettings::default() };
    let context = repeatable(&one, 1);
    let job = one.request_reading(&context, id, file, settings).await.unwrap();
    assert_eq!(one.request_reading(&context, id, file, settings).await.unwrap(), job);
    let other = Context { body_hash: [2; 32], ..context };
    let refused = one.request_reading(&other, id, file, settings).await;
    assert!(matches!(refused, Err(CommandError::KeyReused)));
    let another = one.request_reading(&ctx(&one), id, file, settings).await.unwrap();
    assert_ne!(another, job);

    let known = one.job(job).await.unwrap().unwrap();
    assert_eq!((known.queue.as_str(), known.job_type.as_str()), ("ocr", "read_text"));
    assert_eq!(known.parameters["engine"], "tesseract");
    assert_eq!(known.parameters["file_id"], file.to_string());
    assert_eq!(one.count_jobs(&JobFilter::default(), 10).await.unwrap(), 2);
    let missing = one.request_reading(&ctx(&one), id, file_id(&one), settings).await;
    assert!(matches!(missing, Err(CommandError::NotFound)));
}
