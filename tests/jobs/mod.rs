//! What is asked for now and done later.

mod crash;
mod import;
mod processes;
mod stepping_in;
mod who;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, Client, Desk, Setup};

/// A desk where files of some size are put off, and a killed worker's job is taken up soon.
pub async fn desk() -> Desk {
    let setup = Setup::default().variable("DOCKET_IMPORT_JOB_BYTES", "20 KiB");
    Desk::start(setup.variable("DOCKET_JOB_LEASE", "3s")).await
}

/// A file with so many rows, their subjects numbered from 0.
pub fn file(rows: usize, tag: &str) -> String {
    let mut file = "subject,tags\n".to_owned();
    for row in 0..rows {
        file.push_str(&format!("Row {row},{tag}\n"));
    }
    file
}

/// Sends a file, and returns the answer whatever it is.
pub async fn send(client: &Client<'_>, path: &str, file: &str) -> Answer {
    client.call(Method::POST, path).file("tickets.csv", file).send().await
}

/// Sends a file whose import is put off, and returns the job.
pub async fn put_off(client: &Client<'_>, file: &str) -> Value {
    send(client, "/api/v1/import/csv?async=true", file).await.expect(202)
}

/// Waits until a job is as it should be; a story that waits in vain fails.
pub async fn until(client: &Client<'_>, job: &Value, so: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let begun = Instant::now();
    loop {
        let answer = client.call(Method::GET, &path).stale().send().await;
        let job = answer.expect(200);
        if so(&job) {
            return job;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "it stays so: {job}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Waits until a job has a status.
pub async fn until_it_is(client: &Client<'_>, job: &Value, status: &str) -> Value {
    until(client, job, |job| job["status"] == status).await
}

/// The subjects of all tickets with a tag.
pub async fn subjects(client: &Client<'_>, tag: &str) -> Vec<String> {
    let mut subjects = Vec::new();
    let mut path = format!("/api/v1/tickets?tag={tag}&limit=200");
    loop {
        let page = client.get(&path).await.expect(200);
        let items = page["items"].as_array().unwrap();
        subjects.extend(items.iter().map(|item| item["subject"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { return subjects };
        path = format!("/api/v1/tickets?tag={tag}&limit=200&cursor={cursor}");
    }
}
