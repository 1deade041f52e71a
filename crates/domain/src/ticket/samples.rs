//! Sample tickets, events and commands for tests.

use serde_json::json;
use uuid::Uuid;

use super::events::{
    Absorbed, Assigned, Categorised, CommentAdded, Customer, CustomerChanged, DataChanged, Deleted,
    DepartmentChanged, DescriptionChanged, ExternalIdChanged, FileAttached, FileRemoved,
    FileRenamed, FilledForm, ImagesReordered, Linked, MergedInto, PriorityChanged, Released,
    Restored, SourceChanged, StatusChanged, SubjectChanged, TagsAdded, TagsRemoved, TicketEvent,
    TicketOpened, Unassigned, Unlinked, Unmerged, WatcherAdded, WatcherRemoved,
};
use super::state::{Link, Ticket, TicketState, evolve};
use super::values::{FileRole, LinkKind, Priority, Source, Status, Visibility};
use super::*;
use crate::email::EmailAddress;
use crate::ids::{CommentId, ExternalId, FileId, TicketId, TicketNumber, TicketTypeId, UserId};
use crate::personal::Personal;
use crate::settings::Settings;
use crate::text::Text;
use crate::ticket_type::DeclaredData;
use crate::vocabulary::{Category, Department, MediaType, Subcategory, Tag, TypeName};
use crate::{Refusal, Timestamp};

/// The moment `seconds` after the beginning of all samples.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(1_780_000_000 + seconds, 0).unwrap()
}

pub(crate) fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

pub(crate) fn ticket_id(n: u128) -> TicketId {
    TicketId(Uuid::from_u128(n))
}

pub(crate) fn text(text: &str) -> Text {
    Text::lines(text, 0, 1_000).unwrap()
}

pub(crate) fn tags(words: &[&str]) -> Vec<Tag> {
    words.iter().map(|word| Tag::parse(word).unwrap()).collect()
}

pub(crate) fn category(word: &str) -> Category {
    Category::parse(word).unwrap()
}

/// A ticket opened by user 1, with as little as possible.
pub(crate) fn opened() -> TicketEvent {
    TicketEvent::Opened(Box::new(TicketOpened {
        number: TicketNumber::new(2026, 1),
        subject: "No signal".into(),
        description: "".into(),
        category: None,
        subcategory: None,
        department: None,
        priority: Priority::Medium,
        external_id: None,
        ticket_type: None,
        data: None,
        form: None,
        customer: Customer::default(),
        tags: vec![],
        source: None,
        browser: None,
        device_type: None,
        opened_by: Some(user(1)),
    }))
}

/// A ticket with all there is.
pub(crate) fn opened_full() -> TicketEvent {
    TicketEvent::Opened(Box::new(TicketOpened {
        number: TicketNumber::new(2026, 2),
        subject: "Base station down".into(),
        description: "基站故障\nsince noon".into(),
        category: Some(category("technical_issue")),
        subcategory: Some(Subcategory::parse("radio").unwrap()),
        department: Some(Department::parse("Field").unwrap()),
        priority: Priority::Urgent,
        external_id: Some(ExternalId::parse("HDTS-7").unwrap()),
        ticket_type: Some(TypeName::parse("outage").unwrap()),
        data: Some(Personal::Known(form(json!({ "cells": [1, 2.5, null], "site": "B12" })))),
        form: None,
        customer: customer(),
        tags: tags(&["vip", "5g"]),
        source: Some(Source::Phone),
        browser: Some("Firefox".into()),
        device_type: Some("desktop".into()),
        opened_by: None,
    }))
}

pub(crate) fn form(value: serde_json::Value) -> serde_json::Map<String, serde_json::Value> {
    serde_json::from_value(value).unwrap()
}

pub(crate) fn customer() -> Customer {
    Customer {
        id: Some("C-1".into()),
        email: Some("ada@example.com".into()),
        name: Some("Ada".into()),
    }
}

