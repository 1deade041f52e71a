//! The closed sets of values on a task.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::FieldErrorKind;
use crate::ticket::choice;

choice! {
    /// Where a task stands.
    TaskStatus {
        /// Nobody has the current step yet.
        Pending = "pending",
        /// Somebody has it, or another system was asked.
        InProgress = "in_progress",
        /// It rests until it is resumed.
        OnHold = "on_hold",
        /// It came to an end of its workflow.
        Completed = "completed",
        /// It was ended from outside.
        Cancelled = "cancelled",
        /// Others were called in; it can be worked on.
        Escalated = "escalated",
    } aliases {}
}

impl TaskStatus {
    /// Whether nothing more happens to it.
    pub fn is_ended(self) -> bool {
        match self {
            Self::Pending | Self::InProgress | Self::OnHold | Self::Escalated => false,
            Self::Completed | Self::Cancelled => true,
        }
    }
}

choice! {
    /// Why a task was escalated.
    EscalationReason {
        /// Much of the step's time is over.
        SlaAtRisk = "sla_at_risk",
        /// All of it is.
        SlaBreached = "sla_breached",
        /// The other system gave no answer.
        ExternalFailed = "external_failed",
        /// There was nobody to give it to for too long.
        NobodyToAssign = "nobody_to_assign",
        /// Somebody asked for it.
        ByPerson = "by_person",
    } aliases {}
}

choice! {
    /// Why a task was cancelled.
    CancelReason {
        /// Its ticket was deleted.
        TicketDeleted = "ticket_deleted",
        /// Its ticket was merged into another.
        TicketMerged = "ticket_merged",
        /// Its ticket was closed without it.
        TicketClosed = "ticket_closed",
        /// Matching began anew, and another task takes its place.
        Restarted = "restarted",
        /// Somebody asked for it.
        ByPerson = "by_person",
    } aliases {}
}

choice! {
    /// Why a task was taken from somebody.
    UnassignReason {
        /// Somebody asked for it.
        ByPerson = "by_person",
        /// The user was deactivated.
        Deactivated = "deactivated",
        /// The user is away.
        Away = "away",
        /// The user no longer holds the step's work role.
        RoleLost = "role_lost",
    } aliases {}
}

choice! {
    /// Why a request to another system came to nothing.
    ExternalFailure {
        /// The system did not answer in time.
        TimedOut = "timed_out",
        /// The system could not be reached.
        Unreachable = "unreachable",
        /// The system would not take the request.
        Rejected = "rejected",
        /// The configuration does not have the system.
        NotConfigured = "not_configured",
    } aliases {}
}

choice! {
    /// Why an answer of another system came too late.
    Lateness {
        /// The task has ended.
        TaskEnded = "task_ended",
        /// The task has left the step that asked.
        StepLeft = "step_left",
        /// The request was given up, and people were called in.
        GivenUp = "given_up",
    } aliases {}
}
