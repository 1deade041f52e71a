//! What is told about clocks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::policy::{EscalationAction, Trigger};
use super::terms::{ClockId, PauseCause, RescheduleCause, Schedule, Terms};
use crate::Timestamp;
use crate::event::DomainEvent;
use crate::field::FieldErrorKind;
use crate::ids::{TicketId, UserId};
use crate::task::AssignmentReason;
use crate::ticket::choice;

/// An event of the clocks of one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum SlaEvent {
    /// A clock was started, or a new run of it.
    #[serde(rename = "sla.started")]
    Started(Box<SlaStarted>),
    /// It stands still.
    #[serde(rename = "sla.paused")]
    Paused(SlaPaused),
    /// It goes on, after a pause or a reopening.
    #[serde(rename = "sla.resumed")]
    Resumed(SlaResumed),
    /// It is held to other terms, or is due at another time.
    #[serde(rename = "sla.rescheduled")]
    Rescheduled(Box<SlaRescheduled>),
    /// The share of the target is used up. Once a run.
    #[serde(rename = "sla.at_risk")]
    AtRisk(SlaAtRisk),
    /// The due time has passed. Once a run.
    #[serde(rename = "sla.breached")]
    Breached(SlaBreached),
    /// What it measures happened in time.
    #[serde(rename = "sla.met")]
    Met(SlaMet),
    /// What it measures happened too late.
    #[serde(rename = "sla.missed")]
    Missed(SlaMissed),
    /// An action of the policy was set off, and dealt with.
    #[serde(rename = "sla.escalated")]
    Escalated(Box<SlaEscalated>),
}

/// Data of `sla.started`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaStarted {
    /// The clock.
    pub clock: ClockId,
    /// When the run began: at the opening, or at the reopening.
    pub started_at: Timestamp,
    /// What it is held to.
    pub terms: Terms,
    /// When it is at risk and due.
    pub schedule: Schedule,
}

/// Data of `sla.paused`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPaused {
    /// The clock.
    pub clock: ClockId,
    /// Since when it stands still.
    pub since: Timestamp,
    /// Why.
    pub cause: PauseCause,
    /// The open time counted so far, in whole seconds.
    pub elapsed_seconds: i64,
    /// Only what has passed already.
    pub schedule: Schedule,
}

/// Data of `sla.resumed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaResumed {
    /// The clock.
    pub clock: ClockId,
    /// Since when it counts again.
    pub since: Timestamp,
    /// When it is at risk and due.
    pub schedule: Schedule,
}

/// Data of `sla.rescheduled`. Both are computed from the same start, without the pauses, as if the new
/// terms had held all along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaRescheduled {
    /// The clock.
    pub clock: ClockId,
    /// What changed.
    pub why: Vec<RescheduleCause>,
    /// What it is held to from now on.
    pub terms: Terms,
    /// The open time counted so far, in whole seconds.
    pub elapsed_seconds: i64,
    /// When it was due before.
    pub previous: Schedule,
    /// When it is at risk and due from now on.
    pub schedule: Schedule,
}

/// Data of `sla.at_risk`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaAtRisk {
    /// The clock.
    pub clock: ClockId,
    /// Since when, by the schedule; it may have been noticed later.
    pub at: Timestamp,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

/// Data of `sla.breached`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaBreached {
    /// The clock.
    pub clock: ClockId,
    /// When it was due; it may have been noticed later.
    pub due_at: Timestamp,
}

/// Data of `sla.met`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaMet {
    /// The clock.
    pub clock: ClockId,
    /// When it was met.
    pub at: Timestamp,
    /// The open time it took, in whole seconds.
    pub elapsed_seconds: i64,
    /// When it was, or would have been, due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

/// Data of `sla.missed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaMissed {
    /// The clock.
    pub clock: ClockId,
    /// When it happened at last.
    pub at: Timestamp,
    /// The open time it took, in whole seconds.
    pub elapsed_seconds: i64,
    /// When it was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

choice! {
    /// What came of an escalation.
    EscalationResult {
        /// It was done. Who is to be told is told by what follows this event.
        Done = "done",
        /// Things were already as it wants them.
        NothingToDo = "nothing_to_do",
        /// There was nobody to give the ticket to, or to tell.
        NobodyToAssign = "nobody_to_assign",
        /// The ticket would not have it.
        Refused = "refused",
    } aliases {}
}

/// Data of `sla.escalated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaEscalated {
    /// The clock.
    pub clock: ClockId,
    /// What set it off.
    pub trigger: Trigger,
    /// Its place among what the trigger sets off, from 0.
    pub index: u32,
    /// What was to happen.
    pub action: EscalationAction,
    /// What came of it.
    pub result: EscalationResult,
    /// Why the ticket went to that person, if it was given to somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<AssignmentReason>,
    /// Whom it concerns: who has the ticket now, or who is to be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserId>,
}

impl SlaEvent {
    /// The clock it is about.
    pub fn clock(&self) -> ClockId {
        match self {
            Self::Started(e) => e.clock,
            Self::Paused(e) => e.clock,
            Self::Resumed(e) => e.clock,
            Self::Rescheduled(e) => e.clock,
            Self::AtRisk(e) => e.clock,
            Self::Breached(e) => e.clock,
            Self::Met(e) => e.clock,
            Self::Missed(e) => e.clock,
            Self::Escalated(e) => e.clock,
        }
    }
}

impl DomainEvent for SlaEvent {
    const KIND: &'static str = "sla";

    const TYPES: &'static [(&'static str, i16)] = &[
        ("sla.started", 1),
        ("sla.paused", 1),
        ("sla.resumed", 1),
        ("sla.rescheduled", 1),
        ("sla.at_risk", 1),
        ("sla.breached", 1),
        ("sla.met", 1),
        ("sla.missed", 1),
        ("sla.escalated", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::Started(_) => "sla.started",
            Self::Paused(_) => "sla.paused",
            Self::Resumed(_) => "sla.resumed",
            Self::Rescheduled(_) => "sla.rescheduled",
            Self::AtRisk(_) => "sla.at_risk",
            Self::Breached(_) => "sla.breached",
            Self::Met(_) => "sla.met",
            Self::Missed(_) => "sla.missed",
            Self::Escalated(_) => "sla.escalated",
        }
    }
}

/// Changes the random bits of a UUIDv7 and leaves its time, version and variant: drawn once.
const SLA_STREAM: u128 = 0x0000_0000_0000_0a53_1f4c_27e0_9b6d_583d;

/// The id of the stream with the clocks of `ticket`.
pub fn stream_of(ticket: TicketId) -> Uuid {
    Uuid::from_u128(ticket.uuid().as_u128() ^ SLA_STREAM)
}

/// The ticket whose clocks stand in the stream `stream`, by its id: the reverse of [`stream_of`].
pub fn ticket_of(stream: Uuid) -> TicketId {
    TicketId(Uuid::from_u128(stream.as_u128() ^ SLA_STREAM))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_a_ticket_is_another_uuid_v7_of_the_same_time() {
        let ticket: TicketId = "0190c0de-0000-7000-8000-000000000001".parse().unwrap();
        let stream = stream_of(ticket);
        assert_ne!(stream, ticket.uuid());
        assert_eq!(stream.get_version_num(), 7);
        assert_eq!(stream.get_variant(), uuid::Variant::RFC4122);
        assert_eq!(stream.as_bytes()[..6], ticket.uuid().as_bytes()[..6]);
        assert_eq!(ticket_of(stream), ticket);
    }
}
