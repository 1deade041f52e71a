//! Calling jobs off, and trying again what was given up.

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::{desk, file, put_off, until, until_it_is};
use crate::support::{Desk, finish, shared_desk};

fn path(job: &Value, what: &str) -> String {
    format!("/api/v1/jobs/{}{what}", job["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_running_job_is_called_off_and_what_it_did_stays() {
    let desk = desk().await;
    let client = desk.as_handler().await;
    let job = put_off(&client, &file(50_000, "off")).await;
    until(&client, &job, |job| job["progress"]["imported"].as_u64() > Some(0)).await;
    let asked = client.post(&path(&job, "/cancel"), json!({})).await.expect(200);
    assert_eq!(asked["cancel_requested"], true);
    let ended = until_it_is(&client, &job, "cancelled").await;
    let imported = ended["progress"]["imported"].as_u64().unwrap();
    assert!((1..50_000).contains(&imported), "{ended}");
    let again = client.post(&path(&job, "/cancel"), json!({})).await.expect(200);
    assert_eq!(again["status"], "cancelled");
    let late = client.post(&path(&job, "/retry"), json!({})).await.problem(409);
    assert_eq!(late["code"], "job_ended");
    let list = client.get("/api/v1/tickets?tag=off&limit=1&count=true").await.expect(200);
    assert!(list["total"].as_u64() > Some(0), "{list}");
    let pieces = sqlx::query_scalar::<_, i64>("select count(*) from work.job_inputs");
    let mut database = PgConnection::connect(desk.database_url()).await.unwrap();
    assert_eq!(pieces.fetch_one(&mut database).await.unwrap(), 0, "the file is gone");
}

/// A job whose worker was killed at every try.
async fn given_up(desk: &Desk) -> Value {
    let mut database = PgConnection::connect(desk.database_url()).await.unwrap();
    for n in 0..10 {
        let job = {
            let client = desk.as_handler().await;
            let job = put_off(&client, &file(6000, &format!("dead{n}"))).await;
            until(&client, &job, |job| job["progress"]["imported"].as_u64() > Some(0)).await;
            job
        };
        desk.kill();
        let tried =
            "update work.jobs set tries = max_tries where status = 'running' and id = $1::uuid";
        let tried = sqlx::query(tried).bind(job["id"].as_str().unwrap());
        let tried = tried.execute(&mut database).await.unwrap().rows_affected();
        desk.start_again().await;
        // On a busy machine the job may have been done before it was looked at.
        if tried == 1 {
            let client = desk.as_handler().await;
            return until_it_is(&client, &job, "dead").await;
        }
    }
    panic!("ten jobs were done before their worker could be killed")
}

#[tokio::test]
async fn what_was_given_up_says_why_and_is_tried_again() {
    let desk = desk().await;
    let dead = given_up(&desk).await;
    assert!(dead["error"].as_str().unwrap().contains("never heard of"), "{dead}");
    let client = desk.as_handler().await;
    let listed = client.get("/api/v1/jobs?status=dead&queue=import&count=true").await.expect(200);
    assert_eq!((&listed["total"], &listed["items"][0]["id"]), (&json!(1), &dead["id"]));
    let seen = client.get(&path(&dead, "")).await;
    let tag = seen.header("etag").unwrap().to_owned();
    let call =
        client.call(reqwest::Method::POST, &path(&dead, "/retry")).header("if-match", "\"1\"");
    call.json(&json!({})).send().await.problem(412);
    let call = client.call(reqwest::Method::POST, &path(&dead, "/retry")).header("if-match", &tag);
    call.json(&json!({})).send().await.expect(200);
    let done = until_it_is(&client, &dead, "succeeded").await;
    assert_eq!(done["result"]["imported"], 6000);
    client.post(&path(&dead, "/cancel"), json!({})).await.problem(409);
}

#[tokio::test]
async fn the_command_line_lists_jobs_and_tries_again_what_was_given_up() {
    let desk = desk().await;
    let dead = given_up(&desk).await;
    let id = dead["id"].as_str().unwrap();
    let mut command = desk.command();
    command.args(["jobs", "list", "--status", "dead"]);
    let said = finish(command).await;
    assert!(said.contains(id) && said.contains("never heard of"), "{said}");
    let mut command = desk.command();
    command.args(["jobs", "retry", "--dead"]);
    let said = finish(command).await;
    assert!(said.starts_with("1 job"), "{said}");
    until_it_is(&desk.as_handler().await, &dead, "succeeded").await;
}

#[tokio::test]
async fn a_job_that_there_is_not_is_404() {
    let desk = shared_desk().await;
    let client = desk.as_admin().await;
    for id in ["00000000-0000-7000-8000-000000000000", "seven"] {
        client.get(&format!("/api/v1/jobs/{id}")).await.problem(404);
        client.post(&format!("/api/v1/jobs/{id}/cancel"), json!({})).await.problem(404);
        client.post(&format!("/api/v1/jobs/{id}/retry"), json!({})).await.problem(404);
    }
    assert_eq!(client.get("/api/v1/jobs?status=gone").await.bad_fields(), ["query.status"]);
    assert_eq!(client.get("/api/v1/jobs?cursor=x").await.bad_fields(), ["query.cursor"]);
}
