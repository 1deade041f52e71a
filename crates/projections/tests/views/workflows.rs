//! Workflows and their versions.

use domain::workflow::{Target, WorkflowStatus};
use projections::{AuditFilter, WorkflowFilter};

use crate::support::{Desk, at, ticket};
use crate::work::{
    defined, definition, draft, in_turn, renamed, retired, revised, task, task_opened, workflow,
};
use crate::{support::user, work::cancelled};

#[tokio::test]
async fn workflows_are_folded_listed_and_read_in_their_versions() {
    let desk = Desk::new().await;
    let (one, two) = (workflow(1), workflow(2));
    desk.append(one.uuid(), &[defined("Fault repair")], at(0)).await;
    desk.append(two.uuid(), &[defined("Access")], at(1)).await;
    desk.project().await;
    desk.append(one.uuid(), &[revised(2), renamed("Repair"), retired()], at(5)).await;
    desk.project().await;

    let row = desk.queries.workflow(one).await.unwrap().unwrap();
    assert_eq!((row.version, row.definition_version), (4, 2));
    assert_eq!((row.name.as_str(), row.status), ("Repair", WorkflowStatus::Retired));
    assert_eq!((row.created_at, row.updated_at), (at(0), at(5)));
    assert_eq!((row.matching, row.is_default), (draft("Any").matching, false));
    assert_eq!(row.definition.transitions.len(), 4);
    assert_eq!(desk.queries.workflow(workflow(9)).await.unwrap(), None);

    let first = desk.queries.workflow_version(one, 1).await.unwrap().unwrap();
    assert_eq!(first, definition());
    let second = desk.queries.workflow_version(one, 2).await.unwrap().unwrap();
    assert_eq!(second, row.definition);
    assert_eq!(desk.queries.workflow_version(one, 3).await.unwrap(), None);
    assert_eq!(desk.queries.workflow_version(workflow(9), 1).await.unwrap(), None);

    let found = async |filter: WorkflowFilter| {
        let page = desk.queries.workflows(&filter, None, 50).await.unwrap();
        let counted = desk.queries.count_workflows(&filter).await.unwrap();
        assert_eq!(counted, page.items.len() as i64);
        page.items.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(found(WorkflowFilter::default()).await, [one, two]);
    assert_eq!(found(WorkflowFilter { status: vec![WorkflowStatus::Active] }).await, [two]);
    let all = WorkflowFilter::default();
    let first = desk.queries.workflows(&all, None, 1).await.unwrap();
    let second = desk.queries.workflows(&all, first.next_cursor.as_ref(), 1).await.unwrap();
    assert_eq!((second.items[0].id, second.next_cursor), (two, None));
}

#[tokio::test]
async fn transitions_are_those_of_active_workflows_or_of_one() {
    let desk = Desk::new().await;
    let (one, two) = (workflow(1), workflow(2));
    desk.append(one.uuid(), &[defined("Fault repair"), revised(2), retired()], at(0)).await;
    desk.append(two.uuid(), &[defined("Access")], at(1)).await;
    desk.project().await;
    let active = desk.queries.transitions(None).await.unwrap();
    assert_eq!(active.len(), 5);
    assert!(active.iter().all(|row| row.workflow == two && row.workflow_name == "Access"));
    assert_eq!(
        (active[0].from_name.as_str(), active[0].action.name.as_str()),
        ("Triage", "Submit")
    );
    assert_eq!(active[0].to_name.as_deref(), Some("Approval"));
    assert!(matches!(&active[4].to, Target::End(end) if end.outcome.as_str() == "rejected"));
    assert_eq!(active[4].to_name, None);
    let of_one = desk.queries.transitions(Some(one)).await.unwrap();
    assert_eq!((of_one.len(), of_one[0].definition_version), (4, 2));
    assert_eq!(desk.queries.transitions(Some(workflow(9))).await.unwrap(), []);
}

#[tokio::test]
async fn a_workflow_tells_how_many_tasks_run_on_it() {
    let desk = Desk::new().await;
    desk.append(workflow(1).uuid(), &[defined("Fault repair")], at(0)).await;
    for n in 1..=3 {
        let opened = task_opened(ticket(n), 1, workflow(1), None);
        desk.append(task(n, 1).uuid(), &[opened, in_turn(user(2))], at(1)).await;
    }
    desk.project().await;
    let running = async || desk.queries.workflow(workflow(1)).await.unwrap().unwrap().running_tasks;
    assert_eq!(running().await, 3);
    desk.append(task(2, 1).uuid(), &[cancelled()], at(2)).await;
    desk.project().await;
    assert_eq!(running().await, 2);
}

#[tokio::test]
async fn the_audit_names_workflows_and_tasks() {
    let desk = Desk::new().await;
    desk.append(workflow(1).uuid(), &[defined("Fault repair")], at(0)).await;
    let opened = task_opened(ticket(1), 1, workflow(1), None);
    desk.append(task(1, 1).uuid(), &[opened, in_turn(user(2))], at(1)).await;
    desk.project().await;
    let filter = AuditFilter { resource_type: vec!["task".to_owned()], ..AuditFilter::default() };
    let page = desk.queries.audit(&filter, None, 50).await.unwrap();
    let actions: Vec<&str> = page.items.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["task.assigned", "task.opened"]);
    assert_eq!(page.items[0].resource_id, task(1, 1).uuid());
    let filter =
        AuditFilter { action: vec!["workflow.defined".to_owned()], ..AuditFilter::default() };
    let page = desk.queries.audit(&filter, None, 50).await.unwrap();
    assert_eq!((page.items.len(), page.items[0].resource_type.as_str()), (1, "workflow"));
}
