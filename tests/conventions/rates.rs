//! Limits on the rate of requests.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Desk, Setup};

fn assert_limited(answer: &Answer) {
    answer.problem(429);
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!(wait >= 1);
    assert_eq!(answer.header("ratelimit-remaining"), Some("0"));
}

#[tokio::test]
async fn sign_ins_are_limited_by_address_and_told_in_headers() {
    let setup = Setup::default().variable("DOCKET_RATE_LIMITS_LOGINS_PER_MINUTE", "5");
    let desk = Desk::start(setup).await;
    let wrong = json!({ "username": "nobody@example.com", "password": "wrong" });
    for left in (0..5).rev() {
        let answer = desk.anonymous().post("/api/v1/users/token/", wrong.clone()).await;
        answer.problem(401);
        assert_eq!(answer.header("ratelimit-limit"), Some("5"));
        assert_eq!(answer.header("ratelimit-remaining"), Some(left.to_string().as_str()));
        assert!(answer.header("ratelimit-reset").is_some());
    }
    let call = desk.anonymous().call(Method::POST, "/api/v1/users/token");
    let spoofed = call.header("x-forwarded-for", "203.0.113.7").json(&wrong).send().await;
    assert_limited(&spoofed);
}

#[tokio::test]
async fn a_trusted_proxy_names_the_address() {
    let setup = Setup::default()
        .variable("DOCKET_RATE_LIMITS_LOGINS_PER_MINUTE", "1")
        .variable("DOCKET_TRUSTED_PROXIES", "127.0.0.0/8");
    let desk = Desk::start(setup).await;
    let from = async |address: &str| {
        let call = desk.anonymous().call(Method::POST, "/api/v1/users/token");
        let body = json!({ "username": "nobody@example.com", "password": "wrong" });
        call.header("x-forwarded-for", address).json(&body).send().await
    };
    from("203.0.113.7").await.problem(401);
    assert_limited(&from("203.0.113.7").await);
    from("203.0.113.8").await.problem(401);
}

#[tokio::test]
async fn a_publisher_opens_so_many_tickets_an_hour_and_others_more() {
    let setup = Setup::default().variable("DOCKET_RATE_LIMITS_PUBLISHER_TICKETS_PER_HOUR", "3");
    let desk = Desk::start(setup).await;
    let publisher = desk.as_publisher().await;
    let body = json!({ "subject": "Again" });
    for _ in 0..3 {
        publisher.post("/tickets/", body.clone()).await.expect(201);
    }
    assert_limited(&publisher.post("/api/v1/tickets", body.clone()).await);
    publisher.get("/api/v1/tickets").await.expect(200);
    for _ in 0..4 {
        desk.as_handler().await.post("/api/v1/tickets", body.clone()).await.expect(201);
    }
}

#[tokio::test]
async fn requests_are_limited_by_user_by_token_and_without_a_sign_in() {
    let setup = Setup::default()
        .variable("DOCKET_RATE_LIMITS_USER_REQUESTS_PER_MINUTE", "20")
        .variable("DOCKET_RATE_LIMITS_TOKEN_REQUESTS_PER_MINUTE", "3")
        .variable("DOCKET_RATE_LIMITS_ANONYMOUS_REQUESTS_PER_SECOND", "2");
    let desk = Desk::start(setup).await;
    let viewer = desk.as_viewer().await;
    let body = json!({ "name": "few", "scopes": ["read"] });
    let token = viewer.post("/api/v1/users/api-tokens", body).await.expect(201);
    let token = desk.anonymous().api_key(token["token"].as_str().unwrap());
    for _ in 0..3 {
        token.get("/api/v1/tickets").await.expect(200);
    }
    assert_limited(&token.get("/api/v1/tickets").await);
    let mut allowed = 0;
    let refused = loop {
        let answer = viewer.get("/api/v1/tickets").await;
        if answer.status != 200 {
            break answer;
        }
        allowed += 1;
        assert!(allowed < 30, "no limit shows");
    };
    assert_limited(&refused);
    desk.as_handler().await.get("/api/v1/tickets").await.expect(200);
    // Sent at once, as a slow machine gives one back every half second.
    let calls = (0..20).map(|_| async { desk.anonymous().get("/api/v1/tickets").await });
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().any(|answer| answer.status == 429));
    assert_eq!(desk.anonymous().get("/healthz").await.status, 200, "health is never limited");
}
