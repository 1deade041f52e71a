//! The read side: views folded from the log, and the queries over them. Never appends.
//!
//! | module | what it holds |
//! |---|---|
//! | [`Queries`] | the front: every query of the read side |
//! | `ticket_list`, `ticket_detail`, `ticket_comments`, `ticket_history`, `ticket_stats`, `users`, `work_roles`, `workflows`, `tasks`, `ticket_types`, `files`, `sla_rules`, `ticket_sla`, `audit` | one view each: its tables, its row, its fold, its queries |
//! | `defined` | what the views of workflows and of ticket types share |
//! | `search` | full text: its own tables, its own checkpoint, its own task |
//! | [`sla_what_if`] | the past under another SLA policy: out of the log, without any view |
//! | [`Projector`], [`rebuild()`] | events in, views out: one transaction per batch for all views but search |
//! | [`prepare`] | the tables of the schema `views`, made when missing |
//! | [`Progress`] | how far the views are; what a reader of its own writes waits for |
//!
//! Everything in the schema `views` may be dropped at any time: the next start builds it again, row for row the same.

mod audit;
mod beside;
mod counters;
mod cursor;
mod decoded;
mod defined;
mod error;
mod files;
mod lag;
mod progress;
mod projector;
mod queries;
mod reached;
mod rebuild;
mod runner;
mod schema;
mod search;
mod sla_queries;
mod sla_rules;
mod source;
mod states;
mod tasks;
mod ticket_as_of;
mod ticket_comments;
mod ticket_detail;
mod ticket_history;
mod ticket_list;
mod ticket_sla;
mod ticket_stats;
mod ticket_types;
mod users;
mod views;
mod what_if;
mod work_roles;
mod workflows;

pub use audit::{AuditFilter, AuditRow};
pub use beside::{BesideError, Step, rebuild_beside};
pub use cursor::{Cursor, Page};
pub use decoded::KINDS;
pub use error::{ProjectionError, QueryError};
pub use files::{FileCounts, FileRow, TextFound, TextStatus, ThumbnailRow};
pub use lag::{ConsumerLag, FanOut, ParkedStream, RelayLag};
pub use progress::{Freshness, Lag, Progress};
pub use projector::{Projector, SearchProjector};
pub use queries::{Queries, QueryOptions};
pub use rebuild::{RebuildReport, rebuild};
pub use runner::{CaughtUp, Retried, retry_parked};
pub use schema::{Prepared, View, prepare, prepare_missing};
pub use sla_rules::{CalendarRow, RuleRow, SlaPolicyRow};
pub use source::Source;
pub use tasks::{
    TaskAssignment, TaskDetail, TaskFilter, TaskHistoryEntry, TaskPage, TaskQuery, TaskRole,
    TaskRow, TaskScope, TaskSortKey, TaskStats, TaskTicket, TaskWorkflow, WorkflowTasks,
};
pub use ticket_as_of::AsOf;
pub use ticket_comments::{CommentAccess, CommentRow};
pub use ticket_detail::{Presence, TicketItem, TicketRef};
pub use ticket_history::{History, HistoryRow};
pub use ticket_list::{
    Assignment, Count, DataFilter, DataMatch, DataOrder, DataValue, Direction, SortKey,
    TicketFilter, TicketPage, TicketQuery, Total, data_text,
};
pub use ticket_sla::{
    ClockCounts, ClockRow, ClockState, MetricStats, SlaState, SlaStats, TicketSla,
};
pub use ticket_stats::{Durations, TicketStats};
pub use ticket_types::{TicketTypeFilter, TicketTypeRow};
pub use users::{ApiTokenRow, UserBrief, UserFilter, UserRow};
pub use what_if::{
    MetricChange, MetricTotals, OutcomeRow, StandsFor, TicketChange, Totals, Verdicts, WhatIf,
    WhatIfError, WhatIfReport, WhatIfStep, sla_what_if,
};
pub use work_roles::WorkRoleRow;
pub use workflows::{TransitionRow, WorkflowFilter, WorkflowRow};
