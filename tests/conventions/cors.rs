//! Pages of other origins.

use reqwest::Method;

use crate::support::{Desk, Setup};

#[tokio::test]
async fn only_the_origins_of_the_configuration_may_call() {
    let ours = "https://desk.example";
    let desk = Desk::start(Setup::default().variable("DOCKET_CORS_ALLOWED_ORIGINS", ours)).await;
    let preflight = async |origin: &str| {
        let call = desk.anonymous().call(Method::OPTIONS, "/api/v1/tickets");
        let call = call.header("origin", origin).header("access-control-request-method", "PATCH");
        call.header("access-control-request-headers", "authorization,if-match").send().await
    };
    let allowed = preflight(ours).await;
    assert!(allowed.status < 300, "{}", allowed.status);
    assert_eq!(allowed.header("access-control-allow-origin"), Some(ours));
    assert_eq!(allowed.header("access-control-allow-credentials"), Some("true"));
    let methods = allowed.header("access-control-allow-methods").unwrap();
    assert!(methods.contains("PATCH") && methods.contains("DELETE"), "{methods}");
    let headers = allowed.header("access-control-allow-headers").unwrap().to_lowercase();
    assert!(headers.contains("if-match") && headers.contains("idempotency-key"), "{headers}");
    for stranger in ["https://evil.example", "https://desk.example.evil.example", "null"] {
        let refused = preflight(stranger).await;
        assert_eq!(refused.header("access-control-allow-origin"), None, "{stranger}");
    }
    let call = desk.as_viewer().await.call(Method::GET, "/api/v1/tickets").header("origin", ours);
    let answer = call.send().await;
    assert_eq!(answer.header("access-control-allow-origin"), Some(ours));
    let exposed = answer.header("access-control-expose-headers").unwrap().to_lowercase();
    for header in ["etag", "docket-position", "x-correlation-id", "ratelimit-remaining"] {
        assert!(exposed.contains(header), "{header} is not among {exposed}");
    }
}
