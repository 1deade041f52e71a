//! Files on their way in: each part of a form that is one goes to the store while it comes.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::StatusCode;
use commands::{Context, NewFile, derive_command_id};
use domain::FileId;
use domain::ticket::FileRole;
use domain::vocabulary::MediaType;
use files::{FileName, FilesError, Kind, Owner, Refusal, StoredFile, Terms};
use tokio::sync::OwnedSemaphorePermit;

use crate::Api;
use crate::conventions::{FieldProblem, Part, Place, Problem};

/// Most files of one request.
const MAX_FILES: usize = 20;

/// How long a request waits until it may send its files.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// How much of what is not wanted is read, in bytes: many clients look for no answer before they have sent all.
const MAX_DISCARDED: usize = 64 << 20;

/// What a file is to be to its ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// An image; nothing else is taken.
    Image,
    /// An attachment, whatever it holds.
    Attachment,
    /// An image if it is one, else an attachment.
    ByContent,
}

/// Waits for a place among the uploads of this process.
pub(super) async fn place(api: &Api) -> Result<OwnedSemaphorePermit, Problem> {
    let uploads = api.files.uploads.clone();
    match tokio::time::timeout(MAX_WAIT, uploads.acquire_owned()).await {
        Ok(Ok(place)) => Ok(place),
        Ok(Err(_)) | Err(_) => {
            Err(Problem::unavailable("Too many files are coming in just now. Try again."))
        }
    }
}

/// A file that is not taken.
struct Refused {
    field: String,
    /// Its place among the files of its field.
    at: usize,
    msg: String,
    kind: &'static str,
}

/// The files of one form, as they come in.
pub(super) struct Intake<'a> {
    api: &'a Api,
    context: &'a Context,
    owner: Owner,
    files: Vec<NewFile>,
    refused: Vec<Refused>,
    counts: HashMap<String, usize>,
    /// What was sent, for telling a repeat from another request with its key.
    sent: Vec<Vec<u8>>,
    discarded: usize,
}

impl<'a> Intake<'a> {
    /// Nothing yet, for files of this owner.
    pub(super) fn new(api: &'a Api, context: &'a Context, owner: Owner) -> Self {
        Self {
            api,
            context,
            owner,
            files: Vec::new(),
            refused: Vec::new(),
            counts: HashMap::new(),
            sent: Vec::new(),
            discarded: 0,
        }
    }

