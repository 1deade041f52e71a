use commands::inbound::{KnownContent, Received, UnknownFields};
use commands::{CommandError, Commands, NewFile, TicketChange};
use domain::settings::SettingsCommand;
use domain::ticket::{Change, EditTicketInput, FileRole, OpenTicketInput};
use domain::user::Role;
use domain::vocabulary::MediaType;
use domain::{FileId, Refusal, TicketId, TicketTypeId};
use eventstore::{
    AppendRequest, Expected, FileOwner, Identifier, Metadata, NewEvent, StreamAppend, StreamKind,
    Subject,
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::office::*;
use crate::support::*;

fn image(commands: &Commands, owner: &FileOwner, media_type: &str) -> NewFile {
    let file_id = FileId(commands.store().ambient().uuid_v7());
    NewFile {
        file_id,
        role: FileRole::Image,
        name: "site.png".into(),
        content_type: MediaType::parse(media_type).unwrap(),
        size: 7,
        sha256: [9; 32],
        address: format!("{}/{:064x}.sealed", owner.key_id, file_id.uuid().as_u128())
            .parse()
            .unwrap(),
        dimensions: None,
    }
}

#[tokio::test]
async fn a_ticket_begins_with_the_current_version_and_its_defaults() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let id = define(&one, &fault("Fault")).await;
    let opened = open_typed(&one, "fAULT", json!({ "site_id": " B12 ", "level": 5.0 })).await;
    let ticket = current(&one, opened).await;
    let form = ticket.form.unwrap();
    assert_eq!((form.type_id, form.version), (id, 1));
    assert_eq!(ticket.ticket_type.as_ref().unwrap().as_str(), "Fault");
    let whole = json!({ "site_id": "B12", "severity": "major", "level": 5 });
    assert_eq!(data(&ticket), whole);
    // Another process folds the same, and an id names the type as well.
    let two = desk.process().await;
    assert_eq!(data(&current(&two, opened).await), whole);
    let by_id = open_typed(&two, &id.to_string(), json!({ "site_id": "B13" })).await;
    let ticket = current(&one, by_id).await;
    assert_eq!(ticket.ticket_type.unwrap().as_str(), "Fault");
}

#[tokio::test]
async fn what_is_wrong_is_told_all_together() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    define(&one, &fault("Fault")).await;
    let bad = json!({ "severity": "critical", "level": 10, "colour": "red", "owner": "nobody" });
    let opened = one.open_ticket(&ctx(&one), typed("Fault", bad), vec![]).await;
    let expected = [
        at("/site_id", "missing"),
        at("/level", "above_max"),
        at("/cause", "missing"),
        at("/owner", "value_error"),
        at("/colour", "unknown_field"),
    ];
    assert_eq!(problems(opened), expected);

    let both = OpenTicketInput {
        priority: Some("asap".into()),
        subject: None,
        ..typed("Fault", json!({}))
    };
    let refused = one.open_ticket(&ctx(&one), both, vec![]).await;
    let Err(CommandError::BadForm { fields, problems: found }) = refused else {
        panic!("{refused:?}")
    };
    let fields: Vec<_> = fields.iter().map(|error| error.field).collect();
    assert_eq!((fields, found.len()), (vec!["subject", "priority"], 1));

    let ticket = open_typed(&one, "Fault", json!({ "site_id": "B12" })).await;
    let both = EditTicketInput {
        subject: Change::Clear,
        ..data_edit(json!({ "level": 0, "site_id": null }))
    };
    let refused = edit(&one, ticket, both).await;
    let Err(CommandError::BadForm { fields, problems: found }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((fields.len(), found.len()), (1, 2));
    assert_eq!(count(&one, "ticket.opened").await, 1);
}

