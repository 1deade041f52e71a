//! What a clock is held to, and the words that events tell it in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::policy::Metric;
use super::target::{ChosenRule, Facts};
use crate::Timestamp;
use crate::field::FieldErrorKind;
use crate::ids::{CalendarId, SlaPolicyId, TicketId};
use crate::ticket::choice;

/// Which run of which clock of which ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockId {
    /// The ticket.
    pub ticket: TicketId,
    /// What the clock measures.
    pub metric: Metric,
    /// Which run, from 1.
    pub run: u32,
}

/// What a clock is held to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    /// The policy.
    pub policy: SlaPolicyId,
    /// Its revision.
    pub policy_revision: u32,
    /// The calendar whose open time counts.
    pub calendar: CalendarId,
    /// Its revision.
    pub calendar_revision: u32,
    /// What the target was chosen by.
    pub facts: Facts,
    /// The target in business minutes; absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_minutes: Option<u32>,
    /// The rule that gave it; absent if none fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<ChosenRule>,
    /// The share of the target in percent after which the ticket is at risk.
    pub at_risk_percent: u8,
    /// Whether the clock stands still while the ticket waits for the customer.
    pub pauses: bool,
}

/// When a clock is at risk and due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Schedule {
    /// When the share of the target is used up; absent while nobody can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_risk_at: Option<Timestamp>,
    /// When the target is used up; absent while nobody can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

choice! {
    /// Why a clock stands still.
    PauseCause {
        /// The ticket waits for the customer.
        WaitingCustomer = "waiting_customer",
        /// The ticket is deleted or merged.
        TicketAway = "ticket_away",
    } aliases {}
}

choice! {
    /// Why a clock is due at another time. What is named changed since the clock's terms were told.
    RescheduleCause {
        /// The ticket's priority.
        Priority = "priority",
        /// The ticket's type.
        TicketType = "ticket_type",
        /// The ticket's category.
        Category = "category",
        /// The ticket's department.
        Department = "department",
        /// Another policy, or another revision of it.
        Policy = "policy",
        /// Another calendar, or another revision of it.
        Calendar = "calendar",
        /// Pauses that were not told at their time.
        Pauses = "pauses",
    } aliases {}
}
