//! The Python program of `examples/inbound` that needs no Kafka, as it is printed.

use serde_json::json;

use crate::support::{Desk, Setup, Tool, repo, run_to_end};

#[tokio::test]
async fn the_example_posts_its_file_and_may_do_so_again() {
    let desk = Desk::start(Setup::default()).await;
    let body = json!({ "name": "help desk", "scopes": ["inbound"] });
    let token = desk.as_handler().await.post("/api/v1/users/api-tokens", body).await.expect(201);
    let token = token["token"].as_str().unwrap();
    for (run, counts) in
        ["3 opened, 1 known, 1 refused", "0 opened, 4 known, 1 refused"].iter().enumerate()
    {
        let Some(mut python) = Tool::Python.find() else { return };
        python.current_dir(repo().join("examples/inbound")).env("DOCKET_TOKEN", token);
        python.args(["post_tickets.py", "tickets.jsonl", "--url", &desk.base]);
        let output = run_to_end(python).await;
        let printed = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(printed.trim_end().ends_with(counts), "run {run}: {printed}{errors}");
        assert_eq!(output.status.code(), Some(1), "one was refused");
        assert!(errors.contains("tickets.jsonl:5: HDTS-2026-00020: 422"), "{errors}");
        assert!(errors.contains("body.customer.email: "), "{errors}");
        assert!(!printed.contains("other content"), "{printed}");
    }
}
