use commands::{Assignee, CommandError, NewComment, TicketChange, TicketRef};
use domain::settings::{Limits, SettingsCommand};
use domain::ticket::{
    Change, EditTicketInput, LinkKind, OpenTicketInput, Status, TicketState, Visibility,
    parse_comment,
};
use domain::user::Role;
use domain::{Refusal, TicketId};

use crate::support::*;

#[tokio::test]
async fn a_ticket_is_opened_with_what_happens_at_once() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let handler = register(&one, "hanna@example.com", Role::Handler).await;

    let then = vec![
        TicketChange::Assign(Assignee::Email("Hanna@Example.com".into())),
        TicketChange::ChangeStatus { status: Status::InProgress, reason: None },
    ];
    let opened = one.open_ticket(&by(&one, handler), input("No dial tone"), then).await.unwrap();

    assert_eq!(opened.version, 3);
    assert!(!opened.replayed);
    let ticket = ticket(&opened);
    assert_eq!(ticket.number.to_string(), "TKT-2026-000001");
    assert_eq!(ticket.status, Status::InProgress);
    assert_eq!(ticket.assignee, Some(handler));
    assert_eq!(ticket.opened_by, Some(handler));
    let found = one.resolve_ticket("TKT-2026-000001".parse::<TicketRef>().unwrap()).await.unwrap();
    assert_eq!(found, TicketId(opened.id));
}

#[tokio::test]
async fn every_bad_field_is_named_the_assignee_among_them() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let viewer = register(&one, "vera@example.com", Role::Viewer).await;

    let input = OpenTicketInput { priority: Some("asap".into()), ..OpenTicketInput::default() };
    let then = vec![TicketChange::Assign(Assignee::User(viewer))];
    let refused = one.open_ticket(&ctx(&one), input, then).await.unwrap_err();

    let CommandError::Invalid(fields) = refused else { panic!("{refused}") };
    let names: Vec<&str> = fields.iter().map(|field| field.field).collect();
    assert_eq!(names, ["subject", "priority", "assigned_to"]);
    assert_eq!(count(&one, "ticket.opened").await, 0);
}

#[tokio::test]
async fn an_edit_is_one_append_with_an_event_per_change() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let id = open(&one, "Slow line").await;

    let edit = EditTicketInput {
        subject: Change::Set("Slow fibre line".into()),
        priority: Change::Set("critical".into()),
        status: Change::Set("resolved".into()),
        tags: Change::Set(vec!["fibre".into()]),
        ..EditTicketInput::default()
    };
    let edited = one.edit_ticket(&ctx(&one), id, edit.clone(), Change::Keep).await.unwrap();
    assert_eq!(edited.version, 5);
    assert!(ticket(&edited).resolved_at.is_some());

    // What is so already is accepted, and changes nothing.
    let again = one.edit_ticket(&ctx(&one), id, edit, Change::Keep).await.unwrap();
    assert_eq!((again.version, again.replayed), (5, false));
    assert_eq!(again.position, edited.position);
}

#[tokio::test]
async fn an_edit_is_all_or_nothing() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let id = open(&one, "Slow line").await;
    let changes = vec![
        TicketChange::ChangeStatus { status: Status::Closed, reason: None },
        TicketChange::Delete { reason: None },
        TicketChange::AddTags(vec![domain::Tag::parse("late").unwrap()]),
    ];
    let refused = one.change_ticket(&ctx(&one), id, changes).await.unwrap_err();
    assert!(matches!(refused, CommandError::Refused(Refusal::TicketDeleted)), "{refused}");
    assert_eq!(one.ticket_state(id).await.unwrap().unwrap().version, 1);
}

#[tokio::test]
async fn an_external_id_has_one_ticket_and_can_move() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let with = |subject: &str, id: &str| OpenTicketInput {
        external_id: Some(id.into()),
        ..input(subject)
    };
    let first = one.open_ticket(&ctx(&one), with("a", "HD-1"), vec![]).await.unwrap();

    let taken = one.open_ticket(&ctx(&one), with("b", "HD-1"), vec![]).await.unwrap_err();
    let CommandError::ExternalIdTaken { ticket: holder } = taken else { panic!("{taken}") };
    assert_eq!(holder.uuid(), first.id);

    let to = |id: &str| EditTicketInput {
        external_id: Change::Set(id.into()),
        ..EditTicketInput::default()
    };
    one.edit_ticket(&ctx(&one), holder, to("HD-2"), Change::Keep).await.unwrap();
    one.open_ticket(&ctx(&one), with("b", "HD-1"), vec![]).await.unwrap();
    let taken = one.open_ticket(&ctx(&one), with("c", "HD-2"), vec![]).await.unwrap_err();
    assert!(matches!(taken, CommandError::ExternalIdTaken { ticket } if ticket == holder));
}

