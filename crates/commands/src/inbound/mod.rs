//! Tickets that an external help desk sends, over HTTP or through a topic: both read them here.
//!
//! | module | what it does |
//! |---|---|
//! | `ticket` | [`InboundTicket`]: the fields, their other names, the JSON Schema |
//! | `read` | from a JSON object to an [`InboundTicket`], with everything that is wrong with it |
//! | `receive` | [`Commands::receive_inbound_ticket`](crate::Commands::receive_inbound_ticket): one ticket, however often it is sent |

mod read;
mod receive;
mod ticket;

pub use read::{BadField, InboundError, ReadInbound, UnknownFields};
pub use receive::{KnownContent, Received, RepeatName};
pub use ticket::{InboundCustomer, InboundTicket};
