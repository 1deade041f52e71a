//! Service levels: how soon a ticket is to be answered and resolved, and what is told about it.
//!
//! - [`PolicyDefinition`]: targets in business minutes by priority, type, category and department,
//!   what stops a clock, and escalations. [`PolicyInput`] reads it with every error at its path.
//!   [`SlaPolicyEvent`], [`SlaPolicyState`]: the aggregate, kind `sla_policy`.
//! - [`choose_target`]: which rule of a policy gives the target, and why; [`choose_policy`]: which
//!   of several policies is in charge.
//! - [`Case`]: what happened to a ticket as far as clocks care, folded from its events. It knows no
//!   policy.
//! - [`Clock`]: what a case means under a [`Rulebook`] (a policy and its calendar).
//! - [`SlaEvent`], [`SlaRecord`]: what has been told, kind `sla`. [`sla_events_due`] says what is
//!   still to be told, and [`escalations_due`] what is still to be done about it.
//! - [`replay`], [`Outcome`], [`Difference`]: a ticket's history under another policy.
//!
//! **Levels, not edges.** A clock is not kept up event by event; it is computed from the whole case.
//! [`sla_events_due`] compares it with the record and returns what is missing, so that a worker may
//! be killed, repeat itself or come late, and a clock may jump: a second call returns nothing. Within
//! a run `at_risk` and `breached` are told once, and what was told is never taken back.
//!
//! **Rules.** The response clock runs from the opening to the first public answer of somebody signed
//! in other than the opener, or to the first resolution without one. The resolution clock runs to
//! the resolution. Both stand still while the ticket is deleted or merged, and, where the policy says
//! so, while it waits for the customer. Reopening goes on with the time already used, or begins a
//! new run, as the policy says. A change of priority, type, category, department, policy or calendar
//! computes the due time anew *from the same start, without the pauses*, as if the new terms had
//! held all along; `sla.rescheduled` says why. A clock that has stopped keeps the terms it was
//! judged by. What is done at the due instant is done in time.
//!
//! **A stream of its own.** `sla` events stand in one stream beside each ticket's
//! ([`stream_of`]), not in the ticket's. The ticket's version is what people's `If-Match` speaks
//! of: a timer at night must not make their next change fail, nor move `updated_at`. The stream has
//! one kind of writer, its events carry all that a view needs (due times, no calendar), and nothing
//! in it is personal. Its rows join the ticket's by id at query time.

mod announce;
#[cfg(test)]
mod announce_test;
mod case;
mod clock;
#[cfg(test)]
mod clock_property_test;
#[cfg(test)]
mod clock_test;
mod difference;
mod escalation;
mod escalation_input;
mod events;
#[cfg(test)]
mod log_test;
mod policy;
mod policy_aggregate;
mod policy_input;
mod record;
#[cfg(test)]
pub(crate) mod samples;
mod target;
mod terms;
mod what_if;

pub use announce::sla_events_due;
pub use case::{Activity, Case, Stretch};
pub use clock::{Clock, Phase, Rulebook, Verdict};
pub use difference::{Difference, MetricDifference};
pub use escalation::{EscalationDue, escalations_due, raised};
pub use escalation_input::{ActionInput, EscalationInput, MAX_ESCALATIONS};
pub use events::{
    EscalationResult, SlaAtRisk, SlaBreached, SlaEscalated, SlaEvent, SlaMet, SlaMissed, SlaPaused,
    SlaRescheduled, SlaResumed, SlaStarted, stream_of, ticket_of,
};
pub use policy::{
    Escalation, EscalationAction, MAX_TARGET_MINUTES, Metric, PolicyDefinition, Reopening, Target,
    TargetRule, Trigger,
};
pub use policy_aggregate::{
    SlaPolicyChanged, SlaPolicyCreated, SlaPolicyEvent, SlaPolicyRemoved, SlaPolicyState,
    change_sla_policy, create_sla_policy, evolve as evolve_policy, remove_sla_policy,
};
pub use policy_input::{MAX_RULES, PolicyInput, TargetRuleInput};
pub use record::{SlaRecord, Told, evolve};
pub use target::{ChosenRule, Criterion, Facts, TargetChoice, choose_policy, choose_target};
pub use terms::{ClockId, PauseCause, RescheduleCause, Schedule, Terms};
pub use what_if::{MetricOutcome, Outcome, Replay, replay};
