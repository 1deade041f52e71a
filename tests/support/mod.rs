//! The desk under test, the people at it, and a client.
//!
//! | module | what it offers |
//! |---|---|
//! | `desk` | the real program with a database of its own, ended with the test |
//! | `setup` | how it is set up |
//! | `client` | requests in the name of somebody, answers to look at |
//! | `processes` | the processes of a desk, and what is left of them |
//! | `kafka` | the Kafka that they share |
//! | `people` | one user of each role |
//! | `samples` | tickets and other bodies |
//! | `programs` | the other programs that stories run: `docket` itself, Python, Node |

mod client;
mod desk;
mod kafka;
mod people;
mod processes;
mod programs;
mod samples;
mod setup;

pub use client::{Answer, Client};
pub use desk::{Desk, Freeze, shared_desk};
pub use kafka::kafka_and_prefix;
pub use people::ADMIN_PASSWORD;
pub use programs::{Tool, docket, environment, finish, repo, run_to_end};
pub use samples::{open_ticket, ticket, unique};
pub use setup::Setup;
