//! The OpenAPI document and its page.

use serde_json::Value;

use crate::support::{docket, finish, shared_desk};

#[tokio::test]
async fn the_document_is_openapi_3_1_and_the_program_prints_the_same() {
    let desk = shared_desk().await;
    let served = desk.anonymous().get("/api/openapi.json").await.expect(200);
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1"), "{}", served["openapi"]);
    let mut command = docket();
    command.arg("openapi");
    let printed: Value = serde_json::from_str(&finish(command).await).unwrap();
    assert_eq!(printed, served);
}

#[tokio::test]
async fn every_operation_has_a_name_words_and_its_answers() {
    let desk = shared_desk().await;
    let document = desk.anonymous().get("/api/openapi.json").await.expect(200);
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let what = format!("{method} {path}");
            let name = operation["operationId"].as_str().expect(&what);
            assert!(names.insert(name.to_owned()), "{what}: {name} is taken");
            assert!(operation["summary"].is_string(), "{what} has no summary");
            let responses = operation["responses"].as_object().expect(&what);
            assert!(responses.keys().any(|status| status.starts_with('2')), "{what}");
        }
    }
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere() {
    let desk = shared_desk().await;
    let page = desk.anonymous().get("/api/docs/").await;
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(text.contains("swagger"), "{text}");
    for start in ["src=\"http", "href=\"http", "src=\"//", "href=\"//"] {
        assert!(!text.contains(start), "{text}");
    }
    let root = desk.anonymous().get("/").await;
    assert!((300..400).contains(&root.status) && root.header("location").is_some());
}