pub(crate) fn file_id(n: u128) -> FileId {
    FileId(Uuid::from_u128(n))
}

/// An image named by its number.
pub(crate) fn file_attached(n: u128) -> FileAttached {
    FileAttached {
        file_id: file_id(n),
        role: FileRole::Image,
        name: Personal::Known(format!("{n}.png")),
        content_type: MediaType::parse("image/png").unwrap(),
        size: 1_000,
        sha256: Personal::Known(format!("{n:064x}")),
        address: crate::file::samples::address(n),
        width: Some(640),
        height: Some(480),
        uploaded_by: Some(user(1)),
    }
}

/// A ticket with images 1 to `n`.
pub(crate) fn with_images(n: u128) -> TicketState {
    let images = (1..=n).map(file_attached).map(TicketEvent::FileAttached);
    given(&images.collect::<Vec<_>>())
}

/// A form of one and the same type.
pub(crate) fn filled(
    version: u32,
    declared: serde_json::Map<String, serde_json::Value>,
) -> FilledForm {
    let ticket_type_id = TicketTypeId(Uuid::from_u128(70));
    FilledForm { ticket_type_id, version, declared: DeclaredData(declared) }
}

/// The state after the opening and these events, each a second after the one before.
pub(crate) fn given(events: &[TicketEvent]) -> TicketState {
    let first = opened();
    let all = std::iter::once(&first).chain(events).zip(0..);
    all.fold(TicketState::Unopened, |state, (event, second)| evolve(state, event, at(second)))
}

pub(crate) fn active() -> TicketState {
    given(&[])
}

pub(crate) fn deleted() -> TicketState {
    given(&[TicketEvent::Deleted(Deleted { reason: None })])
}

pub(crate) fn merged_into(n: u128) -> TicketState {
    given(&[TicketEvent::MergedInto(MergedInto { into: ticket_id(n), reason: None })])
}

/// A ticket on which every sample command but the opening changes something.
pub(crate) fn busy() -> TicketState {
    given(&[
        TicketEvent::Assigned(Assigned { assignee: user(2), previous: None }),
        TicketEvent::TagsAdded(TagsAdded { tags: tags(&["vip"]) }),
        TicketEvent::WatcherAdded(WatcherAdded { watcher: user(3) }),
        TicketEvent::Linked(Linked { kind: LinkKind::Related, ticket: ticket_id(5) }),
        TicketEvent::FileAttached(file_attached(1)),
        TicketEvent::FileAttached(file_attached(2)),
    ])
}

pub(crate) fn ticket_of(state: &TicketState) -> &Ticket {
    state.ticket().unwrap()
}

/// The ticket after the events that a decision returned, a minute later.
pub(crate) fn then(state: &TicketState, decided: Result<Vec<TicketEvent>, Refusal>) -> Ticket {
    ticket_of(&state.clone().evolved(&decided.unwrap(), at(60))).clone()
}

