//! Users and work roles.

use domain::user::events::{
    ApiTokenCreated, EmailChanged, UserDeactivated, UserRegistered, WorkRolesChanged,
};
use domain::user::{Role, Scope, UserEvent, UserStatus};
use domain::work_role::{WorkRoleCreated, WorkRoleEvent, WorkRoleRemoved, WorkRoleRenamed};
use domain::{Department, RoleId, RoleName, TokenId};
use projections::UserFilter;
use uuid::Uuid;

use crate::support::{Desk, at, user};

fn registered(name: &str, email: &str, role: Role) -> UserEvent {
    UserEvent::Registered(UserRegistered {
        email: email.into(),
        full_name: name.into(),
        role,
        departments: vec![Department::parse(role.as_str()).unwrap()],
        work_roles: vec![],
        status: UserStatus::Active,
    })
}

#[tokio::test]
async fn users_are_folded_and_filtered() {
    let desk = Desk::new().await;
    let role = RoleId(Uuid::from_u128(3));
    let (ada, bob) = (user(1), user(2));
    desk.append(ada.uuid(), &[registered("Ada Lovelace", "Ada@Example.com", Role::Admin)], at(0))
        .await;
    desk.append(bob.uuid(), &[registered("Bob_ Byte", "bob@example.com", Role::Handler)], at(1))
        .await;
    let token = UserEvent::ApiTokenCreated(ApiTokenCreated {
        token_id: TokenId(Uuid::from_u128(4)),
        name: "ci".into(),
        scopes: vec![Scope::Read],
        expires_at: None,
    });
    desk.append(ada.uuid(), &[token], at(2)).await;
    desk.project().await;
    let change = UserEvent::WorkRolesChanged(WorkRolesChanged { work_roles: vec![role] });
    let off = UserEvent::Deactivated(UserDeactivated {});
    let renamed = UserEvent::EmailChanged(EmailChanged { email: "bob@example.org".into() });
    desk.append(bob.uuid(), &[change, off, renamed], at(3)).await;
    desk.project().await;

    let row = desk.queries.user_by_email("ADA@example.com").await.unwrap().unwrap();
    assert_eq!((row.id, row.version, row.role, row.active), (ada, 2, Role::Admin, true));
    assert_eq!(row.email.as_deref(), Some("Ada@Example.com"));
    assert_eq!(row.api_tokens[0].name.as_deref(), Some("ci"));
    let row = desk.queries.user(bob).await.unwrap().unwrap();
    assert_eq!((row.version, row.active, row.work_roles), (4, false, vec![role]));
    assert_eq!(row.updated_at, at(3));
    assert_eq!(desk.queries.user_by_email("bob@example.com").await.unwrap(), None);

    let found = async |filter: UserFilter| {
        let page = desk.queries.users(&filter, None, 50).await.unwrap();
        assert_eq!(desk.queries.count_users(&filter).await.unwrap(), page.items.len() as i64);
        page.items.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let all = UserFilter::default();
    let search = |text: &str| UserFilter { search: Some(text.to_owned()), ..UserFilter::default() };
    assert_eq!(found(all.clone()).await, [ada, bob]);
    assert_eq!(found(UserFilter { role: vec![Role::Admin], ..all.clone() }).await, [ada]);
    assert_eq!(found(UserFilter { active: Some(false), ..all.clone() }).await, [bob]);
    assert_eq!(found(UserFilter { work_role: Some(role), ..all.clone() }).await, [bob]);
    let department = Some(Department::parse("handler").unwrap());
    assert_eq!(found(UserFilter { department, ..all.clone() }).await, [bob]);
    assert_eq!(found(search("LOVE")).await, [ada]);
    assert_eq!(found(search("bob@")).await, [bob]);
    assert_eq!(found(search("bob_")).await, [bob]);
    assert_eq!(found(search("%")).await, []);
    let first = desk.queries.users(&all, None, 1).await.unwrap();
    let second = desk.queries.users(&all, first.next_cursor.as_ref(), 1).await.unwrap();
    assert_eq!((second.items[0].id, second.next_cursor), (bob, None));
}

#[tokio::test]
async fn work_roles_are_named_renamed_and_removed() {
    let desk = Desk::new().await;
    let (one, two) = (RoleId(Uuid::from_u128(1)), RoleId(Uuid::from_u128(2)));
    let name = |text: &str| RoleName::parse(text).unwrap();
    let created = |text: &str| WorkRoleEvent::Created(WorkRoleCreated { name: name(text) });
    desk.append(one.uuid(), &[created("Level 2")], at(0)).await;
    desk.append(two.uuid(), &[created("approver")], at(1)).await;
    let renamed = WorkRoleEvent::Renamed(WorkRoleRenamed { name: name("Budget approver") });
    desk.append(two.uuid(), &[renamed], at(2)).await;
    desk.project().await;
    let names: Vec<String> =
        desk.queries.work_roles().await.unwrap().into_iter().map(|role| role.name).collect();
    assert_eq!(names, ["Budget approver", "Level 2"]);

    desk.append(one.uuid(), &[WorkRoleEvent::Removed(WorkRoleRemoved {})], at(3)).await;
    desk.project().await;
    assert_eq!(desk.queries.work_role(one).await.unwrap(), None);
    let row = desk.queries.work_role(two).await.unwrap().unwrap();
    assert_eq!((row.version, row.created_at, row.updated_at), (2, at(1), at(2)));
}
