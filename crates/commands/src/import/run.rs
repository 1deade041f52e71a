//! The run of an import: a thread reads and checks, this side numbers, appends and counts.

use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;

use domain::audit::FileFormat;
use domain::event::DomainEvent;
use domain::ticket::{TicketEvent, TicketState};
use domain::ticket_type::FieldProblemKind;
use domain::{FieldError, FieldErrorKind, TicketId, TicketNumber, UserId};
use eventstore::{
    AppendRequest, Appended, Expected, NewEvent, StoreError, StreamAppend, StreamKind,
};
use tokio::sync::mpsc;

use super::chunks::{CHUNKS, Chunk, read};
use super::form_data::NamedUser;
use super::history::history;
use super::mapping::{ImportedTicket, Mapping, field_error};
use super::reader::{FileError, Format};
use super::{ImportError, ImportOptions, ImportReport, RowError};
use crate::core::{Aggregate, Commands, claimed, derive_command_id, number_claim};
use crate::ticket::external_id_claim;
use crate::{Assignee, CommandError, Context};

/// Assignees that are remembered during one import.
const ASSIGNEES: usize = 10_000;
/// How often a row is tried anew because its number was used, or its customer just joined.
const ATTEMPTS: u32 = 4;

impl Commands {
    /// Imports a file: good rows become tickets, bad ones are named in the report; `progress` is
    /// called now and then with the report so far. Each row has a command id that follows from the
    /// context's and the row's number, so a repeat of the whole repeats no row.
    ///
    /// # Errors
    /// The file cannot be read at all, or the store failed.
    pub async fn import_tickets<R: Read + Send + 'static>(
        &self,
        ctx: &Context,
        options: ImportOptions,
        input: R,
        mut progress: impl FnMut(&ImportReport) + Send,
    ) -> Result<ImportReport, ImportError> {
        let mapping = Mapping {
            settings: self.settings().await?,
            types: self.types_of_import().await?,
            format: options.format,
            unknown: options.unknown,
            handling: options.handling,
            now: self.ambient().now(),
        };
        let format = options.format;
        let (sender, mut chunks) = mpsc::channel(CHUNKS);
        let reading = tokio::task::spawn_blocking(move || {
            if let Err(error) = read(&options, input, &mapping, &sender) {
                // The other side has gone when it does not want to know.
                drop(sender.blocking_send(Err(error)));
            }
        });
        let mut run = Run {
            commands: self,
            ctx,
            report: ImportReport::default(),
            assignees: HashMap::new(),
            users: HashMap::new(),
        };
        while let Some(chunk) = chunks.recv().await {
            match chunk {
                Ok(chunk) => run.take(chunk).await?,
                Err(ImportError::File(error)) if run.report.total > 0 => run.broke_off(&error),
                Err(error) => return Err(error),
            }
            progress(&run.report);
        }
        reading.await.map_err(|_| CommandError::Internal("the thread of an import ended"))?;
        let mut report = run.report;
        report.errors.sort();
        let format = file_format(format);
        let (total, imported, failed) = (report.total, report.imported, report.failed);
        let head = self.record_import_completed(ctx, format, total, imported, failed).await?;
        report.last_position = report.last_position.max(head);
        Ok(report)
    }
}

fn file_format(format: Format) -> FileFormat {
    match format {
        Format::Csv => FileFormat::Csv,
        Format::Json => FileFormat::Json,
        Format::Xml => FileFormat::Xml,
    }
}

/// The side that appends.
struct Run<'a> {
    commands: &'a Commands,
    ctx: &'a Context,
    report: ImportReport,
    /// Who was named as assignee, and whom that means.
    assignees: HashMap<String, Option<UserId>>,
    /// Whom form data named, and whether that is an active user.
    users: HashMap<UserId, bool>,
}

/// A row on its way into the log.
struct Pending {
    ticket: ImportedTicket,
    assignee: Option<UserId>,
}

