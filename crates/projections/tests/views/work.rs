//! Workflows, the tasks on them and the clocks of tickets: samples, and random lives of many.

use domain::calendar::CalendarEvent;
use domain::file::FileEvent;
use domain::rotation::{
    Load, NoCandidate, RotationAdvanced, RotationEvent, RotationItem, RotationScope,
};
use domain::sla::{SlaEvent, SlaPolicyEvent, stream_of};
use domain::task::events::{
    ExternalAnswered, ExternalFailed, ExternalRequested, TaskAssigned, TaskCancelled,
    TaskEscalated, TaskHeld, TaskResumed, TaskUnassigned, WaitingForAssignee,
};
use domain::task::{
    Arrival, AssignmentReason, CancelReason, EscalationReason, ExternalFailure, Lateness,
    Performer, StepSchedule, TaskActed, TaskEvent, TaskOpened, TaskStep, UnassignReason,
};
use domain::ticket::TicketEvent;
use domain::ticket_type::TicketTypeEvent;
use domain::user::events::{AwayChanged, UserRegistered};
use domain::user::{Away, Role, UserEvent, UserStatus};
use domain::workflow::events::{
    DefaultChanged, WorkflowDefined, WorkflowReinstated, WorkflowRenamed, WorkflowRetired,
    WorkflowRevised,
};
use domain::workflow::{
    Considered, Definition, End, Match, MatchLevel, RoleFacts, Target, Verdict, WorkflowDraft,
    WorkflowEvent, WorkflowForm,
};
use domain::{
    CalendarId, FileId, RequestId, RoleId, RoleName, SlaPolicyId, TaskId, TicketId, TicketTypeId,
    UserId, WorkflowId,
};
use serde_json::json;
use uuid::Uuid;

use crate::clocks::{CALENDAR, POLICY, always, calendar_created, gold, policy_created, told};
use crate::support::{Desk, Dice, at, ticket, user};

pub fn role(n: u128) -> RoleId {
    RoleId(Uuid::from_u128(0xB000 + n))
}

pub fn workflow(n: u128) -> WorkflowId {
    WorkflowId(Uuid::from_u128(0xF000 + n))
}

/// The task of a run on ticket `n`.
pub fn task(n: u128, run: u32) -> TaskId {
    TaskId(Uuid::from_u128(0xAB_0000_0000 + (n << 8) + u128::from(run)))
}

fn request(n: u64) -> RequestId {
    RequestId(Uuid::from_u128(0xE000 + u128::from(n)))
}

/// Triage by role 1 within an hour, approval by role 2, then the budget system.
pub fn draft(name: &str) -> WorkflowDraft {
    let form: WorkflowForm = serde_json::from_value(json!({
        "name": name,
        "matching": { "category": "other", "department": "Field" },
        "start": "triage",
        "steps": [
            { "id": "triage", "name": "Triage", "kind": "human", "role": "Level 1",
              "instructions": "Look closely.", "sla_minutes": 60 },
            { "id": "approval", "name": "Approval", "kind": "human", "role": "Level 2" },
            { "id": "budget", "name": "Budget", "kind": "external", "system": "BMS" },
        ],
        "transitions": [
            { "from": "triage", "action": { "id": "submit", "name": "Submit" }, "to": { "step": "approval" } },
            { "from": "approval", "action": { "id": "approve", "name": "Approve" }, "to": { "step": "budget" } },
            { "from": "approval", "action": { "id": "return", "name": "Send back" }, "to": { "step": "triage" } },
            { "from": "budget", "action": { "id": "approve", "name": "Approve" },
              "to": { "end": { "outcome": "approved", "ticket_status": "resolved" } } },
            { "from": "budget", "action": { "id": "reject", "name": "Reject" },
              "to": { "end": { "outcome": "rejected" } } },
        ],
    }))
    .unwrap();
    let facts = [(1, "Level 1"), (2, "Level 2")].map(|(n, name)| RoleFacts {
        id: role(n),
        name: RoleName::parse(name).unwrap(),
        active_users: 3,
    });
    form.parse(&facts).unwrap()
}

