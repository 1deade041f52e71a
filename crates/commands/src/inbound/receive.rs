//! Opening a ticket for a message, once.

use domain::ticket::{FormData, OpenTicket, Ticket, TicketDraft, TicketState, open_ticket};
use domain::ticket_type::{FormFacts, references};
use domain::vocabulary::TypeName;
use domain::{ExternalId, TicketId, TicketTypeId};
use serde_json::Map;
use uuid::Uuid;

use super::InboundTicket;
use crate::core::Commands;
use crate::ticket::external_id_claim;
use crate::ticket::form::Form;
use crate::{CommandError, Committed, Context};

/// What tells a repeat of a message that has no external id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepeatName<'a> {
    /// The key it was sent under: the sender's own word for "this ticket".
    Key(&'a [u8]),
    /// Where it lies, for a message without a key: tells only that it was delivered twice.
    Place(&'a str),
}

/// What became of an inbound ticket.
#[derive(Debug, Clone)]
pub enum Received {
    /// It was opened just now.
    Opened(Committed<TicketState>),
    /// There was one already, and it stays as it is.
    Known {
        /// That ticket as it is now; after a repeated command, as it was after the first.
        ticket: Committed<TicketState>,
        /// Whether the message said what that ticket was opened with.
        content: KnownContent,
    },
}

impl Received {
    /// The ticket.
    pub fn ticket(&self) -> &Committed<TicketState> {
        match self {
            Self::Opened(ticket) | Self::Known { ticket, .. } => ticket,
        }
    }
}

/// What a message says about a ticket that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownContent {
    /// What it was opened with.
    Same,
    /// Something else, which was not taken over; or the first content was erased.
    Different,
}

