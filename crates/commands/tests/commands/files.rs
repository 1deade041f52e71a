//! Files of tickets: attached, changed, removed, looked into; and who refers to which content.

use std::collections::HashSet;

use commands::jobs::JobFilter;
use commands::{CommandError, Commands, Committed, Context, NewFile, ReadText, TicketChange};
use domain::file::{
    FileAddress, FileState, NotReadReason, OcrEngine, ReadSettings, TextLanguage, TextLayout,
    TextNotRead, TextRead, TextSource, TextState, ThumbnailMade, ThumbnailNotMade, ThumbnailState,
};
use domain::settings::{Limits, SettingsCommand};
use domain::ticket::{FileRole, OpenTicketInput, Ticket, TicketFile, TicketState};
use domain::vocabulary::MediaType;
use domain::{FileId, ReadingId, Refusal, TicketId};
use eventstore::{FileOwner, Identifier, Metadata};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::support::*;

const EMAIL: &str = "ann@example.org";

fn file_id(commands: &Commands) -> FileId {
    FileId(commands.store().ambient().uuid_v7())
}

/// Where the content number `n` of an owner would lie.
fn address(owner: &FileOwner, n: u128) -> FileAddress {
    format!("{}/{n:064x}.sealed", owner.key_id).parse().unwrap()
}

fn file(commands: &Commands, owner: &FileOwner, n: u128, role: FileRole) -> NewFile {
    NewFile {
        file_id: file_id(commands),
        role,
        name: format!("{n}.png"),
        content_type: MediaType::parse("image/png").unwrap(),
        size: 7,
        sha256: [9; 32],
        address: address(owner, n),
        dimensions: Some((640, 480)),
    }
}

fn image(commands: &Commands, owner: &FileOwner, n: u128) -> NewFile {
    file(commands, owner, n, FileRole::Image)
}

/// A ticket with images 1 to `n`: its id, the owner of its files, and they.
async fn with_images(commands: &Commands, n: u128) -> (TicketId, FileOwner, Vec<NewFile>) {
    let id = open(commands, "fault").await;
    let owner = commands.file_owner(id).await.unwrap();
    let files: Vec<NewFile> = (1..=n).map(|n| image(commands, &owner, n)).collect();
    commands.attach_files(&ctx(commands), id, files.clone()).await.unwrap();
    (id, owner, files)
}

async fn referenced(commands: &Commands, owner: &FileOwner, of: &[u128]) -> Vec<u128> {
    let addresses: Vec<FileAddress> = of.iter().map(|n| address(owner, *n)).collect();
    let found: HashSet<FileAddress> = commands.referenced_files(&addresses).await.unwrap();
    let is_found = |n: &&u128| found.contains(&address(owner, **n));
    of.iter().filter(is_found).copied().collect()
}

fn images(committed: &Committed<TicketState>) -> Vec<FileId> {
    ticket(committed).images().map(|image| image.id).collect()
}

fn text_read(ticket: TicketId, reading: Uuid, layout: Option<FileAddress>) -> TextRead {
    TextRead {
        ticket_id: ticket,
        reading_id: ReadingId(reading),
        source: TextSource::Ocr,
        engine: Some(OcrEngine::Paddle),
        engine_version: None,
        model: None,
        settings: ReadSettings::default(),
        language: TextLanguage::English,
        mean_confidence: Some(0.9),
        width: Some(640),
        height: Some(480),
        page_count: 1,
        pages_read: 1,
        duration_ms: 5,
        fallback: None,
        text: "ALARM 42".into(),
        layout: layout.map(|address| TextLayout::Stored { address }),
    }
}

fn failed(ticket: TicketId, reading: Uuid) -> TextNotRead {
    TextNotRead {
        ticket_id: ticket,
        reading_id: ReadingId(reading),
        settings: ReadSettings::default(),
        reason: NotReadReason::Damaged,
        engine: None,
    }
}

fn thumbnail(ticket_id: TicketId, address: FileAddress) -> ThumbnailMade {
    ThumbnailMade { ticket_id, address, width: 32, height: 24, size: 99 }
}

async fn erase(commands: &Commands, subjects: &[Uuid]) {
    let command = commands.store().ambient().uuid_v7();
    let metadata = Metadata::system("e");
    commands.store().erase_subjects(subjects, command, metadata).await.unwrap();
}

async fn state(commands: &Commands, file: FileId) -> FileState {
    commands.file_state(file).await.unwrap().state.as_ref().clone()
}

async fn stored(commands: &Commands, id: TicketId) -> Ticket {
    commands.ticket_state(id).await.unwrap().unwrap().state.ticket().unwrap().clone()
}

