//! Histories and the audit.

use domain::audit::{AuditEvent, LoginRefusal, LoginRefused};
use domain::ticket::events::Assigned;
use domain::ticket::{Status, TicketEvent, Visibility};
use domain::user::events::{RoleChanged, UserRegistered};
use domain::user::{Role, UserEvent, UserStatus};
use eventstore::Actor;
use projections::{AuditFilter, CommentAccess};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Desk, at, comment, moved, user};

fn registered(name: &str, email: &str) -> UserEvent {
    UserEvent::Registered(UserRegistered {
        email: email.into(),
        full_name: name.into(),
        role: Role::Handler,
        departments: vec![],
        work_roles: vec![],
        status: UserStatus::Active,
    })
}

#[tokio::test]
async fn a_history_tells_what_happened_in_words() {
    let desk = Desk::new().await;
    desk.append(user(1).uuid(), &[registered("Ada", "ada@example.com")], at(0)).await;
    desk.append(user(2).uuid(), &[registered("Bob", "bob@example.com")], at(0)).await;
    let id = desk.open(1, |_| {}).await;
    desk.then(id, TicketEvent::Assigned(Assigned { assignee: user(2), previous: None }), 10).await;
    desk.then(id, moved(Status::Open, Status::InProgress), 20).await;
    desk.then(id, comment(1, Some(user(2)), Visibility::Internal, "hm"), 30).await;
    desk.project().await;

    let all = desk.queries.history(id, CommentAccess::All, None, 50).await.unwrap();
    assert_eq!(all.total, 4);
    let all = all.page;
    let words: Vec<&str> = all.items.iter().map(|row| row.summary.as_str()).collect();
    assert_eq!(
        words,
        [
            "Opened as TKT-2026-000001 with priority medium",
            "Assigned to Bob",
            "Changed the status from open to in progress",
            "Added an internal comment",
        ]
    );
    let opened = &all.items[0];
    assert_eq!(opened.user.as_ref().unwrap().full_name.as_deref(), Some("Ada"));
    assert_eq!(opened.client.as_ref().unwrap().address.as_deref(), Some("192.0.2.7"));
    assert_eq!(opened.data["subject"], "Subject 1");

    let public = desk.queries.history(id, CommentAccess::PublicOnly, None, 2).await.unwrap();
    assert_eq!(public.total, 3, "without the internal comment");
    let public = public.page;
    assert_eq!(public.items.len(), 2);
    let cursor = public.next_cursor.unwrap();
    let rest = desk.queries.history(id, CommentAccess::PublicOnly, Some(&cursor), 2).await.unwrap();
    let rest = rest.page;
    assert_eq!(rest.items.iter().map(|row| row.version).collect::<Vec<_>>(), [3]);
    assert_eq!(rest.next_cursor, None);
}

#[tokio::test]
async fn the_audit_is_filtered_by_who_what_and_when() {
    let desk = Desk::new().await;
    let admin = Actor::Token { id: user(9).uuid(), token: Uuid::from_u128(5) };
    desk.append(user(2).uuid(), &[registered("Bob", "bob@example.com")], at(0)).await;
    let changed = UserEvent::RoleChanged(RoleChanged { from: Role::Handler, to: Role::Admin });
    desk.append_as(admin, user(2).uuid(), &[changed], at(1)).await;
    let refused = AuditEvent::LoginRefused(LoginRefused {
        reason: LoginRefusal::WrongPassword,
        attempted: Some("eve".into()),
    });
    desk.append_as(Actor::Anonymous, Uuid::from_u128(77), &[refused], at(2)).await;
    desk.project().await;

    let found = async |filter: AuditFilter| {
        let page = desk.queries.audit(&filter, None, 50).await.unwrap();
        let count = desk.queries.count_audit(&filter, 50).await.unwrap();
        assert_eq!(count, page.items.len() as i64);
        page.items.iter().map(|row| row.position).collect::<Vec<_>>()
    };
    let all = AuditFilter::default();
    assert_eq!(found(all.clone()).await, [3, 2, 1]);
    assert_eq!(found(AuditFilter { user: Some(user(9)), ..all.clone() }).await, [2]);
    let actions = vec!["audit.login_refused".to_owned()];
    assert_eq!(found(AuditFilter { action: actions, ..all.clone() }).await, [3]);
    let kinds = vec!["user".to_owned()];
    assert_eq!(found(AuditFilter { resource_type: kinds, ..all.clone() }).await, [2, 1]);
    assert_eq!(
        found(AuditFilter { resource_id: Some(user(2).uuid()), ..all.clone() }).await,
        [2, 1]
    );
    let address = |address: &str| AuditFilter { address: Some(address.to_owned()), ..all.clone() };
    assert_eq!(found(address("192.0.2.7")).await, [3, 2, 1]);
    assert_eq!(found(address("192.0.2.8")).await, [0_i64; 0]);

    let page = desk.queries.audit(&all, None, 2).await.unwrap();
    assert_eq!(page.items[0].details, json!({ "reason": "wrong_password", "attempted": "eve" }));
    assert_eq!((page.items[1].actor, page.items[1].token_id), ("token", Some(Uuid::from_u128(5))));
    assert_eq!(page.items[1].details, json!({ "from": "handler", "to": "admin" }));
    let recorded = page.items[1].recorded_at;
    let rest = desk.queries.audit(&all, page.next_cursor.as_ref(), 2).await.unwrap();
    assert_eq!(rest.items.iter().map(|row| row.position).collect::<Vec<_>>(), [1]);
    assert_eq!(found(AuditFilter { from: Some(recorded), ..all.clone() }).await, [3, 2]);
    assert_eq!(found(AuditFilter { to: Some(recorded), ..all.clone() }).await, [1]);
}
