//! Tasks: a ticket's way through its workflow.
//!
//! - [`start_task`](crate::Commands::start_task) begins one,
//!   [`reconcile_task`](crate::Commands::reconcile_task) brings the task of a ticket in line with
//!   the ticket, one file per capability does the rest. All go through `change`: look at the task,
//!   its ticket and its workflow as they are now, decide, see to who does the next step, append;
//!   anew when somebody else was faster.
//! - Runs of one ticket are numbered. The claim `task.run` (ticket and number) finds them, and a new
//!   one begins only on the version of the last at which that has ended: so at most one runs.
//! - `task.assignee` (user and task) finds the open tasks that somebody has, `task.waiting` (role and
//!   task) those nobody could be found for. Both follow from the state, see `claims`.
//! - An assignment relies on the version of the record of whom it chooses and, when it is a turn, on
//!   that of the rotation: nobody is given a task who was deactivated meanwhile, and no turn is given
//!   twice.

mod act_on_task;
mod alarm_task;
mod assign_task;
mod assign_waiting;
mod cancel_task;
mod change;
mod claims;
mod decide;
mod escalate_task;
mod external;
mod facts;
mod follow_up;
mod hand_over_tasks;
mod hold_task;
mod look;
mod reconcile_task;
mod reopened;
mod start_task;
mod who;

pub use alarm_task::Alarmed;
pub(crate) use claims::{TASK_ASSIGNEE, TASK_WAITING};
pub use external::ExternalOutcome;
pub use start_task::{Start, Started};
