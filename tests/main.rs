//! Stories: what a user of Docket sees, told through HTTP against the real program and a real Postgres.
//!
//! All of them are one program, as linking takes longer than running; `cargo test --test stories
//! tickets::` runs those of one folder. A story stands in the file that is named after its
//! capability, or after what it holds.
//!
//! | module | what its stories are about |
//! |---|---|
//! | `tickets` | everything done with a ticket |
//! | `ticket_types` | forms: types and their versions, data that fits them or not, filters |
//! | `users` | accounts, sign-in, tokens, roles |
//! | `imports` | files of tickets |
//! | `inbound` | tickets that an external help desk sends |
//! | `jobs` | what is asked for now and done later |
//! | `workflows` | tickets that become tasks, and who does them; approvals by other systems |
//! | `administration` | settings, audit, the command line, demo data |
//! | `conventions` | what all routes share: problems, headers, limits, repeats |
//! | `clients` | clients of the replaced systems, as they were written |
//! | `files` | images and attachments: what comes in, how it goes out, what is read in it |
//! | `fanout` | one desk on several processes, through Kafka |
//! | `log` | what must hold of the log: crashes, tampering, rebuilding, secrecy |
//! | `roles` | processes that share one desk: health, metrics, status |
//! | `tasks` | the routes of workflows and tasks: who sees what, how they are asked for |
//! | `sla` | how soon tickets are to be answered and resolved, and what becomes of it |
//! | `topics` | what readers of the topics are told: AsyncAPI, schemas, the examples for analysts |
//! | `support` | the desk under test, the people at it, and a client |

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a story fails where its scene cannot be set"
)]

mod administration;
mod clients;
mod conventions;
mod fanout;
mod files;
mod imports;
mod inbound;
mod jobs;
mod log;
mod roles;
mod sla;
mod support;
mod tasks;
mod ticket_types;
mod tickets;
mod topics;
mod users;
mod workflows;
