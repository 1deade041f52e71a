//! Import of tickets from files: what can be used becomes tickets, the rest is named row by row.
//!
//! | module | what it does |
//! |---|---|
//! | [`reader`] | cuts a file into rows, on a thread that may block |
//! | `mapping`, `fields`, `moment` | makes a ticket out of a row, or says what is wrong with it |
//! | `form_data` | makes values of the kinds that a form asks for out of texts |
//! | `history` | the events of a ticket that moves in with a past |
//! | `chunks` | reads and checks, a chunk of rows at a time |
//! | `run` | numbers, appends in large batches, counts |
//! | `options` | what is said about a file with it |
//! | [`ImportReport`] | what became of the file |
//! | `job` | an import that is done later |
//! | `pipe` | a file that arrives by and by, for a reader that may block |
//!
//! Memory does not grow with the file: a few chunks of rows are under way at any time.

mod chunks;
mod fields;
mod form_data;
mod history;
mod job;
mod mapping;
mod moment;
mod options;
mod pipe;
pub mod reader;
mod report;
mod run;

pub use job::{IMPORT, ImportJob};
pub(crate) use moment::parse_moment;
pub use options::{Handling, ImportOptions, UnknownColumns};
pub use pipe::{PipeReader, PipeWriter, pipe};
pub use reader::{FileError, Format};
pub use report::{ImportError, ImportReport, RowError};
