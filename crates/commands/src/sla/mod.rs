//! Service levels: policies, and what is told of each ticket's clocks.
//!
//! - Policies are claimed by name and named by nobody: which one is in charge of a ticket is chosen
//!   among all of them whenever it matters.
//! - [`Commands::tell_sla`](crate::Commands::tell_sla) brings the stream of a ticket's clocks in line
//!   with the ticket, and [`Commands::escalate_sla`](crate::Commands::escalate_sla) does what that
//!   sets off. Both compare levels: a second call appends nothing.
//! - Every change to a policy or a calendar takes the next number of one row of claims
//!   (`sla_rules.generation`). So two changes at once never see past each other (a calendar is not
//!   removed while a policy begins to name it), and whether what a process remembers of the rules
//!   is the newest is one look at an index.

mod aggregates;
mod escalate_sla;
mod policies;
mod rules;
mod tell_sla;
mod tickets_with_clocks;

pub(crate) use aggregates::TicketCase;
pub(crate) use policies::POLICY_NAME;
pub use rules::OwnedRulebook;
pub(crate) use rules::{KeptRules, SlaRules};
pub use tell_sla::Told;
