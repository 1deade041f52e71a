//! Tasks: their rows, what explains them, and lists against a naive filter in Rust.

use std::collections::HashMap;

use domain::TaskId;
use domain::task::events::TaskResumed;
use domain::task::{
    AssignmentReason, CancelReason, EscalationReason, RequestFate, StepSchedule, Task, TaskEvent,
    TaskState, TaskStatus, evolve,
};
use domain::ticket::events::Deleted;
use domain::ticket::{Priority, TicketEvent, TicketState};
use domain::work_role::{WorkRoleCreated, WorkRoleEvent};
use domain::{RoleName, ticket as tickets};
use projections::{
    Assignment, Count, Direction, QueryError, TaskFilter, TaskQuery, TaskScope, TaskSortKey, Total,
};

use crate::support::{Desk, Dice, at, lives, ticket, user};
use crate::work::{
    Work, acted, answered, by_person, cancelled, defined, end, escalated, failed, held, in_turn,
    registered, requested, role, task, task_opened, waits, work, workflow, write_mixed,
};

/// A desk with a ticket, users 1 to 3, role 1 and workflow 1.
async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.open(1, |t| t.priority = Priority::High).await;
    for n in 1..=3 {
        desk.append(user(n).uuid(), &[registered(&format!("User {n}"))], at(0)).await;
    }
    let created = WorkRoleCreated { name: RoleName::parse("Level 1").unwrap() };
    desk.append(role(1).uuid(), &[WorkRoleEvent::Created(created)], at(0)).await;
    desk.append(workflow(1).uuid(), &[defined("Fault repair")], at(0)).await;
    desk
}

#[tokio::test]
async fn a_task_shows_its_ticket_workflow_step_and_people() {
    let desk = desk().await;
    let id = task(1, 1);
    let opened = task_opened(ticket(1), 1, workflow(1), Some(900));
    desk.append(id.uuid(), &[opened, in_turn(user(2))], at(2)).await;
    desk.project().await;
    let row = desk.queries.task(id).await.unwrap().unwrap();
    assert_eq!((row.id, row.version, row.run, row.visit), (id, 2, 1, 1));
    assert_eq!(row.ticket.id, ticket(1));
    assert_eq!(row.ticket.number.unwrap().to_string(), "TKT-2026-000001");
    assert_eq!(row.ticket.subject.as_deref(), Some("Subject 1"));
    assert_eq!(row.ticket.priority, Some(Priority::High));
    assert_eq!(row.workflow.name.as_deref(), Some("Fault repair"));
    assert_eq!((row.workflow.id, row.workflow.version), (workflow(1), 1));
    assert_eq!(row.step.name.as_str(), "Triage");
    let role_name = row.role.unwrap().name;
    assert_eq!(role_name.as_deref(), Some("Level 1"));
    assert_eq!((row.status, row.waiting), (TaskStatus::InProgress, false));
    assert_eq!(row.assignee.unwrap().email.as_deref(), Some("user2@example.com"));
    assert_eq!((row.due_at, row.at_risk_at), (Some(at(900)), Some(at(180))));
    assert_eq!((row.opened_at, row.entered_at, row.updated_at), (at(2), at(2), at(2)));

    desk.append(id.uuid(), &[escalated(), held()], at(3)).await;
    desk.project().await;
    let row = desk.queries.task(id).await.unwrap().unwrap();
    assert_eq!((row.status, row.due_at, row.at_risk_at), (TaskStatus::OnHold, None, None));
    assert_eq!(row.escalations, [EscalationReason::SlaAtRisk]);

    let schedule = StepSchedule { at_risk_at: None, due_at: Some(at(950)) };
    let resumed = TaskEvent::Resumed(TaskResumed { schedule: Some(schedule) });
    desk.append(id.uuid(), &[resumed, acted(0, None, None), waits()], at(4)).await;
    desk.project().await;
    let row = desk.queries.task(id).await.unwrap().unwrap();
    assert_eq!((row.status, row.waiting, row.assignee), (TaskStatus::Pending, true, None));
    assert_eq!((row.step.name.as_str(), row.visit, row.entered_at), ("Approval", 2, at(4)));
    // Of a role the views do not know.
    assert_eq!(row.role.map(|role| role.name), Some(None));
    assert_eq!(desk.queries.waiting_tasks_count().await.unwrap(), 1);

    desk.append(id.uuid(), &[cancelled()], at(5)).await;
    let again = task_opened(ticket(1), 2, workflow(7), None);
    desk.append(task(1, 2).uuid(), &[again], at(6)).await;
    desk.project().await;
    assert_eq!(desk.queries.waiting_tasks_count().await.unwrap(), 0);
    let rows = desk.queries.tasks_of_ticket(ticket(1)).await.unwrap();
    let runs: Vec<_> = rows.iter().map(|row| (row.id, row.status)).collect();
    assert_eq!(runs, [(id, TaskStatus::Cancelled), (task(1, 2), TaskStatus::Pending)]);
    assert_eq!(rows[1].workflow.name, None);
    let last = desk.queries.last_tasks(&[ticket(1), ticket(2)]).await.unwrap();
    assert_eq!((last.len(), last[&ticket(1)].id), (1, task(1, 2)));
    assert_eq!(desk.queries.task(task(9, 9)).await.unwrap(), None);
}

