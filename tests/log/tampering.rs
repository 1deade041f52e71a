//! A changed log is noticed.

use sqlx::Row;

use super::database;
use crate::support::{Desk, Setup, finish, open_ticket, run_to_end};

#[tokio::test]
async fn one_changed_byte_is_named_by_its_position() {
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_handler().await;
    for n in 0..10 {
        open_ticket(&client, &format!("Ticket {n}")).await;
    }
    let verify = || {
        let mut command = desk.command();
        command.arg("verify");
        command
    };
    let holds = finish(verify()).await;
    assert!(holds.contains("holds"), "{holds}");

    let pool = database(&desk).await;
    let sql = "select position, data from log.events where type = 'ticket.opened' order by position offset 4 limit 1";
    let row = sqlx::query(sql).fetch_one(&pool).await.unwrap();
    let (position, data): (i64, Vec<u8>) = (row.get(0), row.get(1));
    for (column, byte) in [("data", data.len() / 2), ("metadata", 3)] {
        let flip = format!("set_byte({column}, {byte}, get_byte({column}, {byte}) # 1)");
        // Twice: the second time restores it.
        for expected in [false, true] {
            let sql =
                format!("update log.events set {column} = {flip} where position = {position}");
            let updated = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await;
            updated.expect("the owner of the database can get at anything");
            let output = run_to_end(verify()).await;
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(output.status.success(), expected, "{said}");
            if !expected {
                assert!(said.contains(&format!("position {position}")), "{said}");
            }
        }
    }
}
