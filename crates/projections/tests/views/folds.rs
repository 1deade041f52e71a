//! Tickets and comments as folded.

use domain::ticket::events::{Assigned, Deleted, MergedInto, Restored};
use domain::ticket::{Status, TicketEvent, Visibility};
use domain::{Personal, TicketNumber};
use projections::{
    CommentAccess, Freshness, Presence, Projector, QueryError, Source, TicketQuery, TicketRef,
};
use std::time::Duration;

use crate::support::{Desk, at, comment, moved, ticket, user};

#[tokio::test]
async fn a_ticket_is_folded_as_the_domain_does() {
    let desk = Desk::new().await;
    let id = desk.open(1, |t| t.customer.email = Some("ada@example.com".into())).await;
    desk.then(id, TicketEvent::Assigned(Assigned { assignee: user(2), previous: None }), 10).await;
    desk.project().await;
    // In a second batch, so that the state comes out of the database.
    desk.then(id, moved(Status::Open, Status::Resolved), 70).await;
    desk.project().await;

    let by_number = TicketRef::Number(TicketNumber::new(2026, 1));
    let item = desk.queries.ticket(by_number).await.unwrap().unwrap();
    assert_eq!((item.id, item.version, item.presence), (id, 3, Presence::Active));
    assert_eq!(item.ticket.status, Status::Resolved);
    assert_eq!(item.ticket.assignee, Some(user(2)));
    assert_eq!(item.ticket.resolved_at, Some(at(70)));
    assert_eq!(item.ticket.customer.email, Some(Personal::from("ada@example.com")));
    assert_eq!(desk.queries.ticket(TicketRef::Id(ticket(9))).await.unwrap(), None);
}

#[tokio::test]
async fn deleted_and_merged_tickets_are_found_by_id_alone() {
    let desk = Desk::new().await;
    let (gone, merged, stays) =
        (desk.open(1, |_| {}).await, desk.open(2, |_| {}).await, desk.open(3, |_| {}).await);
    desk.then(gone, TicketEvent::Deleted(Deleted { reason: None }), 10).await;
    desk.then(merged, TicketEvent::MergedInto(MergedInto { into: stays, reason: None }), 10).await;
    desk.project().await;

    let listed = desk.queries.list_tickets(&TicketQuery::default()).await.unwrap();
    assert_eq!(listed.items.iter().map(|item| item.id).collect::<Vec<_>>(), [stays]);
    let presence = |id| desk.queries.ticket(TicketRef::Id(id));
    assert_eq!(presence(gone).await.unwrap().unwrap().presence, Presence::Deleted);
    let found = presence(merged).await.unwrap().unwrap();
    assert_eq!(found.presence, Presence::Merged { into: stays });

    desk.then(gone, TicketEvent::Restored(Restored {}), 20).await;
    desk.project().await;
    let listed = desk.queries.list_tickets(&TicketQuery::default()).await.unwrap();
    assert_eq!(listed.items.iter().map(|item| item.id).collect::<Vec<_>>(), [stays, gone]);
}

#[tokio::test]
async fn internal_comments_are_kept_from_those_who_may_not_read_them() {
    let desk = Desk::new().await;
    let id = desk.open(1, |_| {}).await;
    for (n, visibility) in
        [(1, Visibility::Public), (2, Visibility::Internal), (3, Visibility::Public)]
    {
        desk.then(id, comment(n, Some(user(2)), visibility, &format!("text {n}")), 10).await;
    }
    desk.project().await;

    let texts = async |access, cursor: Option<&_>, limit| {
        let page = desk.queries.comments(id, access, cursor, limit).await.unwrap();
        let texts: Vec<_> =
            page.items.iter().map(|row| row.text.as_str().unwrap().to_owned()).collect();
        (texts, page.next_cursor)
    };
    assert_eq!(texts(CommentAccess::PublicOnly, None, 9).await.0, ["text 1", "text 3"]);
    let (first, cursor) = texts(CommentAccess::All, None, 2).await;
    assert_eq!(first, ["text 1", "text 2"]);
    assert_eq!(texts(CommentAccess::All, cursor.as_ref(), 2).await.0, ["text 3"]);
}

#[tokio::test]
async fn a_reader_of_its_own_writes_waits_for_them() {
    let desk = Desk::new().await;
    desk.open(1, |_| {}).await;
    let wait =
        |millis| desk.queries.wait_for(1, Freshness::ViewsAndSearch, Duration::from_millis(millis));
    assert!(matches!(wait(30).await, Err(QueryError::Behind { wanted: 1, reached: 0 })));

    let projector = Projector::new(desk.store.clone(), desk.progress.clone());
    let search = projections::SearchProjector::new(desk.store.clone(), desk.progress.clone());
    let running = [
        tokio::spawn(async { drop(projector.run(&Source::Tail).await) }),
        tokio::spawn(async { drop(search.run(&Source::Tail).await) }),
    ];
    wait(60_000).await.unwrap();
    let position = desk.open(2, |_| {}).await;
    assert_eq!(position, ticket(2));
    desk.queries.wait_for(2, Freshness::Views, Duration::from_secs(60)).await.unwrap();
    assert!(desk.queries.ticket(TicketRef::Id(ticket(2))).await.unwrap().is_some());
    assert_eq!(desk.queries.lag().await.unwrap().head, 2);
    running.iter().for_each(tokio::task::JoinHandle::abort);
}
