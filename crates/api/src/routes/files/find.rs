//! Finding the file that a path names, if the caller may.

use axum::http::HeaderMap;
use domain::ticket::{FileRole, TicketFile, TicketState};
use domain::{FileId, TicketId};
use files::{Address, Owner};
use projections::{FileRow, Freshness};

use crate::Api;
use crate::auth::{Caller, Reach};
use crate::conventions::{Problem, wait_for_head, wait_for_views};
use crate::permissions::Capability;
use crate::routes::tickets::seen;

/// How a path names a file of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileRef {
    /// By its id.
    Id(FileId),
    /// By its place among those of its role, from 0.
    Place(usize),
}

pub(super) fn missing() -> Problem {
    Problem::not_found("file")
}

/// By its number from 1 among those of its role, or by its id. Anything else is no file.
fn file_ref(text: &str) -> Result<FileRef, Problem> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: usize = text.parse().map_err(|_| missing())?;
        return number.checked_sub(1).map(FileRef::Place).ok_or_else(missing);
    }
    text.parse().map(FileRef::Id).map_err(|_| missing())
}

fn pick<T>(
    text: &str,
    role: FileRole,
    files: impl IntoIterator<Item = T>,
    identity: impl Fn(&T) -> (FileId, FileRole),
) -> Result<T, Problem> {
    let mut files = files.into_iter().filter(|file| identity(file).1 == role);
    match file_ref(text)? {
        FileRef::Id(id) => files.find(|file| identity(file).0 == id),
        FileRef::Place(place) => files.nth(place),
    }
    .ok_or_else(missing)
}

/// A file that a query is about, as the views have it.
pub(super) async fn seen_file(
    api: &Api,
    caller: &Caller,
    capability: Capability,
    headers: &HeaderMap,
    (ticket, role, file): (&str, FileRole, &str),
) -> Result<(FileRow, i32), Problem> {
    let ticket = seen(api, caller, capability, headers, ticket).await?;
    let rows = api.queries.ticket_files(ticket.id).await?;
    Ok((pick(file, role, rows, |row| (row.id, row.role))?, ticket.version))
}

/// A file that a command is about, as of now.
pub(super) async fn file_now(
    api: &Api,
    ticket: TicketId,
    role: FileRole,
    file: &str,
) -> Result<TicketFile, Problem> {
    let state = api.commands.ticket_state(ticket).await?;
    let state = state.ok_or_else(|| Problem::not_found("ticket"))?;
    file_in(&state.state, role, file).cloned()
}

/// The file of a ticket that a path names.
pub(super) fn file_in<'a>(
    state: &'a TicketState,
    role: FileRole,
    file: &str,
) -> Result<&'a TicketFile, Problem> {
    let files = state.ticket().map(|ticket| ticket.files.as_slice()).unwrap_or_default();
    pick(file, role, files, |file| (file.id, file.role))
}

/// Callers who may go only so far change only what they brought themselves.
pub(super) fn brought_by(
    caller: &Caller,
    capability: Capability,
    file: &TicketFile,
) -> Result<(), Problem> {
    match caller.may(capability)? {
        Reach::All => Ok(()),
        Reach::Own if file.uploaded_by.is_some() && file.uploaded_by == caller.user => Ok(()),
        Reach::Own => Err(Problem::forbidden("Somebody else attached this file.")
            .with("capability", capability.to_string())),
    }
}

/// A file wherever it is, with what the views know of it and what holds as of now.
pub(super) struct Found {
    pub(super) row: FileRow,
    pub(super) file: TicketFile,
    ticket: TicketState,
}

/// The file with this id; one that was removed is not there. It is asked for by whom it was just shown to, so that views
/// that do not know it yet are waited for.
pub(super) async fn find(api: &Api, headers: &HeaderMap, id: &str) -> Result<Found, Problem> {
    let id: FileId = id.parse().map_err(|_| missing())?;
    wait_for_views(api, headers, Freshness::Views).await?;
    let row = match api.queries.file(id).await? {
        Some(row) => row,
        None => {
            wait_for_head(api, Freshness::Views).await?;
            api.queries.file(id).await?.ok_or_else(missing)?
        }
    };
    let state = api.commands.ticket_state(row.ticket_id).await?.ok_or_else(missing)?;
    let ticket = state.state.as_ref().clone();
    let file = ticket.ticket().and_then(|ticket| ticket.file(id)).cloned().ok_or_else(missing)?;
    Ok(Found { row, file, ticket })
}

impl Found {
    /// A file of a ticket that the caller may not see is not there.
    pub(super) fn visible_to(
        self,
        caller: &Caller,
        capability: Capability,
    ) -> Result<Self, Problem> {
        let opened_by = self.ticket.ticket().and_then(|ticket| ticket.opened_by);
        match caller.may(capability)? {
            Reach::All => Ok(self),
            Reach::Own if opened_by.is_some() && opened_by == caller.user => Ok(self),
            Reach::Own => Err(missing()),
        }
    }
}

/// Where a content lies and who owns it.
///
/// # Errors
/// 410 when the person that it was about was erased.
pub(super) async fn owned(
    api: &Api,
    address: &domain::file::FileAddress,
) -> Result<(Owner, Address), Problem> {
    let owner = api.commands.file_owner_by_key(address.owner_key()).await?;
    let owner = owner.ok_or_else(erased)?;
    let address: Address = address.as_str().parse().map_err(|error| Problem::internal(&error))?;
    Ok((Owner::new(owner.key_id, &owner.key), address))
}

/// 410: the content was erased with whom it was about.
pub(super) fn erased() -> Problem {
    let detail = "The content of this file was erased.";
    Problem::new(axum::http::StatusCode::GONE, "gone", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_file_goes_by_its_number_from_1_or_by_its_id() {
        let id = |n| FileId(Uuid::from_u128(n));
        let files =
            [(id(1), FileRole::Attachment), (id(2), FileRole::Image), (id(3), FileRole::Image)];
        let picked = |text: &str, role| pick(text, role, files, |file| *file).map(|file| file.0);
        assert_eq!(picked("1", FileRole::Image).unwrap(), id(2));
        assert_eq!(picked("2", FileRole::Image).unwrap(), id(3));
        assert_eq!(picked("1", FileRole::Attachment).unwrap(), id(1));
        assert_eq!(picked(&id(3).to_string(), FileRole::Image).unwrap(), id(3));
        for bad in ["0", "3", "", "x", "-1", "99999999999999999999999", &id(1).to_string()] {
            assert_eq!(picked(bad, FileRole::Image).unwrap_err().status, 404, "{bad}");
        }
    }
}
