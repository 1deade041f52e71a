//! A file as clients see it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use commands::{CommandError, UserFacts};
use domain::file::{NotReadReason, Readable};
use domain::ticket::{FileRole, TicketFile, TicketState};
use domain::{FileId, TicketId, UserId};
use files::Disposition;
use projections::{FileRow, TextStatus};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Api;
use crate::conventions::Problem;
use crate::files::Part;
use crate::render::{UserRef, known};

/// A file of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileBody {
    /// The file.
    pub(super) id: Uuid,
    /// The ticket it belongs to.
    pub(super) ticket_id: Uuid,
    /// `image` or `attachment`.
    #[schema(value_type = String, example = "image")]
    pub(super) role: FileRole,
    /// Its name; null once erased.
    filename: Option<String>,
    /// Its place among the images, or among the attachments, from 0. The image `{n}` of a path counts from 1.
    order_index: u32,
    /// What its content was found to be.
    metadata: FileMetadata,
    /// Whether its text was read.
    text: FileTextBody,
    /// Where its content is to be had without a sign-in, until `links_expire_at`: a path of this Docket.
    url: String,
    /// Where its thumbnail is; null where there is none yet.
    thumbnail_url: Option<String>,
    /// Until when the links are good.
    links_expire_at: DateTime<Utc>,
    /// Who attached it; null without a sign-in.
    uploaded_by: Option<UserRef>,
    /// When it was attached.
    uploaded_at: DateTime<Utc>,
}

/// What is known of the content of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileMetadata {
    /// Its media type, found out from the content.
    content_type: String,
    /// Its size in bytes.
    size: u64,
    /// SHA-256 in hexadecimal digits; null once erased.
    sha256: Option<String>,
    /// The width in pixels of an image as it is stored, where it is known.
    width: Option<u32>,
    /// Its height in pixels.
    height: Option<u32>,
}

/// Whether the text of a file was read.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct FileTextBody {
    /// `none` (it is of no kind that is read), `pending`, `read` or `not_read`.
    status: &'static str,
    /// `en`, `zh`, `zh+en` or `und`; null until it is read, as the other fields.
    language: Option<&'static str>,
    /// How sure the engine is, from 0 to 1.
    mean_confidence: Option<f64>,
    /// `paddle` or `tesseract`; null of a text that the file holds itself.
    engine: Option<&'static str>,
    /// How many characters there are.
    characters: Option<u64>,
    /// Why it could not be read.
    #[schema(value_type = Option<String>)]
    reason: Option<NotReadReason>,
}

impl From<TextStatus> for FileTextBody {
    fn from(text: TextStatus) -> Self {
        match text {
            TextStatus::None => Self { status: "none", ..Self::default() },
            TextStatus::Pending => Self { status: "pending", ..Self::default() },
            TextStatus::Read(found) => Self {
                status: "read",
                language: Some(found.language.as_str()),
                mean_confidence: found.mean_confidence,
                engine: found.engine.map(|engine| engine.as_str()),
                characters: Some(found.chars),
                reason: None,
            },
            TextStatus::NotRead { reason } => {
                Self { status: "not_read", reason: Some(reason), ..Self::default() }
            }
        }
    }
}

impl FileBody {
    /// A file of a query.
    pub(super) fn of_row(api: &Api, row: FileRow) -> Self {
        let (expires_at, url) = link(api, row.id, Part::Content);
        Self {
            id: row.id.uuid(),
            ticket_id: row.ticket_id.uuid(),
            role: row.role,
            filename: known(&row.name),
            order_index: row.order_index,
            metadata: FileMetadata {
                content_type: row.content_type.to_string(),
                size: row.size,
                sha256: known(&row.sha256),
                width: row.width,
                height: row.height,
            },
            text: row.text.into(),
            url,
            thumbnail_url: row.thumbnail.map(|_| link(api, row.id, Part::Thumbnail).1),
            links_expire_at: expires_at,
            uploaded_by: row.uploaded_by.map(UserRef::from),
            uploaded_at: row.attached_at,
        }
    }

    /// A file just after a command.
    fn of_file(
        api: &Api,
        ticket: TicketId,
        order_index: u32,
        file: &TicketFile,
        known_of: &Beside,
    ) -> Self {
        let found = known_of.found.get(&file.id);
        let text = match (found, Readable::of(&file.content_type)) {
            (Some(found), _) => found.text.clone(),
            (None, Some(_)) => TextStatus::Pending,
            (None, None) => TextStatus::None,
        };
        let (expires_at, url) = link(api, file.id, Part::Content);
        let thumbnail = found.and_then(|found| found.thumbnail.as_ref());
        Self {
            id: file.id.uuid(),
            ticket_id: ticket.uuid(),
            role: file.role,
            filename: known(&file.name),
            order_index,
            metadata: FileMetadata {
                content_type: file.content_type.to_string(),
                size: file.size,
                sha256: known(&file.sha256),
                width: file.width,
                height: file.height,
            },
            text: text.into(),
            url,
            thumbnail_url: thumbnail.map(|_| link(api, file.id, Part::Thumbnail).1),
            links_expire_at: expires_at,
            uploaded_by: file.uploaded_by.and_then(|user| known_of.people.get(&user)).map(
                |facts| UserRef {
                    id: facts.id.uuid(),
                    email: facts.email.clone(),
                    full_name: facts.full_name.clone(),
                },
            ),
            uploaded_at: file.attached_at,
        }
    }
}

/// What does not stand in the ticket of its files.
struct Beside {
    found: HashMap<FileId, FileRow>,
    people: HashMap<UserId, UserFacts>,
}

impl Beside {
    async fn of(api: &Api, ticket: TicketId, files: &[&TicketFile]) -> Result<Self, CommandError> {
        // What machines found, a command is not to fail for because it cannot be read.
        let rows = api.queries.ticket_files(ticket).await.unwrap_or_default();
        let found = rows.into_iter().map(|row| (row.id, row)).collect();
        let people: HashSet<UserId> = files.iter().filter_map(|file| file.uploaded_by).collect();
        let mut known = HashMap::with_capacity(people.len());
        for user in people {
            known.extend(api.commands.user(user).await?.map(|facts| (user, facts)));
        }
        Ok(Self { found, people: known })
    }
}

fn link(api: &Api, file: FileId, part: Part) -> (DateTime<Utc>, String) {
    api.files.link(&api.ambient, file, part, Disposition::Inline)
}

/// Files of a ticket just after a command, in the order of the ids; those that it does not have are left out.
pub(super) async fn bodies_now(
    api: &Api,
    ticket: TicketId,
    state: &TicketState,
    ids: &[FileId],
) -> Result<Vec<FileBody>, Problem> {
    let Some(known) = state.ticket() else { return Ok(Vec::new()) };
    let files: Vec<&TicketFile> = ids.iter().filter_map(|id| known.file(*id)).collect();
    let beside = Beside::of(api, ticket, &files).await?;
    let mut places: HashMap<FileId, u32> = HashMap::with_capacity(known.files.len());
    places.extend(known.images().map(|file| file.id).zip(0..));
    places.extend(known.attachments().map(|file| file.id).zip(0..));
    let body = |file: &&TicketFile| {
        let place = places.get(&file.id).copied().unwrap_or_default();
        FileBody::of_file(api, ticket, place, file, &beside)
    };
    Ok(files.iter().map(body).collect())
}