pub fn definition() -> Definition {
    draft("Any").definition
}

pub fn defined(name: &str) -> WorkflowEvent {
    let draft = draft(name);
    WorkflowEvent::Defined(Box::new(WorkflowDefined {
        name: draft.name,
        matching: draft.matching,
        is_default: draft.is_default,
        definition: draft.definition,
    }))
}

pub fn revised(version: u32) -> WorkflowEvent {
    let mut definition = definition();
    definition.transitions.truncate(4);
    WorkflowEvent::Revised(Box::new(WorkflowRevised { version, definition }))
}

pub fn renamed(name: &str) -> WorkflowEvent {
    WorkflowEvent::Renamed(WorkflowRenamed { name: draft(name).name })
}

pub fn retired() -> WorkflowEvent {
    WorkflowEvent::Retired(WorkflowRetired {})
}

/// The step of the sample definition, due at that second if at any.
pub fn step(index: usize, due: Option<i64>) -> TaskStep {
    let schedule = due.map(|seconds| StepSchedule {
        at_risk_at: Some(at(seconds - 720)),
        due_at: Some(at(seconds)),
    });
    TaskStep { schedule, ..TaskStep::from(&definition().steps[index]) }
}

pub fn matched(workflow: WorkflowId) -> Match {
    let (level, verdict) = (MatchLevel::CategoryAndDepartment, Verdict::Chosen);
    Match {
        workflow,
        version: 1,
        level,
        considered: vec![Considered { workflow, version: 1, level, verdict }],
        not_fitting: 2,
    }
}

pub fn task_opened(
    ticket: TicketId,
    run: u32,
    workflow: WorkflowId,
    due: Option<i64>,
) -> TaskEvent {
    let (matched, step) = (matched(workflow), step(0, due));
    TaskEvent::Opened(Box::new(TaskOpened { ticket, run, matched, step }))
}

fn scope(n: u128) -> RotationScope {
    RotationScope { role: role(n), department: None }
}

/// Given to this user, whose turn it was among three.
pub fn in_turn(assignee: UserId) -> TaskEvent {
    let candidates = vec![user(1), user(2), user(3)];
    let why = AssignmentReason::RoundRobin { scope: scope(1), pointer: Some(user(1)), candidates };
    TaskEvent::Assigned(TaskAssigned { assignee, previous: None, why })
}

pub fn by_person(assignee: UserId, previous: Option<UserId>) -> TaskEvent {
    let why = AssignmentReason::ByPerson { by: Some(user(1)) };
    TaskEvent::Assigned(TaskAssigned { assignee, previous, why })
}

pub fn waits() -> TaskEvent {
    TaskEvent::WaitingForAssignee(WaitingForAssignee { scope: scope(1), why: NoCandidate::AllAway })
}

/// The transition of the sample definition, taken by user 2.
pub fn acted(index: usize, due: Option<i64>, comment: Option<&str>) -> TaskEvent {
    let definition = definition();
    let transition = &definition.transitions[index];
    let to = match &transition.to {
        Target::Step(id) => {
            let index = definition.steps.iter().position(|step| step.id == *id).unwrap();
            Arrival::Step(step(index, due))
        }
        Target::End(end) => Arrival::End(end.clone()),
    };
    TaskEvent::Acted(Box::new(TaskActed {
        action: transition.action.clone(),
        from: transition.from.clone(),
        to,
        by: Performer::Person { user: Some(user(2)) },
        comment: comment.map(Into::into),
    }))
}

pub fn end(index: usize) -> End {
    match definition().transitions.swap_remove(index).to {
        Target::End(end) => end,
        Target::Step(_) => panic!("not an end"),
    }
}

pub fn held() -> TaskEvent {
    TaskEvent::Held(TaskHeld { reason: Some("Spare part".into()), remaining: None })
}

pub fn escalated() -> TaskEvent {
    let (why, step) = (EscalationReason::SlaAtRisk, step(0, None).id);
    TaskEvent::Escalated(TaskEscalated { why, step, comment: None })
}

