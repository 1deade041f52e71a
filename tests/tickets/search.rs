//! Full-text search.

use serde_json::{Value, json};

use crate::support::{Client, Desk, Setup};

async fn subjects(client: &Client<'_>, words: &str) -> Vec<String> {
    let url = reqwest::Url::parse_with_params("http://x/", [("search", words)]).unwrap();
    let query = url.query().unwrap();
    let list = client.get(&format!("/api/v1/tickets?{query}&sort=created_at")).await.expect(200);
    let subject = |ticket: &Value| ticket["subject"].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(subject).collect()
}

#[tokio::test]
async fn search_finds_words_beginnings_typos_and_chinese() {
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_handler().await;
    let mut tickets = Vec::new();
    for (subject, description) in [
        ("Refund for a double charge", "The invoice of August was paid twice"),
        ("基站故障", "三号楼没有信号"),
        ("Roaming abroad", "No data in Österreich since Monday"),
    ] {
        let body = json!({ "subject": subject, "description": description });
        tickets.push(client.post("/api/v1/tickets", body).await.expect(201));
    }
    let number = tickets[2]["ticket_id"].as_str().unwrap().to_owned();
    for (words, expected) in [
        ("refund", "Refund for a double charge"),
        ("REFUND", "Refund for a double charge"),
        ("refnud", "Refund for a double charge"),
        ("invo", "Refund for a double charge"),
        ("charge refund", "Refund for a double charge"),
        ("故障", "基站故障"),
        ("基站", "基站故障"),
        ("没有信号", "基站故障"),
        ("roam", "Roaming abroad"),
        ("Österreich", "Roaming abroad"),
        (number.as_str(), "Roaming abroad"),
    ] {
        assert_eq!(subjects(&client, words).await, [expected], "{words}");
    }
    for nothing in ["zebra", "refund zebra", "故事", "':*&|!()<->\\", "%", "\"", "--;"] {
        let found = subjects(&client, nothing).await;
        assert!(
            found.is_empty() || nothing.chars().all(|c| !c.is_alphanumeric()),
            "{nothing}: {found:?}"
        );
    }
}

#[tokio::test]
async fn search_follows_changes_and_reads_comments() {
    let desk = Desk::start(Setup::default()).await;
    let client = desk.as_handler().await;
    let ticket = client.post("/api/v1/tickets", json!({ "subject": "Giraffe" })).await.expect(201);
    let path = format!("/api/v1/tickets/{}", ticket["id"].as_str().unwrap());
    client
        .post(&format!("{path}/comments"), json!({ "text": "Looks like a hippopotamus" }))
        .await
        .expect(201);
    assert_eq!(subjects(&client, "hippo").await, ["Giraffe"]);
    client.patch(&path, json!({ "subject": "Elephant" })).await.expect(200);
    assert!(subjects(&client, "giraffe").await.is_empty(), "the old subject is forgotten");
    assert_eq!(subjects(&client, "elephnat").await, ["Elephant"]);
    let both = client.get("/api/v1/tickets?search=elephant&status=closed").await.expect(200);
    assert_eq!(both["items"], json!([]), "search and filters go together");
    client.delete(&path).await.expect(204);
    assert!(subjects(&client, "elephant").await.is_empty());
}
