//! The version of a form that a ticket was filled in with, which may not be the newest.

use std::sync::Arc;

use domain::TicketTypeId;
use domain::event::DomainEvent;
use domain::ticket_type::{Definition, TicketTypeEvent, TicketTypeState, form_of_version};
use quick_cache::sync::Cache;

use crate::CommandError;
use crate::core::{Commands, MaxAge};

/// Forms by ticket type and version: what they say never changes, but what was erased of them.
pub(crate) struct Forms(Cache<(TicketTypeId, u32), Arc<Definition>>);

impl Forms {
    /// Keeps about so many of those last asked for.
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Cache::new(capacity))
    }

    pub(crate) fn clear(&self) {
        self.0.clear();
    }
}

impl Commands {
    /// The form of a version.
    ///
    /// # Errors
    /// [`CommandError::NotFound`] when there never was such a version.
    pub async fn ticket_type_definition(
        &self,
        ticket_type: TicketTypeId,
        version: u32,
    ) -> Result<Arc<Definition>, CommandError> {
        if let Some(known) = self.forms.0.get(&(ticket_type, version)) {
            return Ok(known);
        }
        let found = self.read_form(ticket_type, version).await?;
        let found = Arc::new(found.ok_or(CommandError::NotFound)?);
        self.forms.0.insert((ticket_type, version), Arc::clone(&found));
        Ok(found)
    }

    async fn read_form(
        &self,
        ticket_type: TicketTypeId,
        version: u32,
    ) -> Result<Option<Definition>, CommandError> {
        let loaded = self.load::<TicketTypeState>(ticket_type.uuid(), MaxAge::Any).await?;
        if let Some(current) = loaded.state.ticket_type()
            && current.version == version
        {
            return Ok(Some(current.definition.clone()));
        }
        let stored = self.read_own::<TicketTypeState>(ticket_type.uuid(), 0).await?;
        let mut events = Vec::with_capacity(stored.len());
        for opened in self.store.open_events(stored).await? {
            let (name, schema) = (&opened.event_type, opened.schema_version);
            events.push(TicketTypeEvent::from_parts(name, schema, opened.data)?);
        }
        Ok(form_of_version(&events, version).cloned())
    }
}
