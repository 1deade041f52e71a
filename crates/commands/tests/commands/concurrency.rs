use std::time::Duration;

use commands::CommandError;
use domain::ticket::{Status, TicketState};
use domain::{Tag, TicketId};
use futures_util::future::join_all;

use crate::support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_change_one_ticket_and_nothing_is_lost() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let id = open(&one, "busy").await;
    let tag = |n: usize| vec![Tag::parse(&format!("t{n}")).unwrap()];
    let writers = (0..40).map(|n| {
        let commands = if n % 2 == 0 { one.clone() } else { two.clone() };
        async move { commands.add_tags(&ctx(&commands), id, tag(n)).await }
    });
    for result in join_all(writers).await {
        result.unwrap();
    }
    let state = two.ticket_state(id).await.unwrap().unwrap();
    assert_eq!(state.version, 41);
    assert_eq!(state.state.ticket().unwrap().tags.len(), 40);
}

#[tokio::test]
async fn if_match_goes_through_on_that_version_only() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let id = open(&one, "a").await;
    two.change_status(&ctx(&two), id, Status::InProgress, None).await.unwrap();

    // The first process still has version 1 in its cache.
    let stale = if_match(ctx(&one), 1);
    let refused = one.change_status(&stale, id, Status::Closed, None).await.unwrap_err();
    assert!(matches!(refused, CommandError::VersionMismatch { current: 2 }), "{refused}");
    let closed =
        one.change_status(&if_match(ctx(&one), 2), id, Status::Closed, None).await.unwrap();
    assert_eq!(closed.version, 3);
    // Ahead of what the second process has seen, and right.
    let open = two.change_status(&if_match(ctx(&two), 3), id, Status::Open, None).await.unwrap();
    assert_eq!(open.version, 4);

    let nobody = TicketId(one.store().ambient().uuid_v7());
    let missing = one.change_status(&if_match(ctx(&one), 1), nobody, Status::Open, None).await;
    assert!(matches!(missing, Err(CommandError::NotFound)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_with_the_same_if_match_one_wins() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let id = open(&one, "a").await;
    let tag = |n: usize| vec![Tag::parse(&format!("t{n}")).unwrap()];
    let writers = (0..16).map(|n| {
        let commands = if n % 2 == 0 { one.clone() } else { two.clone() };
        async move { commands.add_tags(&if_match(ctx(&commands), 1), id, tag(n)).await }
    });
    let results = join_all(writers).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let lost = |result: &Result<_, CommandError>| {
        matches!(result, Err(CommandError::VersionMismatch { current: 2 }))
    };
    assert_eq!(results.iter().filter(|result| lost(result)).count(), 15);
}

#[tokio::test]
async fn a_refusal_or_a_no_op_on_a_stale_cache_is_decided_anew() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let id = open(&one, "a").await;
    one.delete_ticket(&ctx(&one), id, None).await.unwrap();
    two.restore_ticket(&ctx(&two), id).await.unwrap();
    // Deleted, as the first process remembers it; not so.
    let changed = one.change_status(&ctx(&one), id, Status::Closed, None).await.unwrap();
    assert_eq!(changed.version, 4);

    two.change_status(&ctx(&two), id, Status::Open, None).await.unwrap();
    // Closed already, as the first process remembers it; not so.
    let changed = one.change_status(&ctx(&one), id, Status::Closed, None).await.unwrap();
    assert_eq!(changed.version, 6);
    assert_eq!(ticket(&changed).reopened_count, 1);
}

#[tokio::test]
async fn an_accepted_change_on_a_stale_cache_is_decided_anew() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let id = open(&one, "a").await;
    two.delete_ticket(&ctx(&two), id, None).await.unwrap();
    let refused = one.change_status(&ctx(&one), id, Status::Closed, None).await;
    assert!(matches!(refused, Err(CommandError::Refused(_))));
    let state = one.ticket_state(id).await.unwrap().unwrap();
    assert!(matches!(&*state.state, TicketState::Deleted { .. }));
    assert_eq!(state.version, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn merges_in_a_circle_end_with_one_of_them() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let (a, b) = (open(&one, "a").await, open(&one, "b").await);
    let (ctx_one, ctx_two) = (ctx(&one), ctx(&two));
    let (first, second) = tokio::join!(
        one.merge_tickets(&ctx_one, a, b, None),
        two.merge_tickets(&ctx_two, b, a, None)
    );
    assert_ne!(first.is_ok(), second.is_ok());
}

#[tokio::test]
async fn jobs_that_use_up_their_connections_keep_nobody_else_from_anything() {
    let desk = Desk::new().await;
    let people = desk.process().await;
    let options = (*people.store().pool().connect_options()).clone();
    // Long enough to connect within, however much else the machine does.
    let few = eventstore::pool_options().max_connections(1).acquire_timeout(Duration::from_secs(3));
    let jobs = people.with_pool(few.connect_lazy_with(options));
    let id = open(&jobs, "a").await;
    let held = jobs.store().pool().acquire().await.unwrap();

    let in_progress = ctx(&people);
    let (waited, changed) = tokio::join!(
        jobs.ticket_state(id),
        people.change_status(&in_progress, id, Status::InProgress, None)
    );
    changed.unwrap();
    let refused = waited.unwrap_err();
    assert!(matches!(refused, CommandError::Unavailable), "{refused}");

    drop(held);
    // What both know they know from one cache, and both append over one connection.
    assert_eq!(jobs.ticket_state(id).await.unwrap().unwrap().version, 2);
    assert_eq!(jobs.store().append_counts(), people.store().append_counts());
}