pub fn requested(n: u64) -> TaskEvent {
    let TaskStep { id, system, .. } = step(2, None);
    let (request, system) = (request(n), system.unwrap());
    TaskEvent::ExternalRequested(ExternalRequested { request, system, step: id })
}

pub fn answered(n: u64, late: Option<Lateness>) -> TaskEvent {
    let action = definition().transitions[3].action.id.clone();
    TaskEvent::ExternalAnswered(ExternalAnswered {
        request: request(n),
        action,
        late,
        comment: None,
    })
}

pub fn failed(n: u64) -> TaskEvent {
    let (request, why) = (request(n), ExternalFailure::TimedOut);
    TaskEvent::ExternalFailed(ExternalFailed { request, why, detail: Some("503".into()) })
}

pub fn cancelled() -> TaskEvent {
    let why = CancelReason::TicketClosed;
    TaskEvent::Cancelled(TaskCancelled { why, comment: None })
}

/// Something that happened, as lives of tickets alone do not have it.
#[derive(Debug, Clone)]
pub enum Work {
    Task(TaskId, TaskEvent),
    Workflow(WorkflowId, WorkflowEvent),
    Rotation(Uuid, RotationEvent),
    User(UserId, UserEvent),
    Calendar(CalendarId, CalendarEvent),
    SlaPolicy(SlaPolicyId, SlaPolicyEvent),
    Clocks(TicketId, SlaEvent),
    TicketType(TicketTypeId, TicketTypeEvent),
    File(FileId, FileEvent),
    Ticket(TicketId, TicketEvent),
}

/// A calendar and a policy, and what the clocks of these tickets tell under them.
pub fn clocks(lives: &[(TicketId, TicketEvent, i64)]) -> Vec<(Work, i64)> {
    let mut log = vec![
        Work::Calendar(CALENDAR, calendar_created(always())),
        Work::SlaPolicy(POLICY, policy_created(gold())),
    ];
    let until = lives.last().map_or(0, |(.., seconds)| *seconds) + 60;
    for (ticket, events) in told(lives, at(until)) {
        log.extend(events.into_iter().map(|event| Work::Clocks(ticket, event)));
    }
    log.into_iter().map(|what| (what, until)).collect()
}

/// Random, but always the same, work on these tickets: an opening for some, and events in any order.
pub fn work(seed: u64, tickets: u32, events: usize) -> Vec<(Work, i64)> {
    let mut dice = Dice(seed);
    let mut log = Vec::new();
    for n in 1..=3 {
        log.push((Work::Workflow(workflow(n), defined(&format!("Workflow {n}"))), n as i64));
        log.push((Work::User(user(n), registered(&format!("User {n}"))), n as i64));
    }
    for i in 0..events {
        let seconds = i as i64 + 10;
        let n = u128::from(1 + dice.roll(u64::from(tickets)));
        let run = 1 + dice.roll(2) as u32;
        let due = (dice.roll(3) > 0).then(|| seconds + dice.roll(50) as i64);
        let id = task(n, run);
        let on = workflow(1 + u128::from(dice.roll(3)));
        let what = match dice.roll(12) {
            // Twice, or after others: a view takes it as the domain does.
            0..=3 => Work::Task(id, task_opened(ticket(n), run, on, due)),
            10 => Work::Workflow(on, some_change(&mut dice)),
            11 => some_other(&mut dice, id),
            _ => Work::Task(id, something(&mut dice, due)),
        };
        log.push((what, seconds));
    }
    log
}

pub fn registered(name: &str) -> UserEvent {
    UserEvent::Registered(UserRegistered {
        email: format!("{}@example.com", name.replace(' ', "")).as_str().into(),
        full_name: name.into(),
        role: Role::Handler,
        departments: vec![],
        work_roles: vec![role(1)],
        status: UserStatus::Active,
    })
}

