//! A file that is too large for a request.

use reqwest::Method;
use serde_json::json;

use super::{desk, file, put_off, send, subjects, until_it_is};
use crate::support::{shared_desk, unique};

#[tokio::test]
async fn a_large_file_is_imported_by_a_job() {
    let desk = desk().await;
    let client = desk.as_handler().await;
    let text = format!("{}\"\",large\n", file(2000, "large"));
    let answer = send(&client, "/api/v1/import/csv", &text).await;
    let job = answer.expect(202);
    let place = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), Some(place.as_str()));
    assert_eq!((&job["job_type"], &job["queue"]), (&json!("import"), &json!("import")));
    assert_eq!(job["parameters"], json!({ "format": "csv", "bytes": text.len() }));
    assert_eq!(job["created_by"], desk.people().await.handler.id.as_str());
    let done = until_it_is(&client, &job, "succeeded").await;
    let result = &done["result"];
    assert_eq!((&result["total"], &result["imported"]), (&json!(2001), &json!(2000)));
    assert_eq!((&result["failed"], &result["error_count"]), (&json!(1), &json!(1)));
    let errors = result["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["row"]), (1, &json!(2001)));
    assert_eq!(errors[0]["field"], "subject");
    assert!(errors[0]["msg"].is_string());
    assert_eq!(done["progress"]["rows"], 2001);
    assert!(done["finished_at"].is_string() && done["error"].is_null());
    // The job tells how far the log was: queries that ask for it see all of its tickets.
    client.get(&place).await.expect(200);
    assert_eq!(subjects(&client, "large").await.len(), 2000);
    let id = &desk.people().await.handler.id;
    let audit = desk.as_admin().await.get(&format!("/api/v1/audit?user_id={id}")).await;
    assert!(audit.text().contains("import_completed"), "{}", audit.text());
}

#[tokio::test]
async fn a_small_file_and_a_client_that_asks_for_it_have_the_answer_at_once() {
    let desk = desk().await;
    let client = desk.as_handler().await;
    let small = send(&client, "/api/v1/import/csv", &file(3, "small")).await.expect(200);
    assert_eq!(small["imported"], 3);
    let large = file(1500, "asked");
    let asked = send(&client, "/api/v1/import/csv?async=false", &large).await.expect(200);
    assert_eq!(asked["imported"], 1500);
    // Clients of the replaced systems know no other answer.
    let old = send(&client, "/import/csv", &file(1500, "old")).await.expect(200);
    assert_eq!(old["imported"], 1500);
    let wrong = send(&client, "/api/v1/import/csv?async=perhaps", "subject\nA\n").await;
    assert_eq!(wrong.bad_fields(), ["query.async"]);
}

#[tokio::test]
async fn a_body_without_an_announced_length_is_measured_on_its_way() {
    let desk = desk().await;
    let client = desk.as_handler().await;
    for (rows, status) in [(3, 200), (3000, 202)] {
        let pieces: Vec<Result<String, std::io::Error>> =
            file(rows, "chunked").split_inclusive('\n').map(|line| Ok(line.to_owned())).collect();
        let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
        let call = client.call(Method::POST, "/api/v1/import/csv").body("text/csv", body);
        call.send().await.expect(status);
    }
}

#[tokio::test]
async fn the_same_key_asks_once() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let (tag, key) = (unique("later"), unique("key"));
    let send = async |file: String| {
        let call = client.call(Method::POST, "/api/v1/import/csv?async=true");
        call.header("idempotency-key", &key).file("tickets.csv", file).send().await
    };
    let first = send(file(3, &tag)).await;
    assert_eq!(first.header("idempotency-replayed"), None);
    let again = send(file(3, &tag)).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let job = first.expect(202);
    assert_eq!(again.expect(202)["id"], job["id"]);
    assert_eq!(send(file(4, &tag)).await.bad_fields(), ["header.Idempotency-Key"]);
    until_it_is(&client, &job, "succeeded").await;
    client.get(&format!("/api/v1/jobs/{}", job["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(subjects(&client, &tag).await.len(), 3);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_fails_and_says_why() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let job = put_off(&client, "subject,shoe\nA,41\n").await;
    let failed = until_it_is(&client, &job, "failed").await;
    assert!(failed["error"].as_str().unwrap().contains("shoe"), "{failed}");
    assert_eq!(failed["result"], json!(null));
}
