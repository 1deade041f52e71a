//! Health.

use crate::support::{run_to_end, shared_desk};

#[tokio::test]
async fn health_is_told_to_anyone() {
    let desk = shared_desk().await;
    for path in ["/healthz", "/readyz", "/healthz/"] {
        let answer = desk.anonymous().get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_program_asks_with_the_binary_alone() {
    let desk = shared_desk().await;
    let ask = async |url: &str| {
        let mut command = desk.command();
        command.args(["health", "--url", url]);
        run_to_end(command).await.status.success()
    };
    assert!(ask(&desk.base).await);
    assert!(!ask("http://127.0.0.1:9").await);
    assert!(!ask(&format!("{}/nowhere", desk.base)).await);
}
