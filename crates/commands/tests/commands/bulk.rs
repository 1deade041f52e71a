use commands::{Assignee, BulkItem, CommandError, TicketChange, TicketRef};
use domain::ticket::Status;
use domain::{Refusal, TicketId};

use crate::support::*;

fn item(ticket: TicketRef, changes: Vec<TicketChange>) -> BulkItem {
    BulkItem { ticket, if_match: None, changes }
}

fn to(status: Status) -> Vec<TicketChange> {
    vec![TicketChange::ChangeStatus { status, reason: None }]
}

#[tokio::test]
async fn each_item_has_its_own_result() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let (a, b) = (open(&one, "a").await, open(&one, "b").await);
    one.delete_ticket(&ctx(&one), b, None).await.unwrap();
    let nobody = Assignee::Email("nobody@example.com".into());
    let items = vec![
        item(a.into(), to(Status::InProgress)),
        item(b.into(), to(Status::Closed)),
        item(TicketId(one.store().ambient().uuid_v7()).into(), to(Status::Closed)),
        item("TKT-2026-000001".parse().unwrap(), vec![TicketChange::Assign(nobody)]),
        BulkItem { if_match: Some(1), ..item(a.into(), to(Status::Closed)) },
        item(a.into(), to(Status::Resolved)),
    ];
    let results = one.change_tickets(&ctx(&one), items).await;
    assert_eq!(results[0].as_ref().unwrap().version, 2);
    assert!(matches!(results[1], Err(CommandError::Refused(Refusal::TicketDeleted))));
    assert!(matches!(results[2], Err(CommandError::NotFound)));
    assert!(matches!(results[3], Err(CommandError::Invalid(_))));
    assert!(matches!(results[4], Err(CommandError::VersionMismatch { current: 2 })));
    assert_eq!(results[5].as_ref().unwrap().version, 3);
}

#[tokio::test]
async fn a_repeat_repeats_no_item() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let mut tickets = Vec::new();
    for _ in 0..20 {
        tickets.push(open(&one, "x").await);
    }
    let items = || tickets.iter().map(|id| item((*id).into(), to(Status::Closed))).collect();
    let ctx = repeatable(&one, 1);
    let first = one.change_tickets(&ctx, items()).await;
    assert!(first.iter().all(|result| !result.as_ref().unwrap().replayed));
    let again = one.change_tickets(&ctx, items()).await;
    assert!(again.iter().all(|result| result.as_ref().unwrap().replayed));
    assert_eq!(count(&one, "ticket.status_changed").await, 20);
}