#[tokio::test]
async fn the_whole_of_a_task_explains_every_choice() {
    let desk = desk().await;
    let id = task(1, 1);
    let opened = task_opened(ticket(1), 1, workflow(1), None);
    desk.append(id.uuid(), &[opened, in_turn(user(2))], at(2)).await;
    desk.append(id.uuid(), &[by_person(user(3), Some(user(2)))], at(3)).await;
    desk.append(id.uuid(), &[acted(0, None, Some("Looks fine")), acted(1, None, None)], at(4))
        .await;
    desk.append(id.uuid(), &[requested(1), failed(1), requested(2)], at(5)).await;
    desk.append(id.uuid(), &[answered(2, None), acted(3, None, None)], at(6)).await;
    desk.append(id.uuid(), &[TaskEvent::Completed(end(3))], at(6)).await;
    desk.project().await;
    let detail = desk.queries.task_detail(id).await.unwrap().unwrap();
    assert_eq!(detail.row, desk.queries.task(id).await.unwrap().unwrap());
    assert_eq!(detail.matched.not_fitting, 2);
    assert_eq!(detail.workflow_names[&workflow(1)], "Fault repair");
    let given: Vec<_> =
        detail.assignments.iter().map(|it| (it.version, it.assignee, it.at)).collect();
    assert_eq!(given, [(2, user(2), at(2)), (3, user(3), at(3))]);
    assert!(matches!(
        &detail.assignments[0].why,
        AssignmentReason::RoundRobin { candidates, .. } if candidates.len() == 3
    ));
    let mut people: Vec<_> = detail.people.values().map(|it| it.full_name.clone()).collect();
    people.sort();
    assert_eq!(people, ["User 1", "User 2", "User 3"].map(|name| Some(name.to_owned())));
    let done: Vec<_> =
        detail.history.iter().map(|it| (it.action.id.as_str(), it.comment.as_deref())).collect();
    assert_eq!(done, [("submit", Some("Looks fine")), ("approve", None), ("approve", None)]);
    assert_eq!(detail.requests[0].fate, RequestFate::Failed);
    assert!(matches!(detail.requests[1].fate, RequestFate::Answered(_)));
    assert_eq!(detail.end, Some(end(3)));
    assert_eq!((detail.cancelled, detail.waiting_for, detail.hold_reason), (None, None, None));
    assert_eq!(desk.queries.task_detail(task(9, 9)).await.unwrap(), None);

    let other = task(1, 2);
    let opened = task_opened(ticket(1), 2, workflow(1), None);
    desk.append(other.uuid(), &[opened, waits(), held()], at(7)).await;
    desk.project().await;
    let detail = desk.queries.task_detail(other).await.unwrap().unwrap();
    assert_eq!(detail.hold_reason.as_deref(), Some("Spare part"));
    assert_eq!(detail.waiting_for.unwrap().scope.role, role(1));
    desk.append(other.uuid(), &[cancelled()], at(8)).await;
    desk.project().await;
    let detail = desk.queries.task_detail(other).await.unwrap().unwrap();
    assert_eq!(detail.cancelled, Some(CancelReason::TicketClosed));
    assert_eq!(detail.waiting_for, None);
}

