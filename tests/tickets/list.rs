//! Lists and their filters.

use serde_json::{Value, json};

use crate::support::{Client, open_ticket, shared_desk, unique};

async fn subjects(client: &Client<'_>, query: &str) -> Vec<String> {
    let list = client.get(&format!("/api/v1/tickets?{query}")).await.expect(200);
    let items = list["items"].as_array().unwrap();
    items.iter().map(|ticket| ticket["subject"].as_str().unwrap().to_owned()).collect()
}

/// Three tickets that share a tag.
async fn scene(client: &Client<'_>) -> String {
    let tag = unique("list");
    for (subject, more) in [
        ("a", json!({ "priority": "low", "category": "x", "department": "d1", "source": "email" })),
        (
            "b",
            json!({ "priority": "urgent", "category": "y", "subcategory": "z", "ticket_type": "t",
            "customer": { "id": format!("{tag}-7"), "email": format!("{tag}@example.com") } }),
        ),
        (
            "c",
            json!({ "priority": "high", "status": "resolved", "external_id": format!("{tag}-ext") }),
        ),
    ] {
        let mut body = more;
        body["subject"] = json!(subject);
        body["tags"] = json!([tag]);
        client.post("/api/v1/tickets", body).await.expect(201);
    }
    tag
}

#[tokio::test]
async fn every_filter_picks_its_tickets() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = scene(&client).await;
    for (filter, expected) in [
        ("", "c b a"),
        ("status=open", "b a"),
        ("status=new", "b a"),
        ("status=open&status=resolved", "c b a"),
        ("status=closed", ""),
        ("priority=critical", "b"),
        ("priority=low&priority=high", "c a"),
        ("category=x", "a"),
        ("category=nobody_uses_this", ""),
        ("category=", "c b a"),
        ("subcategory=z", "b"),
        ("department=d1", "a"),
        ("ticket_type=t", "b"),
        ("source=email", "a"),
        ("external_id=TAG-ext", "c"),
        ("customer=TAG-7", "b"),
        ("customer=TAG@example.com", "b"),
        ("customer=TAG@EXAMPLE.com", "b"),
        ("status=open&priority=urgent&category=y", "b"),
        ("status=open&priority=urgent&category=x", ""),
        ("created_from=2020-01-01", "c b a"),
        ("created_to=2020-01-01T00:00:00Z", ""),
        ("updated_from=2020-01-01T00:00:00%2B08:00&updated_to=2999-01-01", "c b a"),
        ("sort=created_at", "a b c"),
        ("sort=-priority", "b c a"),
        ("sort=priority", "a c b"),
        ("sort=number", "a b c"),
        ("sort=-number", "c b a"),
    ] {
        let found = subjects(&client, &format!("tag={tag}&{}", filter.replace("TAG", &tag))).await;
        assert_eq!(found.join(" "), expected, "{filter}");
    }
}

#[tokio::test]
async fn a_changed_ticket_moves_in_the_order_of_changes() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = scene(&client).await;
    let list = client.get(&format!("/api/v1/tickets?tag={tag}&sort=created_at")).await.expect(200);
    let first = list["items"][0]["id"].as_str().unwrap();
    client
        .patch(&format!("/api/v1/tickets/{first}"), json!({ "priority": "medium" }))
        .await
        .expect(200);
    assert_eq!(subjects(&client, &format!("tag={tag}&sort=-updated_at")).await, ["a", "c", "b"]);
}

#[tokio::test]
async fn an_item_of_a_list_is_the_ticket() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let tag = scene(&client).await;
    let list = client.get(&format!("/api/v1/tickets?tag={tag}&count=true")).await.expect(200);
    assert_eq!(list["total"], 3);
    for item in list["items"].as_array().unwrap() {
        let id = item["id"].as_str().unwrap();
        assert_eq!(&client.get(&format!("/api/v1/tickets/{id}")).await.expect(200), item);
    }
    let uncounted = client.get(&format!("/api/v1/tickets?tag={tag}")).await.expect(200);
    assert!(uncounted.get("total").is_none(), "a total is counted when it is asked for");
}

#[tokio::test]
async fn a_bad_filter_or_an_unknown_one_is_422() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let query =
        "status=asleep&priority=soon&created_from=later&limit=0&sort=colour&colour=red&count=maybe";
    let mut bad = client.get(&format!("/api/v1/tickets?{query}")).await.bad_fields();
    bad.sort();
    let expected = ["colour", "count", "created_from", "limit", "priority", "sort", "status"];
    assert_eq!(bad, expected.map(|name| format!("query.{name}")));
    for limit in ["201", "-1", "x", "99999999999999999999"] {
        let answer = client.get(&format!("/api/v1/tickets?limit={limit}")).await;
        assert_eq!(answer.bad_fields(), ["query.limit"], "{limit}");
    }
}

#[tokio::test]
async fn a_publisher_lists_the_own_tickets_only() {
    let desk = shared_desk().await;
    let (publisher, handler) = (desk.as_publisher().await, desk.as_handler().await);
    let word = unique("belongs");
    open_ticket(&handler, &format!("Not the publisher's, {word}")).await;
    let mine = open_ticket(&publisher, &format!("The publisher's, {word}")).await;
    let list = publisher.get("/api/v1/tickets?limit=200").await.expect(200);
    let items = list["items"].as_array().unwrap();
    assert!(items.iter().any(|item| item["id"] == mine["id"]));
    assert!(items.iter().all(|item: &Value| item["opened_by"] == mine["opened_by"]));
    // Others open tickets meanwhile, and none with this word.
    let found = format!("/api/v1/tickets?search={word}&count=true");
    assert_eq!(publisher.get(&found).await.expect(200)["total"], 1);
    assert_eq!(handler.get(&found).await.expect(200)["total"], 2);
}
