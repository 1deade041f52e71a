//! Files of tickets: attached, changed, removed, looked into; and who refers to which content.

mod attached;
mod found;
mod gone;

use std::collections::HashSet;

use commands::{Commands, Committed, NewFile};
use domain::file::{
    FileAddress, FileState, OcrEngine, ReadSettings, TextLanguage, TextLayout, TextRead,
    TextSource, ThumbnailMade,
};
use domain::ticket::{FileRole, Ticket, TicketState};
use domain::vocabulary::MediaType;
use domain::{FileId, ReadingId, TicketId};
use eventstore::FileOwner;
use uuid::Uuid;

use crate::support::*;

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

fn thumbnail(ticket_id: TicketId, address: FileAddress) -> ThumbnailMade {
    ThumbnailMade { ticket_id, address, width: 32, height: 24, size: 99 }
}

async fn state(commands: &Commands, file: FileId) -> FileState {
    commands.file_state(file).await.unwrap().state.as_ref().clone()
}

async fn stored(commands: &Commands, id: TicketId) -> Ticket {
    commands.ticket_state(id).await.unwrap().unwrap().state.ticket().unwrap().clone()
}