#[tokio::test]
async fn the_history_of_a_task_is_told_in_words() {
    let desk = desk().await;
    let id = task(1, 1);
    let opened = task_opened(ticket(1), 1, workflow(1), None);
    let events =
        [opened, in_turn(user(2)), by_person(user(3), Some(user(2))), waits(), escalated(), held()];
    desk.append(id.uuid(), &events, at(2)).await;
    let events = [acted(0, None, Some("Looks fine")), requested(1), failed(1), cancelled()];
    desk.append(id.uuid(), &events, at(3)).await;
    desk.project().await;
    let words = async |limit: usize| {
        let (mut cursor, mut all) = (None, Vec::new());
        loop {
            let page = desk.queries.task_history(id, cursor.as_ref(), limit).await.unwrap();
            all.extend(page.items.into_iter().map(|row| row.summary));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break all;
            }
        }
    };
    let all = words(3).await;
    assert_eq!(
        all,
        [
            "Began at “Triage”, on version 1 of the workflow (match: category and department)",
            "Assigned to User 2, whose turn it was among 3",
            "Reassigned from User 2 to User 3",
            "Waits for somebody to do it: all away",
            "Escalated (sla at risk)",
            "Put on hold: Spare part",
            "Submit, on to “Approval”: Looks fine",
            "Asked BMS to decide",
            "Gave up asking (timed out): 503",
            "Cancelled (ticket closed)",
        ]
    );
    assert_eq!(words(50).await, all);
    let of_a_ticket = domain::TaskId(ticket(1).uuid());
    assert_eq!(desk.queries.task_history(of_a_ticket, None, 9).await.unwrap().items, []);
}

#[tokio::test]
async fn statistics_count_every_task_once() {
    let desk = desk().await;
    desk.append(workflow(2).uuid(), &[defined("Access")], at(0)).await;
    for (n, on, events) in [
        (1, 1, vec![in_turn(user(1))]),
        (2, 1, vec![waits()]),
        (3, 2, vec![in_turn(user(1)), cancelled()]),
    ] {
        let opened = task_opened(ticket(n), 1, workflow(on), Some(n as i64 * 100));
        desk.append(task(n, 1).uuid(), &[opened], at(1)).await;
        desk.project().await;
        desk.append(task(n, 1).uuid(), &events, at(2)).await;
    }
    desk.project().await;
    let stats = desk.queries.task_stats(at(150)).await.unwrap();
    assert_eq!((stats.total_tasks, stats.open_tasks, stats.overdue_tasks), (3, 2, 1));
    assert_eq!(stats.waiting_tasks, 1);
    let counts = |of: &std::collections::BTreeMap<String, i64>| {
        of.iter().map(|(status, n)| format!("{status} {n}")).collect::<Vec<_>>()
    };
    assert_eq!(counts(&stats.status_breakdown), ["cancelled 1", "in_progress 1", "pending 1"]);
    let by_workflow: Vec<_> = stats
        .workflows
        .iter()
        .map(|it| (it.name.clone().unwrap(), counts(&it.status_breakdown)))
        .collect();
    let wanted = [
        ("Access".to_owned(), vec!["cancelled 1".to_owned()]),
        ("Fault repair".to_owned(), vec!["in_progress 1".to_owned(), "pending 1".to_owned()]),
    ];
    assert_eq!(by_workflow, wanted);
}

#[tokio::test]
async fn tasks_of_deleted_tickets_are_listed_only_where_the_ticket_is_named() {
    let desk = desk().await;
    let opened = task_opened(ticket(1), 1, workflow(1), None);
    desk.append(task(1, 1).uuid(), &[opened], at(1)).await;
    desk.project().await;
    let query = TaskQuery { count: Count::Wanted, ..TaskQuery::default() };
    assert_eq!(desk.queries.tasks(&query).await.unwrap().items.len(), 1);
    desk.then(ticket(1), TicketEvent::Deleted(Deleted { reason: None }), 2).await;
    desk.project().await;
    let page = desk.queries.tasks(&query).await.unwrap();
    assert_eq!((page.items.len(), page.total), (0, Some(Total { value: 0, capped: false })));
    assert!(desk.queries.task(task(1, 1)).await.unwrap().is_some());
    let filter = TaskFilter { ticket: Some(ticket(1)), ..TaskFilter::default() };
    let of_ticket = desk.queries.tasks(&TaskQuery { filter, ..query }).await.unwrap();
    assert_eq!(of_ticket.items.len(), 1);
}

