//! A desk on several processes: those that are asked, and those that work.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{file, put_off, send, subjects, until, until_it_is};
use crate::support::{Desk, Freeze, Setup};

const ROWS: usize = 6000;

fn setup(roles: &str) -> Setup {
    Setup::default().variable("DOCKET_ROLES", roles).variable("DOCKET_JOB_LEASE", "3s")
}

#[tokio::test]
async fn a_job_waits_until_there_is_a_worker_for_its_queue() {
    let desk = Desk::start(setup("api,projector")).await;
    let client = desk.as_handler().await;
    let job = put_off(&client, "subject,tags\nWaits,waits\n").await;
    // What is done in the request does not need a worker, and takes longer than one would.
    send(&client, "/api/v1/import/csv", "subject\nMeanwhile\n").await.expect(200);
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.expect(200)["status"], "queued");
    let _worker = desk.beside(setup("worker").variable("DOCKET_QUEUES", "import")).await;
    until_it_is(&client, &job, "succeeded").await;
    client.get(&path).await.expect(200);
    assert_eq!(subjects(&client, "waits").await, ["Waits"]);
}

#[tokio::test]
async fn a_worker_that_was_frozen_past_its_lease_changes_nothing_when_it_goes_on() {
    let desk = Desk::start(setup("api,projector")).await;
    let client = desk.as_handler().await;
    let frozen = desk.beside(setup("worker")).await;
    let job = put_off(&client, &file(ROWS, "frozen")).await;
    until(&client, &job, |job| job["progress"]["imported"].as_u64() > Some(0)).await;
    frozen.freeze(Freeze::Still);
    let _other = desk.beside(setup("worker")).await;
    until(&client, &job, |job| job["tries"].as_u64() > Some(1)).await;
    // It goes on while the other is at it, if that is not done already: both write the same rows.
    frozen.freeze(Freeze::GoOn);
    let done = until_it_is(&client, &job, "succeeded").await;
    assert_eq!(done["result"]["imported"], json!(ROWS));
    let begun = Instant::now();
    while !frozen.log().contains("lost the lease of a job") {
        assert!(begun.elapsed() < Duration::from_secs(60), "it noticed nothing");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.expect(200)["version"], done["version"]);
    let subjects = subjects(&client, "frozen").await;
    assert_eq!(subjects.len(), ROWS);
    assert_eq!(subjects.iter().collect::<BTreeSet<_>>().len(), ROWS);
}
