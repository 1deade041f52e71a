//! Sample tasks and events for tests.

use uuid::Uuid;

use super::events::{
    ExternalAnswered, ExternalFailed, ExternalRequested, TaskAssigned, TaskCancelled,
    TaskEscalated, TaskHeld, TaskResumed, TaskUnassigned, WaitingForAssignee,
};
use super::*;
use crate::ids::{RequestId, TaskId};
use crate::personal::Personal;
use crate::rotation::{Load, NoCandidate, Presence, RoleHolder, Rotation, RotationScope};
pub(crate) use crate::ticket::samples::at;
use crate::ticket::samples::{ticket_id, user};
use crate::user::samples::{department, role_id};
use crate::user::{Role, UserStatus};
pub(crate) use crate::workflow::samples::definition;
use crate::workflow::samples::workflow_id;
use crate::workflow::{ActionId, Considered, Definition, Match, MatchLevel, StepId, Verdict};

pub(crate) fn action(id: &str) -> ActionId {
    ActionId::parse(id).unwrap()
}

pub(crate) fn step(id: &str) -> StepId {
    StepId::parse(id).unwrap()
}

pub(crate) fn request(n: u128) -> RequestId {
    RequestId(Uuid::from_u128(n))
}

pub(crate) fn task_id() -> TaskId {
    TaskId(Uuid::from_u128(5))
}

/// A viewer who holds the roles of both human steps of the sample definition.
pub(crate) fn person(n: u128) -> Person {
    Person { user: Some(user(n)), role: Role::Viewer, work_roles: vec![role_id(1), role_id(2)] }
}

/// Who has the assigned sample.
pub(crate) fn holder() -> Person {
    person(2)
}

pub(crate) fn admin() -> Person {
    Person { user: Some(user(7)), role: Role::Admin, work_roles: vec![] }
}

pub(crate) fn assignee(n: u128) -> Assignee {
    Assignee { user: user(n), status: UserStatus::Active, work_roles: vec![role_id(1)] }
}

pub(crate) fn role_holder(n: u128) -> RoleHolder {
    RoleHolder {
        user: user(n),
        status: UserStatus::Active,
        presence: Presence::Here,
        departments: vec![],
    }
}

/// User 2 alone holds the role, and nobody had a turn.
pub(crate) fn facts() -> AssignmentFacts<'static> {
    static ROTATION: Rotation = Rotation { pointer: None, turns: 0 };
    static HOLDERS: std::sync::LazyLock<Vec<RoleHolder>> =
        std::sync::LazyLock::new(|| vec![role_holder(2)]);
    AssignmentFacts {
        task: task_id(),
        department: None,
        holders: &HOLDERS,
        rotation: &ROTATION,
        loads: &[],
    }
}

pub(crate) fn matched() -> Match {
    let (workflow, version, level) = (workflow_id(1), 1, MatchLevel::Default);
    let chosen = Considered { workflow, version, level, verdict: Verdict::Chosen };
    Match { workflow, version, level, considered: vec![chosen], not_fitting: 2 }
}

pub(crate) fn open_command(run: u32) -> OpenTask {
    OpenTask { ticket: ticket_id(1), run, matched: matched() }
}

/// Around the clock, at this second.
pub(crate) fn clock(second: i64) -> StepClock<'static> {
    StepClock::around_the_clock(at(second))
}

fn opened_at_step(id: &str) -> TaskState {
    let definition = Definition { start: step(id), ..definition() };
    let events = open_task(&TaskState::Unopened, &definition, open_command(1), clock(0)).unwrap();
    TaskState::Unopened.evolved(&events, at(0))
}

fn to_somebody(why: AssignmentReason) -> TaskEvent {
    TaskEvent::Assigned(TaskAssigned { assignee: user(2), previous: None, why })
}

fn held() -> TaskEvent {
    let remaining = Some(StepRemaining { at_risk_seconds: Some(0), due_seconds: Some(60) });
    TaskEvent::Held(TaskHeld { reason: Some("Parts are ordered.".into()), remaining })
}

fn cancelled_for(why: CancelReason) -> TaskEvent {
    TaskEvent::Cancelled(TaskCancelled { why, comment: None })
}

fn escalated_for(why: EscalationReason) -> TaskEvent {
    TaskEvent::Escalated(TaskEscalated { why, step: step("triage"), comment: None })
}

fn scope() -> RotationScope {
    RotationScope { role: role_id(1), department: Some(department("IT")) }
}

fn in_turn() -> AssignmentReason {
    AssignmentReason::RoundRobin { scope: scope(), pointer: None, candidates: vec![user(2)] }
}

fn requested() -> TaskEvent {
    let system = crate::vocabulary::SystemName::parse("BMS").unwrap();
    TaskEvent::ExternalRequested(ExternalRequested {
        request: request(1),
        system,
        step: step("budget"),
    })
}

fn failed_event() -> TaskEvent {
    let why = ExternalFailure::TimedOut;
    TaskEvent::ExternalFailed(ExternalFailed { request: request(1), why, detail: None })
}

/// At triage, with nobody.
pub(crate) fn pending() -> TaskState {
    opened_at_step("triage")
}

