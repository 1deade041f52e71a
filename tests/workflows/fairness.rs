//! A thousand tasks over seven people.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::*;
use crate::support::{Desk, Setup};

const PEOPLE: usize = 7;
const TASKS: usize = 1_000;
const WRITERS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_as_many_as_everybody_else() {
    let desk = Desk::start(Setup::default()).await;
    // Two more processes do the work; none knows of the other's turns but through the log.
    let others =
        ["worker", "worker"].map(|role| Setup::default().argument(&format!("--roles={role}")));
    let mut beside = Vec::new();
    for setup in others {
        beside.push(desk.beside(setup).await);
    }
    let admin = desk.as_admin().await;
    let level_2 = work_role(&admin, "Level 2").await;
    work_role(&admin, "Approver").await;
    for name in ["ann", "bob", "cat", "dan", "eva", "fay", "gus"] {
        colleague(&desk, name, &[&level_2]).await;
    }
    define(&admin, approval()).await;
    let writers = (0..WRITERS).map(async |writer| {
        for index in 0..TASKS / WRITERS {
            open_at_last(&admin, &format!("Writer {writer}, ticket {index}")).await;
        }
    });
    join_all(writers).await;

    let begun = Instant::now();
    let assigned = loop {
        let page = admin.get("/api/v1/tasks?all=true&count=true&status=in_progress&limit=1").await;
        if page.expect(200)["total"] == TASKS {
            break begun.elapsed();
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "not all tasks are assigned");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    println!("the last of {TASKS} tasks was there {assigned:?} after its ticket");
    let mut counts = BTreeMap::<String, usize>::new();
    let mut path = "/api/v1/tasks?all=true&limit=200".to_owned();
    let mut last = None;
    loop {
        let page = admin.get(&path).await.expect(200);
        for task in page["items"].as_array().unwrap() {
            *counts.entry(task["assigned_to"].as_str().unwrap().to_owned()).or_default() += 1;
            // The newest comes first.
            last.get_or_insert_with(|| task.clone());
        }
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/tasks?all=true&limit=200&cursor={cursor}");
    }
    assert_eq!(counts.len(), PEOPLE);
    assert_eq!(counts.values().sum::<usize>(), TASKS);
    let (least, most) = (counts.values().min().unwrap(), counts.values().max().unwrap());
    assert!(most - least <= 1, "{counts:?}");

    // Any of them can be explained.
    let explained = admin.get(&self::path(&last.unwrap(), "/explanation")).await.expect(200);
    let assignment = &explained["assignment"];
    assert_eq!(assignment["strategy"], "round_robin", "{explained}");
    assert_eq!(assignment["candidates"].as_array().unwrap().len(), PEOPLE);
    assert!(assignment["pointer"]["email"].is_string(), "{explained}");
}

/// Opens a ticket as a client does whom a busy desk asks to try again: under a key, so that it is opened once.
async fn open_at_last(client: &Client<'_>, subject: &str) {
    let body = json!({
        "subject": subject, "description": "Please.", "category": "other", "department": "IT",
    });
    loop {
        let call = client.call(Method::POST, "/api/v1/tickets").header("idempotency-key", subject);
        let answer = call.json(&body).send().await;
        if answer.status != 503 {
            answer.expect(201);
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
