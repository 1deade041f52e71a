use commands::{CommandError, Context};
use domain::TicketId;
use domain::ticket::Status;
use domain::user::Role;
use futures_util::future::join_all;

use crate::support::*;

#[tokio::test]
async fn a_repeat_answers_the_first_result_and_appends_nothing() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let ctx = repeatable(&one, 1);
    let first = one.open_ticket(&ctx, input("a"), vec![]).await.unwrap();
    let id = TicketId(first.id);
    one.change_status(&crate::support::ctx(&one), id, Status::Closed, None).await.unwrap();

    for commands in [&one, &two] {
        let again = commands.open_ticket(&ctx, input("a"), vec![]).await.unwrap();
        assert!(again.replayed);
        assert_eq!((again.id, again.version), (first.id, 1));
        assert_eq!(again.position, first.position);
        assert_eq!(again.recorded_at, first.recorded_at);
        assert_eq!(ticket(&again), ticket(&first));
    }
    assert_eq!(count(&one, "ticket.opened").await, 1);
}

#[tokio::test]
async fn a_repeat_of_what_changed_nothing_is_recognised() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let id = open(&one, "a").await;
    let ctx = repeatable(&one, 1);
    let first = one.change_status(&ctx, id, Status::Open, None).await.unwrap();
    assert_eq!((first.version, first.replayed), (1, false));
    one.change_status(&crate::support::ctx(&one), id, Status::Closed, None).await.unwrap();
    // Now it would change something; but it was accepted before.
    let again = one.change_status(&ctx, id, Status::Open, None).await.unwrap();
    assert_eq!((again.version, again.replayed), (1, true));
    assert_eq!(ticket(&again).status, Status::Open);
}

#[tokio::test]
async fn a_key_with_another_body_is_refused() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let ctx = repeatable(&one, 1);
    one.open_ticket(&ctx, input("a"), vec![]).await.unwrap();
    let other = Context { body_hash: [2; 32], ..ctx };
    let refused = one.open_ticket(&other, input("b"), vec![]).await.unwrap_err();
    assert!(matches!(refused, CommandError::KeyReused), "{refused}");
    assert_eq!(count(&one, "ticket.opened").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeats_at_once_make_one_ticket() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let ctx = repeatable(&one, 1);
    let writers = (0..16).map(|n| {
        let commands = if n % 2 == 0 { one.clone() } else { two.clone() };
        let ctx = ctx.clone();
        async move { commands.open_ticket(&ctx, input("a"), vec![]).await.unwrap() }
    });
    let results = join_all(writers).await;
    assert!(results.iter().all(|result| result.id == results[0].id));
    assert_eq!(results.iter().filter(|result| !result.replayed).count(), 1);
    assert_eq!(count(&one, "ticket.opened").await, 1);
}

#[tokio::test]
async fn a_repeated_registration_needs_no_free_address() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let ctx = repeatable(&one, 1);
    let first = one.register_user(&ctx, person("ada@example.com", Role::Admin)).await.unwrap();
    let again = one.register_user(&ctx, person("ada@example.com", Role::Admin)).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.id, first.id);
}