fn something(dice: &mut Dice, due: Option<i64>) -> TaskEvent {
    let someone = user(1 + u128::from(dice.roll(3)));
    let n = dice.roll(3);
    match dice.roll(18) {
        0..=3 => in_turn(someone),
        4 => by_person(someone, Some(user(1))),
        5 => {
            let loads = vec![Load { user: someone, open_tasks: 2 }];
            let why = AssignmentReason::LeastLoaded { scope: scope(2), loads };
            TaskEvent::Assigned(TaskAssigned { assignee: someone, previous: None, why })
        }
        6 => {
            let why = UnassignReason::Away;
            TaskEvent::Unassigned(TaskUnassigned { previous: someone, why })
        }
        7 => waits(),
        8 => acted(dice.roll(3) as usize, due, Some("Fine")),
        9 => held(),
        10 => TaskEvent::Resumed(TaskResumed { schedule: None }),
        11 => escalated(),
        12 => requested(n),
        13 => answered(n, None),
        14 => answered(n, Some(Lateness::StepLeft)),
        15 => failed(n),
        16 => TaskEvent::Completed(end(3)),
        _ => cancelled(),
    }
}

fn some_change(dice: &mut Dice) -> WorkflowEvent {
    match dice.roll(5) {
        0 => revised(2 + dice.roll(3) as u32),
        1 => renamed(&format!("Renamed {}", dice.roll(9))),
        2 => WorkflowEvent::DefaultChanged(DefaultChanged { is_default: dice.roll(2) == 0 }),
        3 => retired(),
        _ => WorkflowEvent::Reinstated(WorkflowReinstated {}),
    }
}

fn some_other(dice: &mut Dice, task: TaskId) -> Work {
    let someone = user(1 + u128::from(dice.roll(3)));
    if dice.roll(2) == 0 {
        let away = Away { from: at(5), until: None, hand_over: true };
        let away = (dice.roll(3) > 0).then_some(away);
        return Work::User(someone, UserEvent::AwayChanged(AwayChanged { away }));
    }
    let advanced = RotationEvent::Advanced(RotationAdvanced {
        scope: scope(1),
        item: RotationItem::Task { task },
        pointer: None,
        chosen: someone,
        candidates: vec![someone],
    });
    Work::Rotation(role(1).uuid(), advanced)
}

/// Appends work in order.
pub async fn do_work(desk: &Desk, log: &[(Work, i64)]) {
    for (what, seconds) in log {
        let at = at(*seconds);
        match what {
            Work::Task(id, event) => {
                desk.append(id.uuid(), std::slice::from_ref(event), at).await;
            }
            Work::Workflow(id, event) => {
                desk.append(id.uuid(), std::slice::from_ref(event), at).await;
            }
            Work::Rotation(id, event) => {
                desk.append(*id, std::slice::from_ref(event), at).await;
            }
            Work::User(id, event) => {
                desk.append(id.uuid(), std::slice::from_ref(event), at).await;
            }
            Work::Calendar(id, event) => {
                desk.append(id.uuid(), std::slice::from_ref(event), at).await;
            }
            Work::SlaPolicy(id, event) => {
                desk.append(id.uuid(), std::slice::from_ref(event), at).await;
            }
            Work::Clocks(ticket, event) => {
                desk.append(stream_of(*ticket), std::slice::from_ref(event), at).await;
            }
            Work::TicketType(id, event) => {
                desk.append(id.uuid(), std::slice::from_ref(event), at).await;
            }
            Work::File(id, event) => {
                desk.append(id.uuid(), std::slice::from_ref(event), at).await;
            }
            Work::Ticket(id, event) => {
                desk.append(id.uuid(), std::slice::from_ref(event), at).await;
            }
        }
    }
}

/// Lives of tickets, and work on them in between: each of `parts` ends with a share of both.
pub async fn write_mixed(
    desk: &Desk,
    lives: &[(TicketId, TicketEvent, i64)],
    work: &[(Work, i64)],
) {
    let share = work.len().div_ceil(lives.len().max(1));
    let mut work = work.chunks(share.max(1));
    for life in lives {
        crate::support::write(desk, std::slice::from_ref(life)).await;
        if let Some(some) = work.next() {
            do_work(desk, some).await;
        }
    }
}