/// One command of each kind.
pub(crate) fn every_command() -> Vec<TicketCommand> {
    let draft = OpenTicketInput { subject: Some("New".to_owned()), ..Default::default() };
    let link = |n| Link { kind: LinkKind::Related, ticket: ticket_id(n) };
    vec![
        TicketCommand::Open(Box::new(OpenTicket {
            number: TicketNumber::new(2026, 9),
            opened_by: Some(user(1)),
            draft: draft.parse(&Settings::default()).unwrap(),
        })),
        TicketCommand::ChangeSubject(ChangeSubject { subject: text("Weak signal") }),
        TicketCommand::ChangeDescription(ChangeDescription { description: text("Since noon") }),
        TicketCommand::Categorise(CategoriseTicket {
            category: Change::Set(category("bug_report")),
            subcategory: Change::Keep,
        }),
        TicketCommand::ChangeDepartment(ChangeDepartment {
            department: Some(Department::parse("Field").unwrap()),
        }),
        TicketCommand::ChangePriority(ChangePriority { priority: Priority::High }),
        TicketCommand::ChangeStatus(ChangeStatus {
            status: Status::InProgress,
            reason: Some(text("on it")),
        }),
        TicketCommand::ChangeExternalId(ChangeExternalId {
            external_id: Some(ExternalId::parse("HDTS-8").unwrap()),
        }),
        TicketCommand::ChangeData(ChangeData {
            ticket_type: Change::Set(TypeName::parse("outage").unwrap()),
            data: Change::Set(parse_data(json!({ "site": "B12" })).unwrap()),
            form: Some(filled(1, form(json!({ "severity": "major" })))),
        }),
        TicketCommand::ChangeCustomer(ChangeCustomer {
            email: Change::Set(EmailAddress::parse("bo@example.com").unwrap()),
            ..Default::default()
        }),
        TicketCommand::ChangeSource(ChangeSource {
            source: Change::Set(Source::Chat),
            ..Default::default()
        }),
        TicketCommand::Assign(AssignTicket { assignee: user(4) }),
        TicketCommand::Unassign(UnassignTicket),
        TicketCommand::AddTags(AddTags { tags: tags(&["5g"]) }),
        TicketCommand::RemoveTags(RemoveTags { tags: tags(&["vip"]) }),
        TicketCommand::SetTags(SetTags { tags: tags(&["lte"]) }),
        TicketCommand::Comment(CommentOnTicket {
            comment_id: CommentId(Uuid::from_u128(1)),
            author: Some(user(2)),
            visibility: Visibility::Public,
            text: text("We look into it."),
            mentions: vec![user(3)],
        }),
        TicketCommand::Watch(WatchTicket { watcher: user(4) }),
        TicketCommand::Unwatch(UnwatchTicket { watcher: user(3) }),
        TicketCommand::Link(LinkTickets { holder: ticket_id(1), link: link(6) }),
        TicketCommand::Unlink(UnlinkTickets { link: link(5) }),
        TicketCommand::AttachFile(Box::new(AttachFile { file: file_attached(9), max_files: 100 })),
        TicketCommand::RenameFile(RenameFile { file_id: file_id(1), name: text("north.png") }),
        TicketCommand::MoveImage(MoveImage { file_id: file_id(1), to: 1 }),
        TicketCommand::RemoveFile(RemoveFile { file_id: file_id(2) }),
        TicketCommand::Delete(DeleteTicket { reason: None }),
        TicketCommand::Restore(RestoreTicket),
    ]
}

