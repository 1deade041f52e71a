use chrono::TimeDelta;
use commands::{CommandError, CreateApiTokenInput};
use domain::user::{Role, Scope};

use crate::support::*;

fn asked() -> CreateApiTokenInput {
    CreateApiTokenInput {
        name: Some("nightly import".into()),
        scopes: vec!["import".into(), "read".into()],
        expires_at: None,
    }
}

#[tokio::test]
async fn a_token_works_for_its_user_until_revoked() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let ada = register(&one, "ada@example.com", Role::Handler).await;
    let created = one.create_api_token(&ctx(&one), ada, asked()).await.unwrap();
    for commands in [&one, &two] {
        let facts = commands.authenticate_api_token(&created.token).await.unwrap().unwrap();
        assert_eq!((facts.user.id, facts.token_id), (ada, created.token_id));
        assert_eq!(facts.scopes, [Scope::Import, Scope::Read]);
    }
    one.revoke_api_token(&ctx(&one), ada, created.token_id).await.unwrap();
    for commands in [&one, &two] {
        assert_eq!(commands.authenticate_api_token(&created.token).await.unwrap(), None);
    }
    let missing = one.revoke_api_token(&ctx(&one), ada, created.token_id).await;
    assert!(matches!(missing, Err(CommandError::NotFound)));
}

#[tokio::test]
async fn a_repeat_shows_the_same_token() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let ada = register(&one, "ada@example.com", Role::Handler).await;
    let ctx = repeatable(&one, 1);
    let first = one.create_api_token(&ctx, ada, asked()).await.unwrap();
    let again = one.create_api_token(&ctx, ada, asked()).await.unwrap();
    assert!(again.committed.replayed);
    assert_eq!((again.token_id, &again.token), (first.token_id, &first.token));
    assert_eq!(count(&one, "user.api_token_created").await, 1);
}

#[tokio::test]
async fn a_token_stops_with_its_time_and_with_its_user() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let ada = register(&one, "ada@example.com", Role::Handler).await;
    let expires_at = Some(one.store().ambient().now() + TimeDelta::days(1));
    let asked = CreateApiTokenInput { expires_at, ..asked() };
    let created = one.create_api_token(&ctx(&one), ada, asked).await.unwrap();
    let works = || async { one.authenticate_api_token(&created.token).await.unwrap().is_some() };
    assert!(works().await);
    one.deactivate_user(&ctx(&one), ada).await.unwrap();
    assert!(!works().await);
    one.reactivate_user(&ctx(&one), ada).await.unwrap();
    assert!(works().await);
    desk.clock.advance(TimeDelta::days(1));
    assert!(!works().await);
}

#[tokio::test]
async fn what_is_no_token_is_nobody() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let ada = register(&one, "ada@example.com", Role::Handler).await;
    let created = one.create_api_token(&ctx(&one), ada, asked()).await.unwrap();
    let mut forged = created.token.clone();
    let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
    forged.push(last);
    for token in ["", "dkt_", "dkt_x", &forged, &created.token[4..]] {
        assert_eq!(one.authenticate_api_token(token).await.unwrap(), None, "{token}");
    }
    let asked = CreateApiTokenInput { name: None, scopes: vec!["fly".into()], expires_at: None };
    let refused = one.create_api_token(&ctx(&one), ada, asked).await;
    let Err(CommandError::Invalid(fields)) = refused else { panic!() };
    assert_eq!(fields.iter().map(|f| f.field).collect::<Vec<_>>(), ["name", "scopes"]);
}