/// At triage, with user 2.
pub(crate) fn assigned() -> TaskState {
    pending().evolved(&[to_somebody(in_turn())], at(10))
}

pub(crate) fn on_hold() -> TaskState {
    assigned().evolved(&[held()], at(20))
}

pub(crate) fn on_hold_pending() -> TaskState {
    pending().evolved(&[held()], at(20))
}

/// At triage, with user 2, and the step's time nearly over.
pub(crate) fn escalated() -> TaskState {
    assigned().evolved(&[escalated_for(EscalationReason::SlaAtRisk)], at(20))
}

/// An admin takes this action.
pub(crate) fn act_to(id: &str) -> ActOnTask {
    ActOnTask { by: admin(), action: action(id), seen: None, comment: None }
}

fn acted(state: &TaskState, id: &str) -> TaskState {
    let events = act_on_task(state, &definition(), act_to(id), clock(30)).unwrap();
    state.clone().evolved(&events, at(30))
}

/// At approval, its second step, with nobody.
pub(crate) fn approval() -> TaskState {
    acted(&assigned(), "submit")
}

pub(crate) fn completed() -> TaskState {
    acted(&assigned(), "reject")
}

pub(crate) fn cancelled() -> TaskState {
    assigned().evolved(&[cancelled_for(CancelReason::TicketDeleted)], at(30))
}

/// At the external step, which has not asked.
pub(crate) fn external() -> TaskState {
    acted(&approval(), "approve")
}

/// At the external step, which asked request 1.
pub(crate) fn waiting_external() -> TaskState {
    external().evolved(&[requested()], at(40))
}

pub(crate) fn external_on_hold() -> TaskState {
    waiting_external().evolved(&[held()], at(45))
}

/// At the external step, whose request 1 was given up.
pub(crate) fn failed() -> TaskState {
    let events = [failed_event(), escalated_for(EscalationReason::ExternalFailed)];
    waiting_external().evolved(&events, at(45))
}

pub(crate) fn cancelled_external() -> TaskState {
    waiting_external().evolved(&[cancelled_for(CancelReason::TicketMerged)], at(45))
}

/// The task after the events that a decision returned, at second 60.
pub(crate) fn then(state: &TaskState, decided: Result<Vec<TaskEvent>, TaskRefusal>) -> Task {
    state.clone().evolved(&decided.unwrap(), at(60)).task().unwrap().clone()
}

/// Events of every type, with everything optional there and with nothing of it.
pub(crate) fn every_event() -> Vec<TaskEvent> {
    let load = Load { user: user(2), open_tasks: 3 };
    let step_of = |id: &str| TaskStep::from(definition().step(&step(id)).unwrap());
    let acted = |to, by, comment| {
        let action = definition().transitions[0].action.clone();
        TaskEvent::Acted(Box::new(TaskActed { action, from: step("triage"), to, by, comment }))
    };
    let answered = |late, comment| {
        let (request, action) = (request(1), action("approve"));
        TaskEvent::ExternalAnswered(ExternalAnswered { request, action, late, comment })
    };
    let system = step_of("budget").system.unwrap();
    let end = |index: usize| match &definition().transitions[index].to {
        crate::workflow::Target::End(end) => end.clone(),
        crate::workflow::Target::Step(_) => panic!("not an end"),
    };
    let opened =
        TaskOpened { ticket: ticket_id(1), run: 1, matched: matched(), step: step_of("triage") };
    let by_system = Performer::System { system, request: request(1) };
    vec![
        TaskEvent::Opened(Box::new(opened)),
        to_somebody(in_turn()),
        to_somebody(AssignmentReason::LeastLoaded { scope: scope(), loads: vec![load] }),
        to_somebody(AssignmentReason::ByPerson { by: Some(user(7)) }),
        to_somebody(AssignmentReason::ByPerson { by: None }),
        TaskEvent::Unassigned(TaskUnassigned { previous: user(2), why: UnassignReason::Away }),
        TaskEvent::WaitingForAssignee(WaitingForAssignee {
            scope: RotationScope { role: role_id(1), department: None },
            why: NoCandidate::AllAway,
        }),
        acted(
            Arrival::Step(step_of("approval")),
            Performer::Person { user: Some(user(2)) },
            Some(Personal::Erased),
        ),
        acted(Arrival::Step(step_of("budget")), Performer::Person { user: None }, None),
        requested(),
        acted(Arrival::End(end(5)), by_system, Some("Fine.".into())),
        held(),
        TaskEvent::Held(TaskHeld { reason: None, remaining: None }),
        TaskEvent::Resumed(TaskResumed { schedule: None }),
        TaskEvent::Resumed(TaskResumed { schedule: Some(clock(0).schedule(60)) }),
        escalated_for(EscalationReason::SlaAtRisk),
        answered(None, None),
        answered(Some(Lateness::StepLeft), Some("Sorry.".into())),
        failed_event(),
        TaskEvent::Completed(end(5)),
        TaskEvent::Completed(end(1)),
        cancelled_for(CancelReason::Restarted),
    ]
}
