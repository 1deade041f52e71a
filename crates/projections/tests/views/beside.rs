//! Views built anew beside the live ones, while people read and write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use domain::ticket::{Status, Visibility};
use projections::{
    BesideError, CommentAccess, Freshness, Projector, SearchProjector, Source, TicketQuery,
    TicketRef, View, rebuild_beside, retry_parked,
};

use crate::rebuilds::rows;
use crate::support::{Desk, at, comment, lives, moved};
use crate::work::{clocks, work, write_mixed};

const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn each_view_is_rebuilt_by_itself_and_all_of_them_together() {
    let desk = Desk::new().await;
    let log = lives(11, 40, 300);
    write_mixed(&desk, &log, &[work(13, 40, 300), clocks(&log)].concat()).await;
    desk.project().await;
    let live = rows(&desk.pool).await;
    for views in View::ALL.map(|view| vec![view]).into_iter().chain([View::ALL.to_vec()]) {
        let spoilt = [
            "tickets",
            "stat_counters",
            "ticket_comments",
            "tasks",
            "workflows",
            "audit",
            "search",
        ];
        for table in spoilt {
            // What a rebuild is for: somebody spoilt what is there.
            let spoil = format!(
                "update views.{table} set {} ",
                match table {
                    "tickets" => "facets = '{}'",
                    "stat_counters" => "n = n + 1",
                    "ticket_comments" => "body = 'x'",
                    "tasks" => "assignee = null",
                    "workflows" => "name = 'x'",
                    "ticket_sla" => "state = 'x'",
                    "audit" => "action = 'x'",
                    _ => "comment_bytes = 1",
                }
            );
            if views.iter().any(|view| {
                view.name()
                    == table.trim_start_matches("ticket_").replace("stat_counters", "tickets")
            }) {
                sqlx::query(sqlx::AssertSqlSafe(spoil)).execute(&desk.pool).await.unwrap();
            }
        }
        assert_ne!((rows(&desk.pool).await == live, views.len()), (true, View::ALL.len()));
        rebuild_beside(&desk.store, &views, |_| {}).await.unwrap();
        assert_eq!(rows(&desk.pool).await, live, "{views:?}");
    }
    // The indexes came along.
    let indexes = "select count(*) from pg_indexes where schemaname = 'views'";
    let count: i64 = sqlx::query_scalar(indexes).fetch_one(&desk.pool).await.unwrap();
    desk.open(5000, |_| {}).await;
    desk.project().await;
    projections::rebuild(&desk.store, &desk.progress).await.unwrap();
    let again: i64 = sqlx::query_scalar(indexes).fetch_one(&desk.pool).await.unwrap();
    assert_eq!(count, again);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_during_writes_exchanges_without_a_failed_or_stale_read() {
    let desk = Arc::new(Desk::new().await);
    write_mixed(&desk, &lives(12, 60, 400), &work(14, 60, 300)).await;
    desk.project().await;
    let views = Projector::new(desk.store.clone(), desk.progress.clone());
    let search = SearchProjector::new(desk.store.clone(), desk.progress.clone());
    // As a process does: whoever finds the tables exchanged begins anew.
    let projecting = [
        tokio::spawn({
            let desk = Arc::clone(&desk);
            async move {
                let mut views = Some(views);
                loop {
                    let projector = views.take().unwrap_or_else(|| {
                        Projector::new(desk.store.clone(), desk.progress.clone())
                    });
                    drop(projector.run(&Source::Tail).await);
                }
            }
        }),
        tokio::spawn({
            let desk = Arc::clone(&desk);
            async move {
                let mut search = Some(search);
                loop {
                    let projector = search.take().unwrap_or_else(|| {
                        SearchProjector::new(desk.store.clone(), desk.progress.clone())
                    });
                    drop(projector.run(&Source::Tail).await);
                }
            }
        }),
    ];
    let done = Arc::new(AtomicBool::new(false));
    let all_rounds = Arc::new(std::array::from_fn::<AtomicU32, 4, _>(|_| AtomicU32::new(0)));
    let mut people = tokio::task::JoinSet::new();
    for person in 0..4_u32 {
        let (desk, done) = (Arc::clone(&desk), Arc::clone(&done));
        let all_rounds = Arc::clone(&all_rounds);
        people.spawn(async move {
            let mut rounds = 0_u32;
            while !done.load(Ordering::Relaxed) {
                let n = 10_000 + person * 100_000 + rounds;
                let id = desk.open(n, |_| {}).await;
                let text = format!("word{n}");
                desk.then(id, comment(n.into(), None, Visibility::Public, &text), 50).await;
                let position = desk.then(id, moved(Status::Open, Status::Resolved), 60).await;
                desk.queries.wait_for(position, Freshness::ViewsAndSearch, PATIENCE).await.unwrap();
                let item = desk.queries.ticket(TicketRef::Id(id)).await.unwrap().unwrap();
                assert_eq!((item.version, item.ticket.status), (3, Status::Resolved));
                assert_eq!(desk.queries.count_comments(id, CommentAccess::All).await.unwrap(), 1);
                let mut query = TicketQuery::default();
                query.filter.search = Some(text);
                let found = desk.queries.list_tickets(&query).await.unwrap();
                assert_eq!(found.items.len(), 1, "{n}");
                desk.queries.stats(at(0)).await.unwrap();
                rounds += 1;
                all_rounds[person as usize].store(rounds, Ordering::Relaxed);
            }
        });
    }
    for round in 1..=3 {
        rebuild_beside(&desk.store, &View::ALL, |_| {}).await.unwrap();
        rebuild_beside(&desk.store, &[View::Tickets], |_| {}).await.unwrap();
        // Everybody goes on meanwhile, at the pace of the machine.
        let goes_on = async {
            while all_rounds.iter().any(|rounds| rounds.load(Ordering::Relaxed) < round) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(2 * PATIENCE, goes_on).await.expect("people go on");
    }
    done.store(true, Ordering::Relaxed);
    people.join_all().await;
    for task in projecting {
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    desk.project().await;
    let live = rows(&desk.pool).await;
    projections::rebuild(&desk.store, &desk.progress).await.unwrap();
    assert_eq!(rows(&desk.pool).await, live);
}

#[tokio::test]
async fn parked_streams_stay_parked_unless_all_of_the_group_is_rebuilt() {
    let desk = Desk::new().await;
    let id = desk.open(1, |_| {}).await;
    let poison = desk.then(id, moved(Status::Open, Status::Closed), 5).await;
    desk.open(2, |_| {}).await;
    let set = "update log.events set data = $2 where position = $1";
    let good: Vec<u8> = sqlx::query_scalar("select data from log.events where position = $1")
        .bind(poison)
        .fetch_one(&desk.pool)
        .await
        .unwrap();
    sqlx::query(set).bind(poison).bind(&b"{}"[..]).execute(&desk.pool).await.unwrap();
    desk.project().await;
    let live = rows(&desk.pool).await;
    // The same poison on both sides: exchanged, and still parked.
    rebuild_beside(&desk.store, &[View::Tickets], |_| {}).await.unwrap();
    assert_eq!(rows(&desk.pool).await, live);
    // Mended since: the tickets alone would be ahead of the audit.
    sqlx::query(set).bind(poison).bind(&good).execute(&desk.pool).await.unwrap();
    let refused = rebuild_beside(&desk.store, &[View::Tickets], |_| {}).await;
    assert!(matches!(refused, Err(BesideError::Parked)), "{refused:?}");
    assert_eq!(rows(&desk.pool).await, live);
    rebuild_beside(&desk.store, &View::ALL, |_| {}).await.unwrap();
    assert_eq!(retry_parked(&desk.store, None, |_| {}).await.unwrap(), []);
    let item = desk.queries.ticket(TicketRef::Id(id)).await.unwrap().unwrap();
    assert_eq!(item.version, 2);
}

#[tokio::test]
async fn one_rebuild_at_a_time_and_none_before_the_first() {
    let desk = Desk::new().await;
    desk.open(1, |_| {}).await;
    let early = rebuild_beside(&desk.store, &[View::Audit], |_| {}).await;
    assert!(matches!(early, Err(BesideError::NotBuilt)), "{early:?}");
    desk.project().await;
    let (first, second) = tokio::join!(
        rebuild_beside(&desk.store, &View::ALL, |_| {}),
        rebuild_beside(&desk.store, &View::ALL, |_| {}),
    );
    let refused =
        [&first, &second].into_iter().filter(|done| matches!(done, Err(BesideError::Running)));
    assert_eq!(refused.count(), 1, "{first:?} {second:?}");
}
