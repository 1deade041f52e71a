//! One id for everything that one request causes.

use reqwest::Method;

use crate::support::shared_desk;

#[tokio::test]
async fn every_answer_carries_the_callers_id_or_a_new_one() {
    let desk = shared_desk().await;
    let client = desk.as_viewer().await;
    for (path, status) in [("/api/v1/tickets", 200), ("/api/v1/tickets/x", 404), ("/nowhere", 404)]
    {
        let call = client.call(Method::GET, path).header("x-correlation-id", "req-1.a_B");
        let answer = call.send().await;
        assert_eq!((answer.status, answer.header("x-correlation-id")), (status, Some("req-1.a_B")));
        if status == 404 {
            assert_eq!(answer.problem(404)["instance"], "req-1.a_B");
        }
        let fresh = client.get(path).await;
        let made = fresh.header("x-correlation-id").unwrap().to_owned();
        assert!(
            made.len() > 20 && client.get(path).await.header("x-correlation-id") != Some(&made)
        );
    }
    let unauthorized = desk.anonymous().get("/api/v1/tickets").await;
    assert!(unauthorized.header("x-correlation-id").is_some());
}

#[tokio::test]
async fn an_unsound_id_is_replaced() {
    let desk = shared_desk().await;
    let long = "x".repeat(65);
    for unsound in ["ann@example.com", "a b", long.as_str(), ""] {
        let call =
            desk.anonymous().call(Method::GET, "/healthz").header("x-correlation-id", unsound);
        let answer = call.send().await;
        assert_ne!(answer.header("x-correlation-id").unwrap(), unsound);
    }
}