#[tokio::test]
async fn data_is_patched_under_the_version_it_was_filled_in_with() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let id = define(&one, &fault("Fault")).await;
    let ticket = open_typed(&one, "Fault", json!({ "site_id": "B12", "level": 5 })).await;
    one.edit_ticket_type(&ctx(&one), id, &newer_fault("Broken site")).await.unwrap();

    let critical = data_edit(json!({ "severity": "critical", "cause": "fire" }));
    edit(&one, ticket, critical).await.unwrap();
    let refused = edit(&one, ticket, data_edit(json!({ "serial": "7" }))).await;
    assert_eq!(problems(refused), [at("/serial", "unknown_field")]);
    // What a change hides goes with it; null clears.
    let edited =
        edit(&one, ticket, data_edit(json!({ "severity": "major", "level": null }))).await.unwrap();
    let after = crate::support::ticket(&edited);
    assert_eq!(data(after), json!({ "site_id": "B12", "severity": "major" }));
    assert_eq!(after.form.unwrap().version, 1);
    let same = edit(&one, ticket, data_edit(json!({ "site_id": "B12" }))).await.unwrap();
    assert_eq!(same.version, edited.version, "no change");

    // A client that sends back what it was shown changes nothing.
    let echo = edit(&one, ticket, type_edit("Fault", Change::Keep)).await.unwrap();
    assert_eq!(echo.version, edited.version);
    // The name it has means its type, whatever that is called now; with data it moves on.
    let refused = edit(&one, ticket, type_edit("Fault", Change::Set(json!({ "level": 2 })))).await;
    assert_eq!(problems(refused), [at("/serial", "missing")]);
    let moved = edit(&one, ticket, type_edit("Fault", Change::Set(json!({ "serial": "7" })))).await;
    let moved = moved.unwrap();
    let after = crate::support::ticket(&moved);
    assert_eq!(after.form.unwrap().version, 2);
    assert_eq!(after.ticket_type.as_ref().unwrap().as_str(), "Broken site");
    assert_eq!(data(after), json!({ "site_id": "B12", "serial": "7" }));
}

#[tokio::test]
async fn a_ticket_gets_another_type_or_none() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let free = open_typed(&one, "outage", json!({ "site_id": "B12", "old": [1] })).await;
    assert_eq!(current(&one, free).await.form, None);
    define(&one, &fault("Fault")).await;
    define(&one, &newer_fault("Newer")).await;

    // Nothing that was there is dropped unseen.
    let refused = edit(&one, free, type_edit("Fault", Change::Keep)).await;
    assert_eq!(problems(refused), [at("/old", "unknown_field")]);
    let given = Change::Set(json!({ "site_id": "B12" }));
    let now = edit(&one, free, type_edit("Fault", given)).await.unwrap();
    let begun = json!({ "site_id": "B12", "severity": "major" });
    assert_eq!(data(crate::support::ticket(&now)), begun);

    let given = Change::Set(json!({ "site_id": "B13", "serial": "1" }));
    edit(&one, free, type_edit("newer", given)).await.unwrap();
    let cleared = EditTicketInput { ticket_type: Change::Clear, ..EditTicketInput::default() };
    edit(&one, free, cleared).await.unwrap();
    let ticket = current(&one, free).await;
    assert_eq!((ticket.form, ticket.ticket_type.clone()), (None, None));
    assert_eq!(data(&ticket), json!({ "site_id": "B13", "serial": "1" }));
    edit(&one, free, data_edit(json!({ "anything": true }))).await.unwrap();
    assert_eq!(data(&current(&one, free).await), json!({ "anything": true }));
}

