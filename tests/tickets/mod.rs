//! Everything done with a ticket.

mod as_of;
mod assign;
mod bulk;
mod comments;
mod conditional;
mod delete;
mod edit;
mod fresh;
mod history;
mod legacy;
mod links;
mod list;
mod merge;
mod open;
mod other_streams;
mod paging;
mod repeat;
mod search;
mod stats;
mod status;
mod tags;
mod watch;
