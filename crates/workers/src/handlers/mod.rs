//! Who does the jobs that reactions and timers ask for.
//!
//! Each looks at how things stand and does what is missing; what a try did before it ended badly is found done by the
//! next one.

mod escalate_sla;
mod follow_task;
mod reconcile_task;
mod refresh_sla;
mod request_external;
mod seat_user;
mod tell_sla;

use projections::Queries;

use crate::external::External;
use crate::jobs::Handlers;
use crate::work::{
    ESCALATE_SLA, FOLLOW_TASK, RECONCILE_TASK, REFRESH_SLA, REQUEST_EXTERNAL, SEAT_USER, TELL_SLA,
};

/// These, and all that tasks, clocks and other systems need.
pub(crate) fn add(handlers: Handlers, queries: &Queries, external: &External) -> Handlers {
    let (queries, follow, ask) = (queries.clone(), external.clone(), external.clone());
    handlers
        .with(RECONCILE_TASK, reconcile_task::reconcile_task)
        .with(FOLLOW_TASK, move |run| follow_task::follow_task(run, follow.clone()))
        .with(SEAT_USER, seat_user::seat_user)
        .with(TELL_SLA, tell_sla::tell_sla)
        .with(ESCALATE_SLA, escalate_sla::escalate_sla)
        .with(REFRESH_SLA, move |run| refresh_sla::refresh_sla(run, queries.clone()))
        .with(REQUEST_EXTERNAL, move |run| request_external::request_external(run, ask.clone()))
}