#[tokio::test]
async fn a_retired_type_is_not_for_new_tickets_and_a_strict_desk_knows_no_others() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let id = define(&one, &fault("Fault")).await;
    let old = open_typed(&one, "Fault", json!({ "site_id": "B12" })).await;
    let free = open_typed(&one, "outage", json!({ "x": 1 })).await;
    define(&one, &fault("Other")).await;
    one.retire_ticket_type(&ctx(&one), id).await.unwrap();
    let refused = |result: Result<commands::Committed<_>, CommandError>| {
        let Err(CommandError::Invalid(fields)) = result else { panic!("not refused") };
        assert_eq!(fields[0].field, "ticket_type");
        assert_eq!(fields[0].message(), "This must be one of: Other.");
    };
    let new = typed("Fault", json!({ "site_id": "B12" }));
    refused(one.open_ticket(&ctx(&one), new, vec![]).await);
    edit(&one, old, data_edit(json!({ "level": 3 }))).await.unwrap();

    let strict = SettingsCommand { strict_ticket_types: Some(true), ..SettingsCommand::default() };
    one.change_settings(&ctx(&one), strict).await.unwrap();
    refused(one.open_ticket(&ctx(&one), typed("outage", json!({})), vec![]).await);
    refused(edit(&one, old, type_edit("outage", Change::Keep)).await);
    // What is there goes on, also when a client sends all of it back.
    let echo = type_edit("outage", Change::Set(json!({ "x": 2 })));
    edit(&one, free, echo).await.unwrap();
    assert_eq!(data(&current(&one, free).await), json!({ "x": 2 }));
    open(&one, "without any type").await;
}

#[tokio::test]
async fn users_are_active_and_files_are_the_tickets_own() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    define(&one, &fault("Fault")).await;
    let hanna = register(&one, "hanna@example.com", Role::Handler).await;
    let gone = register(&one, "gone@example.com", Role::Handler).await;
    one.deactivate_user(&ctx(&one), gone).await.unwrap();

    let ticket = one.new_ticket_id();
    let owner = one.file_owner_of_new(ticket, &input("fault")).await.unwrap();
    let (photo, text) = (image(&one, &owner, "image/png"), image(&one, &owner, "text/plain"));
    let (photo_id, text_id) = (photo.file_id, text.file_id);
    let files = vec![TicketChange::AttachFiles(vec![photo, text])];
    let with = |owner, photos: &[FileId]| {
        let photos: Vec<String> = photos.iter().map(ToString::to_string).collect();
        typed("Fault", json!({ "site_id": "B12", "owner": owner, "photos": photos }))
    };
    let bad = with(gone, &[photo_id, text_id]);
    let refused = one.open_ticket_as(&ctx(&one), ticket, bad, files.clone()).await;
    let expected = [at("/owner", "unknown_user"), at("/photos/1", "media_type_not_allowed")];
    assert_eq!(problems(refused), expected);
    let elsewhere = one.open_ticket(&ctx(&one), with(hanna, &[photo_id]), vec![]).await;
    assert_eq!(problems(elsewhere), [at("/photos/0", "unknown_file")]);
    let good = with(hanna, &[photo_id]);
    one.open_ticket_as(&ctx(&one), ticket, good, files).await.unwrap();

    // Who left meanwhile is no reason to refuse another change.
    one.deactivate_user(&ctx(&one), hanna).await.unwrap();
    edit(&one, ticket, data_edit(json!({ "level": 2 }))).await.unwrap();
    let refused = edit(&one, ticket, data_edit(json!({ "owner": gone }))).await;
    assert_eq!(problems(refused), [at("/owner", "unknown_user")]);

    let in_use = one.remove_file(&ctx(&one), ticket, photo_id).await;
    assert!(matches!(in_use, Err(CommandError::Refused(Refusal::FileInUse { .. }))));
    // A file that comes with the change may be named by it.
    let more = image(&one, &owner, "image/png");
    let photos = json!({ "photos": [more.file_id] });
    let changes = vec![
        TicketChange::Edit(Box::new(data_edit(photos))),
        TicketChange::AttachFiles(vec![more]),
    ];
    one.change_ticket(&ctx(&one), ticket, changes).await.unwrap();
    one.remove_file(&ctx(&one), ticket, photo_id).await.unwrap();
}

