//! Tickets that an external help desk writes to the topic `{prefix}.inbound.tickets`.
//!
//! | module | what it does |
//! |---|---|
//! | [`InboundConsumer`] | takes messages, sees each through, and only then commits its offset |
//! | `record` | from a message to a ticket, or to what is wrong with it |
//! | `dead` | puts what cannot become a ticket into `{prefix}.inbound.dead`, with the reason |
//! | `failure` | whose fault an error is: the message's, or that of the surroundings |
//!
//! A message may be delivered more than once (a crash between the append and the commit); as a
//! repeat of a ticket opens no second one, the outcome is that of once. A dead letter can appear
//! twice for the same reason; its topic, partition and offset tell.

mod consumer;
mod dead;
mod failure;
mod record;

pub use consumer::InboundConsumer;
pub use record::MAX_VALUE_BYTES;
