//! The consumer itself: its checkpoint, and what it asks for.

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::{Desk, one_step};

#[tokio::test]
async fn without_workflows_and_policies_nothing_is_asked_for_and_the_checkpoint_moves() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    for n in 0..20 {
        one.ticket(&format!("{n}")).await;
    }
    let drained = one.reactions.drain().await.unwrap();
    assert_eq!(drained.jobs, 0);
    assert_eq!(drained.events as i64, one.head().await);
    assert_eq!(one.checkpoint().await, one.head().await);
    assert_eq!(one.jobs().await.len(), 0);
}

#[tokio::test]
async fn what_happens_to_a_ticket_in_one_go_asks_for_its_task_once() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    one.role("Level 2").await;
    one.workflow(one_step("Level 2", None)).await;
    let ticket = one.ticket("a").await;
    for _ in 0..2 {
        one.commands.delete_ticket(&one.ctx(), ticket, None).await.unwrap();
        one.commands.restore_ticket(&one.ctx(), ticket).await.unwrap();
    }
    assert_eq!(one.reactions.drain().await.unwrap().jobs, 1);
    let jobs = one.jobs().await;
    assert_eq!(jobs[0].job_type, "reconcile_task");
    assert_eq!(jobs[0].parameters["ticket_id"], ticket.to_string());
}

#[tokio::test]
async fn two_readers_ask_for_nothing_twice() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    one.role("Level 2").await;
    one.workflow(one_step("Level 2", None)).await;
    for n in 0..30 {
        one.ticket(&format!("{n}")).await;
    }
    let (a, b) = tokio::join!(one.reactions.drain(), two.reactions.drain());
    assert_eq!(a.unwrap().jobs + b.unwrap().jobs, 30);
    assert_eq!(one.jobs().await.len(), 30);
}

#[tokio::test]
async fn an_event_of_a_type_that_is_not_known_holds_nothing_up() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    one.role("Level 2").await;
    one.workflow(one_step("Level 2", None)).await;
    let unknown = eventstore::AppendRequest {
        command_id: one.commands.store().ambient().uuid_v7(),
        body_hash: [0; 32],
        metadata: eventstore::Metadata::system("test"),
        streams: vec![eventstore::StreamAppend {
            stream_id: Uuid::from_u128(9),
            kind: eventstore::StreamKind("of_tomorrow"),
            expected: eventstore::Expected::Exactly(0),
            subject: eventstore::Subject::Stream,
            events: vec![eventstore::NewEvent {
                event_type: "of_tomorrow.opened".into(),
                schema_version: 1,
                data: serde_json::json!({}),
                occurred_at: None,
            }],
        }],
        claims: vec![],
        releases: vec![],
        credentials: vec![],
    };
    one.commands.store().append(unknown).await.unwrap();
    let ticket = one.ticket("after it").await;
    one.drain().await;
    one.running_task(ticket).await;
}

#[tokio::test]
async fn one_process_reads_at_a_time_and_the_next_one_goes_on_when_it_stops() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    one.role("Level 2").await;
    one.workflow(one_step("Level 2", None)).await;
    let stops = [CancellationToken::new(), CancellationToken::new()];
    let runs = [(&one, 1), (&two, 2)].map(|(process, id)| {
        let (reactions, stop) = (process.reactions.clone(), stops[id as usize - 1].clone());
        tokio::spawn(async move { reactions.run(Uuid::from_u128(id), stop).await })
    });
    let until = async |count: usize| {
        while one.jobs().await.len() < count {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    one.ticket("first").await;
    until(1).await;
    let holder: Uuid =
        sqlx::query_scalar("select holder from work.leases where name = 'reactions'")
            .fetch_one(one.pool())
            .await
            .unwrap();
    let first = holder.as_u128() as usize - 1;
    stops[first].cancel();
    one.ticket("second").await;
    until(2).await;
    stops[1 - first].cancel();
    for run in runs {
        run.await.unwrap();
    }
    assert_eq!(one.jobs().await.len(), 2);
}