#[tokio::test]
async fn what_nobody_judged_before_is_judged_when_a_ticket_gets_a_form() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    define(&one, &fault("Fault")).await;
    let hanna = register(&one, "hanna@example.com", Role::Handler).await;
    let gone = register(&one, "gone@example.com", Role::Handler).await;
    one.deactivate_user(&ctx(&one), gone).await.unwrap();
    let photo = one.store().ambient().uuid_v7();

    let named = |owner| json!({ "site_id": "B12", "owner": owner, "photos": [photo] });
    let expected = [at("/owner", "unknown_user"), at("/photos/0", "unknown_file")];
    let free = open_typed(&one, "outage", named(gone)).await;
    let refused = edit(&one, free, type_edit("Fault", Change::Keep)).await;
    assert_eq!(problems(refused), expected);
    let refused = edit(&one, free, type_edit("Fault", Change::Set(named(gone)))).await;
    assert_eq!(problems(refused), expected);
    let free = open_typed(&one, "outage", json!({ "site_id": "B12", "owner": hanna })).await;
    edit(&one, free, type_edit("Fault", Change::Keep)).await.unwrap();

    // Who was known under the type before goes along.
    one.deactivate_user(&ctx(&one), hanna).await.unwrap();
    define(&one, &newer_fault("Newer")).await;
    let given = json!({ "site_id": "B12", "owner": hanna, "serial": "1" });
    edit(&one, free, type_edit("Newer", Change::Set(given))).await.unwrap();
}

#[tokio::test]
async fn changes_at_once_do_not_undo_each_other() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let id = define(&one, &fault("Fault")).await;
    let ticket = open_typed(&one, "Fault", json!({ "site_id": "B12" })).await;
    current(&two, ticket).await;
    let edits = [
        (&one, json!({ "level": 7 })),
        (&two, json!({ "bands": ["n78"] })),
        (&one, json!({ "seen_at": "2026-03-01T08:30:00+08:00" })),
        (&two, json!({ "site_id": "B13" })),
    ];
    let edits = edits.map(|(commands, data)| edit(commands, ticket, data_edit(data)));
    for edited in join_all(edits).await {
        edited.unwrap();
    }
    let all = json!({
        "site_id": "B13", "severity": "major", "level": 7, "bands": ["n78"],
        "seen_at": "2026-03-01T00:30:00Z",
    });
    assert_eq!(data(&current(&one, ticket).await), all);

    // The other process still has the ticket as it was before it moved on.
    one.edit_ticket_type(&ctx(&one), id, &newer_fault("Fault")).await.unwrap();
    edit(&one, ticket, type_edit("Fault", Change::Set(json!({ "serial": "7" })))).await.unwrap();
    edit(&two, ticket, data_edit(json!({ "serial": "8" }))).await.unwrap();
    let after = current(&one, ticket).await;
    assert_eq!((after.form.unwrap().version, &data(&after)["serial"]), (2, &json!("8")));
}

#[tokio::test]
async fn what_is_personal_goes_and_the_rest_can_be_changed() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    define(&one, &fault("Fault")).await;
    let given = json!({ "site_id": "B12", "severity": "critical", "cause": "Bob smoked" });
    let email = "bob@example.org";
    let of_bob = OpenTicketInput { customer_email: Some(email.into()), ..typed("Fault", given) };
    let opened = one.open_ticket(&ctx(&one), of_bob, vec![]).await.unwrap();
    let ticket = TicketId(opened.id);
    let subjects = one.store().linked_subjects(&Identifier::email(email)).await.unwrap();
    let command = one.store().ambient().uuid_v7();
    one.store().erase_subjects(&subjects, command, Metadata::system("e")).await.unwrap();
    one.forget_cached();
    let declared = json!({ "site_id": "B12", "severity": "critical" });
    assert_eq!(data(&current(&one, ticket).await), declared);
    edit(&one, ticket, data_edit(json!({ "level": 4 }))).await.unwrap();
    assert_eq!(current(&one, ticket).await.form.unwrap().version, 1);
}