/// What the naive filter knows of a listed task.
struct Listed {
    id: TaskId,
    task: Task,
    priority: Priority,
    hidden: bool,
}

/// Every combination of scope and filters that the dice throw, over pages, against the states folded in memory.
#[tokio::test]
async fn lists_hold_what_a_naive_filter_finds() {
    let desk = Desk::new().await;
    let (lives, work) = (lives(61, 60, 60), work(62, 60, 700));
    write_mixed(&desk, &lives, &work).await;
    desk.project().await;
    let mut known: HashMap<_, TicketState> = HashMap::new();
    for (id, event, seconds) in &lives {
        let state = known.remove(id).unwrap_or_default();
        known.insert(*id, tickets::evolve(state, event, at(*seconds)));
    }
    let mut states: HashMap<TaskId, TaskState> = HashMap::new();
    for (what, seconds) in &work {
        if let Work::Task(id, event) = what {
            let state = states.remove(id).unwrap_or_default();
            states.insert(*id, evolve(state, event, at(*seconds)));
        }
    }
    let listed: Vec<Listed> = states
        .into_iter()
        .filter_map(|(id, state)| {
            let TaskState::Opened(task) = state else { return None };
            let state = &known[&task.ticket];
            let hidden = !matches!(state, TicketState::Active { .. });
            Some(Listed { id, priority: state.ticket()?.priority, task: *task, hidden })
        })
        .collect();
    assert!(listed.len() > 40, "{}", listed.len());
    let parked = desk.queries.parked_streams(10).await.unwrap();
    assert!(parked.is_empty(), "{parked:?}");

    let mut dice = Dice(6);
    let mut filled = 0;
    for _ in 0..300 {
        let query = some_query(&mut dice);
        let wanted = naive(&query, &listed);
        assert_eq!(all_pages(&desk, &query, wanted.len()).await, wanted, "{query:?}");
        filled += usize::from(wanted.len() > 1);
    }
    assert!(filled > 100, "the filters were too narrow to prove anything: {filled}");
}

fn naive(query: &TaskQuery, listed: &[Listed]) -> Vec<TaskId> {
    let wanted: Vec<&Listed> = listed.iter().filter(|it| matches(query, it)).collect();
    let (never, due): (Vec<&Listed>, Vec<&Listed>) =
        wanted.into_iter().partition(|it| it.task.due_at().is_none());
    let wanted = match query.sort {
        TaskSortKey::DueAt => {
            [sorted(query, due, TaskSortKey::DueAt), sorted(query, never, TaskSortKey::CreatedAt)]
                .concat()
        }
        other => sorted(query, [due, never].concat(), other),
    };
    wanted.into_iter().map(|it| it.id).collect()
}

fn sorted<'a>(query: &TaskQuery, mut part: Vec<&'a Listed>, by: TaskSortKey) -> Vec<&'a Listed> {
    part.sort_by_key(|it| {
        let Task { opened_at, updated_at, ticket, run, .. } = &it.task;
        let id = (it.id.uuid(), 0);
        match by {
            TaskSortKey::CreatedAt => (opened_at.timestamp_micros(), id),
            TaskSortKey::UpdatedAt => (updated_at.timestamp_micros(), id),
            TaskSortKey::DueAt => (it.task.due_at().unwrap().timestamp_micros(), id),
            TaskSortKey::Priority => (it.priority as i64, (ticket.uuid(), *run)),
        }
    });
    if query.direction == Direction::Descending {
        part.reverse();
    }
    part
}

