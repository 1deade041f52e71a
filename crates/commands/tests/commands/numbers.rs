use std::collections::HashSet;

use commands::CommandsConfig;
use futures_util::future::join_all;

use crate::support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_never_give_one_number_twice() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let first = one.open_ticket(&ctx(&one), input("first"), vec![]).await.unwrap();
    assert_eq!(ticket(&first).number.to_string(), "TKT-2026-000001");
    let writers = (0..60).map(|n| {
        let commands = if n % 2 == 0 { one.clone() } else { two.clone() };
        async move {
            let opened = commands.open_ticket(&ctx(&commands), input("x"), vec![]).await.unwrap();
            ticket(&opened).number
        }
    });
    let numbers: HashSet<_> = join_all(writers).await.into_iter().collect();
    assert_eq!(numbers.len(), 60);
    assert!(!numbers.contains(&ticket(&first).number));
}

#[tokio::test]
async fn a_year_begins_at_midnight_of_the_configured_zone() {
    let desk = Desk::new().await;
    desk.clock.set("2026-12-31T15:59:59Z");
    let zone = CommandsConfig { time_zone: chrono_tz::Asia::Shanghai, ..Desk::config() };
    let one = desk.process_with(zone).await;
    let number = |committed| ticket(&committed).number.to_string();
    let open = || async { one.open_ticket(&ctx(&one), input("x"), vec![]).await.unwrap() };
    assert_eq!(number(open().await), "TKT-2026-000001");
    desk.clock.set("2026-12-31T16:00:00Z");
    assert_eq!(number(open().await), "TKT-2027-000001");
    assert_eq!(number(open().await), "TKT-2027-000002");
    desk.clock.set("2026-12-31T15:59:59Z");
    assert_eq!(number(open().await), "TKT-2026-000002");
}

#[tokio::test]
async fn numbers_go_on_behind_the_last_when_the_work_schema_was_lost() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    for _ in 0..6 {
        open(&one, "x").await;
    }
    sqlx::query("delete from work.number_blocks").execute(one.store().pool()).await.unwrap();
    let two = desk.process().await;
    let opened = two.open_ticket(&ctx(&two), input("x"), vec![]).await.unwrap();
    assert_eq!(ticket(&opened).number.to_string(), "TKT-2026-000007");
}
