//! Limits on the rate of requests.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Client, Desk, Setup};

fn assert_limited(answer: &Answer) {
    answer.problem(429);
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!(wait >= 1);
    assert_eq!(answer.header("ratelimit-remaining"), Some("0"));
}

/// Asks until it is refused: after so many, and the few that were given back meanwhile.
async fn assert_limited_after(client: &Client<'_>, requests: usize) {
    for allowed in 0..2 * requests + 10 {
        let answer = client.call(Method::GET, "/api/v1/tickets").stale().send().await;
        if answer.status != 200 {
            assert_limited(&answer);
            // One of them may have been spent on the way here.
            assert!(allowed + 1 >= requests, "refused after {allowed}");
            return;
        }
    }
    panic!("no limit shows");
}

#[tokio::test]
async fn sign_ins_are_limited_by_address_and_told_in_headers() {
    let setup = Setup::default().variable("DOCKET_RATE_LIMITS_LOGINS_PER_MINUTE", "5");
    let desk = Desk::start(setup).await;
    let wrong = json!({ "username": "nobody@example.com", "password": "wrong" });
    // At once, as one is given back every twelve seconds, and a busy machine takes its time over a password.
    let tries = (0..6).map(|n| {
        let call = desk.anonymous().call(Method::POST, "/api/v1/users/token/");
        let spoofed = call.header("x-forwarded-for", &format!("203.0.113.{n}"));
        spoofed.json(&wrong).send()
    });
    let answers = futures_util::future::join_all(tries).await;
    let (limited, told): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 429);
    assert_eq!(limited.len(), 1, "{limited:?}");
    assert_limited(&limited[0]);
    let mut left = Vec::new();
    for answer in &told {
        answer.problem(401);
        assert_eq!(answer.header("ratelimit-limit"), Some("5"));
        assert!(answer.header("ratelimit-reset").is_some());
        left.push(answer.header("ratelimit-remaining").unwrap().to_owned());
    }
    left.sort();
    assert_eq!(left, ["0", "1", "2", "3", "4"]);
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
    assert_limited_after(&token, 3).await;
    assert_limited_after(&viewer, 20).await;
    desk.as_handler().await.get("/api/v1/tickets").await.expect(200);
    // Sent at once, as one is given back every half second.
    let calls = (0..60).map(|_| async { desk.anonymous().get("/api/v1/tickets").await });
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().any(|answer| answer.status == 429));
    assert_eq!(desk.anonymous().get("/healthz").await.status, 200, "health is never limited");
}