#[tokio::test]
async fn a_ticket_is_opened_with_its_files_in_one_append() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let id = one.new_ticket_id();
    let input = OpenTicketInput {
        customer_email: Some(format!(" {EMAIL} ")),
        customer_id: Some("C-1".into()),
        ..input("fault")
    };
    let owner = one.file_owner_of_new(id, &input).await.unwrap();
    let files = vec![image(&one, &owner, 1), file(&one, &owner, 2, FileRole::Attachment)];
    assert_eq!(referenced(&two, &owner, &[1, 2]).await, [0; 0], "content first, then the event");
    let then = vec![TicketChange::AttachFiles(files.clone())];
    let opened = one.open_ticket_as(&repeatable(&one, 1), id, input, then).await.unwrap();

    assert_eq!((opened.id, opened.version), (id.uuid(), 3));
    let kept: Vec<&TicketFile> = ticket(&opened).files.iter().collect();
    assert_eq!(kept[0].name.as_str(), Some("1.png"));
    assert_eq!(kept[0].sha256.as_str(), Some("09".repeat(32).as_str()));
    assert_eq!((kept[0].width, kept[1].role), (Some(640), FileRole::Attachment));
    assert_eq!(referenced(&two, &owner, &[1, 2, 3]).await, [1, 2]);
    // The ticket is about whom the files belong to.
    assert_eq!(two.file_owner(id).await.unwrap(), owner);
    assert_eq!(two.file_owner_by_key(owner.key_id).await.unwrap(), Some(owner));
    let nobody = TicketId(file_id(&one).uuid());
    assert!(matches!(one.file_owner(nobody).await, Err(CommandError::NotFound)));
}

#[tokio::test]
async fn a_repeat_attaches_nothing_more_and_another_body_is_refused() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let id = open(&one, "fault").await;
    let owner = one.file_owner(id).await.unwrap();
    let ctx = repeatable(&one, 1);
    let files = vec![image(&one, &owner, 1)];
    let first = one.attach_files(&ctx, id, files).await.unwrap();
    for commands in [&one, &two] {
        // The same content, uploaded once more: under another file id by now.
        let files = vec![image(commands, &owner, 1)];
        let again = commands.attach_files(&ctx, id, files).await.unwrap();
        assert!(again.replayed);
        assert_eq!(images(&again), images(&first));
    }
    assert_eq!(count(&one, "ticket.file_attached").await, 1);
    let other = Context { body_hash: [2; 32], ..ctx };
    let refused = two.attach_files(&other, id, vec![image(&two, &owner, 2)]).await;
    assert!(matches!(refused, Err(CommandError::KeyReused)));
    assert_eq!(referenced(&one, &owner, &[1, 2]).await, [1]);
}

#[tokio::test]
async fn too_many_files_are_refused_as_a_whole_and_bad_names_are_named() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let limits = Limits { max_files_per_ticket: 2, ..Limits::default() };
    let settings = SettingsCommand { limits: Some(limits), ..SettingsCommand::default() };
    one.change_settings(&ctx(&one), settings).await.unwrap();
    let (id, owner, files) = with_images(&one, 1).await;
    let more = vec![image(&one, &owner, 2), image(&one, &owner, 3)];
    let refused = one.attach_files(&ctx(&one), id, more).await.unwrap_err();
    let expected = Refusal::TooManyFiles { max: 2 };
    assert!(matches!(refused, CommandError::Refused(r) if r == expected));
    assert_eq!(referenced(&one, &owner, &[1, 2, 3]).await, [1], "all or none");

    let path = NewFile { name: "../x.png".into(), ..image(&one, &owner, 2) };
    let refused = one.attach_files(&ctx(&one), id, vec![path]).await.unwrap_err();
    assert!(matches!(refused, CommandError::Invalid(f) if f[0].field == "filename"));
    let refused = one.rename_file(&ctx(&one), id, files[0].file_id, "a/b").await.unwrap_err();
    assert!(matches!(refused, CommandError::Invalid(f) if f[0].field == "filename"));
}

