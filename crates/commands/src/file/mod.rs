//! Files of tickets: what people do with them, and what machines find in them.
//!
//! A content is in the store of files before any event names it. From that event on a claim says
//! that it is named: by the address and the file. Whoever sweeps out contents that nobody named asks
//! the claims, which are as true as the log. A claim goes in the append that lets go of the content.
//!
//! What people do with a file is an event of its ticket. What is found in it stands in a stream of
//! its own, so that reading a picture changes nothing of the ticket's version; what is personal there
//! goes with the person under whose key the content lies.

mod attach_files;
mod change_file;
mod claims;
mod owner;
mod read_text;
mod record;
mod remove_file;

pub use attach_files::NewFile;
pub(crate) use claims::claim_attached;
pub use read_text::{READ_TEXT, ReadText};
