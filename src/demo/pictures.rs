//! The demo's pictures: what field engineers photograph, drawn by `crates/ocr/examples/demo_pictures.rs`.

use anyhow::{Context as _, Result, anyhow};
use commands::NewFile;
use domain::file::FileAddress;
use domain::ticket::{FileRole, OpenTicketInput};
use domain::vocabulary::MediaType;
use domain::{FileId, TicketId};
use files::{FileName, Owner, Terms};

use super::load::{Loader, in_words};

/// Far more than any of them has.
const MAX_BYTES: u64 = 1 << 20;
const MAX_PIXELS: u64 = 4_000_000;

macro_rules! pictures {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../examples/ticket-types/pictures/", $name)))),+]
    };
}

const PICTURES: &[(&str, &[u8])] = pictures![
    "alarm-console.png",
    "drive-test.png",
    "fibre-label.png",
    "power-display.png",
    "router-terminal.png",
    "site-plate.png",
    "work-order.png",
];

/// The content of a picture.
pub(super) fn picture(name: &str) -> Result<&'static [u8]> {
    let found = PICTURES.iter().find(|(known, _)| *known == name);
    Ok(found.with_context(|| format!("{name} is no picture of the demo"))?.1)
}

impl Loader<'_> {
    /// Stores the pictures of a ticket that is about to be opened, as if they had been uploaded.
    pub(super) async fn store_pictures(
        &self,
        key: &str,
        ticket: TicketId,
        input: &OpenTicketInput,
        names: &[String],
    ) -> Result<Vec<NewFile>> {
        let owner = self.desk.commands.file_owner_of_new(ticket, input).await.map_err(in_words)?;
        let owner = Owner::new(owner.key_id, &owner.key);
        let mut stored = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let terms =
                Terms { name: FileName::clean(name), max_bytes: MAX_BYTES, max_pixels: MAX_PIXELS };
            let seed = self.desk.store.ambient().bytes();
            let mut upload = self.files.upload(&owner, terms, seed);
            upload.write(picture(name)?).await.with_context(|| name.clone())?;
            let file = upload.commit().await.with_context(|| name.clone())?;
            let bad = |bad: domain::FieldErrorKind| anyhow!("{name}: {bad}");
            stored.push(NewFile {
                file_id: FileId(self.command_id(&format!("{key}/picture"), index)),
                role: FileRole::Image,
                name: name.clone(),
                content_type: MediaType::parse(file.content_type.mime).map_err(bad)?,
                size: file.size,
                sha256: file.sha256,
                address: file.address.to_string().parse::<FileAddress>().map_err(bad)?,
                dimensions: file.dimensions.map(|size| (size.width, size.height)),
            });
        }
        Ok(stored)
    }
}
