//! Bringing what is told of a ticket's clocks in line with the ticket.

use domain::event::DomainEvent;
use domain::sla::{self, Phase, SlaEvent, SlaRecord, sla_events_due};
use domain::ticket::TicketEvent;
use domain::{SlaPolicyId, TicketId, Timestamp};

use super::{OwnedRulebook, TicketCase};
use crate::core::{Attempt, Commands, MaxAge, Together, Tries, Versioned, derive_command_id};
use crate::{CommandError, Context};

/// How the clocks of a ticket stand, just after they were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The next instant after which something is to be told if nothing happens; none if nothing will
    /// be.
    pub next_at: Option<Timestamp>,
    /// Whether a clock with a target runs or stands still, so that what happens to the ticket
    /// matters to it.
    pub is_live: bool,
    /// The version of the clocks' stream, for [`Commands::set_timer`]; 0 when none was ever started.
    pub version: i32,
}

/// What is to be told, and what that was computed from.
struct Due {
    case: Versioned<TicketCase>,
    events: Vec<(Option<Timestamp>, SlaEvent)>,
}

impl Commands {
    /// Tells what is due about a ticket's clocks, in one append to their stream; nothing if nothing
    /// is. To be called after whatever may matter to a clock, any number of times.
    ///
    /// The ticket is read up to date, and the append goes through only while it is as it was read:
    /// no breach is told of a ticket that was answered or put on hold in time. A ticket whose first
    /// clock begins later than the ticket (its policy is younger, or nobody listened) is told all
    /// that would have been told, each event dated to its time. A ticket in the log is never later
    /// than now, whatever the clock on the wall says.
    ///
    /// The policy is the one in charge by the newest rules. If none has a rule for the ticket, its
    /// clocks go on by the one they ran by, as that is or last was.
    ///
    /// # Errors
    /// The store's. A ticket that does not exist has no clocks.
    pub async fn tell_sla(&self, ctx: &Context, ticket: TicketId) -> Result<Told, CommandError> {
        let stream = sla::stream_of(ticket);
        let _guard = self.locks.lock(&[stream]).await;
        let mut tries = Tries::default();
        loop {
            let record = self.load::<SlaRecord>(stream, MaxAge::Now).await?;
            let Some(due) = self.sla_due(ticket, &record).await? else {
                return Ok(Told::of(&record));
            };
            let ctx = self.sla_context(ctx, record.version);
            let mut together = Together::default();
            together.append_dated(&ctx, stream, &record, due.events);
            together.rely_on(ticket.uuid(), &due.case);
            // A repeat is looked at again too: since the first time, more may have come due.
            match self.append_together::<SlaRecord>(&ctx, together).await? {
                Attempt::Done(done) if !done.replayed => {
                    return Ok(Told::new(&done.state, done.version));
                }
                Attempt::Done(_) | Attempt::Lost => tries.again().await?,
            }
        }
    }

    /// The command as it appends to clocks that stand at `version`: a repeat after something was told
    /// is another one.
    pub(super) fn sla_context(&self, ctx: &Context, version: i32) -> Context {
        let part = u64::try_from(version).unwrap_or_default();
        let secrets = self.store.secrets();
        ctx.with_command(derive_command_id(secrets, ctx.command_id, "sla", part))
    }

    /// What is to be told beyond the record; none if nothing is.
    async fn sla_due(
        &self,
        ticket: TicketId,
        record: &Versioned<SlaRecord>,
    ) -> Result<Option<Due>, CommandError> {
        // Read before the ticket, so that the ticket holds all that happened until then.
        let now = self.ambient().now();
        let rules = self.sla_rules(MaxAge::Now).await?;
        if record.version == 0 && rules.is_empty() {
            return Ok(None);
        }
        let seen = self.load::<TicketCase>(ticket.uuid(), MaxAge::Now).await?;
        let Some(case) = &seen.state.case else { return Ok(None) };
        let book = match rules.in_charge(&case.facts) {
            Some(book) => Some(book.clone()),
            None => self.book_of_record(&record.state).await?,
        };
        let Some(book) = book else { return Ok(None) };
        // Clocks of several machines differ by some milliseconds at least.
        let now = seen.state.latest_at.map_or(now, |latest| latest.max(now));
        let rulebook = book.rulebook();
        let events = sla_events_due(&record.state, ticket, case, &rulebook, now);
        if events.is_empty() {
            return Ok(None);
        }
        let events = if record.version == 0 {
            let history = self.ticket_history(ticket, seen.version).await?;
            let history = history.iter().map(|(at, event)| (*at, event));
            let replay = sla::replay(ticket, history, &rulebook, now);
            replay.events.into_iter().map(|(at, event)| (Some(at), event)).collect()
        } else {
            events.into_iter().map(|event| (None, event)).collect()
        };
        Ok(Some(Due { case: seen, events }))
    }

    /// The policy that the clocks were last told to run by, as it is or last was.
    pub(super) async fn book_of_record(
        &self,
        record: &SlaRecord,
    ) -> Result<Option<OwnedRulebook>, CommandError> {
        match policy_of(record) {
            Some(policy) => self.rulebook_as_it_was(policy).await,
            None => Ok(None),
        }
    }

    /// What happened to a ticket up to a version, and when.
    async fn ticket_history(
        &self,
        ticket: TicketId,
        version: i32,
    ) -> Result<Vec<(Timestamp, TicketEvent)>, CommandError> {
        let mut stored = self.read_own::<TicketCase>(ticket.uuid(), 0).await?;
        stored.retain(|event| event.version <= version);
        let opened = self.store.open_events(stored).await?;
        let decode = |event: eventstore::OpenedEvent| {
            let (name, schema) = (&event.event_type, event.schema_version);
            Ok((event.occurred_at, TicketEvent::from_parts(name, schema, event.data)?))
        };
        opened.into_iter().map(decode).collect()
    }
}

/// The policy of a clock that has not stopped, or else of any.
fn policy_of(record: &SlaRecord) -> Option<SlaPolicyId> {
    let clocks = || [&record.resolution, &record.response].into_iter().flatten();
    let live = clocks().find(|told| !matches!(told.phase, Phase::Stopped { .. }));
    live.or_else(|| clocks().next()).map(|told| told.terms.policy)
}

impl Told {
    fn of(record: &Versioned<SlaRecord>) -> Self {
        Self::new(&record.state, record.version)
    }

    fn new(record: &SlaRecord, version: i32) -> Self {
        let is_live = [&record.response, &record.resolution].into_iter().flatten().any(|told| {
            let has_stopped = matches!(told.phase, Phase::Stopped { .. });
            told.terms.target_minutes.is_some() && !has_stopped
        });
        Self { next_at: record.next_at(), is_live, version }
    }
}
