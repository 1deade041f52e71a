//! schemathesis against the OpenAPI document.

use crate::support::{Desk, Setup, Tool, finish, repo};

/// Fixed, so that a run of next year tries what one of today did.
const SEED: &str = "20260131";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_schema_conformance,response_headers_conformance";

async fn run(role: &str) {
    let Some(mut python) = Tool::Python.find() else { return };
    let desk = Desk::start(Setup::default()).await;
    crate::support::open_ticket(&desk.as_handler().await, "Something to find").await;
    let access = desk.people().await.of(role).access(&desk).await;
    python
        .current_dir(&desk.folder)
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(repo().join("tests/schemathesis.toml"))
        .args(["run", &format!("{}/api/openapi.json", desk.base)])
        .args(["--header", &format!("Authorization: Bearer {access}")])
        .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"])
        // One worker: Python 3.11 cannot parse its own source in two threads at a time.
        .args(["--max-examples", "25", "--seed", SEED, "--workers", "1", "--no-color"])
        // It signs the caller out.
        .args(["--exclude-path", "/api/v1/users/logout"]);
    finish(python).await;
}

#[tokio::test]
async fn no_answer_to_an_admin_contradicts_the_document() {
    run("admin").await;
}

#[tokio::test]
async fn no_answer_to_a_handler_contradicts_the_document() {
    run("handler").await;
}
