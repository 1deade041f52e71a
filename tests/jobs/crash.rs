//! `kill -9` in the middle of a job.

use std::collections::BTreeSet;

use serde_json::json;

use super::{desk, file, put_off, subjects, until, until_it_is};
use crate::support::{Desk, Setup};

const ROWS: usize = 16_000;

#[tokio::test]
async fn an_import_goes_on_after_a_kill_and_has_every_row_once() {
    let desk = desk().await;
    let job = {
        let client = desk.as_handler().await;
        let job = put_off(&client, &file(ROWS, "killed")).await;
        let begun = until(&client, &job, |job| {
            job["progress"]["imported"].as_u64().is_some_and(|imported| imported >= 1000)
        });
        assert_eq!(begun.await["status"], "running", "it is in the middle of it");
        job
    };
    desk.kill();
    desk.start_again().await;
    let client = desk.as_handler().await;
    let done = until_it_is(&client, &job, "succeeded").await;
    // On a machine that is busy enough, a worker may lose its lease once more.
    assert!(done["tries"].as_u64() > Some(1), "{done}");
    assert_eq!(done["result"]["total"], json!(ROWS));
    assert_eq!(done["result"]["imported"], json!(ROWS));
    client.get(&format!("/api/v1/jobs/{}", job["id"].as_str().unwrap())).await.expect(200);
    let subjects = subjects(&client, "killed").await;
    assert_eq!(subjects.len(), ROWS);
    assert_eq!(subjects.iter().collect::<BTreeSet<_>>().len(), ROWS);
}

#[tokio::test]
async fn a_stop_gives_the_job_back_and_the_next_start_goes_on_with_it_at_once() {
    // A lease that nobody waits for.
    let desk = Desk::start(Setup::default().variable("DOCKET_JOB_LEASE", "10m")).await;
    let job = {
        let client = desk.as_handler().await;
        let job = put_off(&client, &file(40_000, "stopped")).await;
        until_it_is(&client, &job, "running").await;
        job
    };
    desk.stop();
    desk.start_again().await;
    let client = desk.as_handler().await;
    let again = until_it_is(&client, &job, "running").await;
    assert_eq!(again["tries"], 1, "a try that was given back does not count");
    client.post(&format!("/api/v1/jobs/{}/cancel", job["id"].as_str().unwrap()), json!({})).await;
    until_it_is(&client, &job, "cancelled").await;
}