/// Events of every type, with everything optional there and with nothing of it.
pub(crate) fn every_event() -> Vec<TicketEvent> {
    let reason = Some(Personal::from("as agreed"));
    let (watcher, ticket) = (user(3), ticket_id(5));
    vec![
        opened(),
        opened_full(),
        TicketEvent::SubjectChanged(SubjectChanged { subject: "Weak signal".into() }),
        TicketEvent::SubjectChanged(SubjectChanged { subject: Personal::Erased }),
        TicketEvent::DescriptionChanged(DescriptionChanged { description: "Since noon".into() }),
        TicketEvent::Categorised(Categorised {
            category: Some(category("other")),
            subcategory: Some(Subcategory::parse("misc").unwrap()),
        }),
        TicketEvent::Categorised(Categorised { category: None, subcategory: None }),
        TicketEvent::DepartmentChanged(DepartmentChanged {
            department: Some(Department::parse("Field").unwrap()),
        }),
        TicketEvent::DepartmentChanged(DepartmentChanged { department: None }),
        TicketEvent::PriorityChanged(PriorityChanged { from: Priority::Low, to: Priority::High }),
        TicketEvent::StatusChanged(StatusChanged {
            from: Status::Open,
            to: Status::Resolved,
            reason: reason.clone(),
        }),
        TicketEvent::StatusChanged(StatusChanged {
            from: Status::Closed,
            to: Status::WaitingCustomer,
            reason: None,
        }),
        TicketEvent::ExternalIdChanged(ExternalIdChanged {
            external_id: Some(ExternalId::parse("HDTS-8").unwrap()),
        }),
        TicketEvent::ExternalIdChanged(ExternalIdChanged { external_id: None }),
        TicketEvent::DataChanged(DataChanged {
            ticket_type: Some(TypeName::parse("outage").unwrap()),
            data: Some(Personal::Known(form(json!({ "a": { "b": [0.1, 1e300, "x"] } })))),
            form: None,
        }),
        TicketEvent::DataChanged(DataChanged { ticket_type: None, data: None, form: None }),
        TicketEvent::DataChanged(DataChanged {
            ticket_type: Some(TypeName::parse("outage").unwrap()),
            data: Some(Personal::Known(form(json!({ "what_happened": "smoke" })))),
            form: Some(filled(3, form(json!({ "site_id": "B12", "level": 2.5 })))),
        }),
        TicketEvent::DataChanged(DataChanged {
            ticket_type: None,
            data: None,
            form: Some(filled(1, serde_json::Map::new())),
        }),
        TicketEvent::CustomerChanged(CustomerChanged { customer: customer() }),
        TicketEvent::CustomerChanged(CustomerChanged { customer: Customer::default() }),
        TicketEvent::TagsAdded(TagsAdded { tags: tags(&["vip", "5g"]) }),
        TicketEvent::TagsRemoved(TagsRemoved { tags: tags(&["vip"]) }),
        TicketEvent::SourceChanged(SourceChanged {
            source: Some(Source::WebForm),
            browser: Some("Firefox".into()),
            device_type: Some("phone".into()),
        }),
        TicketEvent::SourceChanged(SourceChanged {
            source: None,
            browser: None,
            device_type: None,
        }),
        TicketEvent::Assigned(Assigned { assignee: user(2), previous: Some(user(4)) }),
        TicketEvent::Assigned(Assigned { assignee: user(2), previous: None }),
        TicketEvent::Unassigned(Unassigned { previous: user(2) }),
        TicketEvent::CommentAdded(CommentAdded {
            comment_id: CommentId(Uuid::from_u128(1)),
            author: Some(user(2)),
            visibility: Visibility::Public,
            text: "We look into it.".into(),
            mentions: vec![user(3)],
        }),
        TicketEvent::CommentAdded(CommentAdded {
            comment_id: CommentId(Uuid::from_u128(2)),
            author: None,
            visibility: Visibility::Internal,
            text: Personal::Erased,
            mentions: vec![],
        }),
        TicketEvent::WatcherAdded(WatcherAdded { watcher }),
        TicketEvent::WatcherRemoved(WatcherRemoved { watcher }),
        TicketEvent::Linked(Linked { kind: LinkKind::Parent, ticket }),
        TicketEvent::Unlinked(Unlinked { kind: LinkKind::Parent, ticket }),
        TicketEvent::MergedInto(MergedInto { into: ticket, reason: reason.clone() }),
        TicketEvent::Absorbed(Absorbed { ticket }),
        TicketEvent::Unmerged(Unmerged { from: ticket }),
        TicketEvent::Released(Released { ticket }),
        TicketEvent::Deleted(Deleted { reason }),
        TicketEvent::Deleted(Deleted { reason: None }),
        TicketEvent::Restored(Restored {}),
        TicketEvent::FileAttached(file_attached(1)),
        TicketEvent::FileAttached(FileAttached {
            role: FileRole::Attachment,
            width: None,
            height: None,
            uploaded_by: None,
            ..file_attached(2)
        }),
        TicketEvent::FileRenamed(FileRenamed { file_id: file_id(1), name: "north.png".into() }),
        TicketEvent::FileRemoved(FileRemoved { file_id: file_id(1) }),
        TicketEvent::ImagesReordered(ImagesReordered { order: vec![file_id(2), file_id(1)] }),
    ]
}
