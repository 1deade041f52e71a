//! The same view builder over HTTP: its events come from another process's feed.

use serde_json::json;

use super::{assert_equal_to_a_rebuild, settle, work};
use crate::support::{Desk, Setup};

#[tokio::test]
async fn views_are_built_from_the_feed_of_another_process() {
    let only = |roles: &str| Setup::default().argument("--roles").argument(roles);
    let api = Desk::start(only("api")).await;
    let admin = api.as_admin().await;
    let token = json!({ "name": "views", "scopes": ["auditor"] });
    let token = admin.post("/api/v1/users/api-tokens", token).await.expect(201);
    let setup = only("projector")
        .variable("DOCKET_SOURCE", "feed")
        .variable("DOCKET_FEED_URL", &api.base)
        .variable("DOCKET_FEED_TOKEN", token["token"].as_str().unwrap());
    let projector = api.beside(setup).await;
    let handler = api.as_handler().await;
    work(&handler, 5).await;
    settle(&api).await;
    // The feed goes away and comes back.
    api.stop();
    api.start_again().await;
    let handler = api.as_handler().await;
    work(&handler, 5).await;
    settle(&api).await;
    let list = handler.get("/api/v1/tickets?count=true&search=基站").await.expect(200);
    assert_eq!(list["total"], 10);
    projector.stop();
    assert_equal_to_a_rebuild(&api).await;
}
