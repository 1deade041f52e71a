//! The legacy shape: paths without `/v1`.

use serde_json::json;

use crate::support::{shared_desk, unique};

#[tokio::test]
async fn every_spelling_of_a_path_reaches_the_same_route() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    for path in [
        "/tickets",
        "/tickets/",
        "/api/tickets",
        "/api/tickets/",
        "/api/v1/tickets/",
        "/v1/tickets",
    ] {
        let ticket = client.post(path, json!({ "subject": "By any path" })).await.expect(201);
        let one = format!("{}/{}", path.trim_end_matches('/'), ticket["id"].as_str().unwrap());
        client.get(&one).await.expect(200);
        client.get(&format!("{one}/")).await.expect(200);
        let legacy = !path.contains("v1");
        assert_eq!(ticket.get("title").is_some(), legacy, "{path}");
    }
}

#[tokio::test]
async fn unknown_fields_and_parameters_are_ignored_and_named() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let body = json!({ "subject": "Old client", "colour": "red", "customer": { "id": "1", "shoe_size": 43 } });
    let answer = client.post("/tickets", body.clone()).await;
    answer.expect(201);
    let ignored = answer.header("docket-ignored").expect("what was ignored is named");
    assert!(ignored.contains("colour") && ignored.contains("shoe_size"), "{ignored}");
    let listed = client.get("/tickets?flavour=sweet").await;
    listed.expect(200);
    assert_eq!(listed.header("docket-ignored"), Some("flavour"));
    let mut bad = client.post("/api/v1/tickets", body).await.bad_fields();
    bad.sort();
    assert_eq!(bad, ["body.colour", "body.customer.shoe_size"]);
}

#[tokio::test]
async fn a_list_has_its_total_and_pages_have_numbers() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = unique("legacy");
    for n in 0..5 {
        let body = json!({ "title": format!("{n}"), "tags": [tag] });
        client.post("/tickets", body).await.expect(201);
    }
    let titles = async |query: &str| {
        let list = client.get(&format!("/tickets?tag={tag}&{query}")).await.expect(200);
        assert_eq!(list["total"], 5, "{query}");
        let items = list["items"].as_array().unwrap();
        items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect::<String>()
    };
    assert_eq!(titles("").await, "43210");
    assert_eq!(titles("limit=2").await, "43");
    assert_eq!(titles("page=2&page_size=2").await, "21");
    assert_eq!(titles("page=3&page_size=2").await, "0");
    assert_eq!(titles("page=4&page_size=2").await, "");
}

#[tokio::test]
async fn a_validation_error_is_a_list_in_detail() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let problem = client.post("/tickets", json!({ "priority": "soon" })).await.problem(422);
    let detail = problem["detail"].as_array().expect("a list");
    let locs: Vec<_> = detail.iter().map(|error| error["loc"].clone()).collect();
    assert!(locs.contains(&json!(["body", "subject"])), "{locs:?}");
    assert!(locs.contains(&json!(["body", "priority"])), "{locs:?}");
    let problem = client.get("/tickets?status=asleep").await.problem(422);
    assert_eq!(problem["detail"][0]["loc"], json!(["query", "status"]));
    assert!(client.get("/tickets/rubbish").await.problem(404)["detail"].is_string());
}

#[tokio::test]
async fn what_was_just_written_is_read_at_once() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    for _ in 0..20 {
        let ticket =
            client.post("/tickets", json!({ "subject": "Read at once" })).await.expect(201);
        let path = format!("/tickets/{}", ticket["id"].as_str().unwrap());
        let read = client.call(reqwest::Method::GET, &path).stale().send().await.expect(200);
        assert_eq!(read, ticket, "clients of the replaced systems know of no positions");
        client.call(reqwest::Method::DELETE, &path).send().await.expect(204);
        client.call(reqwest::Method::GET, &path).stale().send().await.problem(404);
    }
}