#[tokio::test]
async fn images_are_moved_and_files_renamed_on_the_version_that_was_seen() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let (id, _, files) = with_images(&one, 3).await;
    let [a, b, c] = [0, 1, 2].map(|n: usize| files[n].file_id);
    let moved = one.move_image(&if_match(ctx(&one), 4), id, c, 0).await.unwrap();
    assert_eq!((images(&moved), moved.version), (vec![c, a, b], 5));
    let stale = one.move_image(&if_match(ctx(&one), 4), id, a, 0).await;
    assert!(matches!(stale, Err(CommandError::VersionMismatch { current: 5 })));
    let named = one.rename_file(&ctx(&one), id, b, "north.png").await.unwrap();
    assert_eq!(ticket(&named).file(b).unwrap().name.as_str(), Some("north.png"));
    let again = one.rename_file(&ctx(&one), id, b, "north.png").await.unwrap();
    assert_eq!(again.version, named.version, "the same name is no change");
    let nothing = one.rename_file(&ctx(&one), id, file_id(&one), "x.png").await;
    assert!(matches!(nothing, Err(CommandError::NotFound)));
}

#[tokio::test]
async fn removing_a_file_lets_go_of_all_its_contents_and_of_no_others() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let (id, owner, files) = with_images(&one, 2).await;
    // A third file with the content of the first.
    one.attach_files(&ctx(&one), id, vec![image(&one, &owner, 1)]).await.unwrap();
    let (first, second) = (files[0].file_id, files[1].file_id);
    let layout = Some(address(&owner, 11));
    let read = text_read(id, first.uuid(), layout);
    two.record_text(&ctx(&two), id, first, read).await.unwrap().unwrap();
    let made = thumbnail(id, address(&owner, 12));
    two.record_thumbnail(&ctx(&two), id, first, made).await.unwrap().unwrap();
    assert_eq!(referenced(&one, &owner, &[1, 2, 11, 12]).await, [1, 2, 11, 12]);
    assert_eq!(stored(&one, id).await.files.len(), 3);

    let stale = one.remove_file(&if_match(ctx(&one), 3), id, first).await;
    assert!(matches!(stale, Err(CommandError::VersionMismatch { current: 4 })));
    let context = repeatable(&one, 1);
    let removed = one.remove_file(&if_match(context.clone(), 4), id, first).await.unwrap();
    assert_eq!((images(&removed).len(), removed.version), (2, 5));
    assert_eq!(referenced(&two, &owner, &[1, 2, 11, 12]).await, [1, 2], "the third has content 1");
    assert!(state(&two, first).await.is_removed);
    let again = two.remove_file(&context, id, first).await.unwrap();
    assert!(again.replayed);
    let gone = two.remove_file(&ctx(&two), id, first).await;
    assert!(matches!(gone, Err(CommandError::NotFound)));

    // Nothing was ever found in the second: there is no stream to be ended.
    two.remove_file(&ctx(&two), id, second).await.unwrap();
    assert_eq!(count(&one, "file.removed").await, 1);
    assert_eq!(referenced(&two, &owner, &[1, 2, 11, 12]).await, [1]);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_removed_while_it_is_looked_into_leaves_no_claim() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let (id, owner, files) = with_images(&one, 12).await;
    let races = files.iter().enumerate().map(|(n, file)| {
        let (one, two, owner) = (one.clone(), two.clone(), owner.clone());
        let made = thumbnail(id, address(&owner, 100 + n as u128));
        async move {
            let remover = ctx(&one);
            let (removed, recorded) =
                tokio::join!(one.remove_file(&remover, id, file.file_id), async {
                    two.record_thumbnail(&ctx(&two), id, file.file_id, made).await
                });
            removed.unwrap();
            (file.file_id, recorded.unwrap().is_some())
        }
    });
    for (file, was_recorded) in join_all(races).await {
        assert_eq!(state(&one, file).await.is_removed, was_recorded);
    }
    let claims: i64 = sqlx::query_scalar("select count(*) from log.claims where kind = $1")
        .bind("file.content")
        .fetch_one(one.store().pool())
        .await
        .unwrap();
    assert_eq!(claims, 0);
    assert!(stored(&two, id).await.files.is_empty());
}

#[tokio::test]
async fn a_content_whose_owner_was_erased_is_attached_to_nothing() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let input = OpenTicketInput { customer_email: Some(EMAIL.into()), ..input("fault") };
    let id = TicketId(one.open_ticket(&ctx(&one), input, vec![]).await.unwrap().id);
    let owner = one.file_owner(id).await.unwrap();
    let file = image(&one, &owner, 1);
    let subjects = two.store().linked_subjects(&Identifier::email(EMAIL)).await.unwrap();
    erase(&two, &subjects).await;
    let late = one.attach_files(&ctx(&one), id, vec![file]).await;
    assert!(matches!(late, Err(CommandError::Contended)), "{late:?}");
    assert_eq!(referenced(&one, &owner, &[1]).await, [0; 0]);
    // Uploaded again, it lies under another key.
    let owner = one.file_owner(id).await.unwrap();
    let attached = one.attach_files(&ctx(&one), id, vec![image(&one, &owner, 1)]).await.unwrap();
    assert_eq!(images(&attached).len(), 1);
}

