use commands::{Assignee, CommandError, UserEdit};
use domain::user::{Role, UserStatus};
use domain::{Refusal, RoleName, UserId};

use crate::support::*;

#[tokio::test]
async fn an_address_belongs_to_one_user_in_whatever_spelling_and_moves_with_a_change() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let ada = register(&one, "Ada@example.com", Role::Viewer).await;
    let taken = two.register_user(&ctx(&two), person("ada@EXAMPLE.com", Role::Viewer)).await;
    assert!(matches!(taken, Err(CommandError::EmailTaken { user }) if user == ada));

    let to = |email: &str| UserEdit { email: Some(email.into()), ..UserEdit::default() };
    two.edit_user(&ctx(&two), ada, to("lovelace@example.com")).await.unwrap();
    assert_eq!(one.user_by_email("LOVELACE@example.com").await.unwrap(), Some(ada));
    assert_eq!(one.user_by_email("ada@example.com").await.unwrap(), None);
    one.log_in(&ctx(&one), "ada@example.com", PASSWORD).await.unwrap_err();
    one.log_in(&ctx(&one), "lovelace@example.com", PASSWORD).await.unwrap();

    let bea = register(&two, "ada@example.com", Role::Viewer).await;
    let taken = one.edit_user(&ctx(&one), ada, to("ada@example.com")).await;
    assert!(matches!(taken, Err(CommandError::EmailTaken { user }) if user == bea));
    // Another spelling of one's own is no other address.
    one.edit_user(&ctx(&one), ada, to("Lovelace@Example.com")).await.unwrap();
    assert_eq!(
        one.user(ada).await.unwrap().unwrap().email.as_deref(),
        Some("Lovelace@Example.com")
    );
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    assert!(!one.has_admin().await.unwrap());
    let ada = register(&one, "ada@example.com", Role::Admin).await;
    assert!(one.has_admin().await.unwrap());
    for refused in [
        one.change_role(&ctx(&one), ada, Role::Viewer).await,
        one.deactivate_user(&ctx(&one), ada).await,
    ] {
        assert!(matches!(refused, Err(CommandError::Refused(Refusal::LastActiveAdmin))));
    }
    let bob = register(&one, "bob@example.com", Role::Handler).await;
    one.change_role(&ctx(&one), bob, Role::Admin).await.unwrap();
    one.deactivate_user(&ctx(&one), ada).await.unwrap();
    let refused = one.change_role(&ctx(&one), bob, Role::Handler).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refusal::LastActiveAdmin))));
    one.reactivate_user(&ctx(&one), ada).await.unwrap();
    one.change_role(&ctx(&one), bob, Role::Handler).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_admins_cannot_leave_at_once() {
    for _ in 0..5 {
        let desk = Desk::new().await;
        let (one, two) = (desk.process().await, desk.process().await);
        let ada = register(&one, "ada@example.com", Role::Admin).await;
        let bob = register(&one, "bob@example.com", Role::Admin).await;
        let (ctx_one, ctx_two) = (ctx(&one), ctx(&two));
        let (first, second) = tokio::join!(
            one.change_role(&ctx_one, ada, Role::Viewer),
            two.deactivate_user(&ctx_two, bob)
        );
        assert_ne!(first.is_ok(), second.is_ok());
        assert!(one.has_admin().await.unwrap());
    }
}

#[tokio::test]
async fn tickets_are_given_only_to_those_who_work_on_them() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let handler = register(&one, "hanna@example.com", Role::Handler).await;
    let publisher = register(&one, "pia@example.com", Role::Publisher).await;
    let id = open(&one, "a").await;
    one.assign_ticket(&ctx(&one), id, Assignee::User(handler)).await.unwrap();
    two.deactivate_user(&ctx(&two), handler).await.unwrap();
    let nobody = UserId(one.store().ambient().uuid_v7());
    for assignee in [
        Assignee::User(handler),
        Assignee::User(publisher),
        Assignee::User(nobody),
        Assignee::Email("nobody@example.com".into()),
    ] {
        let refused = one.assign_ticket(&ctx(&one), id, assignee).await;
        let Err(CommandError::Invalid(fields)) = refused else { panic!("{refused:?}") };
        assert_eq!(fields[0].field, "assigned_to");
    }
}

#[tokio::test]
async fn a_password_keeps_the_rules() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let long = "x".repeat(257);
    for bad in ["short", &long, "Ada.Lovelace@example.com"] {
        let mut input = person("ada.lovelace@example.com", Role::Viewer);
        input.password = Some(bad.to_owned());
        let refused = one.register_user(&ctx(&one), input).await;
        let Err(CommandError::Invalid(fields)) = refused else { panic!("{bad} {refused:?}") };
        assert_eq!(fields[0].field, "password");
    }
    let ada = register(&one, "ada@example.com", Role::Viewer).await;
    let ctx = ctx(&one);
    let refused = one.change_own_password(&ctx, ada, "not it at all", "new password", None).await;
    let Err(CommandError::Invalid(fields)) = refused else { panic!() };
    assert_eq!(fields[0].field, "current_password");
}

#[tokio::test]
async fn a_secret_is_nowhere_in_the_log() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    register(&one, "ada@example.com", Role::Viewer).await;
    let found: i64 = sqlx::query_scalar(
        "select count(*) from log.events where position(convert_to('argon2', 'UTF8') in data) > 0 \
         or position(convert_to('ada', 'UTF8') in data) > 0",
    )
    .fetch_one(one.store().pool())
    .await
    .unwrap();
    assert_eq!(found, 0);
}

#[tokio::test]
async fn work_roles_have_names_of_their_own_and_must_exist_to_be_held() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let name = |text: &str| RoleName::parse(text).unwrap();
    let level_two = one.create_work_role(&ctx(&one), name("Level 2")).await.unwrap();
    let taken = one.create_work_role(&ctx(&one), name("level 2")).await;
    assert!(matches!(taken, Err(CommandError::RoleNameTaken)));
    let role = domain::RoleId(level_two.id);
    one.rename_work_role(&ctx(&one), role, name("Level 3")).await.unwrap();
    one.create_work_role(&ctx(&one), name("Level 2")).await.unwrap();

    let ada = register(&one, "ada@example.com", Role::Handler).await;
    let hold = UserEdit { work_roles: Some(vec![role]), ..UserEdit::default() };
    one.edit_user(&ctx(&one), ada, hold.clone()).await.unwrap();
    one.remove_work_role(&ctx(&one), role).await.unwrap();
    let refused = one.edit_user(&ctx(&one), ada, hold).await;
    assert!(matches!(refused, Err(CommandError::Invalid(_))));
    one.create_work_role(&ctx(&one), name("Level 3")).await.unwrap();
}

#[tokio::test]
async fn a_user_can_be_registered_without_being_active() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let mut input = person("ada@example.com", Role::Viewer);
    input.status = UserStatus::Deactivated;
    one.register_user(&ctx(&one), input).await.unwrap();
    let refused = one.log_in(&ctx(&one), "ada@example.com", PASSWORD).await;
    assert!(matches!(refused, Err(CommandError::CredentialsRejected)));
}
