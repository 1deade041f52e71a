//! What finds tasks by somebody or something else.

use domain::task::{Task, TaskState};
use domain::{RoleId, TaskId, TicketId, UserId};
use eventstore::Claim;

use crate::core::{Together, pair};

/// The tasks of a ticket: by ticket and run. Kept for ever.
pub(crate) const TASK_RUN: &str = "task.run";
/// The open tasks that somebody has: by user and task.
pub(crate) const TASK_ASSIGNEE: &str = "task.assignee";
/// The open tasks that nobody could be found for: by work role and task.
pub(crate) const TASK_WAITING: &str = "task.waiting";

/// The claim of a ticket's run. Runs sort as they are numbered.
pub(super) fn run_claim(ticket: TicketId, run: u32) -> Claim {
    Claim::plain(TASK_RUN, [ticket.uuid().as_bytes().as_slice(), &run.to_be_bytes()].concat())
}

/// Lets go of what a task no longer is, and takes what it became.
pub(super) fn move_claims(
    together: &mut Together,
    task: TaskId,
    before: &TaskState,
    after: &TaskState,
) {
    let (before, after) = (held(task, before), held(task, after));
    together.releases.extend(before.iter().filter(|claim| !after.contains(claim)).cloned());
    let won = after.into_iter().filter(|claim| !before.contains(claim));
    together.claims.extend(won.map(|claim| (claim, task.uuid())));
}

/// What a task in this state claims, but for its run.
fn held(id: TaskId, state: &TaskState) -> Vec<Claim> {
    let Some(task) = state.task().filter(|task| !task.status().is_ended()) else { return vec![] };
    let assigned =
        task.assignee.map(|user: UserId| Claim::plain(TASK_ASSIGNEE, pair(user.uuid(), id.uuid())));
    let waits = waits_for(task)
        .map(|role: RoleId| Claim::plain(TASK_WAITING, pair(role.uuid(), id.uuid())));
    assigned.into_iter().chain(waits).collect()
}

/// The work role that a task waits for somebody of.
pub(super) fn waits_for(task: &Task) -> Option<RoleId> {
    task.waiting.as_ref().map(|waiting| waiting.scope.role)
}
