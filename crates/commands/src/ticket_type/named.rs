//! Which ticket type is meant.

use std::time::Instant;

use domain::TicketTypeId;
use domain::ticket_type::{TicketTypeState, TicketTypeStatus};
use domain::vocabulary::TypeName;
use quick_cache::sync::Cache;

use super::name_claim;
use crate::CommandError;
use crate::core::{Commands, MaxAge, TICKET_TYPE_NAME, Versioned};

/// Names of ticket types in lower case, each with its type and when that was looked up. A name that
/// no type has is looked up every time: the next moment there may be one.
pub(crate) struct TypeNames(Cache<String, (TicketTypeId, Instant)>);

impl TypeNames {
    /// Keeps about so many of those last asked for.
    pub(crate) fn new(capacity: usize) -> Self {
        Self(Cache::new(capacity))
    }

    pub(crate) fn clear(&self) {
        self.0.clear();
    }
}

impl Commands {
    /// The ticket type that goes by a name, in upper or lower case, or by an id; active or retired,
    /// as it was at most [`max_fact_age`](crate::CommandsConfig::max_fact_age) ago. None when there
    /// is no such type.
    ///
    /// # Errors
    /// The store's.
    pub async fn ticket_type_named(
        &self,
        name: &TypeName,
    ) -> Result<Option<(TicketTypeId, Versioned<TicketTypeState>)>, CommandError> {
        self.forget_erased().await?;
        if let Ok(id) = name.as_str().parse::<TicketTypeId>()
            && let Some(found) = self.recent_ticket_type(id).await?
        {
            return Ok(Some((id, found)));
        }
        let Some(id) = self.type_by_name(name).await? else { return Ok(None) };
        Ok(self.recent_ticket_type(id).await?.map(|found| (id, found)))
    }

    /// The name that a ticket type has, active or retired, as old as
    /// [`ticket_type_named`](Self::ticket_type_named) has it; none when there is no such type.
    ///
    /// # Errors
    /// The store's.
    pub async fn ticket_type_name(
        &self,
        id: TicketTypeId,
    ) -> Result<Option<TypeName>, CommandError> {
        let found = self.recent_ticket_type(id).await?;
        Ok(found.and_then(|found| found.state.ticket_type().map(|known| known.name.clone())))
    }

    pub(crate) async fn recent_ticket_type(
        &self,
        id: TicketTypeId,
    ) -> Result<Option<Versioned<TicketTypeState>>, CommandError> {
        let max_age = MaxAge::Of(self.config.max_fact_age);
        let loaded = self.load::<TicketTypeState>(id.uuid(), max_age).await?;
        Ok(loaded.state.ticket_type().is_some().then_some(loaded))
    }

    async fn type_by_name(&self, name: &TypeName) -> Result<Option<TicketTypeId>, CommandError> {
        let key = name.as_str().to_lowercase();
        let max_age = MaxAge::Of(self.config.max_fact_age);
        if let Some((id, looked_up)) = self.type_names.0.get(&key)
            && max_age.allows(looked_up)
        {
            return Ok(Some(id));
        }
        let looked_up = Instant::now();
        let owner = self.store.claim_owner(&name_claim(name)).await?.map(TicketTypeId);
        if let Some(id) = owner {
            self.type_names.0.insert(key, (id, looked_up));
        }
        Ok(owner)
    }

    /// All ticket types as they are now, active and retired.
    pub(crate) async fn all_ticket_types(
        &self,
    ) -> Result<Vec<(TicketTypeId, Versioned<TicketTypeState>)>, CommandError> {
        self.forget_erased().await?;
        let found = self.owners_at(TICKET_TYPE_NAME).await?;
        let states = self.load_each_at::<TicketTypeState>(&found).await?;
        Ok(found.into_iter().map(|(id, _)| TicketTypeId(id)).zip(states).collect())
    }

    /// The names that new tickets may give as their type, sorted.
    pub(crate) async fn active_type_names(&self) -> Result<Vec<String>, CommandError> {
        let types = self.all_ticket_types().await?;
        let known = types.iter().filter_map(|(_, loaded)| loaded.state.ticket_type());
        let active = known.filter(|known| known.status == TicketTypeStatus::Active);
        let mut names: Vec<String> = active.map(|known| known.name.to_string()).collect();
        names.sort_unstable();
        Ok(names)
    }
}
