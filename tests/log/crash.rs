//! `kill -9` of Docket and of its Postgres, under load.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, Desk, Setup, run_to_end};

const WRITERS: usize = 16;

/// What the desk acknowledged: ticket id by subject.
type Acknowledged = Mutex<BTreeMap<String, String>>;

/// How long enough may take to be acknowledged, or a desk to come back.
const PATIENCE: Duration = Duration::from_secs(120);

/// Opens tickets until told to stop. A request without an answer is sent again with its key once the
/// desk is back: then it is known what became of it.
async fn write(
    client: Client<'_>,
    writer: usize,
    acknowledged: &Acknowledged,
    stop: &AtomicBool,
) -> Vec<String> {
    let mut unanswered = Vec::new();
    for n in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let subject = format!("w{writer}n{n}");
        match open(&client, &subject).await {
            Some(ticket) => {
                let id = ticket["id"].as_str().unwrap().to_owned();
                acknowledged.lock().unwrap().insert(subject, id);
            }
            None => {
                unanswered.push(subject);
                // A desk that is gone says so at once.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    unanswered
}

async fn open(client: &Client<'_>, subject: &str) -> Option<Value> {
    let call = client.call(Method::POST, "/api/v1/tickets").header("idempotency-key", subject);
    let answer = call.json(&json!({ "subject": subject })).try_send().await.ok()?;
    (answer.status == 201).then(|| answer.json())
}

/// Opens a ticket as soon as the desk is back.
async fn open_in_the_end(client: &Client<'_>, subject: &str) -> Value {
    let begun = Instant::now();
    loop {
        if let Some(ticket) = open(client, subject).await {
            return ticket;
        }
        assert!(begun.elapsed() < PATIENCE, "the desk does not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Lets writers write, and kills once enough was acknowledged.
async fn kill_under_load(
    desk: &Desk,
    kill: impl FnOnce(),
) -> (BTreeMap<String, String>, Vec<String>) {
    let acknowledged = Acknowledged::default();
    let stop = AtomicBool::new(false);
    let client = desk.as_handler().await;
    let writers = (0..WRITERS).map(|n| write(client.clone(), n, &acknowledged, &stop));
    let killer = async {
        let begun = Instant::now();
        while acknowledged.lock().unwrap().len() < 300 {
            assert!(begun.elapsed() < PATIENCE, "too little is acknowledged");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        kill();
        // Some writers meet the desk as it goes down.
        tokio::time::sleep(Duration::from_millis(200)).await;
        stop.store(true, Ordering::SeqCst);
    };
    let (unanswered, ()) = tokio::join!(futures_util::future::join_all(writers), killer);
    (acknowledged.into_inner().unwrap(), unanswered.concat())
}

/// Asserts that all that was acknowledged is there once, and that the log is whole.
async fn assert_whole(desk: &Desk, acknowledged: BTreeMap<String, String>, unanswered: &[String]) {
    let client = desk.as_handler().await;
    for (subject, id) in acknowledged.iter().take(50) {
        assert_eq!(open_in_the_end(&client, subject).await["id"], id.as_str());
    }
    let mut expected = acknowledged;
    for subject in unanswered {
        let ticket = open_in_the_end(&client, subject).await;
        expected.insert(subject.clone(), ticket["id"].as_str().unwrap().to_owned());
    }
    let admin = desk.as_admin().await;
    let mut opened = BTreeMap::new();
    let mut position = 0;
    loop {
        let page =
            admin.get(&format!("/api/v1/events?after={position}&limit=200")).await.expect(200);
        let events = page["items"].as_array().unwrap();
        if events.is_empty() {
            break;
        }
        for event in events {
            position += 1;
            assert_eq!(event["position"], position, "positions are contiguous");
            if event["type"] == "ticket.opened" {
                let id = event["stream_id"].as_str().unwrap().to_owned();
                let ticket = client.get(&format!("/api/v1/tickets/{id}")).await.expect(200);
                let subject = ticket["subject"].as_str().unwrap().to_owned();
                assert_eq!(opened.insert(subject.clone(), id), None, "{subject} is there twice");
            }
        }
    }
    assert_eq!(opened, expected);
}

async fn assert_verified(desk: &Desk) {
    let mut command = desk.command();
    command.arg("verify");
    let output = run_to_end(command).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{errors}");
}

#[tokio::test]
async fn an_acknowledged_ticket_survives_the_death_of_docket() {
    let desk = Desk::start(Setup::private()).await;
    let (acknowledged, unanswered) = kill_under_load(&desk, || desk.kill()).await;
    assert!(!unanswered.is_empty(), "it was under load");
    assert_verified(&desk).await;
    desk.start_again().await;
    assert_whole(&desk, acknowledged, &unanswered).await;
    desk.stop();
    assert_verified(&desk).await;
}

#[tokio::test]
async fn an_acknowledged_ticket_survives_the_death_of_postgres() {
    let desk = Desk::start(Setup::private()).await;
    let (acknowledged, unanswered) = kill_under_load(&desk, || desk.kill_postgres()).await;
    // Docket brings its Postgres back by itself.
    assert_whole(&desk, acknowledged, &unanswered).await;
    assert_verified(&desk).await;
    desk.stop();
    desk.start_again().await;
    open_in_the_end(&desk.as_handler().await, "After all").await;
}
