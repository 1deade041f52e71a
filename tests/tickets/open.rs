//! Opening tickets.

use serde_json::json;

use crate::support::{open_ticket, shared_desk, unique};

#[tokio::test]
async fn a_subject_is_enough() {
    let desk = shared_desk().await;
    let answer =
        desk.as_publisher().await.post("/api/v1/tickets", json!({ "subject": "Hello" })).await;
    let ticket = answer.expect(201);
    assert_eq!(ticket["status"], "open");
    assert_eq!(ticket["priority"], "medium");
    assert_eq!(ticket["version"], 1);
    assert_eq!(ticket["opened_by"], desk.people().await.publisher.id.as_str());
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let id = ticket["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), Some(format!("/api/v1/tickets/{id}").as_str()));
    let number = ticket["ticket_id"].as_str().unwrap();
    let digits: Vec<&str> = number.split('-').collect();
    assert!(
        matches!(digits.as_slice(), ["TKT", year, serial]
        if year.len() == 4 && serial.len() == 6 && serial.parse::<u32>().is_ok()),
        "{number}"
    );
}

#[tokio::test]
async fn every_field_is_kept_and_found_by_id_and_by_number() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let external = unique("hdts");
    let body = json!({
        "subject": "No signal", "description": "Since the morning.\nIn the basement.",
        "category": "technical_issue", "subcategory": "coverage", "department": "radio",
        "priority": "urgent", "external_id": external, "ticket_type": "outage",
        "data": { "cell": 4711, "floors": ["-1", "-2"] },
        "customer": { "id": "C-1", "email": "Li.Na@Example.com", "name": "李娜" },
        "tags": ["vip", "basement"], "source": "phone", "browser": "Firefox", "device_type": "mobile",
    });
    let ticket = client.post("/api/v1/tickets", body.clone()).await.expect(201);
    for (field, value) in body.as_object().unwrap() {
        if field == "customer" {
            assert_eq!(ticket["customer"]["name"], "李娜");
            let email = ticket["customer"]["email"].as_str().unwrap();
            assert!(email.eq_ignore_ascii_case("li.na@example.com"), "{email}");
        } else if field == "tags" {
            let mut tags: Vec<_> = ticket["tags"].as_array().unwrap().clone();
            tags.sort_by_key(ToString::to_string);
            assert_eq!(json!(tags), json!(["basement", "vip"]));
        } else {
            assert_eq!(&ticket[field], value, "{field}");
        }
    }
    let id = ticket["id"].as_str().unwrap();
    let number = ticket["ticket_id"].as_str().unwrap();
    let by_id = client.get(&format!("/api/v1/tickets/{id}")).await.expect(200);
    let by_number = client.get(&format!("/api/v1/tickets/{number}")).await.expect(200);
    assert_eq!(by_id, ticket, "what was answered is what is read");
    assert_eq!(by_number, ticket);
}

#[tokio::test]
async fn another_name_of_a_field_is_taken() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let body = json!({
        "title": "By another name", "priority": "critical", "status": "new",
        "customer_id": 42, "customer_email": "ann@example.com", "customer_name": "Ann",
        "metadata": { "source": "chat", "browser": "Safari", "device_type": "tablet" },
    });
    let ticket = client.post("/api/v1/tickets", body).await.expect(201);
    assert_eq!(ticket["subject"], "By another name");
    assert_eq!((&ticket["priority"], &ticket["status"]), (&json!("urgent"), &json!("open")));
    assert_eq!(
        ticket["customer"],
        json!({ "id": "42", "email": "ann@example.com", "name": "Ann" })
    );
    assert_eq!((&ticket["source"], &ticket["browser"]), (&json!("chat"), &json!("Safari")));
    let employee =
        json!({ "subject": "x", "employee": { "id": 7, "name": "Bo", "email": "bo@example.com" } });
    let ticket = client.post("/api/v1/tickets", employee).await.expect(201);
    assert_eq!(ticket["customer"]["id"], "7");
    for legacy in ["title", "employee", "metadata", "customer_email", "is_task_allocated"] {
        assert!(ticket.get(legacy).is_none(), "{legacy} belongs to the legacy shape");
    }
}

#[tokio::test]
async fn a_status_and_an_assignee_can_be_given_at_once() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let email = &desk.people().await.handler.email;
    let body = json!({ "subject": "Taken", "status": "in_progress", "assigned_to": email });
    let ticket = client.post("/api/v1/tickets", body.clone()).await.expect(201);
    assert_eq!(ticket["status"], "in_progress");
    assert_eq!(ticket["assigned_to"], email.as_str());
    let refused = desk.as_publisher().await.post("/api/v1/tickets", body).await;
    refused.problem(403);
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    let desk = shared_desk().await;
    let body = json!({
        "subject": " ", "description": 7, "priority": "soon", "source": "pigeon",
        "customer": { "email": "nobody", "age": 3 }, "tags": ["ok", ""], "colour": "red",
    });
    let mut bad = desk.as_handler().await.post("/api/v1/tickets", body).await.bad_fields();
    bad.sort();
    let expected = [
        "body.colour",
        "body.customer.age",
        "body.customer.email",
        "body.description",
        "body.priority",
        "body.source",
        "body.subject",
    ];
    for field in expected {
        assert!(bad.iter().any(|named| named == field), "{field} is not among {bad:?}");
    }
    assert!(bad.iter().any(|field| field.starts_with("body.tags")), "{bad:?}");
}

#[tokio::test]
async fn lengths_are_held_in_characters() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let body = |subject: usize, description: usize| json!({ "subject": "故".repeat(subject), "description": "障".repeat(description) });
    client.post("/api/v1/tickets", body(200, 20_000)).await.expect(201);
    let bad = client.post("/api/v1/tickets", body(201, 20_001)).await.bad_fields();
    assert_eq!(bad, ["body.subject", "body.description"]);
}

#[tokio::test]
async fn an_external_id_is_taken_once() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let body = json!({ "subject": "From elsewhere", "external_id": unique("once") });
    let first = client.post("/api/v1/tickets", body.clone()).await.expect(201);
    let problem = client.post("/api/v1/tickets", body).await.problem(409);
    assert_eq!(problem["ticket"], first["id"]);
}

#[tokio::test]
async fn numbers_are_handed_out_once_to_many_at_a_time() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let opened = (0..64).map(|n| {
        let client = client.clone();
        async move { open_ticket(&client, &format!("One of many {n}")).await }
    });
    let opened = futures_util::future::join_all(opened).await;
    let numbers: std::collections::BTreeSet<_> =
        opened.iter().map(|ticket| ticket["ticket_id"].as_str().unwrap()).collect();
    assert_eq!(numbers.len(), 64);
}
