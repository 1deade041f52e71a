//! Who refers to a content in the store of files.

use std::collections::HashSet;

use domain::FileId;
use domain::file::FileAddress;
use domain::ticket::TicketEvent;
use eventstore::Claim;

use crate::CommandError;
use crate::core::{Commands, Decision, FILE_CONTENT};

/// The claim of a file on a content. Two files may hold the same one.
pub(super) fn content_claim(address: &FileAddress, file: FileId) -> Claim {
    let key = [address.as_str().as_bytes(), file.uuid().as_bytes()].concat();
    Claim::plain(FILE_CONTENT, key)
}

/// Claims the contents that a decision about a ticket begins to name, which must still be readable
/// when it is written.
pub(crate) fn claim_attached(decision: &mut Decision<TicketEvent>) {
    for event in decision.events.iter().flatten() {
        // Everything else names no content anew.
        if let TicketEvent::FileAttached(file) = event {
            let claim = content_claim(&file.address, file.file_id);
            decision.claims.push((claim, file.file_id.uuid()));
            decision.relies_on_keys.push(file.address.owner_key());
        }
    }
}

impl Commands {
    /// Which of these contents a file refers to, as of now.
    ///
    /// # Errors
    /// The store's.
    pub async fn referenced_files(
        &self,
        addresses: &[FileAddress],
    ) -> Result<HashSet<FileAddress>, CommandError> {
        let keys: Vec<&[u8]> =
            addresses.iter().map(|address| address.as_str().as_bytes()).collect();
        // Behind an address stands the id of a file, so that what follows it sorts within 16 bytes of
        // the highest value.
        let found: Vec<i64> = sqlx::query_scalar(
            "select a.ord from unnest($2::bytea[]) with ordinality as a(address, ord) \
             where exists (select from log.claims c where c.kind = $1 and c.key >= a.address \
             and c.key <= a.address || decode(repeat('ff', 16), 'hex'))",
        )
        .bind(FILE_CONTENT)
        .bind(keys)
        .fetch_all(self.store.pool())
        .await?;
        let nth = |ord: i64| usize::try_from(ord - 1).ok().and_then(|n| addresses.get(n)).cloned();
        Ok(found.into_iter().filter_map(nth).collect())
    }
}