    /// Takes a part in as a file; `None` when it is refused, which [`finish`](Self::finish) tells.
    ///
    /// # Errors
    /// What ends the whole request: the form breaks off, the store fails, there is too much of it.
    pub(super) async fn take(
        &mut self,
        mut part: Part,
        wanted: Wanted,
    ) -> Result<Option<FileId>, Problem> {
        let field = part.name().to_owned();
        let name = FileName::clean(part.file_name().unwrap_or_default());
        let count = self.counts.entry(field.clone()).or_default();
        let at = *count;
        *count += 1;
        if self.files.len() + self.refused.len() >= MAX_FILES {
            let detail = format!("A request brings at most {MAX_FILES} files.");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail));
        }
        let stored = match self.store(&mut part, &name).await? {
            Ok(stored) => stored,
            Err(Refusal::TooLarge { max_bytes }) => {
                self.discard(&mut part).await?;
                let detail = format!("{field}: the file has more than {max_bytes} bytes.");
                return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail));
            }
            Err(refusal) => {
                // A form of a browser has a part for a file that was not chosen.
                if refusal == Refusal::Empty && part.file_name().is_some_and(str::is_empty) {
                    return Ok(None);
                }
                self.refuse(field.clone(), at, sentence(&refusal), code(&refusal));
                self.discard(&mut part).await?;
                return Ok(None);
            }
        };
        let Some(role) = role(wanted, stored.content_type.kind) else {
            let msg = format!("This is no image but {}.", stored.content_type.mime);
            self.refuse(field, at, msg, "no_image");
            return Ok(None);
        };
        let index = self.files.len() as u64;
        let secrets = self.api.store.secrets();
        // Derived, so that a repeat of the request brings the same files.
        let file_id = FileId(derive_command_id(secrets, self.context.command_id, "file", index));
        self.sent.push(field.into_bytes());
        self.sent.push(name.as_str().as_bytes().to_vec());
        self.sent.push(stored.sha256.to_vec());
        self.files.push(new_file(file_id, role, &name, &stored)?);
        Ok(Some(file_id))
    }

    async fn store(
        &self,
        part: &mut Part,
        name: &FileName,
    ) -> Result<Result<StoredFile, Refusal>, Problem> {
        let files = &self.api.files;
        let (max_bytes, max_pixels) = (files.max_bytes, files.max_pixels);
        let terms = Terms { name: name.clone(), max_bytes, max_pixels };
        let mut upload = files.store.upload(&self.owner, terms, self.api.ambient.bytes());
        let refused = loop {
            match part.chunk().await {
                Ok(Some(chunk)) => match upload.write(&chunk).await {
                    Ok(()) => {}
                    Err(error) => break error,
                },
                Ok(None) => match upload.commit().await {
                    Ok(stored) => return Ok(Ok(stored)),
                    Err(FilesError::Refused(refusal)) => return Ok(Err(refusal)),
                    Err(error) => return Err(away(error)),
                },
                Err(problem) => {
                    upload.abort().await;
                    return Err(problem);
                }
            }
        };
        upload.abort().await;
        match refused {
            FilesError::Refused(refusal) => Ok(Err(refusal)),
            error => Err(away(error)),
        }
    }

    /// Reads a part for nothing.
    async fn discard(&mut self, part: &mut Part) -> Result<(), Problem> {
        while let Some(chunk) = part.chunk().await? {
            self.discarded += chunk.len();
            if self.discarded > MAX_DISCARDED {
                return Err(Problem::invalid(self.refusals()));
            }
        }
        Ok(())
    }

    fn refuse(&mut self, field: String, at: usize, msg: String, kind: &'static str) {
        self.refused.push(Refused { field, at, msg, kind });
    }

    /// The files, when all were taken, and what was sent in all.
    ///
    /// # Errors
    /// 422 with every file that is not taken, and what was wrong besides. Files that were taken stay in the store, where nobody refers to them, until they
    /// are swept.
    pub(super) fn finish(
        self,
        besides: Vec<FieldProblem>,
    ) -> Result<(Vec<NewFile>, Vec<Vec<u8>>), Problem> {
        if self.refused.is_empty() && besides.is_empty() {
            return Ok((self.files, self.sent));
        }
        let mut errors = self.refusals();
        errors.extend(besides);
        Err(Problem::invalid(errors))
    }

    /// Whether no file has come.
    pub(super) fn is_untouched(&self) -> bool {
        self.files.is_empty() && self.refused.is_empty()
    }

    fn refusals(&self) -> Vec<FieldProblem> {
        let errors = self.refused.iter().map(|refused| {
            let alone = self.counts.get(&refused.field).is_none_or(|count| *count <= 1);
            let field = match alone {
                true => refused.field.clone(),
                false => format!("{}.{}", refused.field, refused.at),
            };
            let (msg, kind) = (refused.msg.clone(), refused.kind);
            FieldProblem { place: Place::Body, field, msg, kind }
        });
        errors.collect()
    }
}

/// What keeps a file from being stored. What is not there, of what is to be written, is the place itself.
fn away(error: FilesError) -> Problem {
    match error {
        FilesError::NotFound => Problem::unavailable("The store of files is not there. Try again."),
        error => error.into(),
    }
}

/// What a file of this kind is to its ticket; `None` when it is not taken for that.
fn role(wanted: Wanted, kind: Kind) -> Option<FileRole> {
    match (wanted, kind) {
        (Wanted::Image | Wanted::ByContent, Kind::Image) => Some(FileRole::Image),
        (Wanted::Image, _) => None,
        (Wanted::Attachment | Wanted::ByContent, _) => Some(FileRole::Attachment),
    }
}

fn new_file(
    file_id: FileId,
    role: FileRole,
    name: &FileName,
    stored: &StoredFile,
) -> Result<NewFile, Problem> {
    let content_type = MediaType::parse(stored.content_type.mime);
    let address = stored.address.to_string().parse();
    let (Ok(content_type), Ok(address)) = (content_type, address) else {
        return Err(
            commands::CommandError::Internal("a stored file is not as the log has it").into()
        );
    };
    Ok(NewFile {
        file_id,
        role,
        name: name.as_str().to_owned(),
        content_type,
        size: stored.size,
        sha256: stored.sha256,
        address,
        dimensions: stored.dimensions.map(|of| (of.width, of.height)),
    })
}

/// What a person reads of a refusal.
pub(super) fn sentence(refusal: &Refusal) -> String {
    let words = refusal.to_string();
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
        .unwrap_or_default()
}

/// What a machine reads of a refusal.
pub(super) fn code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Empty => "file_empty",
        Refusal::TooLarge { .. } => "file_too_large",
        Refusal::Executable => "file_executable",
        Refusal::Disguised { .. } => "file_disguised",
        Refusal::Damaged => "file_damaged",
        Refusal::TooManyPixels { .. } => "file_too_many_pixels",
        Refusal::Hidden { .. } => "file_hides_another",
        Refusal::ArchiveBomb => "file_archive_bomb",
    }
}