#[tokio::test]
async fn a_merge_and_its_undoing_change_both_tickets() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let (a, b) = (open(&one, "a").await, open(&one, "b").await);

    let merged = one.merge_tickets(&ctx(&one), a, b, None).await.unwrap();
    assert!(matches!(&*merged.state, TicketState::Merged { into, .. } if *into == b));
    let target = one.ticket_state(b).await.unwrap().unwrap();
    assert_eq!(target.state.ticket().unwrap().merged_from, [a]);

    let refused = one.add_tags(&ctx(&one), a, vec![]).await.unwrap_err();
    assert!(matches!(refused, CommandError::Refused(Refusal::TicketMerged { into }) if into == b));
    let refused = one.merge_tickets(&ctx(&one), b, a, None).await.unwrap_err();
    assert!(matches!(refused, CommandError::Refused(Refusal::MergeCycle)), "{refused}");

    let back = one.unmerge_tickets(&ctx(&one), a).await.unwrap();
    assert!(matches!(&*back.state, TicketState::Active { .. }));
    let target = one.ticket_state(b).await.unwrap().unwrap();
    assert!(target.state.ticket().unwrap().merged_from.is_empty());
    let refused = one.unmerge_tickets(&ctx(&one), a).await.unwrap_err();
    assert!(matches!(refused, CommandError::Refused(Refusal::TicketNotMerged)), "{refused}");
}

#[tokio::test]
async fn a_link_has_two_sides() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let (a, b) = (open(&one, "a").await, open(&one, "b").await);
    one.link_tickets(&ctx(&one), a, LinkKind::Child, b).await.unwrap();
    let other = one.ticket_state(b).await.unwrap().unwrap();
    let links = &other.state.ticket().unwrap().links;
    assert_eq!((links[0].kind, links[0].ticket), (LinkKind::Parent, a));

    one.unlink_tickets(&ctx(&one), a, &[LinkKind::Child], b).await.unwrap();
    let other = one.ticket_state(b).await.unwrap().unwrap();
    assert!(other.state.ticket().unwrap().links.is_empty());

    let unknown = TicketId(one.store().ambient().uuid_v7());
    let missing = one.link_tickets(&ctx(&one), a, LinkKind::Child, unknown).await.unwrap_err();
    assert!(matches!(missing, CommandError::NotFound), "{missing}");
}

#[tokio::test]
async fn a_comment_calls_upon_users_by_address_and_handle() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let ada = register(&one, "ada@example.com", Role::Handler).await;
    let bob = register(&one, "bob@example.com", Role::Handler).await;
    let id = open(&one, "a").await;
    let comment = NewComment {
        visibility: Visibility::Internal,
        text: parse_comment("@ada and @Bob@example.com, not @nobody or x@ada").unwrap(),
    };
    let ctx = commands::Context { user: Some(bob), ..repeatable(&one, 1) };
    let written = one.comment_on_ticket(&ctx, id, comment.clone()).await.unwrap();
    assert_eq!(written.comment.mentions, [ada, bob]);
    assert_eq!(written.comment.author, Some(bob));
    assert_eq!(written.ticket.version, 2);

    one.change_status(&crate::support::ctx(&one), id, Status::Closed, None).await.unwrap();
    let repeated = one.comment_on_ticket(&ctx, id, comment).await.unwrap();
    assert!(repeated.ticket.replayed);
    assert_eq!(repeated.comment, written.comment);
    assert_eq!(ticket(&repeated.ticket).status, Status::Open);
    assert_eq!(count(&one, "ticket.comment_added").await, 1);
}

#[tokio::test]
async fn a_deleted_ticket_refuses_all_but_its_restoration() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let id = open(&one, "a").await;
    one.delete_ticket(&ctx(&one), id, None).await.unwrap();
    let refused = one.change_status(&ctx(&one), id, Status::Closed, None).await.unwrap_err();
    assert!(matches!(refused, CommandError::Refused(Refusal::TicketDeleted)), "{refused}");
    one.restore_ticket(&ctx(&one), id).await.unwrap();
    one.change_status(&ctx(&one), id, Status::Closed, None).await.unwrap();
}

#[tokio::test]
async fn new_limits_hold_in_another_process_too() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    open(&two, "ab").await;
    let limits = Limits { subject_min: 5, ..Limits::default() };
    let command = SettingsCommand { limits: Some(limits), ..SettingsCommand::default() };
    one.change_settings(&ctx(&one), command).await.unwrap();
    let refused = two.open_ticket(&ctx(&two), input("ab"), vec![]).await.unwrap_err();
    assert!(matches!(refused, CommandError::Invalid(_)), "{refused}");
}