impl Commands {
    /// Opens a ticket for another help desk, unless it is there already: by its external id, by
    /// the command id where `ctx` may be a repeat, or else by `repeat`.
    ///
    /// A known ticket is not changed, and nothing is appended.
    ///
    /// # Errors
    /// [`CommandError::Invalid`], [`CommandError::BadForm`]; [`CommandError::KeyReused`] when the same key came with another
    /// ticket before and there is no external id to go by.
    pub async fn receive_inbound_ticket(
        &self,
        ctx: &Context,
        ticket: InboundTicket,
        repeat: Option<RepeatName<'_>>,
    ) -> Result<Received, CommandError> {
        if let Some(first) = self.replayed(ctx).await? {
            return Ok(Received::Known { ticket: first, content: KnownContent::Same });
        }
        let external_id = ticket.external_id.as_deref().and_then(|id| ExternalId::parse(id).ok());
        let named = self.inbound_context(ctx, &ticket, repeat);
        if let Some(known) = self.known_ticket(&named, external_id.as_ref()).await? {
            return self.known(known, &ticket).await;
        }
        match self.open_ticket(&named, ticket.input(), Vec::new()).await {
            Ok(first) if first.replayed => {
                Ok(Received::Known { ticket: first, content: KnownContent::Same })
            }
            Ok(opened) => Ok(Received::Opened(opened)),
            // Somebody else was faster.
            Err(CommandError::ExternalIdTaken { ticket: known }) => {
                self.known(known, &ticket).await
            }
            Err(CommandError::KeyReused) => {
                match self.known_ticket(&named, external_id.as_ref()).await? {
                    Some(known) => self.known(known, &ticket).await,
                    None => Err(CommandError::KeyReused),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// The context under the command id that follows from the message, unless the caller has named
    /// the command already.
    ///
    /// Such an id cannot begin with a time: a repeat may come at any later one.
    fn inbound_context(
        &self,
        ctx: &Context,
        ticket: &InboundTicket,
        repeat: Option<RepeatName<'_>>,
    ) -> Context {
        let occurred_at = ticket.created_at.map(|at| at.min(self.ambient().now()));
        let mut context = Context { occurred_at, ..ctx.clone() };
        if ctx.idempotent {
            return context;
        }
        let (kind, name): (&[u8], &[u8]) = match (&ticket.external_id, repeat) {
            (Some(id), _) => (b"external_id", id.as_bytes()),
            (None, Some(RepeatName::Key(key))) => (b"key", key),
            (None, Some(RepeatName::Place(place))) => (b"place", place.as_bytes()),
            (None, None) => return context,
        };
        let secrets = self.store.secrets();
        let mac = secrets.mac("inbound-command", &[kind, name]);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&mac[..16]);
        context.command_id = uuid::Builder::from_custom_bytes(bytes).into_uuid();
        // A ticket without its times can always be written.
        let content = serde_json::to_vec(ticket).unwrap_or_default();
        context.body_hash = secrets.mac("inbound-content", &[&content]);
        // Where the external id names the command, the receipt is looked up here, whatever the
        // content; else it is looked up before opening, as that of any repeatable command.
        context.idempotent = ticket.external_id.is_none();
        context
    }

    /// The ticket with this external id: by its claim, or by the receipt of the message that
    /// opened it, which lasts when the ticket was given another external id since.
    async fn known_ticket(
        &self,
        named: &Context,
        external_id: Option<&ExternalId>,
    ) -> Result<Option<TicketId>, CommandError> {
        let Some(external_id) = external_id else { return Ok(None) };
        let owner = self.store.claim_owner(&external_id_claim(external_id)).await?;
        if owner.is_some() {
            return Ok(owner.map(TicketId));
        }
        let receipt = self.store.receipt(named.command_id).await?;
        Ok(receipt.and_then(|receipt| receipt.stream_id).map(TicketId))
    }

    async fn known(
        &self,
        ticket: TicketId,
        sent: &InboundTicket,
    ) -> Result<Received, CommandError> {
        let now = self.ticket_state(ticket).await?.ok_or(CommandError::NotFound)?;
        let content = self.compare(ticket.uuid(), sent).await?;
        let recorded_at =
            now.state.ticket().map_or_else(|| self.ambient().now(), |ticket| ticket.updated_at);
        let ticket = Committed {
            state: now.state,
            id: ticket.uuid(),
            version: now.version,
            position: self.store.head().await?.position,
            replayed: content == KnownContent::Same,
            recorded_at,
        };
        Ok(Received::Known { ticket, content })
    }

    /// What was sent, as it would have been filled in when the ticket was opened; none, if it was of
    /// another type or does not fit the form of then.
    async fn as_filled_in(
        &self,
        draft: TicketDraft,
        first: &Ticket,
    ) -> Result<Option<TicketDraft>, CommandError> {
        let (Some(form), Some(name)) = (first.form, &first.ticket_type) else {
            return Ok(Some(draft));
        };
        let lower = |name: &TypeName| name.as_str().to_lowercase();
        let is_of_type = |sent: &TypeName| {
            let id = sent.as_str().parse::<TicketTypeId>();
            lower(sent) == lower(name) || id.is_ok_and(|id| id == form.type_id)
        };
        if !draft.ticket_type.as_ref().is_some_and(is_of_type) {
            return Ok(None);
        }
        let definition = self.ticket_type_definition(form.type_id, form.version).await?;
        let empty = Map::new();
        let given = draft.data.as_ref().map_or(&empty, FormData::as_map);
        // Whom it names may have left since.
        let kept = references(&definition, given);
        let facts = FormFacts { kept, ..FormFacts::default() };
        let form = Form { name: name.clone(), form, definition };
        Ok(form.begin(given, &facts).ok().map(|filled| filled.into_draft(draft)))
    }

    /// Holds a message against what the ticket was opened with.
    async fn compare(
        &self,
        ticket: Uuid,
        sent: &InboundTicket,
    ) -> Result<KnownContent, CommandError> {
        let opened = self.load_at::<TicketState>(ticket, 1).await?;
        let Some(first) = opened.state.ticket() else { return Ok(KnownContent::Different) };
        let Ok(draft) = sent.input().parse(&*self.settings().await?) else {
            return Ok(KnownContent::Different);
        };
        let Some(draft) = self.as_filled_in(draft, first).await? else {
            return Ok(KnownContent::Different);
        };
        let open = OpenTicket { number: first.number, opened_by: first.opened_by, draft };
        let events = open_ticket(&TicketState::Unopened, open)?;
        let same = TicketState::Unopened.evolved(&events, first.created_at) == *opened.state;
        Ok(if same { KnownContent::Same } else { KnownContent::Different })
    }
}