fn matches(query: &TaskQuery, Listed { task, hidden, .. }: &Listed) -> bool {
    fn any<T: PartialEq>(wanted: &[T], has: impl Fn(&T) -> bool) -> bool {
        wanted.is_empty() || wanted.iter().any(has)
    }
    let filter = &query.filter;
    let of = |roles: &[domain::RoleId]| task.step.role.is_some_and(|role| roles.contains(&role));
    let in_scope = match &query.scope {
        TaskScope::All => true,
        TaskScope::Mine(user) => task.assignee == Some(*user),
        TaskScope::Roles(roles) => of(roles),
        TaskScope::Own { user, roles } => task.assignee == Some(*user) || of(roles),
    };
    let waits = task.waiting.is_some() && !task.status().is_ended();
    in_scope
        && (!hidden || filter.ticket.is_some())
        && any(&filter.status, |status| *status == task.status())
        && any(&filter.role, |role| task.step.role == Some(*role))
        && any(&filter.workflow, |workflow| task.matched.workflow == *workflow)
        && any(&filter.assigned, |assigned| match assigned {
            Assignment::To(user) => task.assignee == Some(*user),
            Assignment::Nobody => task.assignee.is_none(),
        })
        && filter.waiting.is_none_or(|wanted| wanted == waits)
        && filter.ticket.is_none_or(|ticket| ticket == task.ticket)
        && filter.due_before.is_none_or(|at| task.due_at().is_some_and(|due| due < at))
}

async fn all_pages(desk: &Desk, query: &TaskQuery, total: usize) -> Vec<TaskId> {
    let mut query = query.clone();
    let mut found = Vec::new();
    loop {
        let page = desk.queries.tasks(&query).await.unwrap();
        let counted = Total { value: total as i64, capped: false };
        assert_eq!(page.total, Some(counted), "{query:?}");
        found.extend(page.items.iter().map(|item| item.id));
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            return found;
        }
    }
}

fn some_query(dice: &mut Dice) -> TaskQuery {
    let mut filter = TaskFilter::default();
    let someone = user(u128::from(dice.roll(4)));
    if dice.roll(3) == 0 {
        filter.status = (0..=dice.roll(3)).map(|_| *dice.pick(TaskStatus::ALL)).collect();
    }
    if dice.roll(4) == 0 {
        filter.role = vec![role(1 + u128::from(dice.roll(3)))];
    }
    if dice.roll(4) == 0 {
        filter.assigned = vec![Assignment::To(someone)];
    }
    if dice.roll(4) == 0 {
        filter.assigned.push(Assignment::Nobody);
    }
    if dice.roll(4) == 0 {
        filter.waiting = Some(dice.roll(3) == 0);
    }
    if dice.roll(9) == 0 {
        filter.ticket = Some(ticket(1 + u128::from(dice.roll(60))));
    }
    if dice.roll(4) == 0 {
        filter.workflow = vec![workflow(1 + u128::from(dice.roll(3)))];
    }
    if dice.roll(4) == 0 {
        filter.due_before = Some(at(10 + dice.roll(700) as i64));
    }
    let roles = vec![role(1 + u128::from(dice.roll(2)))];
    let scopes = [
        TaskScope::All,
        TaskScope::Mine(someone),
        TaskScope::Roles(roles.clone()),
        TaskScope::Own { user: someone, roles },
    ];
    let sorts =
        [TaskSortKey::CreatedAt, TaskSortKey::UpdatedAt, TaskSortKey::DueAt, TaskSortKey::Priority];
    TaskQuery {
        scope: dice.pick(&scopes).clone(),
        filter,
        sort: *dice.pick(&sorts),
        direction: *dice.pick(&[Direction::Ascending, Direction::Descending]),
        cursor: None,
        limit: 1 + dice.roll(20) as usize,
        count: Count::Wanted,
    }
}

#[tokio::test]
async fn a_cursor_of_another_order_is_refused() {
    let desk = desk().await;
    for run in 1..=2 {
        let opened = task_opened(ticket(1), run, workflow(1), None);
        desk.append(task(1, run).uuid(), &[opened], at(1)).await;
    }
    desk.project().await;
    let query = TaskQuery { limit: 1, ..TaskQuery::default() };
    let cursor = desk.queries.tasks(&query).await.unwrap().next_cursor;
    assert!(cursor.is_some());
    let other = TaskQuery { sort: TaskSortKey::Priority, cursor, ..query };
    assert!(matches!(desk.queries.tasks(&other).await, Err(QueryError::BadCursor)));
}
