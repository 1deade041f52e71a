//! The queries about service levels.

use std::collections::HashMap;

use domain::{CalendarId, SlaPolicyId, TicketId};

use crate::sla_rules::{self, CalendarRow, Calendars, Policies, SlaPolicyRow};
use crate::{Queries, QueryError, SlaStats, TicketSla, ticket_sla};

impl Queries {
    /// The calendars in force, in the order they were created.
    pub async fn calendars(&self) -> Result<Vec<CalendarRow>, QueryError> {
        sla_rules::list::<Calendars>(self.pool()).await
    }

    /// One calendar, also a removed one.
    pub async fn calendar(&self, id: CalendarId) -> Result<Option<CalendarRow>, QueryError> {
        sla_rules::by_id::<Calendars>(self.pool(), id.uuid()).await
    }

    /// The SLA policies in force, in the order they were created.
    pub async fn sla_policies(&self) -> Result<Vec<SlaPolicyRow>, QueryError> {
        sla_rules::list::<Policies>(self.pool()).await
    }

    /// One SLA policy, also a removed one.
    pub async fn sla_policy(&self, id: SlaPolicyId) -> Result<Option<SlaPolicyRow>, QueryError> {
        sla_rules::by_id::<Policies>(self.pool(), id.uuid()).await
    }

    /// The clocks of these tickets; those without a clock that has a target are left out.
    pub async fn ticket_sla(
        &self,
        tickets: &[TicketId],
    ) -> Result<HashMap<TicketId, TicketSla>, QueryError> {
        ticket_sla::by_tickets(self.pool(), tickets).await
    }

    /// How the targets turn out.
    pub async fn sla_stats(&self) -> Result<SlaStats, QueryError> {
        ticket_sla::stats(self.pool()).await
    }
}
