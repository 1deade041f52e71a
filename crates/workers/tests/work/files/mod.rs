//! Files of tickets: their text is read, pictures get small ones, and nothing is left of what is gone.

mod failing;
mod gone;
mod killed;
mod reading;

use std::io::Cursor;
use std::time::{Duration, Instant};

use commands::file::NewFile;
use domain::event::DomainEvent;
use domain::file::{FileEvent, NotReadReason, TextRead, TextState};
use domain::ticket::FileRole;
use domain::{FileId, TicketId};
use files::{AtRest, Owner};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use workers::files::FileSweeper;

use crate::support::{Desk, PATIENCE, Process};

/// A picture with something on it.
pub fn picture(format: ImageFormat) -> Vec<u8> {
    let pixel = |x: u32, y: u32| Rgb([x as u8, y as u8, 90]);
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_fn(800, 400, pixel))
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

impl Process {
    /// A content on its way: nothing names it yet.
    pub async fn upload(&self, ticket: TicketId, content: &[u8]) -> files::Address {
        let owner = self.commands.file_owner(ticket).await.unwrap();
        let owner = Owner::new(owner.key_id, &owner.key);
        let salt = self.commands.store().ambient().bytes();
        self.files.put(&owner, content, AtRest::Sealed, salt).await.unwrap()
    }

    pub async fn attach(&self, ticket: TicketId, content: &[u8], content_type: &str) -> FileId {
        let address = self.upload(ticket, content).await;
        let file_id = FileId(self.commands.store().ambient().uuid_v7());
        let file = NewFile {
            file_id,
            role: FileRole::Attachment,
            name: "what.bin".to_owned(),
            content_type: domain::vocabulary::MediaType::parse(content_type).unwrap(),
            size: content.len() as u64,
            sha256: [7; 32],
            address: address.to_string().parse().unwrap(),
            dimensions: None,
        };
        self.commands.attach_files(&self.ctx(), ticket, vec![file]).await.unwrap();
        file_id
    }

    pub async fn text_state(&self, file: FileId) -> TextState {
        self.commands.file_state(file).await.unwrap().state.text.clone()
    }

    async fn not_read(&self, file: FileId) -> NotReadReason {
        match self.text_state(file).await {
            TextState::NotRead { reason, .. } => reason,
            other @ (TextState::Unread | TextState::Read { .. }) => panic!("{other:?}"),
        }
    }

    /// The texts recorded of a file, as the log has them.
    async fn texts(&self, file: FileId) -> Vec<TextRead> {
        let store = self.commands.store();
        let events = store.read_stream(file.uuid(), 0).await.unwrap();
        let opened = store.open_events(events).await.unwrap();
        let events = opened.into_iter().map(|event| {
            FileEvent::from_parts(&event.event_type, event.schema_version, event.data).unwrap()
        });
        let text = |event| match event {
            FileEvent::TextRead(read) => Some(*read),
            FileEvent::TextNotRead(_)
            | FileEvent::ThumbnailMade(_)
            | FileEvent::ThumbnailNotMade(_)
            | FileEvent::Removed(_) => None,
        };
        events.filter_map(text).collect()
    }

    pub fn sweeper(&self, grace: Duration) -> FileSweeper {
        FileSweeper::new(self.commands.clone(), self.files.clone(), grace)
    }

    /// How many contents there are in all.
    pub async fn contents(&self) -> u64 {
        self.sweeper(Duration::from_secs(1 << 30)).sweep().await.unwrap().1.files
    }

    async fn content(&self, address: &domain::file::FileAddress) -> Vec<u8> {
        let owner = self.commands.file_owner_by_key(address.owner_key()).await.unwrap().unwrap();
        let owner = Owner::new(owner.key_id, &owner.key);
        let address = address.as_str().parse().unwrap();
        self.files.read_all(&owner, &address, 1 << 30).await.unwrap()
    }

    /// Until the engine was asked so often.
    async fn asked(&self, desk: &Desk, times: usize) {
        let begun = Instant::now();
        while desk.engine.asked() < times {
            assert!(begun.elapsed() < PATIENCE, "the engine is not asked");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

fn text(read: &TextRead) -> &str {
    read.text.as_str().unwrap()
}