impl Run<'_> {
    fn broke_off(&mut self, error: &FileError) {
        self.report.total += 1;
        let row = error.row();
        self.report.fail(vec![RowError { row, field: None, msg: error.to_string() }]);
    }

    async fn take(&mut self, chunk: Chunk) -> Result<(), ImportError> {
        self.report.total += (chunk.tickets.len() + chunk.bad.len()) as u64;
        self.report.ignore(chunk.ignored);
        for errors in chunk.bad {
            self.report.fail(errors);
        }
        let mut pending = Vec::with_capacity(chunk.tickets.len());
        for ticket in chunk.tickets {
            let assignee = match &ticket.assignee {
                None => None,
                Some(named) => match self.assignee(named).await? {
                    Some(user) => Some(user),
                    None => {
                        let kind =
                            FieldErrorKind::Malformed { expected: "an active admin or handler" };
                        let error = FieldError::new("assigned_to", kind);
                        self.report.fail(vec![field_error(ticket.row, &error)]);
                        continue;
                    }
                },
            };
            if let Some(column) = self.unknown_user(&ticket.users).await? {
                let msg = FieldProblemKind::UnknownUser.to_string();
                let field = Some(column.to_owned());
                self.report.fail(vec![RowError { row: ticket.row, field, msg }]);
                continue;
            }
            pending.push(Pending { ticket, assignee });
        }
        for attempt in 1.. {
            pending = self.append(pending).await?;
            if pending.is_empty() {
                break;
            }
            if attempt == ATTEMPTS {
                return Err(CommandError::Contended.into());
            }
            let mut years: Vec<u16> = pending.iter().map(|row| self.year(&row.ticket)).collect();
            years.sort_unstable();
            years.dedup();
            for year in years {
                self.commands.skip_used_numbers(year).await?;
            }
        }
        Ok(())
    }

    async fn assignee(&mut self, named: &Assignee) -> Result<Option<UserId>, CommandError> {
        let key = match named {
            Assignee::User(id) => id.to_string(),
            Assignee::Email(email) => email.to_lowercase(),
        };
        if let Some(known) = self.assignees.get(&key) {
            return Ok(*known);
        }
        let found = match self.commands.assignable(named).await {
            Ok(user) => Some(user),
            Err(CommandError::Invalid(_)) => None,
            Err(error) => return Err(error),
        };
        if self.assignees.len() < ASSIGNEES {
            self.assignees.insert(key, found);
        }
        Ok(found)
    }

    /// The first column that names nobody.
    async fn unknown_user<'a>(
        &mut self,
        named: &'a [NamedUser],
    ) -> Result<Option<&'a str>, CommandError> {
        for NamedUser { column, id } in named {
            let active = match self.users.get(id) {
                Some(active) => *active,
                None => {
                    let active = self.commands.user(*id).await?.is_some_and(|user| user.active);
                    if self.users.len() < ASSIGNEES {
                        self.users.insert(*id, active);
                    }
                    active
                }
            };
            if !active {
                return Ok(Some(column));
            }
        }
        Ok(None)
    }

    fn year(&self, ticket: &ImportedTicket) -> u16 {
        let at = ticket.created_at.unwrap_or_else(|| self.commands.ambient().now());
        self.commands.year_of(at)
    }

    /// Appends rows; gives back those that are to be tried anew under another number.
    async fn append(&mut self, rows: Vec<Pending>) -> Result<Vec<Pending>, ImportError> {
        let mut numbers = self.numbers(&rows).await?;
        let mut requests = Vec::with_capacity(rows.len());
        for row in &rows {
            let year = self.year(&row.ticket);
            let sequence = numbers.get_mut(&year).and_then(Iterator::next);
            let sequence = sequence.ok_or(CommandError::Internal("a row has no number"))?;
            requests.push(self.request(row, TicketNumber::new(year, sequence))?);
        }
        let hashes: Vec<[u8; 32]> = requests.iter().map(|request| request.body_hash).collect();
        let results = self.commands.store.append_many(requests).await;
        let mut again = Vec::new();
        for ((row, hash), result) in rows.into_iter().zip(hashes).zip(results) {
            match result {
                Ok(Appended::Written { first_position, last_position, .. }) => {
                    self.imported(first_position, last_position);
                }
                Ok(Appended::Duplicate(receipt)) => {
                    if receipt.body_hash != hash {
                        return Err(CommandError::KeyReused.into());
                    }
                    self.report.replayed += 1;
                    self.imported(receipt.first_position, receipt.last_position);
                }
                Ok(Appended::Claimed { kind, owner }) => match claimed(kind, owner) {
                    CommandError::ExternalIdTaken { ticket } => {
                        self.taken(row.ticket.row, ticket).await?;
                    }
                    _contended => again.push(row),
                },
                Ok(Appended::Conflict { .. }) => again.push(row),
                Err(StoreError::EventTooLarge { bytes, .. }) => {
                    let msg = format!("The row is too large for one event: {bytes} bytes.");
                    self.report.fail(vec![RowError { row: row.ticket.row, field: None, msg }]);
                }
                Err(error) => return Err(CommandError::from(error).into()),
            }
        }
        Ok(again)
    }

    fn imported(&mut self, first_position: i64, last_position: i64) {
        let report = &mut self.report;
        report.imported += 1;
        if report.first_position == 0 || first_position < report.first_position {
            report.first_position = first_position;
        }
        report.last_position = report.last_position.max(last_position);
    }

    /// As many numbers per year as these rows need, in one block each.
    async fn numbers(&self, rows: &[Pending]) -> Result<HashMap<u16, Range<u32>>, CommandError> {
        let mut counts: HashMap<u16, u32> = HashMap::new();
        for row in rows {
            *counts.entry(self.year(&row.ticket)).or_default() += 1;
        }
        let mut numbers = HashMap::with_capacity(counts.len());
        for (year, count) in counts {
            numbers.insert(year, self.commands.take_numbers(year, count).await?);
        }
        Ok(numbers)
    }

    fn request(&self, row: &Pending, number: TicketNumber) -> Result<AppendRequest, CommandError> {
        let secrets = self.commands.store.secrets();
        let stream_id = self.commands.ambient().uuid_v7();
        let events = history(&row.ticket, row.assignee, number, self.ctx.user)?;
        let state = TicketState::default();
        let plain: Vec<TicketEvent> = events.iter().map(|(event, _)| event.clone()).collect();
        let external_id = row.ticket.draft.external_id.as_ref();
        let mut claims = vec![(number_claim(number), stream_id)];
        claims.extend(external_id.map(|id| (external_id_claim(id), stream_id)));
        let events: Vec<NewEvent> = events
            .iter()
            .map(|(event, at)| NewEvent {
                event_type: event.event_type().into(),
                schema_version: event.schema_version(),
                data: event.to_data(),
                occurred_at: *at,
            })
            .collect();
        Ok(AppendRequest {
            command_id: derive_command_id(secrets, self.ctx.command_id, "import", row.ticket.row),
            body_hash: secrets.mac("import-row", &[&row.ticket.fingerprint]),
            streams: vec![StreamAppend {
                stream_id,
                kind: StreamKind(TicketEvent::KIND),
                expected: Expected::Exactly(0),
                subject: state.subject(&plain),
                events,
            }],
            claims,
            releases: Vec::new(),
            credentials: Vec::new(),
            metadata: self.ctx.metadata(),
        })
    }

    async fn taken(&mut self, row: u64, by: TicketId) -> Result<(), CommandError> {
        // Beyond what is named, nobody reads it.
        let holder = if self.report.errors.len() < ImportReport::MAX_ERRORS {
            self.commands.ticket_state(by).await?
        } else {
            None
        };
        let number = holder.as_ref().and_then(|h| h.state.ticket()).map(|t| t.number);
        let msg = match number {
            Some(number) => format!("This is the external id of ticket {number} already."),
            None => "This is the external id of another ticket already.".to_owned(),
        };
        self.report.fail(vec![RowError { row, field: Some("external_id".into()), msg }]);
        Ok(())
    }
}
