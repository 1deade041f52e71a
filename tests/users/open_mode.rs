//! A desk without a log-in.

use serde_json::json;

use crate::support::{Desk, Setup, run_to_end};

#[tokio::test]
async fn without_a_sign_in_one_has_the_role_of_the_mode_and_no_more() {
    let desk = Desk::start(Setup::default().argument("--open")).await;
    let anyone = desk.anonymous();
    let ticket =
        anyone.post("/api/v1/tickets", json!({ "subject": "By anyone" })).await.expect(201);
    assert!(ticket["opened_by"].is_null());
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    anyone.post(&format!("{path}/status"), json!({ "status": "closed" })).await.expect(200);
    let history = anyone.get(&format!("{path}/history")).await.expect(200);
    assert_eq!(history["items"][0]["actor"], "open");
    anyone.get("/api/v1/users").await.problem(403);
    anyone.get("/api/v1/events").await.problem(403);
    anyone.get("/api/v1/users/profile").await.problem(401);
    desk.anonymous().bearer("rubbish").get("/api/v1/tickets").await.problem(401);
    desk.as_admin().await.get("/api/v1/users").await.expect(200);
}

#[tokio::test]
async fn another_role_can_be_given() {
    let desk = Desk::start(Setup::default().argument("--open=viewer")).await;
    desk.anonymous().get("/api/v1/tickets").await.expect(200);
    desk.anonymous().post("/api/v1/tickets", json!({ "subject": "x" })).await.problem(403);
}

#[tokio::test]
async fn open_mode_stays_on_this_machine_unless_it_is_forced() {
    let desk = Desk::start(Setup::default()).await;
    desk.stop();
    let mut command = desk.command();
    command.args(["serve", "--open", "--listen", "0.0.0.0:0"]);
    let output = run_to_end(command).await;
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.to_lowercase().contains("loopback") || said.contains("open"), "{said}");
}
