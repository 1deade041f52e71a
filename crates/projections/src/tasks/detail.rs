//! A task with everything that explains it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::task::events::WaitingForAssignee;
use domain::task::{
    Arrival, AssignmentReason, CancelReason, ExternalRequest, HistoryEntry, Performer, Progress,
    Task, TaskEvent,
};
use domain::workflow::{Action, End, Match, StepId};
use domain::{TaskId, UserId, WorkflowId};
use eventstore::EventStore;
use sqlx::PgPool;
use uuid::Uuid;

use super::history::read;
use super::query::TaskRow;
use super::rows;
use crate::{QueryError, UserBrief, users, workflows};

/// A task with everything that explains it.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskDetail {
    /// What lists show of it.
    pub row: TaskRow,
    /// How its workflow was found.
    pub matched: Match,
    /// The names, now, of the workflows that were considered; unknown ones are left out.
    pub workflow_names: HashMap<WorkflowId, String>,
    /// Whom it waits for, and why there is nobody; none where it does not wait.
    pub waiting_for: Option<WaitingForAssignee>,
    /// Who it was given to and why, at each step it came to, the oldest first. Read from the log.
    pub assignments: Vec<TaskAssignment>,
    /// What was done, the oldest first.
    pub history: Vec<TaskHistoryEntry>,
    /// What other systems were asked, the oldest first.
    pub requests: Vec<ExternalRequest>,
    /// Why it rests, if it does and that was said.
    pub hold_reason: Option<String>,
    /// The end it came to, once completed.
    pub end: Option<End>,
    /// Why it was ended from outside, if it was.
    pub cancelled: Option<CancelReason>,
    /// Everybody who is named here, as known now; unknown ones are left out.
    pub people: HashMap<UserId, UserBrief>,
}

/// A task given to somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskAssignment {
    /// The version of the task after it.
    pub version: i32,
    /// To whom.
    pub assignee: UserId,
    /// Who had it before.
    pub previous: Option<UserId>,
    /// Why that person.
    pub why: AssignmentReason,
    /// When.
    pub at: DateTime<Utc>,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskHistoryEntry {
    /// The action.
    pub action: Action,
    /// The step it left.
    pub from: StepId,
    /// Where it led.
    pub to: Arrival,
    /// Who did it.
    pub by: Performer,
    /// What was said about it; none once erased.
    pub comment: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// One task with everything that explains it.
pub(crate) async fn detail(
    pool: &PgPool,
    store: &EventStore,
    id: TaskId,
) -> Result<Option<TaskDetail>, QueryError> {
    let Some(rows::Known { row, task }) = rows::by_ids(pool, &[id.uuid()]).await?.pop() else {
        return Ok(None);
    };
    let assignments = assignments(store, id).await?;
    let considered: Vec<Uuid> =
        task.matched.considered.iter().map(|other| other.workflow.uuid()).collect();
    let workflow_names = workflows::names(pool, considered).await?;
    let people = users::briefs(pool, named(&task, &assignments)).await?;
    let (hold_reason, end, cancelled) = match task.progress {
        Progress::Running(_) => (None, None, None),
        Progress::OnHold { reason, .. } => (reason.and_then(|it| it.into_known()), None, None),
        Progress::Completed(end) => (None, Some(end), None),
        Progress::Cancelled { why } => (None, None, Some(why)),
    };
    Ok(Some(TaskDetail {
        waiting_for: task.waiting.filter(|_| row.waiting),
        row,
        matched: task.matched,
        workflow_names,
        assignments,
        history: task.history.into_iter().map(TaskHistoryEntry::from).collect(),
        requests: task.requests,
        hold_reason,
        end,
        cancelled,
        people: people.into_values().map(|brief| (brief.id, brief)).collect(),
    }))
}

impl From<HistoryEntry> for TaskHistoryEntry {
    fn from(entry: HistoryEntry) -> Self {
        let HistoryEntry { action, from, to, by, comment, at } = entry;
        Self { action, from, to, by, comment: comment.and_then(|it| it.into_known()), at }
    }
}

async fn assignments(store: &EventStore, id: TaskId) -> Result<Vec<TaskAssignment>, QueryError> {
    let mut assignments = Vec::new();
    for (event, decoded) in read(store, id, 0).await? {
        let TaskEvent::Assigned(assigned) = decoded else { continue };
        assignments.push(TaskAssignment {
            version: event.version,
            assignee: assigned.assignee,
            previous: assigned.previous,
            why: assigned.why,
            at: event.occurred_at,
        });
    }
    Ok(assignments)
}

/// Everybody who is named.
fn named(task: &Task, assignments: &[TaskAssignment]) -> HashSet<Uuid> {
    let mut people: HashSet<Uuid> = HashSet::new();
    for entry in &task.history {
        match &entry.by {
            Performer::Person { user } => people.extend(user.map(Uuid::from)),
            Performer::System { .. } => {}
        }
    }
    for assignment in assignments {
        people.insert(assignment.assignee.uuid());
        people.extend(assignment.previous.map(Uuid::from));
        match &assignment.why {
            AssignmentReason::RoundRobin { pointer, candidates, .. } => {
                people.extend(pointer.map(Uuid::from));
                people.extend(candidates.iter().map(|user| user.uuid()));
            }
            AssignmentReason::LeastLoaded { loads, .. } => {
                people.extend(loads.iter().map(|load| load.user.uuid()));
            }
            AssignmentReason::ByPerson { by } => people.extend(by.map(Uuid::from)),
        }
    }
    people
}