/// Appends events as they were written before there were forms.
async fn append_old(commands: &Commands, events: Vec<(&'static str, Value)>) -> TicketId {
    let stream_id = commands.store().ambient().uuid_v7();
    let old = |(event_type, data): (&'static str, Value)| NewEvent {
        event_type: event_type.into(),
        schema_version: 1,
        data,
        occurred_at: None,
    };
    let request = AppendRequest {
        command_id: commands.store().ambient().uuid_v7(),
        body_hash: [0; 32],
        streams: vec![StreamAppend {
            stream_id,
            kind: StreamKind("ticket"),
            expected: Expected::Exactly(0),
            subject: Subject::Stream,
            events: events.into_iter().map(old).collect(),
        }],
        claims: vec![],
        releases: vec![],
        credentials: vec![],
        metadata: Metadata::system("old"),
    };
    commands.store().append(request).await.unwrap();
    TicketId(stream_id)
}

#[tokio::test]
async fn tickets_from_before_there_were_forms_go_on() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let opened = json!({
        "number": "TKT-2025-000001", "subject": { "$personal": "No signal" },
        "description": { "$personal": "" }, "priority": "medium", "ticket_type": "Fault",
        "data": { "$personal": { "a": 1 } },
    });
    let changed = json!({ "ticket_type": "Fault", "data": { "$personal": { "a": 2 } } });
    let old = [("ticket.opened", opened), ("ticket.data_changed", changed)];
    let ticket = append_old(&one, old.to_vec()).await;
    define(&one, &fault("Fault")).await;
    let before = current(&one, ticket).await;
    assert_eq!((before.form, data(&before)), (None, json!({ "a": 2 })));
    // Nobody guesses a type for it by its name.
    let subject = EditTicketInput {
        subject: Change::Set("Still none".into()),
        ..type_edit("Fault", Change::Keep)
    };
    edit(&one, ticket, subject).await.unwrap();
    edit(&one, ticket, data_edit(json!({ "a": 3 }))).await.unwrap();
    assert_eq!(current(&one, ticket).await.form, None);
    let given = Change::Set(json!({ "site_id": "B12" }));
    edit(&one, ticket, type_edit("Fault", given)).await.unwrap();
    assert_eq!(current(&one, ticket).await.form.unwrap().version, 1);
}

#[tokio::test]
async fn an_inbound_ticket_is_filled_in_and_a_repeat_of_it_is_known() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let id: TicketTypeId = define(&one, &fault("Fault")).await;
    let receive = async |value: Value| {
        let fields = value.as_object().unwrap().clone();
        let read = one.read_inbound_ticket(fields, UnknownFields::Refused).await.unwrap();
        one.receive_inbound_ticket(&ctx(&one), read.ticket, None).await
    };
    let message = |data: Value| json!({ "external_id": "HD-1", "subject": "a", "ticket_type": "fault", "data": data });
    let refused = receive(message(json!({ "level": "high" }))).await;
    assert_eq!(problems(refused), [at("/site_id", "missing"), at("/level", "type_error")]);
    let Received::Opened(opened) = receive(message(json!({ "site_id": "B12" }))).await.unwrap()
    else {
        panic!("not opened")
    };
    assert_eq!(data(crate::support::ticket(&opened))["severity"], "major");
    one.edit_ticket_type(&ctx(&one), id, &newer_fault("Fault")).await.unwrap();
    for (site, expected) in [("B12", KnownContent::Same), ("B13", KnownContent::Different)] {
        let again = receive(message(json!({ "site_id": site }))).await.unwrap();
        let Received::Known { content, .. } = again else { panic!("not known") };
        assert_eq!(content, expected);
    }
    // With something else wrong, all of it is told.
    let bad = json!({ "title": "", "ticket_type": "Fault", "data": { "level": 0 } });
    let read = one.read_inbound_ticket(bad.as_object().unwrap().clone(), UnknownFields::Refused);
    let Err(commands::inbound::InboundError::Invalid(fields)) = read.await else {
        panic!("not refused")
    };
    let names: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(names, ["subject", "data.site_id", "data.level", "data.serial"]);
}
