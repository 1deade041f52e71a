//! Files are attached, renamed and moved, all or none and on the version that was seen.

use commands::{CommandError, Context, NewFile, TicketChange};
use domain::settings::{Limits, SettingsCommand};
use domain::ticket::{FileRole, OpenTicketInput, TicketFile};
use domain::{Refusal, TicketId};
use futures_util::future::join_all;

use super::*;

const EMAIL: &str = "ann@example.org";

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
