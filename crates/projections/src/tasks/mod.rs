//! The tasks: a slim row each, made for filtering and ordering; the whole of each beside it; and how many there are of
//! each status on each workflow.

mod counters;
mod detail;
mod fold;
mod history;
mod list;
mod query;
mod rows;
pub(crate) mod words;

pub(crate) use counters::{Counted, running_on, stats, store as store_counted, waiting};
pub use counters::{TaskStats, WorkflowTasks};
pub(crate) use detail::detail;
pub use detail::{TaskAssignment, TaskDetail, TaskHistoryEntry};
pub(crate) use fold::fold;
pub(crate) use history::history;
pub(crate) use list::list;
pub use query::{
    TaskFilter, TaskPage, TaskQuery, TaskRole, TaskRow, TaskScope, TaskSortKey, TaskTicket,
    TaskWorkflow,
};
pub(crate) use rows::{by_id, last_of, of_ticket};

pub(crate) const TABLES: &str = "
create table tasks (
    id          uuid        not null primary key,
    version     integer     not null, -- of the task's stream
    ticket_id   uuid        not null,
    run         integer     not null,
    workflow_id uuid        not null,
    status      text        not null,
    role        uuid,                 -- of the current step, or the last one; none at a step of another system
    assignee    uuid,
    waiting     boolean     not null, -- nobody could be found to give it to; not once ended
    due_at      timestamptz,          -- none without a limit, on hold, and once ended
    created_at  timestamptz not null,
    updated_at  timestamptz not null
);
create table task_details (
    id      uuid    not null primary key,
    version integer not null, -- of the task's stream
    state   text    not null  -- JSON of domain::task::TaskState
) with (fillfactor = 80);     -- room for updates beside the row, which then touch no index
create table task_counters (
    counter text   not null collate \"C\", -- the status
    key     text   not null collate \"C\", -- the workflow
    n       bigint not null,
    primary key (counter, key)
) with (fillfactor = 50);                  -- updated all the time, without touching the index
";

pub(crate) const INDEXES: &[&str] = &[
    "create index tasks_ticket on tasks (ticket_id, run)",
    "create index tasks_by_created on tasks (created_at, id)",
    "create index tasks_by_updated on tasks (updated_at, id)",
    "create index tasks_by_due on tasks (due_at, id) where due_at is not null",
    "create index tasks_by_status_created on tasks (status, created_at, id)",
    "create index tasks_assignee on tasks (assignee, status, created_at, id)",
    "create index tasks_role on tasks (role, status, created_at, id)",
    "create index tasks_workflow on tasks (workflow_id, status, created_at, id)",
    "create index tasks_waiting on tasks (created_at, id) where waiting",
];
