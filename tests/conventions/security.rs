//! What protects a browser.

use crate::support::shared_desk;

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let desk = shared_desk().await;
    for path in ["/api/v1/tickets", "/healthz", "/nowhere", "/api/docs/", "/api/openapi.json"] {
        let answer = desk.anonymous().get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        let policy = answer.header("content-security-policy").expect(path);
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe-eval"), "{policy}");
    }
    let private = desk.as_viewer().await.get("/api/v1/tickets").await;
    assert_eq!(private.header("cache-control"), Some("no-store"));
}
