//! Folding a task from its events.

use super::events::{Arrival, ExternalRequested, TaskActed, TaskEvent, TaskOpened};
use super::state::{
    ExternalRequest, HistoryEntry, Progress, RequestFate, Running, Task, TaskState,
};
use crate::Timestamp;
use crate::ids::RequestId;

/// The state after `event`, which happened at `at`. Total.
#[must_use]
pub fn evolve(state: TaskState, event: &TaskEvent, at: Timestamp) -> TaskState {
    match state {
        TaskState::Unopened => {
            // Any other event before the opening has no task to change.
            let TaskEvent::Opened(opened) = event else { return TaskState::Unopened };
            TaskState::Opened(Box::new(Task::opened(opened, at)))
        }
        TaskState::Opened(mut task) => {
            task.apply(event, at);
            TaskState::Opened(task)
        }
    }
}

impl TaskState {
    /// The state after `events`, which all happened at `at`.
    #[must_use]
    pub fn evolved(self, events: &[TaskEvent], at: Timestamp) -> Self {
        events.iter().fold(self, |state, event| evolve(state, event, at))
    }
}

impl Progress {
    /// It can be worked on as `running`, once it no longer rests. What has ended stays so.
    fn run_as(&mut self, running: Running) {
        match self {
            Self::Running(now) => *now = running,
            Self::OnHold { resumes, .. } => *resumes = running,
            Self::Completed(_) | Self::Cancelled { .. } => {}
        }
    }

    fn end_as(&mut self, end: Self) {
        match self {
            Self::Running(_) | Self::OnHold { .. } => *self = end,
            Self::Completed(_) | Self::Cancelled { .. } => {}
        }
    }

    /// What it is or will go on as, unless ended.
    fn unended(&self) -> Option<Running> {
        match self {
            Self::Running(running) | Self::OnHold { resumes: running, .. } => Some(*running),
            Self::Completed(_) | Self::Cancelled { .. } => None,
        }
    }
}

impl Task {
    fn opened(opened: &TaskOpened, at: Timestamp) -> Self {
        Self {
            ticket: opened.ticket,
            run: opened.run,
            matched: opened.matched.clone(),
            step: opened.step.clone(),
            visit: 1,
            entered_at: at,
            assignee: None,
            waiting: None,
            progress: Progress::Running(Running::Pending),
            escalations: Vec::new(),
            requests: Vec::new(),
            history: Vec::new(),
            opened_at: at,
            updated_at: at,
        }
    }

    fn apply(&mut self, event: &TaskEvent, at: Timestamp) {
        self.updated_at = self.updated_at.max(at);
        match event {
            TaskEvent::Opened(_) => {}
            TaskEvent::Assigned(e) => {
                self.assignee = Some(e.assignee);
                self.waiting = None;
                self.progress.run_as(Running::InProgress);
            }
            TaskEvent::Unassigned(_) => {
                self.assignee = None;
                if self.progress.unended() == Some(Running::InProgress) {
                    self.progress.run_as(Running::Pending);
                }
            }
            TaskEvent::WaitingForAssignee(e) => self.waiting = Some(e.clone()),
            TaskEvent::Acted(e) => self.act(e, at),
            TaskEvent::Held(e) => {
                if let Progress::Running(resumes) = self.progress {
                    let (reason, remaining) = (e.reason.clone(), e.remaining);
                    self.progress = Progress::OnHold { reason, remaining, resumes };
                }
            }
            TaskEvent::Resumed(e) => {
                if let Progress::OnHold { resumes, .. } = self.progress {
                    self.step.schedule = e.schedule;
                    self.progress = Progress::Running(resumes);
                }
            }
            TaskEvent::Escalated(e) => {
                if !self.escalations.contains(&e.why) {
                    self.escalations.push(e.why);
                }
                self.progress.run_as(Running::Escalated);
            }
            TaskEvent::ExternalRequested(e) => self.request_external(e, at),
            TaskEvent::ExternalAnswered(e) => {
                let fate = match e.late {
                    None => RequestFate::Answered,
                    Some(_) => RequestFate::AnsweredLate,
                };
                self.settle(e.request, fate(e.action.clone()));
            }
            TaskEvent::ExternalFailed(e) => self.settle(e.request, RequestFate::Failed),
            TaskEvent::Completed(end) => self.progress.end_as(Progress::Completed(end.clone())),
            TaskEvent::Cancelled(e) => self.progress.end_as(Progress::Cancelled { why: e.why }),
        }
    }

    fn act(&mut self, acted: &TaskActed, at: Timestamp) {
        self.history.push(HistoryEntry {
            action: acted.action.clone(),
            from: acted.from.clone(),
            to: acted.to.clone(),
            by: acted.by.clone(),
            comment: acted.comment.clone(),
            at,
        });
        match &acted.to {
            // The event that follows completes it.
            Arrival::End(_) => {}
            Arrival::Step(step) => {
                self.step = step.clone();
                self.visit = self.visit.saturating_add(1);
                self.entered_at = at;
                self.assignee = None;
                self.waiting = None;
                self.escalations.clear();
                self.progress.run_as(Running::Pending);
                if let Progress::OnHold { remaining, .. } = &mut self.progress {
                    *remaining = None;
                }
            }
        }
    }

    fn request_external(&mut self, requested: &ExternalRequested, asked_at: Timestamp) {
        if self.request(requested.request).is_some() {
            return;
        }
        let (id, visit, fate) = (requested.request, self.visit, RequestFate::Waiting);
        self.requests.push(ExternalRequest { id, visit, asked_at, fate });
        self.progress.run_as(Running::InProgress);
    }

    fn settle(&mut self, id: RequestId, fate: RequestFate) {
        if let Some(request) = self.requests.iter_mut().find(|request| request.id == id) {
            request.fate = fate;
        }
    }
}
