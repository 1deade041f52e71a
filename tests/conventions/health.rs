//! Health.

use crate::support::shared_desk;

#[tokio::test]
async fn health_is_told_to_anyone() {
    let desk = shared_desk().await;
    for path in ["/healthz", "/readyz", "/healthz/"] {
        let answer = desk.anonymous().get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}
