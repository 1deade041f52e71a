//! How long a step may take, and what is told when it takes longer.

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::{TaskEscalated, TaskEvent, TaskStep};
use super::state::{Progress, Task, TaskState};
use super::values::EscalationReason;
use crate::Timestamp;
use crate::calendar::{BusinessTime, Calendar};
use crate::workflow::Step;

/// When the time of a step is nearly over, and when it is. Stands in the events, so that a view or a
/// timer needs no calendar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepSchedule {
    /// When the share of its time is used up; absent if that is later than the calendar knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_risk_at: Option<Timestamp>,
    /// When its time is used up; absent if that is later than the calendar knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

/// The open time that a step has left while its task is on hold, in whole seconds, rounded up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepRemaining {
    /// Until it is at risk; 0 if it is already, absent if nobody can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_risk_seconds: Option<i64>,
    /// Until it is due; 0 if it was already, absent if nobody can tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_seconds: Option<i64>,
}

/// What the time of steps is counted by at the moment of a decision.
#[derive(Debug, Clone, Copy)]
pub struct StepClock<'a> {
    /// The moment.
    pub now: Timestamp,
    /// Whose open time counts; none to count around the clock.
    pub calendar: Option<&'a Calendar>,
    /// The share of a step's time in percent after which it is at risk.
    pub at_risk_percent: u8,
}

impl<'a> StepClock<'a> {
    /// The share where nobody says another.
    pub const DEFAULT_AT_RISK_PERCENT: u8 = 80;

    /// A clock that counts around the clock, with the usual share.
    pub fn around_the_clock(now: Timestamp) -> Self {
        Self { now, calendar: None, at_risk_percent: Self::DEFAULT_AT_RISK_PERCENT }
    }

    /// When a step that may take so many working minutes is at risk and due, if it begins now.
    pub fn schedule(&self, minutes: u32) -> StepSchedule {
        let time = BusinessTime::from_minutes(minutes);
        StepSchedule {
            at_risk_at: self.after(time.percent(self.at_risk_percent)),
            due_at: self.after(time),
        }
    }

    /// The step as a task comes to it now.
    pub(super) fn begin(&self, step: &Step) -> TaskStep {
        TaskStep { schedule: step.sla_minutes.map(|minutes| self.schedule(minutes)), ..step.into() }
    }

    /// What the step has left now.
    pub(super) fn remaining(&self, schedule: StepSchedule) -> StepRemaining {
        let left = |at: Option<Timestamp>| at.map(|at| self.seconds_until(at));
        StepRemaining {
            at_risk_seconds: left(schedule.at_risk_at),
            due_seconds: left(schedule.due_at),
        }
    }

    /// When the step of a task that goes on now is at risk and due. Neither is ever earlier than
    /// before the hold, though the calendar has been changed since or the clock was set back; what
    /// was over stays so.
    pub(super) fn resumed(&self, before: StepSchedule, left: StepRemaining) -> StepSchedule {
        let again = |before: Option<Timestamp>, left: Option<i64>| match (before?, left?) {
            (before, ..=0) => Some(before),
            (before, seconds) => {
                let time = BusinessTime::from_micros(seconds.saturating_mul(1_000_000));
                self.after(time).map(|at| at.max(before))
            }
        };
        StepSchedule {
            at_risk_at: again(before.at_risk_at, left.at_risk_seconds),
            due_at: again(before.due_at, left.due_seconds),
        }
    }

    /// The moment by which so much time will have been open.
    fn after(&self, time: BusinessTime) -> Option<Timestamp> {
        match self.calendar {
            Some(calendar) => calendar.add(self.now, time),
            None => self.now.checked_add_signed(TimeDelta::microseconds(time.micros())),
        }
    }

    fn seconds_until(&self, at: Timestamp) -> i64 {
        let open = match self.calendar {
            Some(calendar) => calendar.between(self.now, at),
            None => {
                let left = at.signed_duration_since(self.now).num_microseconds();
                BusinessTime::from_micros(left.unwrap_or(i64::MAX))
            }
        };
        // Up, as a hold takes nothing away from anybody.
        open.seconds() + i64::from(open.micros() % 1_000_000 > 0)
    }
}

impl Task {
    /// When the current step is at risk; none without a limit, while the task rests, and after it
    /// has ended.
    pub fn at_risk_at(&self) -> Option<Timestamp> {
        self.schedule_in_force()?.at_risk_at
    }

    /// When the current step is due; none without a limit, while the task rests, and after it has
    /// ended. What is done at that moment is done in time.
    pub fn due_at(&self) -> Option<Timestamp> {
        self.schedule_in_force()?.due_at
    }

    /// The next moment after which [`sla_alarms_due`] has something to tell if nothing happens; none
    /// if nothing will be.
    pub fn next_alarm(&self) -> Option<Timestamp> {
        if self.was_told(EscalationReason::SlaBreached) {
            return None;
        }
        let at_risk_at = self.at_risk_at().filter(|_| !self.was_told(EscalationReason::SlaAtRisk));
        [at_risk_at, self.due_at()].into_iter().flatten().min()
    }

    fn schedule_in_force(&self) -> Option<StepSchedule> {
        match self.progress {
            Progress::Running(_) => self.step.schedule,
            Progress::OnHold { .. } | Progress::Completed(_) | Progress::Cancelled { .. } => None,
        }
    }

    fn was_told(&self, why: EscalationReason) -> bool {
        self.escalations.contains(&why)
    }
}

/// The escalations that the time of the current step calls for at `now`, none of them twice. One
/// that is breached is not told to be at risk as well. Nothing for a task that is unknown, rests or
/// has ended.
pub fn sla_alarms_due(state: &TaskState, now: Timestamp) -> Vec<TaskEvent> {
    let Some(task) = state.task() else { return vec![] };
    let is_over = |at: Option<Timestamp>| at.is_some_and(|at| now > at);
    let why = if is_over(task.due_at()) {
        EscalationReason::SlaBreached
    } else if is_over(task.at_risk_at()) {
        EscalationReason::SlaAtRisk
    } else {
        return vec![];
    };
    if task.was_told(why) || task.was_told(EscalationReason::SlaBreached) {
        return vec![];
    }
    vec![TaskEvent::Escalated(TaskEscalated { why, step: task.step.id.clone(), comment: None })]
}
