//! Files that are removed, and people who are forgotten.

use commands::{CommandError, Context, TicketChange};
use domain::TicketId;
use domain::ticket::OpenTicketInput;
use eventstore::{Identifier, Metadata};
use futures_util::future::join_all;

use super::*;

const EMAIL: &str = "ann@example.org";

async fn erase(commands: &Commands, subjects: &[Uuid]) {
    let command = commands.store().ambient().uuid_v7();
    let metadata = Metadata::system("e");
    commands.store().erase_subjects(subjects, command, metadata).await.unwrap();
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
