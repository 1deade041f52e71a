use chrono::TimeDelta;
use commands::{CommandError, Commands, SignedIn};
use domain::user::Role;
use futures_util::future::join_all;

use crate::support::*;

const ADA: &str = "ada@example.com";

async fn signed_in(commands: &Commands) -> SignedIn {
    register(commands, ADA, Role::Handler).await;
    commands.log_in(&ctx(commands), ADA, PASSWORD).await.unwrap()
}

async fn refresh(commands: &Commands, token: &str) -> Result<String, CommandError> {
    commands.refresh_session(&ctx(commands), token).await.map(|next| next.refresh_token)
}

fn ended<T>(result: &Result<T, CommandError>) -> bool {
    matches!(result, Err(CommandError::SessionEnded))
}

#[tokio::test]
async fn signing_in_takes_the_right_password_of_an_active_user_and_is_audited() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let ada = register(&one, ADA, Role::Handler).await;
    let signed_in = one.log_in(&ctx(&one), " ADA@example.com", PASSWORD).await.unwrap();
    assert_eq!(signed_in.user.id, ada);
    assert!(one.is_session_live(signed_in.session).await.unwrap());
    for (email, password) in [(ADA, "wrong password"), ("bob@example.com", PASSWORD), ("", "")] {
        let refused = one.log_in(&ctx(&one), email, password).await;
        assert!(matches!(refused, Err(CommandError::CredentialsRejected)));
    }
    assert_eq!(count(&one, "audit.login_succeeded").await, 1);
    assert_eq!(count(&one, "audit.login_refused").await, 3);
}

#[tokio::test]
async fn a_token_works_until_its_successor_is_first_used() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let first = signed_in(&one).await.refresh_token;
    let lost = refresh(&one, &first).await.unwrap();
    let second = refresh(&two, &first).await.unwrap();
    let third = refresh(&one, &second).await.unwrap();
    assert_ne!(lost, second);

    // The first token after its successor was used: somebody else holds it, too.
    let reused = refresh(&two, &first).await;
    assert!(matches!(reused, Err(CommandError::TokenReused { .. })));
    assert!(ended(&refresh(&one, &third).await));
    assert_eq!(count(&one, "audit.token_reused").await, 1);
}

#[tokio::test]
async fn a_fork_of_the_family_is_seen() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let signed_in = signed_in(&one).await;
    let first = signed_in.refresh_token;
    let (stolen, kept) =
        (refresh(&one, &first).await.unwrap(), refresh(&one, &first).await.unwrap());
    refresh(&one, &kept).await.unwrap();
    assert!(matches!(refresh(&one, &stolen).await, Err(CommandError::TokenReused { .. })));
    assert!(!one.is_session_live(signed_in.session).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_race_of_refreshes_leaves_one_line() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let first = signed_in(&one).await.refresh_token;
    let racing = (0..8).map(|n| {
        let commands = if n % 2 == 0 { one.clone() } else { two.clone() };
        let token = first.clone();
        async move { refresh(&commands, &token).await.unwrap() }
    });
    let successors = join_all(racing).await;
    // All of them may go on at once, and only one can be the first.
    let racing = successors.iter().map(|token| refresh(&one, token));
    let results = join_all(racing).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_token_runs_out_after_seven_days_and_each_refresh_gives_seven_more() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let first = signed_in(&one).await.refresh_token;
    desk.clock.advance(TimeDelta::days(6));
    let second = refresh(&one, &first).await.unwrap();
    desk.clock.advance(TimeDelta::days(6));
    assert!(ended(&refresh(&one, &first).await));
    let third = refresh(&one, &second).await.unwrap();
    desk.clock.advance(TimeDelta::days(7));
    assert!(ended(&refresh(&one, &third).await));
}

#[tokio::test]
async fn signing_out_ends_the_family() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let signed_in = signed_in(&one).await;
    let next = refresh(&one, &signed_in.refresh_token).await.unwrap();
    one.log_out(&ctx(&one), &signed_in.refresh_token).await.unwrap();
    assert!(ended(&refresh(&one, &next).await));
    assert!(!one.is_session_live(signed_in.session).await.unwrap());
    // Once more is no error, nor is what never was a token.
    one.log_out(&ctx(&one), &next).await.unwrap();
    one.log_out(&ctx(&one), "drt_nonsense").await.unwrap();
    assert_eq!(count(&one, "audit.logged_out").await, 1);
    assert!(ended(&refresh(&one, "nonsense").await));
}

#[tokio::test]
async fn a_new_password_ends_all_sessions_but_the_present_one() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let present = signed_in(&one).await;
    let other = two.log_in(&ctx(&two), ADA, PASSWORD).await.unwrap();
    let user = present.user.id;
    let ctx_one = repeatable(&one, 1);
    let change =
        |present| one.change_own_password(&ctx_one, user, PASSWORD, "another password", present);
    change(Some(present.session)).await.unwrap();
    assert!(ended(&refresh(&two, &other.refresh_token).await));
    refresh(&one, &present.refresh_token).await.unwrap();
    two.log_in(&ctx(&two), ADA, PASSWORD).await.unwrap_err();
    let later = two.log_in(&ctx(&two), ADA, "another password").await.unwrap();

    // A repeat does not end what was opened since.
    assert!(change(Some(present.session)).await.unwrap().replayed);
    refresh(&two, &later.refresh_token).await.unwrap();
}

#[tokio::test]
async fn who_is_deactivated_or_gets_another_role_is_signed_out() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let first = signed_in(&one).await;
    let user = first.user.id;
    two.change_role(&ctx(&two), user, Role::Viewer).await.unwrap();
    assert!(ended(&refresh(&one, &first.refresh_token).await));

    let second = one.log_in(&ctx(&one), ADA, PASSWORD).await.unwrap();
    assert_eq!(second.user.role, Role::Viewer);
    two.deactivate_user(&ctx(&two), user).await.unwrap();
    assert!(ended(&refresh(&one, &second.refresh_token).await));
    let refused = one.log_in(&ctx(&one), ADA, PASSWORD).await;
    assert!(matches!(refused, Err(CommandError::CredentialsRejected)));
}

#[tokio::test]
async fn a_new_password_holds_though_ending_the_sessions_was_cut_short() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let signed_in = signed_in(&one).await;
    one.set_password(&ctx(&one), signed_in.user.id, "another password", None).await.unwrap();
    sqlx::query("update vault.sessions set revoked_at = null")
        .execute(one.store().pool())
        .await
        .unwrap();
    assert!(ended(&refresh(&one, &signed_in.refresh_token).await));
    assert!(!one.is_session_live(signed_in.session).await.unwrap());
}