#[tokio::test]
async fn the_text_of_a_file_goes_with_its_content_and_is_not_found_again() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let of = |email: &str| OpenTicketInput { customer_email: Some(email.into()), ..input("fault") };
    let id = one.new_ticket_id();
    let owner = one.file_owner_of_new(id, &of(EMAIL)).await.unwrap();
    let files = vec![image(&one, &owner, 1), image(&one, &owner, 2)];
    let (first, second) = (files[0].file_id, files[1].file_id);
    let then = vec![TicketChange::AttachFiles(files)];
    one.open_ticket_as(&ctx(&one), id, of(EMAIL), then).await.unwrap();
    // The ticket is somebody else's by the time that the picture is read.
    let edit = domain::ticket::EditTicketInput {
        customer_email: domain::ticket::Change::Set("bob@example.org".into()),
        ..Default::default()
    };
    let edit = vec![TicketChange::Edit(Box::new(edit))];
    one.change_ticket(&ctx(&one), id, edit).await.unwrap();
    let read = text_read(id, first.uuid(), None);
    one.record_text(&ctx(&one), id, first, read).await.unwrap().unwrap();
    let text = async || {
        let stored = two.store().read_stream(first.uuid(), 0).await.unwrap();
        let opened = two.store().open_events(stored).await.unwrap();
        opened[0].data["text"]["$personal"].clone()
    };
    assert_eq!(text().await, "ALARM 42");

    let subjects = one.store().linked_subjects(&Identifier::email(EMAIL)).await.unwrap();
    erase(&one, &subjects).await;
    two.store().file_owner(&eventstore::Subject::Stream, id.uuid()).await.unwrap();
    assert_eq!(text().await, serde_json::Value::Null);
    // Whoever still has the pixels of the second must not bring them back under another key.
    for commands in [&one, &two] {
        let read = text_read(id, second.uuid(), None);
        assert!(commands.record_text(&ctx(commands), id, second, read).await.unwrap().is_none());
    }
    assert_eq!(count(&one, "file.text_read").await, 1);
}

#[tokio::test]
async fn a_ticket_of_nobody_goes_on_when_it_was_forgotten() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let (id, _, files) = with_images(&one, 2).await;
    assert_eq!(stored(&two, id).await.files.len(), 2);
    // Its own stream is told of it.
    erase(&two, &[id.uuid()]).await;
    let seen = one.ticket_state(id).await.unwrap().unwrap().version;
    one.remove_file(&ctx(&one), id, files[0].file_id).await.unwrap();
    let again = Context { if_match: Some(seen), ..ctx(&two) };
    let late = two.remove_file(&again, id, files[1].file_id).await;
    assert!(matches!(late, Err(CommandError::VersionMismatch { .. })), "{late:?}");
    for commands in [&one, &two, &one] {
        let owner = commands.file_owner(id).await.unwrap();
        let file = vec![image(commands, &owner, 9)];
        let version = commands.ticket_state(id).await.unwrap().unwrap().version;
        let on_it = Context { if_match: Some(version), ..ctx(commands) };
        let attached = commands.attach_files(&on_it, id, file).await.unwrap();
        let now = two.ticket_state(id).await.unwrap().unwrap().version;
        assert_eq!(attached.version, now, "what is told is what is found");
        erase(&two, &[id.uuid()]).await;
    }
    assert_eq!(stored(&one, id).await.files.len(), 4);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_attach_at_once_and_the_limit_holds() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let limits = Limits { max_files_per_ticket: 5, ..Limits::default() };
    let settings = SettingsCommand { limits: Some(limits), ..SettingsCommand::default() };
    one.change_settings(&ctx(&one), settings).await.unwrap();
    let id = open(&one, "fault").await;
    let owner = one.file_owner(id).await.unwrap();
    let uploads = (0..16).map(|n| {
        let commands = if n % 2 == 0 { one.clone() } else { two.clone() };
        let new = image(&commands, &owner, n);
        async move { commands.attach_files(&ctx(&commands), id, vec![new]).await }
    });
    let results = join_all(uploads).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 5);
    let full = |result: &&Result<_, CommandError>| {
        matches!(result, Err(CommandError::Refused(Refusal::TooManyFiles { max: 5 })))
    };
    assert_eq!(results.iter().filter(full).count(), 11);
    let all: Vec<u128> = (0..16).collect();
    assert_eq!(referenced(&two, &owner, &all).await.len(), 5);
}
